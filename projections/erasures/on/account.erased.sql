-- The id alone tells nobody who it was.
INSERT INTO erasures (aggregate_id, erased_at) SELECT aggregate_id, recorded_at FROM incoming
