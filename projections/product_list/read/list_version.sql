-- In which tables is this store ($1), and how many events is its list made of so far?
SELECT s.store_id, s.tableoid::bigint AS "built!", coalesce(v.events, 0) AS "events!"
FROM stores s LEFT JOIN list_versions v ON v.store_id = s.store_id
WHERE s.store_id = $1
