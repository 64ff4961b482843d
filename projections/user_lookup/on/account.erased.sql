-- The account cannot be found any more.
DELETE FROM user_lookup u USING incoming i WHERE u.user_id = i.aggregate_id::uuid
