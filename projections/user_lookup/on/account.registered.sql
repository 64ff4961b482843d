-- The account can be found. (In a rebuild the personal values of a forgotten person are null: no row.)
INSERT INTO user_lookup (user_id, username, username_key, email, phone, created_at)
SELECT aggregate_id::uuid, payload->>'username', payload->>'username_key', payload->>'email', payload->>'phone', recorded_at
FROM incoming
WHERE payload->>'username' IS NOT NULL
