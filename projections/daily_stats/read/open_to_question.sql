-- Closed days since $1 for which another number of events is known by now than was counted.
SELECT c.date AS "date!"
FROM (SELECT DISTINCT ON (date) * FROM closings WHERE date >= $1 ORDER BY date, revision DESC) c
LEFT JOIN days d ON d.date = c.date
WHERE (c.registrations, c.active_users) <> (coalesce(d.registrations, 0), coalesce(d.active_users, 0))
ORDER BY c.date
