-- The first time that the crawler found the item; later ones count no more.
WITH fetched AS (
    UPDATE funnel_products p SET fetched_at = i.recorded_at FROM incoming i
    WHERE p.product_id = i.aggregate_id::uuid AND p.fetched_at IS NULL RETURNING p.fetched_at
)
INSERT INTO funnel_quarters AS q (quarter, fetched)
SELECT quarter(fetched_at), count(*) FROM fetched GROUP BY 1
ON CONFLICT (quarter) DO UPDATE SET fetched = q.fetched + excluded.fetched
