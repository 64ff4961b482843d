-- What the questions ask by. The statements of on/ know the keys, so a build makes these after the rows.
-- Not unique: the claims decide that, and a read model promises no order between streams.
CREATE INDEX stores_by_owner ON stores (owner_id);
CREATE INDEX categories_by_store ON categories (store_id);

-- One index for every sort, of a store and of a category: a page is a walk along one of them, from where the last
-- one ended, for each status. None is left to the planner's guesses about stores of very different sizes.
CREATE INDEX products_of_store_by_time ON products (store_id, status, listed_at, product_id) WHERE deleted_at IS NULL;
CREATE INDEX products_of_store_by_title ON products (store_id, status, title_order, product_id) WHERE deleted_at IS NULL;
CREATE INDEX products_of_store_by_price_up ON products (store_id, status, price_up, product_id) WHERE deleted_at IS NULL;
CREATE INDEX products_of_store_by_price_down ON products (store_id, status, price_down, product_id) WHERE deleted_at IS NULL;
CREATE INDEX products_of_category_by_time ON products (category_id, status, listed_at, product_id) WHERE deleted_at IS NULL AND category_id IS NOT NULL;
CREATE INDEX products_of_category_by_title ON products (category_id, status, title_order, product_id) WHERE deleted_at IS NULL AND category_id IS NOT NULL;
CREATE INDEX products_of_category_by_price_up ON products (category_id, status, price_up, product_id) WHERE deleted_at IS NULL AND category_id IS NOT NULL;
CREATE INDEX products_of_category_by_price_down ON products (category_id, status, price_down, product_id) WHERE deleted_at IS NULL AND category_id IS NOT NULL;
-- Without the list of pending entries, which every search would have to read through and some append to clear away.
CREATE INDEX products_by_gram ON products USING gin (title_grams(store_id, title_key)) WITH (fastupdate = off) WHERE deleted_at IS NULL AND title IS NOT NULL;
-- What it finds is found by it in any case, and gathering statistics of it takes as long as a tenth of a build.
ALTER INDEX products_by_gram ALTER COLUMN 1 SET STATISTICS 0;
-- What waits for the crawler or was refused: few of many, and asked for by the merchant who wants to put it right.
CREATE INDEX products_unsettled ON products (store_id, info_status, status) WHERE deleted_at IS NULL AND info_status <> 'fetched';
