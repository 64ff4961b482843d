-- The closed day turned out otherwise; the older revision stays beside it.
INSERT INTO closings (date, revision, cause, timezone, registrations, active_users, counted_to, closed_at)
SELECT c.date, (i.payload->>'revision')::bigint, i.payload->>'cause', c.timezone, (i.payload->>'registrations')::bigint,
       (i.payload->>'active_users')::bigint, (i.payload->>'position')::bigint, i.recorded_at
FROM incoming i JOIN closings c ON c.date = (i.payload->>'date')::date AND c.revision = 1
