-- There is no picture any more.
UPDATE user_lookup u SET avatar = NULL FROM incoming i WHERE u.user_id = i.aggregate_id::uuid
