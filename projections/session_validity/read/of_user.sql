-- Which sessions did this account ($1) have lately?
SELECT s.logged_in_at, s.superseded_at, s.ended_at, a.last_seen_at AS "last_seen_at?"
FROM session_validity s LEFT JOIN session_activity a ON a.session_digest = s.session_digest
WHERE s.user_id = $1 ORDER BY s.logged_in_at
