-- Read models of several programs beside each other. Each version of a read model, told apart by the SQL it was
-- built from, has a schema of its own, and an append calls the statements of every version that is registered here,
-- whichever program makes it. So while two programs run, each finds its own read models current.

-- The read models that are built, one row for each version.
ALTER TABLE read_models DROP CONSTRAINT read_models_pkey;
ALTER TABLE read_models
    ADD COLUMN schema_name text,
    ADD COLUMN kind        text        NOT NULL DEFAULT 'inline' CHECK (kind IN ('inline', 'catch_up')),
    ADD COLUMN position    bigint      NOT NULL DEFAULT 0,
    ADD COLUMN stopped_at  bigint,
    ADD COLUMN stopped_why text,
    ADD COLUMN owner       uuid,
    ADD COLUMN lease_until timestamptz,
    ADD COLUMN published   boolean     NOT NULL DEFAULT false,
    ADD COLUMN used_at     timestamptz NOT NULL DEFAULT now();
-- What a program before this migration built: nobody calls it any more, and it is dropped as unused.
UPDATE read_models SET schema_name = name;
ALTER TABLE read_models ALTER COLUMN schema_name SET NOT NULL, ADD PRIMARY KEY (schema_name);
-- A checkpoint moves many times a second: room on its page.
ALTER TABLE read_models SET (fillfactor = 50);
COMMENT ON COLUMN read_models.position IS 'catch_up: every event up to here is in its rows. Inline ones are where the log is.';
COMMENT ON COLUMN read_models.stopped_at IS 'The position of the event that its statements cannot take; it goes on after an operator says so.';
COMMENT ON COLUMN read_models.stopped_why IS 'What the database said; names no person.';
COMMENT ON COLUMN read_models.owner IS 'The instance that moves it on, until lease_until by the database''s clock.';
COMMENT ON COLUMN read_models.published IS 'Whether the views of its published.sql show this version.';
COMMENT ON COLUMN read_models.used_at IS 'When an instance last said that it uses this version.';

-- The statements that an append calls, as functions in the schemas of their read models.
CREATE TABLE read_model_listeners (
    event_type    text NOT NULL,
    schema_name   text NOT NULL REFERENCES read_models ON DELETE CASCADE,
    function_name text NOT NULL,
    PRIMARY KEY (event_type, schema_name)
);

