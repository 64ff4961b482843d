-- The category is called otherwise.
UPDATE categories c SET name = i.payload->>'name' FROM incoming i
WHERE c.category_id = (i.payload->>'category_id')::uuid AND c.store_id = i.aggregate_id::uuid
