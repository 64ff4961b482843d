-- The key that every request asks by. The statements of on/ know whose the session is, so a build makes it after the rows.
ALTER TABLE session_validity ADD PRIMARY KEY (session_digest);
