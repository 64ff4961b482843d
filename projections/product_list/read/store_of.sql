-- Which store does this account ($1) have, and how many products are in it?
SELECT s.store_id, s.owner_id, s.name, s.created_at,
       (SELECT coalesce(sum(c.products), 0)::bigint FROM product_counts c WHERE c.store_id = s.store_id) AS "product_count!"
FROM stores s WHERE s.owner_id = $1 ORDER BY s.created_at, s.store_id LIMIT 1
