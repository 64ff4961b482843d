-- What follows from events: how far each reactor has queued the log, and what it still has to do.
-- No personal data: a task is a position, and the event is read from the log when it is worked on.

-- How far each reactor has queued the log. Its row lock lets one instance queue for it at a time.
CREATE TABLE reactors (
    name     text   PRIMARY KEY,
    position bigint NOT NULL
);
COMMENT ON COLUMN reactors.position IS 'Every event up to here that the reactor hears has become a task; it never goes back.';

-- One event that one reactor still has to work on. Done ones are deleted.
CREATE TABLE reactor_tasks (
    reactor        text        NOT NULL,
    position       bigint      NOT NULL,
    state          text        NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'parked')),
    attempts       int         NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    due_at         timestamptz NOT NULL,
    lease_until    timestamptz,
    last_error     text,
    parked_at      timestamptz,
    PRIMARY KEY (reactor, position)
)
-- Rows come and go and change in place all day: room for the changes, and swept long before a fifth is dead.
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON COLUMN reactor_tasks.state IS 'due: to be tried at due_at; parked: not before an operator says so.';
COMMENT ON COLUMN reactor_tasks.attempts IS 'Tries begun. A result counts only while this and lease_until are what its try began with.';
COMMENT ON COLUMN reactor_tasks.first_tried_at IS 'When the first try began: from then on nobody knows what may have got through.';
COMMENT ON COLUMN reactor_tasks.lease_until IS 'Until when the task belongs to the instance that tries it.';
COMMENT ON COLUMN reactor_tasks.last_error IS 'Why the last try failed; names no person.';
CREATE INDEX reactor_tasks_due ON reactor_tasks (reactor, due_at, position) WHERE state = 'due';

-- Makes tasks of the next `span` positions for one reactor, in one round trip. has_more: the log goes on.
CREATE FUNCTION queue_tasks(
    reactor_name text, heard text[], from_start boolean, span bigint, due timestamptz,
    OUT queued bigint, OUT has_more boolean
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    done_to  bigint;
    head     bigint;
    until    bigint;
BEGIN
    queued := 0;
    has_more := false;
    -- A crash loses the tasks together with the position, and both come again.
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT r.position INTO done_to FROM reactors r WHERE r.name = reactor_name FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        -- Another instance is at it, or the reactor is new.
        INSERT INTO reactors (name, position)
            SELECT reactor_name, CASE WHEN from_start THEN 0 ELSE h.position END FROM log_head h WHERE h.log = 0
            ON CONFLICT DO NOTHING;
        has_more := FOUND;
        RETURN;
    END IF;
    SELECT h.position INTO head FROM log_head h WHERE h.log = 0;
    until := least(head, done_to + span);
    IF until <= done_to THEN
        RETURN;
    END IF;
    INSERT INTO reactor_tasks (reactor, position, due_at)
        SELECT reactor_name, e.position, due FROM events e
        WHERE e.log = 0 AND e.position > done_to AND e.position <= until AND e.event_type = ANY (heard)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS queued = ROW_COUNT;
    UPDATE reactors r SET position = until WHERE r.name = reactor_name;
    has_more := until < head;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON reactors, reactor_tasks TO zhanggui_app;
REVOKE ALL ON FUNCTION queue_tasks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION queue_tasks TO zhanggui_app;
