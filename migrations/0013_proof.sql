-- What proves the log: tiles of its Merkle tree, checkpoints with their signatures, and the keys that sign them.

-- Inner nodes of the tree, 256 in a row. Derived from events.leaf_hash: may be emptied at any time, and is made anew.
CREATE TABLE log_tiles (
    log    smallint NOT NULL DEFAULT 0,
    level  smallint NOT NULL CHECK (level > 0),
    number bigint   NOT NULL CHECK (number >= 0),
    hashes bytea    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (log, level, number)
);
COMMENT ON COLUMN log_tiles.level IS 'A hash of level L is the root over 256^L leaves; level 0 is the log itself.';
COMMENT ON COLUMN log_tiles.number IS 'The tile has the level''s hashes from 256 * number on.';
-- Hashes do not compress.
ALTER TABLE log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The keys that sign checkpoints, by number; the last one signs. Each signed the sizes from first_size on, up to the
-- first_size of the next, which both signed.
CREATE TABLE log_keys (
    log        smallint    NOT NULL DEFAULT 0,
    number     int         NOT NULL CHECK (number > 0),
    name       text        NOT NULL,
    public_key bytea       NOT NULL UNIQUE CHECK (length(public_key) = 32),
    first_size bigint      NOT NULL CHECK (first_size >= 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (log, number)
);
COMMENT ON COLUMN log_keys.name IS 'The log''s origin: the first line of each checkpoint.';

-- The key that signs, wrapped by the master key; no row where it is handed in by the settings. Deleted when its key retires.
CREATE TABLE log_key_secrets (
    log     smallint NOT NULL DEFAULT 0,
    number  int      NOT NULL,
    wrapped bytea    NOT NULL,
    PRIMARY KEY (log, number)
);

-- Every size of the log whose root was signed.
CREATE TABLE checkpoints (
    log     smallint    NOT NULL DEFAULT 0,
    size    bigint      NOT NULL CHECK (size >= 0),
    origin  text        NOT NULL,
    root    bytea       NOT NULL CHECK (length(root) = 32),
    made_at timestamptz NOT NULL,
    PRIMARY KEY (log, size)
);

-- The signatures below each: the log's own, and those of witnesses, in the order in which they came.
CREATE TABLE checkpoint_signatures (
    log       smallint    NOT NULL DEFAULT 0,
    size      bigint      NOT NULL,
    nth       int         NOT NULL,
    name      text        NOT NULL,
    key_id    bytea       NOT NULL CHECK (length(key_id) = 4),
    signature bytea       NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (log, size, nth),
    CONSTRAINT signs_once UNIQUE (log, size, name, key_id),
    FOREIGN KEY (log, size) REFERENCES checkpoints (log, size)
);

-- What was signed stays: as the log itself.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint_signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON log_keys, checkpoints, checkpoint_signatures TO zhanggui_app;
GRANT SELECT, INSERT, DELETE ON log_key_secrets TO zhanggui_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON log_tiles TO zhanggui_app;
