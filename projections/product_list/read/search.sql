-- The same as a page, of the products whose titles hold every word of $7.
--
-- First what the grams find, looked at once more; then the rest. All of it is found for each page, since it is counted.
-- The search is taken apart in sub-selects: once, where a plan for any argument would do it for every row.
WITH held AS MATERIALIZED (
    SELECT p.product_id, p.store_id, p.category_id, p.status, p.{key} AS key FROM products p
    WHERE title_grams(p.store_id, p.title_key) @> (SELECT wanted_grams($1, fold_title($7)))
      AND p.title_key LIKE ALL ((SELECT wanted_patterns(fold_title($7)))::text[])
      AND p.deleted_at IS NULL AND p.title IS NOT NULL {info}
), matching AS MATERIALIZED (
    SELECT h.product_id, h.key FROM held h
    WHERE h.store_id = $1 AND h.status = ANY($2::text[]) AND ($6::uuid IS NULL OR h.category_id = $6)
      AND ($6::uuid IS NULL OR EXISTS (SELECT FROM categories c WHERE c.category_id = $6 AND c.store_id = $1))
)
SELECT shown.*, found.key::text AS place, (SELECT count(*) FROM matching) AS total
FROM (
    SELECT m.product_id, m.key FROM matching m
    WHERE (m.key, m.product_id) {beyond} ($3::text::{type}, $4::uuid)
    ORDER BY m.key {direction}, m.product_id {direction} LIMIT $5
) found JOIN shown_products shown ON shown.product_id = found.product_id
ORDER BY found.key {direction}, found.product_id {direction}
