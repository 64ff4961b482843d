-- The contact counts as the owner's.
UPDATE user_lookup u SET email_verified = u.email_verified OR i.payload->>'channel' = 'email',
                         phone_verified = u.phone_verified OR i.payload->>'channel' = 'sms'
FROM incoming i WHERE u.user_id = i.aggregate_id::uuid
