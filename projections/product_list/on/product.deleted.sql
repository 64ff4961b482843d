-- The product is in no answer any more; the row stays, to be restored.
UPDATE products p SET deleted_at = i.recorded_at, updated_at = i.recorded_at, version = p.version + 1
FROM incoming i WHERE p.product_id = i.aggregate_id::uuid
