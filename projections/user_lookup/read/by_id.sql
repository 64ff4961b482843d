-- Who is this ($1), and how can that person be reached?
SELECT user_id, username, email, email_verified, phone, phone_verified, avatar, roles, created_at
FROM user_lookup WHERE user_id = $1
