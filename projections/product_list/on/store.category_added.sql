-- Products can be put into it.
INSERT INTO categories (category_id, store_id, name)
SELECT (payload->>'category_id')::uuid, aggregate_id::uuid, payload->>'name' FROM incoming
