-- At most this many ($5) products of a store ($1), or of its category ($6), in these statuses ($2), after this place ($3, $4).
--
-- The words in braces are put in by the program, one of a few for each: {scope}, {key} and {type}, {beyond}, {direction}.
-- It is planned once, for any arguments: planning it costs three times what it does.
-- Each status is walked on its own, since an index leads from one product to the next within a status only.
SELECT shown.*, found.key::text AS place,
       (SELECT coalesce(sum(c.products), 0)::bigint FROM product_counts c
        WHERE c.store_id = $1 AND c.status = ANY($2) AND ($6::uuid IS NULL OR c.category_id = $6)) AS total
FROM (
    SELECT walked.product_id, walked.key
    FROM unnest($2::text[]) AS wanted (status)
    CROSS JOIN LATERAL (
        SELECT p.product_id, p.{key} AS key FROM products p
        WHERE {scope} AND p.status = wanted.status AND p.deleted_at IS NULL
          AND (p.{key}, p.product_id) {beyond} ($3::text::{type}, $4::uuid)
        ORDER BY p.{key} {direction}, p.product_id {direction} LIMIT $5
    ) walked
    ORDER BY walked.key {direction}, walked.product_id {direction} LIMIT $5
) found JOIN shown_products shown ON shown.product_id = found.product_id
ORDER BY found.key {direction}, found.product_id {direction}
