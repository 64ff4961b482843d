-- The session is over; its cookie is useless from now on.
UPDATE session_validity s SET ended_at = i.recorded_at FROM incoming i
WHERE s.session_digest = decode(i.payload->>'session_digest', 'hex') AND s.user_id = i.aggregate_id::uuid
