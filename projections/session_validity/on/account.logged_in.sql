-- The newer login supersedes the older session; sessions of more than 30 days ago need no answer any more.
-- Read once: a build has thousands of logins in one statement.
WITH came AS MATERIALIZED (
    SELECT aggregate_id::uuid AS user_id, recorded_at, decode(payload->>'session_digest', 'hex') AS session_digest,
           (payload->>'login_time')::bigint AS login_time
    FROM incoming
), superseded AS (
    UPDATE session_validity s SET superseded_at = c.recorded_at FROM came c
    WHERE s.user_id = c.user_id AND s.superseded_at IS NULL AND s.ended_at IS NULL
      AND s.logged_in_at >= c.recorded_at - interval '30 days'
), forgotten AS (
    DELETE FROM session_validity s USING came c
    WHERE s.user_id = c.user_id AND s.logged_in_at < c.recorded_at - interval '30 days'
)
INSERT INTO session_validity (session_digest, user_id, login_time, logged_in_at)
SELECT session_digest, user_id, login_time, recorded_at FROM came