-- Builds under way, and what is left of those that were interrupted.
CREATE TABLE read_model_builds (
    schema_name text        PRIMARY KEY,
    name        text        NOT NULL,
    position    bigint      NOT NULL DEFAULT 0,
    goal        bigint      NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN read_model_builds.schema_name IS 'Where it is built. Whoever builds holds an advisory lock; without one it is a leftover.';
GRANT SELECT, INSERT, UPDATE, DELETE ON read_model_listeners, read_model_builds TO zhanggui_app;

-- Grows whenever the listeners change, under the head's lock: a batch that was planned before is planned again.
ALTER TABLE log_head ADD COLUMN generation bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN log_head.generation IS 'Which listeners an append must have planned for; see read_model_listeners.';

-- The function of before but for the generation. An older program's calls find no function any more and fail, which
-- is better than a read model that lacks what they appended.
DROP FUNCTION append_events(
    bigint, bytea, int[], uuid[], text[], text[], bigint[], text[], text[], text[], text[], timestamptz[], bytea[],
    text[], text[], int[], text[], text[], bytea[], text[], text[], text[], uuid[], bytea[], text[], text[], int[],
    text[], text[], timestamptz[], bigint[]);
CREATE FUNCTION append_events(
    seen bigint, generation bigint, new_frontier bytea,
    commands int[], event_ids uuid[], aggregate_types text[], aggregate_ids text[], sequences bigint[],
    event_types text[], event_versions text[], payloads text[], metadatas text[],
    recorded_ats timestamptz[], leaf_hashes bytea[],
    release_kinds text[], release_holders text[],
    take_commands int[], take_kinds text[], take_scopes text[], take_digests bytea[], take_holders text[],
    key_holders text[], key_slots text[], key_ids uuid[], key_wraps bytea[],
    step_schemas text[], step_functions text[], step_ends int[],
    step_ids text[], step_payloads text[], step_times timestamptz[], step_positions bigint[],
    OUT outcome text, OUT head_position bigint, OUT head_recorded_at timestamptz, OUT head_frontier bytea,
    OUT head_generation bigint,
    OUT stale int[], OUT taken int[], OUT taken_kinds text[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    first int := 1;
    amount int := coalesce(array_length(event_ids, 1), 0);
BEGIN
    SELECT h.position, h.recorded_at, h.frontier, h.generation
        INTO head_position, head_recorded_at, head_frontier, head_generation
        FROM log_head h WHERE h.log = 0 FOR UPDATE;
    IF head_position <> seen OR head_generation <> generation THEN
        outcome := 'moved';
        RETURN;
    END IF;

    BEGIN
        INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type,
                            event_version, payload, metadata, recorded_at, leaf_hash)
        SELECT seen + e.nth, e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type,
               e.event_version, e.payload::jsonb, e.metadata::jsonb, e.recorded_at, e.leaf_hash
        FROM unnest(event_ids, aggregate_types, aggregate_ids, sequences, event_types, event_versions,
                    payloads, metadatas, recorded_ats, leaf_hashes) WITH ORDINALITY
             AS e (event_id, aggregate_type, aggregate_id, sequence, event_type, event_version,
                   payload, metadata, recorded_at, leaf_hash, nth);

        IF release_kinds <> '{}' THEN
            DELETE FROM claims c USING unnest(release_kinds, release_holders) AS r (kind, holder)
            WHERE c.aggregate_id = r.holder AND (r.kind = '' OR c.kind = r.kind);
        END IF;
        IF take_kinds <> '{}' THEN
            INSERT INTO claims (kind, scope, digest, aggregate_id)
            SELECT * FROM unnest(take_kinds, take_scopes, take_digests, take_holders);
        END IF;
        IF key_slots <> '{}' THEN
            DELETE FROM sealing_keys y
            USING unnest(key_holders, key_slots, key_wraps) AS k (holder, slot, wrapped)
            WHERE k.wrapped IS NULL AND y.aggregate_id = k.holder AND (k.slot = '' OR y.slot = k.slot);
            -- A person's key is never replaced, which would erase what it seals; a secret's is.
            INSERT INTO sealing_keys (aggregate_id, slot, key_id, wrapped)
            SELECT * FROM unnest(key_holders, key_slots, key_ids, key_wraps) AS k (holder, slot, id, wrapped)
            WHERE k.slot = 'person' AND k.wrapped IS NOT NULL;
            INSERT INTO sealing_keys (aggregate_id, slot, key_id, wrapped)
            SELECT * FROM unnest(key_holders, key_slots, key_ids, key_wraps) AS k (holder, slot, id, wrapped)
            WHERE k.slot <> 'person' AND k.wrapped IS NOT NULL
            ON CONFLICT (aggregate_id, slot) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped;
            -- A snapshot may hold the secret whose key has just been replaced or destroyed.
            DELETE FROM aggregate_snapshots s USING unnest(key_holders) AS k (holder)
            WHERE s.aggregate_id = k.holder;
        END IF;

        FOR step IN 1 .. coalesce(array_length(step_functions, 1), 0) LOOP
            PERFORM set_config('search_path', quote_ident(step_schemas[step]) || ',public', true);
            EXECUTE format('SELECT %I.%I($1, $2, $3, $4)', step_schemas[step], step_functions[step])
                USING step_ids[first : step_ends[step]], step_payloads[first : step_ends[step]],
                      step_times[first : step_ends[step]], step_positions[first : step_ends[step]];
            first := step_ends[step] + 1;
        END LOOP;
        IF first > 1 THEN
            PERFORM set_config('search_path', 'public', true);
        END IF;
    EXCEPTION WHEN unique_violation THEN
        SELECT array_agg(DISTINCT e.command) INTO stale
            FROM unnest(commands, aggregate_types, aggregate_ids, sequences)
                 AS e (command, aggregate_type, aggregate_id, sequence)
            WHERE EXISTS (SELECT FROM events x WHERE x.aggregate_type = e.aggregate_type
                          AND x.aggregate_id = e.aggregate_id AND x.sequence = e.sequence AND x.log = 0)
               OR EXISTS (SELECT FROM unnest(key_holders, key_slots) AS k (holder, slot)
                          JOIN sealing_keys y ON y.aggregate_id = k.holder AND y.slot = k.slot
                          WHERE k.holder = e.aggregate_id AND k.slot = 'person');
        SELECT array_agg(t.command), array_agg(t.kind) INTO taken, taken_kinds
            FROM unnest(take_commands, take_kinds, take_scopes, take_digests) AS t (command, kind, scope, digest)
            JOIN claims c ON c.kind = t.kind AND c.scope = t.scope AND c.digest = t.digest
            WHERE NOT EXISTS (SELECT FROM unnest(release_kinds, release_holders) AS r (kind, holder)
                              WHERE r.holder = c.aggregate_id AND (r.kind = '' OR r.kind = c.kind));
        IF stale IS NULL AND taken IS NULL THEN
            RAISE; -- not the log and not a claim: a read model's own constraint, which is a defect
        END IF;
        outcome := 'refused';
        RETURN;
    END;

    head_position := seen + amount;
    head_recorded_at := recorded_ats[amount];
    head_frontier := new_frontier;
    UPDATE log_head h SET position = head_position, recorded_at = head_recorded_at, frontier = head_frontier
        WHERE h.log = 0;
    PERFORM pg_notify('events', head_position::text);
    outcome := 'appended';
END $$;

REVOKE ALL ON FUNCTION append_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events TO zhanggui_app;
