-- The picture is shown from now on.
UPDATE user_lookup u SET avatar = i.payload->>'avatar' FROM incoming i WHERE u.user_id = i.aggregate_id::uuid
