-- The account may do less.
UPDATE user_lookup u SET roles = array_remove(u.roles, i.payload->>'role') FROM incoming i WHERE u.user_id = i.aggregate_id::uuid
