-- What changed after this position ($1), at most so many positions on ($2), that somebody who watches these stores ($3) wants to know?
--
-- A row for each product and store that changed, and for each account ($4) that something happened to, with the newest
-- of its positions; and always one, of kind "end", that says how far was looked.
WITH span AS (
    SELECT greatest($1::bigint, least(h.position, $1::bigint + $2::bigint)) AS until FROM log_head h WHERE h.log = 0
), changed AS (
    SELECT e.aggregate_type AS kind, e.aggregate_id AS id, max(e.position) AS position
    FROM span JOIN events e ON e.log = 0 AND e.position > $1 AND e.position <= span.until
    WHERE e.aggregate_type IN ('product', 'store', 'account')
    GROUP BY e.aggregate_type, e.aggregate_id
)
SELECT c.kind AS "kind!", p.product_id AS "id!", p.store_id AS "store_id?", c.position AS "position!"
FROM changed c JOIN products p ON c.kind = 'product' AND p.product_id = c.id::uuid
WHERE p.store_id = ANY($3::uuid[])
UNION ALL
SELECT c.kind, w.id, CASE c.kind WHEN 'store' THEN w.id END, c.position
FROM (SELECT 'store' AS kind, unnest($3::uuid[]) AS id UNION ALL SELECT 'account', unnest($4::uuid[])) AS w
JOIN changed c ON c.kind = w.kind AND c.id = w.id::text
UNION ALL
SELECT 'end', '00000000-0000-0000-0000-000000000000'::uuid, NULL, span.until FROM span
