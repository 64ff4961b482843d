-- Verification goes through log 0 from position 1 on, by times that can be told: what does not lie there must not be there.
-- (`position > 0` holds since 0001.) Not looked for in what is there already, which would hold up appends for as long as
-- reading the log takes: verification finds it.
ALTER TABLE events ADD CONSTRAINT one_log CHECK (log = 0) NOT VALID;
ALTER TABLE events ADD CONSTRAINT finite_time CHECK (isfinite(recorded_at)) NOT VALID;
