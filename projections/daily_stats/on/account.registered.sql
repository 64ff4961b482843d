-- One registration more on its day. (Before the day stood in the event there was one time zone.)
WITH registered AS (
    SELECT aggregate_id::uuid AS user_id,
           coalesce((payload->>'date')::date, (recorded_at AT TIME ZONE 'Asia/Shanghai')::date) AS date
    FROM incoming
), known AS (
    INSERT INTO visitors (user_id, registered_on) SELECT user_id, date FROM registered
)
INSERT INTO days AS d (date, registrations)
SELECT date, count(*) FROM registered GROUP BY date
ON CONFLICT (date) DO UPDATE SET registrations = d.registrations + excluded.registrations
