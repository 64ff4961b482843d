-- Every request with a session asks it: is this session the account's current one?
CREATE TABLE session_validity (
    session_digest bytea       PRIMARY KEY,
    user_id        uuid        NOT NULL,
    login_time     bigint      NOT NULL,
    logged_in_at   timestamptz NOT NULL,
    superseded_at  timestamptz,
    ended_at       timestamptz
);
CREATE INDEX session_validity_by_user ON session_validity (user_id);
