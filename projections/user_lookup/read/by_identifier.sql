-- Whose is this identifier, read as an email ($1), a phone ($2) or a normalised name ($3)? Null where it cannot be one.
-- Contacts come first: a name made of digits must not stand in for somebody else's number.
SELECT user_id AS "user_id!" FROM (
    SELECT user_id, 1 AS preference FROM user_lookup WHERE email = $1
    UNION ALL
    SELECT user_id, 2 FROM user_lookup WHERE phone = $2
    UNION ALL
    SELECT user_id, 3 FROM user_lookup WHERE username_key = $3
) found ORDER BY preference LIMIT 1
