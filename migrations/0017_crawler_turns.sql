-- When the crawler may ask each host again, whichever instance asks. A row is a host; the database's clock counts.
CREATE TABLE crawler_turns (
    host    text        PRIMARY KEY,
    free_at timestamptz NOT NULL
)
-- A few rows that change once a second each: room for the changes in place.
WITH (fillfactor = 20, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
COMMENT ON COLUMN crawler_turns.free_at IS 'The first moment that nobody has taken yet.';
GRANT SELECT, INSERT, UPDATE, DELETE ON crawler_turns TO zhanggui_app;
