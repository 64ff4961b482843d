-- Password resets that were asked for, whether or not the name belongs to anybody: both look the same from
-- outside. `digest` is keyed, of the name and the channel; `user_id` is null where nothing was sent.
CREATE TABLE password_resets (
    reset_id     uuid        PRIMARY KEY,
    digest       bytea       NOT NULL,
    user_id      uuid,
    tries        int         NOT NULL DEFAULT 0,
    requested_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX password_resets_by_name ON password_resets (digest, requested_at);
CREATE INDEX password_resets_by_age ON password_resets (requested_at);
CREATE INDEX password_resets_by_user ON password_resets (user_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON password_resets TO zhanggui_app;

-- Whose kept answer it is, so that it can be forgotten with its person before its day is over.
ALTER TABLE idempotency_keys ADD COLUMN user_id uuid;
CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id) WHERE user_id IS NOT NULL;
