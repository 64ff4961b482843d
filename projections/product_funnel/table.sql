-- Asked by analysts: what becomes of products, from being listed on, and how long the first fetch takes.
CREATE TABLE funnel_products (
    product_id uuid        PRIMARY KEY,
    listed_at  timestamptz NOT NULL,
    -- The first time each; deleted_at is null again once it is restored.
    fetched_at timestamptz,
    failed_at  timestamptz,
    deleted_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX funnel_products_by_time ON funnel_products (listed_at);

-- What happened in each quarter of an hour: days of any time zone are made of them, since all clocks are set by quarters.
-- Sums come out the same in whatever order streams are projected.
CREATE TABLE funnel_quarters (
    quarter  timestamptz PRIMARY KEY,
    listed   bigint NOT NULL DEFAULT 0,
    fetched  bigint NOT NULL DEFAULT 0,
    failed   bigint NOT NULL DEFAULT 0,
    deleted  bigint NOT NULL DEFAULT 0,
    restored bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE FUNCTION quarter(instant timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN date_bin('15 minutes', instant, '2000-01-01 00:00:00+00');
