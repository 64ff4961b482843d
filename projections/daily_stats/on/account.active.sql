-- Somebody came on a day, later than the last one. Of the 7 and 30 days whose span it falls into, it counts for those that did not count the last one already.
WITH came AS (
    SELECT v.user_id, (i.payload->>'date')::date AS date, v.active_on AS last,
           v.registered_on - extract(isodow FROM v.registered_on)::int + 1 AS cohort
    FROM incoming i JOIN visitors v ON v.user_id = i.aggregate_id::uuid
), known AS (
    UPDATE visitors v SET active_on = c.date FROM came c WHERE v.user_id = c.user_id
), returned AS (
    INSERT INTO retention AS r (cohort, week, people)
    SELECT cohort, (date - extract(isodow FROM date)::int + 1 - cohort) / 7, count(*) FROM came
    WHERE last IS NULL OR last < date - extract(isodow FROM date)::int + 1
    GROUP BY 1, 2
    ON CONFLICT (cohort, week) DO UPDATE SET people = r.people + excluded.people
), alike AS (
    -- Whoever came on the same day, after as many days, counts for the same ones; no span is longer than 30 days.
    SELECT date, least(date - last, 30) AS away, count(*) AS people, count(*) FILTER (WHERE last IS NULL) AS new FROM came GROUP BY 1, 2
), counted AS (
    SELECT date, people AS active, new, 0 AS weekly, 0 AS monthly FROM alike
    UNION ALL
    SELECT date + n, 0, 0, people, 0 FROM alike CROSS JOIN LATERAL generate_series(greatest(0, 7 - away), 6) AS n
    UNION ALL
    SELECT date + n, 0, 0, 0, people FROM alike CROSS JOIN LATERAL generate_series(greatest(0, 30 - away), 29) AS n
)
INSERT INTO days AS d (date, active_users, new_users, weekly_active_users, monthly_active_users)
SELECT date, sum(active), sum(new), sum(weekly), sum(monthly) FROM counted GROUP BY date
ON CONFLICT (date) DO UPDATE SET
    active_users = d.active_users + excluded.active_users,
    new_users = d.new_users + excluded.new_users,
    weekly_active_users = d.weekly_active_users + excluded.weekly_active_users,
    monthly_active_users = d.monthly_active_users + excluded.monthly_active_users
