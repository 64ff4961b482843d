-- The category is gone. Products that name it are other streams' rows; readers see them in no category from now on.
DELETE FROM categories c USING incoming i
WHERE c.category_id = (i.payload->>'category_id')::uuid AND c.store_id = i.aggregate_id::uuid
