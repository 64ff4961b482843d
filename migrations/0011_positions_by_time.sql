-- Where in the log an instant lies: the last position recorded before it, 0 when there is none.
-- Times never decrease along the log, so halving finds it by a few dozen look-ups and no index is needed.
CREATE FUNCTION position_before(instant timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
    low    bigint := 0;
    high   bigint;
    middle bigint;
BEGIN
    SELECT h.position + 1 INTO high FROM log_head h WHERE h.log = 0;
    WHILE high - low > 1 LOOP
        middle := low + (high - low) / 2;
        IF (SELECT e.recorded_at FROM events e WHERE e.log = 0 AND e.position = middle) < instant THEN
            low := middle;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;
REVOKE ALL ON FUNCTION position_before FROM PUBLIC;
GRANT EXECUTE ON FUNCTION position_before TO zhanggui_app;
