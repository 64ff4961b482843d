-- One product more.
WITH listed AS (
    INSERT INTO funnel_products (product_id, listed_at) SELECT aggregate_id::uuid, recorded_at FROM incoming RETURNING listed_at
)
INSERT INTO funnel_quarters AS q (quarter, listed)
SELECT quarter(listed_at), count(*) FROM listed GROUP BY 1
ON CONFLICT (quarter) DO UPDATE SET listed = q.listed + excluded.listed
