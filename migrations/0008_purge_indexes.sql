-- What the purge looks for each minute, without reading whole tables.
CREATE INDEX session_activity_by_time ON session_activity (last_seen_at);
CREATE INDEX login_attempts_by_time
    ON login_attempts ((coalesce(recent[array_upper(recent, 1)], '-infinity'::timestamptz)));
