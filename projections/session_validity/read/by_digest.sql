-- Whose session is this ($1), is it still the account's current one, who is that, and which store is theirs?
SELECT s.user_id, s.login_time, s.logged_in_at,
       s.superseded_at IS NOT NULL AS "superseded!", s.ended_at IS NOT NULL AS "ended!",
       a.last_seen_at AS "last_seen_at?",
       u.username, u.email, u.email_verified, u.phone, u.phone_verified, u.avatar, u.roles, u.created_at,
       (SELECT o.store_id FROM stores o WHERE o.owner_id = s.user_id ORDER BY o.created_at, o.store_id LIMIT 1) AS "store_id?"
FROM session_validity s
JOIN user_lookup u ON u.user_id = s.user_id
LEFT JOIN session_activity a ON a.session_digest = s.session_digest
WHERE s.session_digest = $1
