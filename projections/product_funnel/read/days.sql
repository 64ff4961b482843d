-- The days that begin at $1, one after the other, the last bound being the end: what happened on each, and what became of what was listed on it. Day 0 is all of them together.
WITH happened AS (
    SELECT coalesce(width_bucket(quarter, $1::timestamptz[]), 0) AS day, sum(listed) AS listed, sum(fetched) AS fetched,
           sum(failed) AS failed, sum(deleted) AS deleted, sum(restored) AS restored
    FROM funnel_quarters WHERE quarter >= ($1::timestamptz[])[1] AND quarter < ($1::timestamptz[])[cardinality($1::timestamptz[])]
    GROUP BY ROLLUP (width_bucket(quarter, $1::timestamptz[]))
), became AS (
    SELECT coalesce(width_bucket(listed_at, $1::timestamptz[]), 0) AS day, count(fetched_at) AS fetched,
           count(failed_at) FILTER (WHERE fetched_at IS NULL) AS failed,
           count(*) FILTER (WHERE fetched_at IS NULL AND failed_at IS NULL) AS pending, count(deleted_at) AS deleted,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fetched_at - listed_at)::float8) AS median
    FROM funnel_products WHERE listed_at >= ($1::timestamptz[])[1] AND listed_at < ($1::timestamptz[])[cardinality($1::timestamptz[])]
    GROUP BY ROLLUP (width_bucket(listed_at, $1::timestamptz[]))
)
SELECT n AS "day!", coalesce(h.listed, 0)::bigint AS "listed!", coalesce(h.fetched, 0)::bigint AS "fetched!",
       coalesce(h.failed, 0)::bigint AS "failed!", coalesce(h.deleted, 0)::bigint AS "deleted!",
       coalesce(h.restored, 0)::bigint AS "restored!", coalesce(b.fetched, 0) AS "of_listed_fetched!",
       coalesce(b.failed, 0) AS "of_listed_failed!", coalesce(b.pending, 0) AS "of_listed_pending!",
       coalesce(b.deleted, 0) AS "of_listed_deleted!", b.median AS "median_seconds_to_fetch?", l.position AS "as_of_position!"
FROM log_head l
CROSS JOIN generate_series(0, cardinality($1::timestamptz[]) - 1) AS n
LEFT JOIN happened h ON h.day = n
LEFT JOIN became b ON b.day = n
WHERE l.log = 0
ORDER BY n
