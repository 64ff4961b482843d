-- The weeks from the Monday $1 to the Monday $2: how many registered, and how many of them came in the n-th week after, up to the Monday $3.
SELECT m.cohort AS "cohort!", w.week AS "week!", coalesce(r.people, 0) AS "people!",
       (SELECT coalesce(sum(d.registrations), 0) FROM days d WHERE d.date BETWEEN m.cohort AND m.cohort + 6)::bigint AS "registrations!",
       h.position AS "as_of_position!"
FROM log_head h
CROSS JOIN LATERAL (SELECT $1::date + 7 * n AS cohort FROM generate_series(0, ($2::date - $1::date) / 7) AS n) m
CROSS JOIN LATERAL generate_series(0, ($3::date - m.cohort) / 7) AS w (week)
LEFT JOIN retention r ON r.cohort = m.cohort AND r.week = w.week
WHERE h.log = 0
ORDER BY m.cohort, w.week
