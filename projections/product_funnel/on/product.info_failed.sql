-- The first time that the crawler gave up.
WITH failed AS (
    UPDATE funnel_products p SET failed_at = i.recorded_at FROM incoming i
    WHERE p.product_id = i.aggregate_id::uuid AND p.failed_at IS NULL RETURNING p.failed_at
)
INSERT INTO funnel_quarters AS q (quarter, failed)
SELECT quarter(failed_at), count(*) FROM failed GROUP BY 1
ON CONFLICT (quarter) DO UPDATE SET failed = q.failed + excluded.failed
