-- Does an account have this normalised name ($1)?
SELECT EXISTS (SELECT FROM user_lookup WHERE username_key = $1) AS "taken!"
