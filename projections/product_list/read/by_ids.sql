-- What are these products ($1)? Deleted ones too.
SELECT product_id AS "product_id!", store_id AS "store_id!", taobao_url AS "taobao_url!", taobao_item_id, coupon_url AS "coupon_url!",
       title, price, image_url, category_id, status AS "status!", info_status AS "info_status!", info_source, info_error,
       title_by_hand AS "title_by_hand!", price_by_hand AS "price_by_hand!", listed_at AS "listed_at!", updated_at AS "updated_at!",
       version AS "version!", deleted_at
FROM shown_products WHERE product_id = ANY($1)
