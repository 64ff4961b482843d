-- The log: every event ever, append-only, in one gapless order.
-- The seven columns of a stock postgres-es table are all here under their names, so stock postgres-es
-- can read it; `position` has no default, so a stock postgres-es cannot write it.
CREATE TABLE events (
    log            smallint    NOT NULL DEFAULT 0,
    position       bigint      NOT NULL CHECK (position > 0),
    event_id       uuid        NOT NULL,
    aggregate_type text        NOT NULL,
    aggregate_id   text        NOT NULL,
    sequence       bigint      NOT NULL CHECK (sequence > 0),
    event_type     text        NOT NULL,
    event_version  text        NOT NULL,
    payload        jsonb       NOT NULL,
    metadata       jsonb       NOT NULL,
    recorded_at    timestamptz NOT NULL,
    leaf_hash      bytea       NOT NULL CHECK (length(leaf_hash) = 32),
    CONSTRAINT events_in_order PRIMARY KEY (log, position),
    CONSTRAINT stream_in_order UNIQUE (aggregate_type, aggregate_id, sequence, log)
);
COMMENT ON COLUMN events.log IS 'Which log the event belongs to; 0 while there is one.';
COMMENT ON COLUMN events.position IS 'Place in the log: 1, 2, 3 … without a gap, in commit order.';
COMMENT ON COLUMN events.sequence IS 'Place in the event''s own stream: 1, 2, 3 …';
COMMENT ON COLUMN events.payload IS 'What happened; personal values and secrets are sealed.';
COMMENT ON COLUMN events.leaf_hash IS 'RFC 9162 leaf hash of the event''s canonical bytes (RFC 8785).';

-- Where the log ends. Its row lock is what puts the batches of all processes in order.
CREATE TABLE log_head (
    log         smallint    PRIMARY KEY,
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    frontier    bytea       NOT NULL
);
COMMENT ON COLUMN log_head.frontier IS 'Roots of the complete subtrees of the Merkle tree, largest first, 32 bytes each.';
INSERT INTO log_head VALUES (0, 0, '1970-01-01T00:00:00Z', '');

-- Unique values, as keyed digests: no personal data.
CREATE TABLE claims (
    kind         text  NOT NULL,
    scope        text  NOT NULL,
    digest       bytea NOT NULL,
    aggregate_id text  NOT NULL,
    -- The digest first: it covers kind and scope, so that comparing it decides at once.
    CONSTRAINT claim_taken PRIMARY KEY (digest, kind, scope)
);
CREATE INDEX claims_by_holder ON claims (aggregate_id);

-- Keys that open personal values and secrets, wrapped by the master key. Deleting a row forgets.
CREATE TABLE sealing_keys (
    aggregate_id text  NOT NULL,
    slot         text  NOT NULL,
    key_id       uuid  NOT NULL UNIQUE,
    wrapped      bytea NOT NULL,
    PRIMARY KEY (aggregate_id, slot)
);

-- States of long streams, to load them fast. May be emptied at any time.
CREATE TABLE aggregate_snapshots (
    aggregate_type text   NOT NULL,
    aggregate_id   text   NOT NULL,
    sequence       bigint NOT NULL,
    code_version   int    NOT NULL,
    state          jsonb  NOT NULL,
    -- The id first: a replaced secret deletes its stream's snapshot by the id alone.
    PRIMARY KEY (aggregate_id, aggregate_type)
);

-- Which SQL each read model was built from.
CREATE TABLE read_models (
    name        text        PRIMARY KEY,
    fingerprint bytea       NOT NULL,
    built_to    bigint      NOT NULL,
    built_at    timestamptz NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
