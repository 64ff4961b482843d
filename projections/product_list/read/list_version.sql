-- Which store does this account ($1) have, in which tables, and how many events is its list made of so far?
SELECT s.store_id, s.tableoid::bigint AS "built!", coalesce(v.events, 0) AS "events!"
FROM stores s LEFT JOIN list_versions v ON v.store_id = s.store_id
WHERE s.owner_id = $1 ORDER BY s.created_at, s.store_id LIMIT 1
