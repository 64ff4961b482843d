-- The crawler is to look again.
UPDATE products p SET info_status = 'pending', info_error = NULL, updated_at = i.recorded_at, version = p.version + 1
FROM incoming i WHERE p.product_id = i.aggregate_id::uuid
