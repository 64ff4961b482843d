-- An append can destroy keys as well: those of a secret that was used, or all of a person who is forgotten.
-- A key without `wrapped` is one to destroy; with an empty slot, all of its holder. The function is the one
-- of before but for that, and takes the same arguments, so that an older program can go on using it meanwhile.
CREATE OR REPLACE FUNCTION append_events(
    seen bigint, new_frontier bytea,
    commands int[], event_ids uuid[], aggregate_types text[], aggregate_ids text[], sequences bigint[],
    event_types text[], event_versions text[], payloads text[], metadatas text[],
    recorded_ats timestamptz[], leaf_hashes bytea[],
    release_kinds text[], release_holders text[],
    take_commands int[], take_kinds text[], take_scopes text[], take_digests bytea[], take_holders text[],
    key_holders text[], key_slots text[], key_ids uuid[], key_wraps bytea[],
    step_schemas text[], step_functions text[], step_ends int[],
    step_ids text[], step_payloads text[], step_times timestamptz[], step_positions bigint[],
    OUT outcome text, OUT head_position bigint, OUT head_recorded_at timestamptz, OUT head_frontier bytea,
    OUT stale int[], OUT taken int[], OUT taken_kinds text[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    first int := 1;
    amount int := coalesce(array_length(event_ids, 1), 0);
BEGIN
    SELECT h.position, h.recorded_at, h.frontier INTO head_position, head_recorded_at, head_frontier
        FROM log_head h WHERE h.log = 0 FOR UPDATE;
    IF head_position <> seen THEN
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

-- Secrets that live for minutes (slots that begin with `brief.`), oldest first: keys are named by time-ordered ids.
CREATE INDEX brief_keys_by_age ON sealing_keys (key_id) WHERE slot LIKE 'brief.%';
