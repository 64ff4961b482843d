-- The store is called otherwise.
UPDATE stores s SET name = i.payload->>'name' FROM incoming i WHERE s.store_id = i.aggregate_id::uuid
