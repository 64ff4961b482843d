-- What the servers share besides the log: short-lived facts that no event records.

-- Captchas that were answered, right or wrong: none is checked twice.
CREATE TABLE captcha_uses (
    captcha_id uuid        PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX captcha_uses_by_expiry ON captcha_uses (expires_at);

-- Wrong passwords by the keyed digest of the name that was tried, whether or not it belongs to anybody.
CREATE TABLE login_attempts (
    digest      bytea       PRIMARY KEY,
    in_a_row    int         NOT NULL,
    recent      timestamptz[] NOT NULL
);

-- When each session was last used; written in batches, not per request.
CREATE TABLE session_activity (
    session_digest bytea       PRIMARY KEY,
    last_seen_at   timestamptz NOT NULL
);

-- First answers by Idempotency-Key, sealed, for 24 hours.
CREATE TABLE idempotency_keys (
    digest         bytea       PRIMARY KEY,
    request_digest bytea       NOT NULL,
    answer         bytea,
    recorded_at    timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (recorded_at);
