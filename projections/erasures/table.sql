-- Every instance asks it each minute: who was forgotten lately and must leave its memory, too?
CREATE TABLE erasures (
    aggregate_id text        PRIMARY KEY,
    erased_at    timestamptz NOT NULL
);
CREATE INDEX erasures_by_time ON erasures (erased_at);
