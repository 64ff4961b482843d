-- No session of a forgotten person is known any more.
DELETE FROM session_validity s USING incoming i WHERE s.user_id = i.aggregate_id::uuid
