-- What auditors look for, without reading the log from end to end. Every index here is paid for by every
-- append, so there are as few and as small ones as will do; what they cost is in decision record 0027.

-- Events of one type, in the order of the log. Also what types there are: one probe for each.
CREATE INDEX events_by_type ON events (event_type, position);

-- What somebody did, in the order of the log. A digest of eight bytes stands for the id of thirty-six; questions
-- compare the id as well. It is the digest of hash partitioning, which PostgreSQL keeps over its versions.
CREATE INDEX events_by_actor ON events (hashtextextended(metadata->>'actor_id', 0), position)
    WHERE metadata->>'actor_id' IS NOT NULL;

-- One event by its id, and the few that share a cause or a correlation: a summary of each 64 pages of the table
-- instead of an entry for each event, so that an append pays nothing; `summarise_links` writes the summaries.
CREATE INDEX events_by_link ON events USING brin (
    event_id,
    (metadata->>'correlation_id') text_bloom_ops (n_distinct_per_range = 800, false_positive_rate = 0.0005),
    (metadata->>'causation_id') text_bloom_ops (n_distinct_per_range = 400, false_positive_rate = 0.0005)
) WITH (pages_per_range = 64);

-- How much of the table has summaries.
CREATE TABLE link_summaries (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    pages    bigint  NOT NULL
);
COMMENT ON TABLE link_summaries IS 'One row. Every event on a page before `pages` is in the summaries of events_by_link.';
-- What is there already was summarised as the index was made.
INSERT INTO link_summaries (pages) SELECT pg_relation_size('events') / current_setting('block_size')::int / 64 * 64;

-- Summarises what has been appended since, 64 full pages at a time and 500 times at most. Gives how often. The last
-- pages wait until they are full: an append to summarised ones would have to change the summary each time.
-- As the owner, since only that role may; it changes no event.
CREATE FUNCTION summarise_links() RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    done bigint;
    full_pages bigint := pg_relation_size('public.events') / current_setting('block_size')::int / 64 * 64;
    times int := 0;
BEGIN
    SELECT s.pages INTO done FROM public.link_summaries s FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0; -- another instance is at it
    END IF;
    BEGIN
        -- Who waits for this lock makes an autovacuum give up. It summarises, too; the next time is soon enough.
        LOCK TABLE public.events IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN 0;
    END;
    -- A restored table may have fewer pages, all of them in the new index.
    done := least(done, full_pages);
    WHILE done < full_pages AND times < 500 LOOP
        PERFORM brin_summarize_range('public.events_by_link', done);
        done := done + 64;
        times := times + 1;
    END LOOP;
    UPDATE public.link_summaries s SET pages = done WHERE s.pages <> done;
    RETURN times;
END $$;

-- The last sequence of a stream that stands at a position or before it; 0 when there is none. Both grow together.
CREATE FUNCTION sequence_at(type text, id text, place bigint) RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    low bigint := 0;
    high bigint := coalesce((SELECT e.sequence FROM events e WHERE e.aggregate_type = type AND e.aggregate_id = id
                             ORDER BY e.sequence DESC LIMIT 1), 0);
    middle bigint;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF (SELECT e.position <= place FROM events e
            WHERE e.aggregate_type = type AND e.aggregate_id = id AND e.sequence = middle) THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;

REVOKE ALL ON FUNCTION summarise_links, sequence_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION summarise_links, sequence_at TO zhanggui_app;
