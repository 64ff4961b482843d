-- What changed. Behind another item (or a short link that nobody has followed yet: null), what the crawler said of the old one is gone; what a person set stays.
WITH changed AS (
    SELECT p.product_id, i.payload, i.recorded_at, anew.item,
           coalesce(i.payload->>'title', CASE WHEN p.title_by_hand OR NOT anew.item THEN p.title END) AS title,
           coalesce((i.payload->>'price')::numeric, CASE WHEN p.price_by_hand OR NOT anew.item THEN p.price END) AS price
    FROM products p JOIN incoming i ON p.product_id = i.aggregate_id::uuid
    CROSS JOIN LATERAL (SELECT i.payload ? 'taobao_item_id') AS anew (item)
), folded AS MATERIALIZED (
    SELECT *, fold_title(title) AS title_key FROM changed
)
UPDATE products p SET
    taobao_url = coalesce(c.payload->>'taobao_url', p.taobao_url),
    -- There whenever the link leads to another item: null where only a short link is known.
    taobao_item_id = CASE WHEN c.item THEN c.payload->>'taobao_item_id' ELSE p.taobao_item_id END,
    coupon_url = coalesce(c.payload->>'coupon_url', p.coupon_url),
    title = c.title,
    title_key = c.title_key,
    title_by_hand = p.title_by_hand OR c.payload->>'title' IS NOT NULL,
    price = c.price,
    price_by_hand = p.price_by_hand OR c.payload->>'price' IS NOT NULL,
    image_url = CASE WHEN NOT c.item THEN p.image_url END,
    -- Null takes it out of its category; absent leaves it there.
    category_id = CASE WHEN c.payload ? 'category_id' THEN (c.payload->>'category_id')::uuid ELSE p.category_id END,
    status = coalesce(c.payload->>'status', p.status),
    info_status = CASE WHEN c.item THEN 'pending' ELSE p.info_status END,
    fetched_from = CASE WHEN NOT c.item THEN p.fetched_from END,
    info_error = CASE WHEN NOT c.item THEN p.info_error END,
    updated_at = c.recorded_at, version = p.version + 1
FROM folded c WHERE p.product_id = c.product_id
