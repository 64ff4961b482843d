-- Back again.
WITH restored AS (
    UPDATE funnel_products p SET deleted_at = NULL FROM incoming i
    WHERE p.product_id = i.aggregate_id::uuid RETURNING i.recorded_at
)
INSERT INTO funnel_quarters AS q (quarter, restored)
SELECT quarter(recorded_at), count(*) FROM restored GROUP BY 1
ON CONFLICT (quarter) DO UPDATE SET restored = q.restored + excluded.restored
