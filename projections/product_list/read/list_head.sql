-- Which store does this account ($1) have, what are its categories, and how many products are in each? In no order.
SELECT s.store_id AS "store_id!", g.category_id AS "category_id?", g.name AS "name?", coalesce(sum(c.products), 0)::bigint AS "product_count!"
FROM (SELECT store_id FROM stores WHERE owner_id = $1 ORDER BY created_at, store_id LIMIT 1) s
LEFT JOIN categories g ON g.store_id = s.store_id
LEFT JOIN product_counts c ON c.store_id = s.store_id AND c.category_id = g.category_id
GROUP BY s.store_id, g.category_id, g.name
