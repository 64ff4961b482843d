-- The account may do more; its roles are kept in the order of their names.
UPDATE user_lookup u SET roles = (SELECT array_agg(r ORDER BY r) FROM (SELECT unnest(u.roles) UNION SELECT i.payload->>'role') AS held (r))
FROM incoming i WHERE u.user_id = i.aggregate_id::uuid
