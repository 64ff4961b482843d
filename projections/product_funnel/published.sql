-- What analysts may read of it, as views of a schema that other programs rely on. A view of v1 never loses a column.
-- Each is made anew: a program that is put back in its place cannot replace one that got a column since.
CREATE SCHEMA IF NOT EXISTS analytics_v1;
COMMENT ON SCHEMA analytics_v1 IS 'Numbers for analysts. A day is a local day of the shop; numbers only, no person.';

DROP VIEW IF EXISTS analytics_v1.product_quarters;
CREATE VIEW analytics_v1.product_quarters AS
SELECT quarter, listed, fetched, failed, deleted, restored FROM funnel_quarters;
COMMENT ON VIEW analytics_v1.product_quarters IS 'What happened to products, by quarter of an hour. Days: GROUP BY (quarter AT TIME ZONE zone)::date, with the zone of the shop, which analytics_v1.days.timezone names.';
COMMENT ON COLUMN analytics_v1.product_quarters.quarter IS 'When the quarter of an hour begins.';
COMMENT ON COLUMN analytics_v1.product_quarters.listed IS 'How many products were listed.';
COMMENT ON COLUMN analytics_v1.product_quarters.fetched IS 'How many were fetched for the first time, whenever listed.';
COMMENT ON COLUMN analytics_v1.product_quarters.failed IS 'How many could not be fetched for the first time, whenever listed.';
COMMENT ON COLUMN analytics_v1.product_quarters.deleted IS 'How often one was deleted.';
COMMENT ON COLUMN analytics_v1.product_quarters.restored IS 'How often one was restored.';

DROP VIEW IF EXISTS analytics_v1.product_listings;
CREATE VIEW analytics_v1.product_listings AS
SELECT quarter(listed_at) AS quarter, count(*) AS listed, count(fetched_at) AS fetched,
       count(failed_at) FILTER (WHERE fetched_at IS NULL) AS failed,
       count(*) FILTER (WHERE fetched_at IS NULL AND failed_at IS NULL) AS pending, count(deleted_at) AS deleted,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM fetched_at - listed_at)::float8) AS median_seconds_to_fetch
FROM funnel_products GROUP BY 1;
COMMENT ON VIEW analytics_v1.product_listings IS 'What has become, until now, of the products listed in a quarter of an hour: fetched + failed + pending = listed.';
COMMENT ON COLUMN analytics_v1.product_listings.quarter IS 'When the quarter of an hour begins in which they were listed.';
COMMENT ON COLUMN analytics_v1.product_listings.listed IS 'How many were listed.';
COMMENT ON COLUMN analytics_v1.product_listings.fetched IS 'How many were fetched at least once.';
COMMENT ON COLUMN analytics_v1.product_listings.failed IS 'How many were tried and never fetched.';
COMMENT ON COLUMN analytics_v1.product_listings.pending IS 'How many are neither.';
COMMENT ON COLUMN analytics_v1.product_listings.deleted IS 'How many are deleted now, whatever else became of them.';
COMMENT ON COLUMN analytics_v1.product_listings.median_seconds_to_fetch IS 'From listing to the first fetch, of those that were fetched; null when none was.';

DROP VIEW IF EXISTS analytics_v1.products_as_of;
CREATE VIEW analytics_v1.products_as_of AS
SELECT m.position FROM public.read_models m JOIN pg_class c ON c.relnamespace::regnamespace::text = m.schema_name
WHERE c.oid = 'funnel_products'::regclass;
COMMENT ON VIEW analytics_v1.products_as_of IS 'Up to which position of the log products are counted, in both views of them.';
COMMENT ON COLUMN analytics_v1.products_as_of.position IS 'Every event up to here is counted, and none after it.';

DO $grants$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'zhanggui_analyst') THEN
        GRANT USAGE ON SCHEMA analytics_v1 TO zhanggui_analyst;
        GRANT SELECT ON ALL TABLES IN SCHEMA analytics_v1 TO zhanggui_analyst;
    END IF;
END $grants$;
