-- The product is back where it was.
UPDATE products p SET deleted_at = NULL, updated_at = i.recorded_at, version = p.version + 1
FROM incoming i WHERE p.product_id = i.aggregate_id::uuid
