-- Deleted for now: it may be restored.
WITH deleted AS (
    UPDATE funnel_products p SET deleted_at = i.recorded_at FROM incoming i
    WHERE p.product_id = i.aggregate_id::uuid RETURNING p.deleted_at
)
INSERT INTO funnel_quarters AS q (quarter, deleted)
SELECT quarter(deleted_at), count(*) FROM deleted GROUP BY 1
ON CONFLICT (quarter) DO UPDATE SET deleted = q.deleted + excluded.deleted
