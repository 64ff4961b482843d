-- A range of days of listings.
CREATE INDEX funnel_products_by_time ON funnel_products (listed_at);
