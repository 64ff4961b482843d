-- Asked by analysts, and by the job that closes days: how many registered and came, by local day, and who came back.
-- Which day an event counts for stands in the event, so no time zone is needed here. Every number but those of closed
-- days is a sum that comes out the same in whatever order streams are projected, and stays when a person is forgotten.
CREATE TABLE days (
    date                 date   PRIMARY KEY,
    registrations        bigint NOT NULL DEFAULT 0,
    active_users         bigint NOT NULL DEFAULT 0,
    -- For whom it was the first day.
    new_users            bigint NOT NULL DEFAULT 0,
    -- Different people in the 7 and 30 days that end with this one. Days to come hold what is known of them.
    weekly_active_users  bigint NOT NULL DEFAULT 0,
    monthly_active_users bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- Of those who registered in a week (by its Monday), how many came in the n-th week after.
CREATE TABLE retention (
    cohort date   NOT NULL,
    week   int    NOT NULL,
    people bigint NOT NULL,
    PRIMARY KEY (cohort, week)
) WITH (fillfactor = 50);

-- Closed days with every revision: what was counted for good.
CREATE TABLE closings (
    date          date        NOT NULL,
    revision      bigint      NOT NULL,
    cause         text,
    timezone      text        NOT NULL,
    registrations bigint      NOT NULL,
    active_users  bigint      NOT NULL,
    counted_to    bigint      NOT NULL,
    closed_at     timestamptz NOT NULL,
    PRIMARY KEY (date, revision)
);

-- What must be known of a person to count the next day: gone when the person is forgotten.
CREATE TABLE visitors (
    user_id       uuid PRIMARY KEY,
    registered_on date NOT NULL,
    active_on     date
) WITH (fillfactor = 80);
