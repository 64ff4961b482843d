-- What analysts may read of it, as views of a schema that other programs rely on. A view of v1 never loses a column.
-- Each is made anew: a program that is put back in its place cannot replace one that got a column since.
CREATE SCHEMA IF NOT EXISTS analytics_v1;
COMMENT ON SCHEMA analytics_v1 IS 'Numbers for analysts. A day is a local day of the shop; numbers only, no person.';

DROP VIEW IF EXISTS analytics_v1.days;
CREATE VIEW analytics_v1.days AS
SELECT date, coalesce(c.registrations, d.registrations, 0) AS registrations,
       coalesce(c.active_users, d.active_users, 0) AS active_users, coalesce(d.new_users, 0) AS new_users,
       greatest(coalesce(c.active_users, d.active_users, 0) - coalesce(d.new_users, 0), 0) AS returning_users,
       coalesce(d.weekly_active_users, 0) AS weekly_active_users, coalesce(d.monthly_active_users, 0) AS monthly_active_users,
       c.revision IS NOT NULL AS final, coalesce(c.revision, 0) AS revision, c.cause, c.timezone, c.counted_to, c.closed_at
FROM (SELECT * FROM days
      WHERE date <= greatest((SELECT max(date) FROM days WHERE registrations > 0 OR active_users > 0), (SELECT max(date) FROM closings))) d
FULL JOIN (SELECT DISTINCT ON (date) * FROM closings ORDER BY date, revision DESC) c USING (date);
COMMENT ON VIEW analytics_v1.days IS 'One row for each local day on which something happened or which is closed.';
COMMENT ON COLUMN analytics_v1.days.date IS 'The local day.';
COMMENT ON COLUMN analytics_v1.days.registrations IS 'How many people registered; final where the day is closed.';
COMMENT ON COLUMN analytics_v1.days.active_users IS 'How many people made a request while logged in; final where the day is closed.';
COMMENT ON COLUMN analytics_v1.days.new_users IS 'For how many of them it was the first such day.';
COMMENT ON COLUMN analytics_v1.days.returning_users IS 'How many of them had been active on an earlier day.';
COMMENT ON COLUMN analytics_v1.days.weekly_active_users IS 'Different people active in the 7 days that end with this one.';
COMMENT ON COLUMN analytics_v1.days.monthly_active_users IS 'Different people active in the 30 days that end with this one.';
COMMENT ON COLUMN analytics_v1.days.final IS 'Whether the day is closed.';
COMMENT ON COLUMN analytics_v1.days.revision IS '0 while open, 1 once closed, more when it changed all the same.';
COMMENT ON COLUMN analytics_v1.days.cause IS 'Why it changed: late_event (recorded after the day was closed) or corrected (counted anew).';
COMMENT ON COLUMN analytics_v1.days.timezone IS 'The time zone in which the day was closed.';
COMMENT ON COLUMN analytics_v1.days.counted_to IS 'Up to which position of the log the closed numbers were counted.';
COMMENT ON COLUMN analytics_v1.days.closed_at IS 'When the day was closed or last revised.';

DROP VIEW IF EXISTS analytics_v1.day_revisions;
CREATE VIEW analytics_v1.day_revisions AS
SELECT date, revision, cause, timezone, registrations, active_users, counted_to, closed_at FROM closings;
COMMENT ON VIEW analytics_v1.day_revisions IS 'Every closed day with every revision of it.';
COMMENT ON COLUMN analytics_v1.day_revisions.date IS 'The local day.';
COMMENT ON COLUMN analytics_v1.day_revisions.revision IS '1 when it was closed, more for each change.';
COMMENT ON COLUMN analytics_v1.day_revisions.cause IS 'Why it changed: late_event or corrected; null for the first revision.';
COMMENT ON COLUMN analytics_v1.day_revisions.timezone IS 'The time zone in which the day was closed.';
COMMENT ON COLUMN analytics_v1.day_revisions.registrations IS 'How many people registered.';
COMMENT ON COLUMN analytics_v1.day_revisions.active_users IS 'How many people were active.';
COMMENT ON COLUMN analytics_v1.day_revisions.counted_to IS 'Up to which position of the log this was counted.';
COMMENT ON COLUMN analytics_v1.day_revisions.closed_at IS 'When this revision was recorded.';

DROP VIEW IF EXISTS analytics_v1.retention;
CREATE VIEW analytics_v1.retention AS
SELECT r.cohort AS cohort_week, r.week, r.people,
       (SELECT coalesce(sum(d.registrations), 0) FROM days d WHERE d.date BETWEEN r.cohort AND r.cohort + 6)::bigint AS registrations
FROM retention r;
COMMENT ON VIEW analytics_v1.retention IS 'Of those who registered in a week, how many were active in the n-th week after. No row where nobody was.';
COMMENT ON COLUMN analytics_v1.retention.cohort_week IS 'The Monday of the week in which they registered.';
COMMENT ON COLUMN analytics_v1.retention.week IS 'How many weeks later; 0 is the week of the registration.';
COMMENT ON COLUMN analytics_v1.retention.people IS 'How many of them were active in that week.';
COMMENT ON COLUMN analytics_v1.retention.registrations IS 'How many registered in that week.';

DROP VIEW IF EXISTS analytics_v1.as_of;
CREATE VIEW analytics_v1.as_of AS
SELECT m.position FROM public.read_models m JOIN pg_class c ON c.relnamespace::regnamespace::text = m.schema_name
WHERE c.oid = 'days'::regclass;
COMMENT ON VIEW analytics_v1.as_of IS 'Up to which position of the log the days and the cohorts are counted; products are read beside them.';
COMMENT ON COLUMN analytics_v1.as_of.position IS 'Every event up to here is counted, and none after it.';

DO $grants$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhanggui_analyst') THEN
        GRANT USAGE ON SCHEMA analytics_v1 TO zhanggui_analyst;
        GRANT SELECT ON ALL TABLES IN SCHEMA analytics_v1 TO zhanggui_analyst;
    END IF;
END $grants$;
