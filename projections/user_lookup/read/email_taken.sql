-- Does an account have this lower-case email ($1)?
SELECT EXISTS (SELECT FROM user_lookup WHERE email = $1) AS "taken!"
