-- The days from $1 to $2, every one: what was counted for good where the day is closed, else what is known now.
SELECT $1::date + n AS "date!",
       coalesce(c.registrations, d.registrations, 0) AS "registrations!",
       coalesce(c.active_users, d.active_users, 0) AS "active_users!",
       coalesce(d.new_users, 0) AS "new_users!",
       greatest(coalesce(c.active_users, d.active_users, 0) - coalesce(d.new_users, 0), 0) AS "returning_users!",
       coalesce(d.weekly_active_users, 0) AS "weekly_active_users!",
       coalesce(d.monthly_active_users, 0) AS "monthly_active_users!",
       coalesce(c.revision, 0) AS "revision!",
       c.cause AS "cause?", c.timezone AS "timezone?", c.counted_to AS "counted_to?", c.closed_at AS "closed_at?",
       h.position AS "as_of_position!"
FROM log_head h
CROSS JOIN generate_series(0, $2::date - $1::date) AS n
LEFT JOIN days d ON d.date = $1::date + n
LEFT JOIN LATERAL (SELECT * FROM closings c WHERE c.date = $1::date + n ORDER BY c.revision DESC LIMIT 1) c ON true
WHERE h.log = 0
ORDER BY n
