-- The crawler found nothing, for this reason; what was known stays.
UPDATE products p SET info_status = 'failed', info_error = i.payload->>'reason',
                      updated_at = i.recorded_at, version = p.version + 1
FROM incoming i WHERE p.product_id = i.aggregate_id::uuid
