-- The categories of a store ($1) in no order, and how many products are in each.
SELECT g.category_id, g.name, coalesce(sum(c.products), 0)::bigint AS "product_count!"
FROM categories g LEFT JOIN product_counts c ON c.store_id = g.store_id AND c.category_id = g.category_id
WHERE g.store_id = $1 GROUP BY g.category_id
