-- What the crawler found; what it did not find stays. (What a person set is not in the event.)
UPDATE products p SET
    title = coalesce(i.payload->>'title', p.title),
    title_key = coalesce(i.title_key, p.title_key),
    price = coalesce((i.payload->>'price')::numeric, p.price),
    image_url = coalesce(i.payload->>'image_url', p.image_url),
    info_status = 'fetched', fetched_from = i.payload->>'info_source', info_error = NULL,
    updated_at = i.recorded_at, version = p.version + 1
FROM (SELECT *, fold_title(payload->>'title') AS title_key FROM incoming OFFSET 0) i WHERE p.product_id = i.aggregate_id::uuid
