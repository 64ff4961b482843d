-- Who holds a role?
SELECT user_id, username, email, email_verified, phone, phone_verified, avatar, roles, created_at
FROM user_lookup WHERE roles <> '{}' ORDER BY username_key, user_id LIMIT 1000
