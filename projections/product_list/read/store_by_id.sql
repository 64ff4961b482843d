-- Which store is this ($1), and how many products are in it?
SELECT s.store_id, s.owner_id, s.name, s.created_at,
       (SELECT coalesce(sum(c.products), 0)::bigint FROM product_counts c WHERE c.store_id = s.store_id) AS "product_count!"
FROM stores s WHERE s.store_id = $1
