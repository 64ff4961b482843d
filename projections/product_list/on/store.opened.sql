-- The store is there.
INSERT INTO stores (store_id, owner_id, name, created_at)
SELECT aggregate_id::uuid, (payload->>'owner_id')::uuid, payload->>'name', recorded_at FROM incoming
