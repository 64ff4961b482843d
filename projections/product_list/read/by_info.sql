-- The same as a page, of the products whose info is as asked: {info} holds the condition.
--
-- What waits or failed is few, and has an index of its own; all of it is found for each page, since it is counted. What
-- was fetched is nearly everything: that question reads the store once.
WITH matching AS MATERIALIZED (
    SELECT p.product_id, p.{key} AS key FROM products p
    WHERE p.store_id = $1 AND p.status = ANY($2::text[]) AND p.deleted_at IS NULL {info}
      AND ($6::uuid IS NULL OR p.category_id = $6)
      AND ($6::uuid IS NULL OR EXISTS (SELECT FROM categories c WHERE c.category_id = $6 AND c.store_id = $1))
)
SELECT shown.*, found.key::text AS place, (SELECT count(*) FROM matching) AS total
FROM (
    SELECT m.product_id, m.key FROM matching m
    WHERE (m.key, m.product_id) {beyond} ($3::text::{type}, $4::uuid)
    ORDER BY m.key {direction}, m.product_id {direction} LIMIT $5
) found JOIN shown_products shown ON shown.product_id = found.product_id
ORDER BY found.key {direction}, found.product_id {direction}
