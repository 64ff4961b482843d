-- Every request with a session asks it: is this session the account's current one?
CREATE TABLE session_validity (
    session_digest bytea       NOT NULL,
    user_id        uuid        NOT NULL,
    login_time     bigint      NOT NULL,
    logged_in_at   timestamptz NOT NULL,
    superseded_at  timestamptz,
    ended_at       timestamptz
-- Every row is changed once, when the next login supersedes it: beside itself, so that no index is touched.
) WITH (fillfactor = 70);
-- With the time, by which what is too old is found without looking at what is not.
CREATE INDEX session_validity_by_user ON session_validity (user_id, logged_in_at);
