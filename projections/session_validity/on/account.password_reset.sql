-- Whoever forgot the password was not logged in: every session of the account ends.
UPDATE session_validity s SET ended_at = i.recorded_at FROM incoming i
WHERE s.user_id = i.aggregate_id::uuid AND s.ended_at IS NULL
