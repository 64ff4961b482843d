-- Does an account have this E.164 phone ($1)?
SELECT EXISTS (SELECT FROM user_lookup WHERE phone = $1) AS "taken!"
