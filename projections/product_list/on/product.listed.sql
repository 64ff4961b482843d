-- The product is in the list, without a title until one is known.
INSERT INTO products (product_id, store_id, taobao_url, taobao_item_id, coupon_url, category_id, listed_at, updated_at)
SELECT aggregate_id::uuid, (payload->>'store_id')::uuid, payload->>'taobao_url', payload->>'taobao_item_id',
       payload->>'coupon_url', (payload->>'category_id')::uuid, recorded_at, recorded_at
FROM incoming
