-- The newer login supersedes the older session; sessions of more than 30 days ago need no answer any more.
WITH superseded AS (
    UPDATE session_validity s SET superseded_at = i.recorded_at FROM incoming i
    WHERE s.user_id = i.aggregate_id::uuid AND s.superseded_at IS NULL AND s.ended_at IS NULL
      AND s.logged_in_at >= i.recorded_at - interval '30 days'
), forgotten AS (
    DELETE FROM session_validity s USING incoming i
    WHERE s.user_id = i.aggregate_id::uuid AND s.logged_in_at < i.recorded_at - interval '30 days'
)
INSERT INTO session_validity (session_digest, user_id, login_time, logged_in_at)
SELECT decode(payload->>'session_digest', 'hex'), aggregate_id::uuid, (payload->>'login_time')::bigint, recorded_at
FROM incoming
