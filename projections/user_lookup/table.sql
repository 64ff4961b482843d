-- Login, availability checks and the account page ask it: which account has this name, email or phone?
CREATE TABLE user_lookup (
    user_id        uuid        PRIMARY KEY,
    username       text        NOT NULL,
    username_key   text        NOT NULL,
    email          text        NOT NULL,
    email_verified boolean     NOT NULL DEFAULT false,
    phone          text        NOT NULL,
    phone_verified boolean     NOT NULL DEFAULT false,
    avatar         text,
    roles          text[]      NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL
);
