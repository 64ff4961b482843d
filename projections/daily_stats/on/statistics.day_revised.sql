-- The closed day turned out otherwise; the older revision stays beside it.
INSERT INTO closings_by_stream AS known (stream, date, revision, cause, timezone, registrations, active_users, counted_to, closed_at)
SELECT c.stream, c.date, (i.payload->>'revision')::bigint, i.payload->>'cause', c.timezone, (i.payload->>'registrations')::bigint,
       (i.payload->>'active_users')::bigint, (i.payload->>'position')::bigint, i.recorded_at
FROM incoming i JOIN closings_by_stream c
    ON c.stream = i.aggregate_id AND c.date = (i.payload->>'date')::date AND c.revision = 1
ON CONFLICT (stream, date, revision) DO UPDATE SET
    cause = excluded.cause, registrations = excluded.registrations, active_users = excluded.active_users,
    counted_to = excluded.counted_to, closed_at = excluded.closed_at
