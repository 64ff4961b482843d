-- The day's numbers are final.
INSERT INTO closings (date, revision, timezone, registrations, active_users, counted_to, closed_at)
SELECT (payload->>'date')::date, 1, payload->>'timezone', (payload->>'registrations')::bigint,
       (payload->>'active_users')::bigint, (payload->>'position')::bigint, recorded_at
FROM incoming
