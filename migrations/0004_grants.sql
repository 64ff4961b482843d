-- What the application's own role may do. It can add to the log and never change it; it owns none of
-- these tables, so it can lift neither the grants nor the triggers. Read models are its own schemas.
-- Before version 15 everybody may make tables there.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO zhanggui_app;
GRANT SELECT, INSERT ON events TO zhanggui_app;
GRANT SELECT, UPDATE ON log_head TO zhanggui_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    claims, sealing_keys, aggregate_snapshots, read_models,
    captcha_uses, login_attempts, session_activity, idempotency_keys TO zhanggui_app;
REVOKE ALL ON FUNCTION append_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app;
