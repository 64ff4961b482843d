-- The merchant's table asks it: which products are in this store, in this order, after this one, with these words?
--
-- Products stay when they are deleted, so that they can be restored; every index but the key (indexes.sql) leaves them out.
-- `version` is the number of the stream's events: every statement of a product event adds one.
CREATE TABLE stores (
    store_id   uuid        PRIMARY KEY,
    owner_id   uuid        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE categories (
    category_id uuid PRIMARY KEY,
    store_id    uuid NOT NULL,
    name        text NOT NULL
);

-- What is compared when titles are: NFKC, then lower case by a table of our own, one letter for one letter, for
-- Latin, Greek and Cyrillic (U+0000 to U+04FF). Neither the database's locale nor a newer C or ICU library changes
-- it, so what was stored yesterday is found tomorrow. Unlike full case folding, ß is not ss, İ is i, and scripts
-- beyond these (Armenian, Georgian, …) keep their capitals apart. Accents count: é is not e.
-- Most titles hold none of those letters, and looking each of their own up costs fifteen times as much as all the rest.
CREATE FUNCTION fold_title(title text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $fold$
DECLARE
    folded text COLLATE "C" := lower(normalize(title, NFKC) COLLATE "C");
BEGIN
    IF folded ~ E'[\t-\r\u0080-\u04FF]' THEN
        folded := translate(
            folded,
            E'\t\n\x0B\f\rÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽƁƂƄƆƇƉƊƋƎƏƐƑƓƔƖƗƘƜƝƟƠƢƤƦƧƩƬƮƯƱƲƳƵƷƸƼǍǏǑǓǕǗǙǛǞǠǢǤǦǨǪǬǮǴǶǷǸǺǼǾȀȂȄȆȈȊȌȎȐȒȔȖȘȚȜȞȠȢȤȦȨȪȬȮȰȲȺȻȽȾɁɃɄɅɆɈɊɌɎͰͲͶͿΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫςϏϘϚϜϞϠϢϤϦϨϪϬϮϷϺϽϾϿЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯѠѢѤѦѨѪѬѮѰѲѴѶѸѺѼѾҀҊҌҎҐҒҔҖҘҚҜҞҠҢҤҦҨҪҬҮҰҲҴҶҸҺҼҾӀӁӃӅӇӉӋӍӐӒӔӖӘӚӜӞӠӢӤӦӨӪӬӮӰӲӴӶӸӺӼӾ',
            '     àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįiĵķĺļľłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžɓƃƅɔƈɖɗƌǝəɛƒɠɣɩɨƙɯɲɵơƣƥʀƨʃƭʈưʊʋƴƶʒƹƽǎǐǒǔǖǘǚǜǟǡǣǥǧǩǫǭǯǵƕƿǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȝȟƞȣȥȧȩȫȭȯȱȳⱥȼƚⱦɂƀʉʌɇɉɋɍɏͱͳͷϳάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋσϗϙϛϝϟϡϣϥϧϩϫϭϯϸϻͻͼͽѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюяѡѣѥѧѩѫѭѯѱѳѵѷѹѻѽѿҁҋҍҏґғҕҗҙқҝҟҡңҥҧҩҫҭүұҳҵҷҹһҽҿӏӂӄӆӈӊӌӎӑӓӕӗәӛӝӟӡӣӥӧөӫӭӯӱӳӵӷӹӻӽӿ'
        );
    END IF;
    RETURN folded;
END $fold$;

-- Every single character and every two neighbours of a folded title, marked with the store, so that one search looks
-- at one store. (Nothing beside the server itself is needed for that. Stores that share a mark share postings, and
-- the statements tell them apart.) Only an index holds them: in the rows they took more room than all the rest.
CREATE FUNCTION title_grams(store_id uuid, folded text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $cut$
DECLARE
    mark text := right(store_id::text, 8);
    before text := ' ';
    letter text;
    grams text[] := '{}';
BEGIN
    -- Loops cost a sixth of the query that says the same. What comes twice is once in the index.
    FOREACH letter IN ARRAY string_to_array(folded, NULL) LOOP
        IF letter <> ' ' THEN
            grams := grams || (mark || letter);
            IF before <> ' ' THEN
                grams := grams || (mark || before || letter);
            END IF;
        END IF;
        before := letter;
    END LOOP;
    RETURN grams;
END $cut$;

-- The grams that a title must have to hold every word of a folded search.
CREATE FUNCTION wanted_grams(store_id uuid, folded text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(DISTINCT right(store_id::text, 8) || substr(word, n, 2)), '{}')
    FROM unnest(string_to_array(folded, ' ')) AS words (word)
    CROSS JOIN LATERAL generate_series(1, greatest(length(word) - 1, 1)) AS start (n)
    WHERE word <> ''
);

-- The LIKE patterns of those words: what the grams find is looked at once more, so that the answer is exact.
CREATE FUNCTION wanted_patterns(folded text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'), '{}')
    FROM unnest(string_to_array(folded, ' ')) AS words (word)
    WHERE word <> ''
);

CREATE TABLE products (
    product_id     uuid        PRIMARY KEY,
    store_id       uuid        NOT NULL,
    taobao_url     text        NOT NULL,
    taobao_item_id text,
    coupon_url     text        NOT NULL,
    title          text,
    price          numeric(12, 2),
    image_url      text,
    -- As the product says it: the category may have been removed since, which readers see as none.
    category_id    uuid,
    status         text        NOT NULL DEFAULT 'listed',
    info_status    text        NOT NULL DEFAULT 'pending',
    -- Where the newest facts were read: page or api.
    fetched_from   text,
    info_error     text,
    title_by_hand  boolean     NOT NULL DEFAULT false,
    price_by_hand  boolean     NOT NULL DEFAULT false,
    listed_at      timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    version        bigint      NOT NULL DEFAULT 1,
    deleted_at     timestamptz,
    title_key      text COLLATE "C",
    -- What pages are sorted by is never null: what has no title or no price comes last, in both directions. An index
    -- takes the first 120 characters (NFKC may make many of one).
    title_order    text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(left(title_key, 120), E'\U0010FFFF')) STORED,
    price_up       numeric     NOT NULL GENERATED ALWAYS AS (coalesce(price, 'Infinity')) STORED,
    price_down     numeric     NOT NULL GENERATED ALWAYS AS (coalesce(price, -1)) STORED
) WITH (fillfactor = 85);

-- How many products there are, so that nobody has to count them. No category is the nil UUID.
CREATE TABLE product_counts (
    store_id    uuid   NOT NULL,
    category_id uuid   NOT NULL,
    status      text   NOT NULL,
    products    bigint NOT NULL,
    PRIMARY KEY (store_id, category_id, status)
) WITH (fillfactor = 50);

-- How many events each store's list is made of: as long as that number stays, so does every page of it.
CREATE TABLE list_versions (
    store_id uuid   PRIMARY KEY,
    events   bigint NOT NULL
) WITH (fillfactor = 50);

-- Sums come out the same in whatever order streams are projected, so these rows may belong to no stream.
CREATE FUNCTION count_changed_categories() RETURNS trigger LANGUAGE plpgsql AS $count$
BEGIN
    INSERT INTO list_versions AS v (store_id, events)
    SELECT store_id, count(*) FROM changed_rows GROUP BY 1
    ON CONFLICT (store_id) DO UPDATE SET events = v.events + excluded.events;
    RETURN NULL;
END $count$;

CREATE TRIGGER count_new_categories AFTER INSERT ON categories
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changed_categories();
CREATE TRIGGER count_renamed_categories AFTER UPDATE ON categories
    REFERENCING NEW TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changed_categories();
CREATE TRIGGER count_removed_categories AFTER DELETE ON categories
    REFERENCING OLD TABLE AS changed_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changed_categories();

CREATE FUNCTION count_new_products() RETURNS trigger LANGUAGE plpgsql AS $count$
BEGIN
    INSERT INTO product_counts AS c (store_id, category_id, status, products)
    SELECT store_id, coalesce(category_id, '00000000-0000-0000-0000-000000000000'), status, count(*)
    FROM new_rows WHERE deleted_at IS NULL GROUP BY 1, 2, 3
    ON CONFLICT (store_id, category_id, status) DO UPDATE SET products = c.products + excluded.products;
    INSERT INTO list_versions AS v (store_id, events)
    SELECT store_id, sum(version) FROM new_rows GROUP BY 1
    ON CONFLICT (store_id) DO UPDATE SET events = v.events + excluded.events;
    RETURN NULL;
END $count$;

-- What is gone and what has come, without looking for the rows that belong together: a statement without parameters is
-- planned once a session, and for the three rows of the first call a loop within a loop would do.
CREATE FUNCTION count_moved_products() RETURNS trigger LANGUAGE plpgsql AS $count$
BEGIN
    INSERT INTO product_counts AS c (store_id, category_id, status, products)
    SELECT store_id, coalesce(category_id, '00000000-0000-0000-0000-000000000000'), status, sum(change)
    FROM (
        SELECT store_id, category_id, status, -1 AS change FROM old_rows WHERE deleted_at IS NULL
        UNION ALL
        SELECT store_id, category_id, status, 1 FROM new_rows WHERE deleted_at IS NULL
    ) AS place
    GROUP BY 1, 2, 3 HAVING sum(change) <> 0
    ON CONFLICT (store_id, category_id, status) DO UPDATE SET products = c.products + excluded.products;
    INSERT INTO list_versions AS v (store_id, events)
    SELECT store_id, sum(events)
    FROM (SELECT store_id, version AS events FROM new_rows UNION ALL SELECT store_id, -version FROM old_rows) AS counted
    GROUP BY 1
    ON CONFLICT (store_id) DO UPDATE SET events = v.events + excluded.events;
    RETURN NULL;
END $count$;

CREATE TRIGGER count_new_products AFTER INSERT ON products
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_new_products();
CREATE TRIGGER count_moved_products AFTER UPDATE ON products
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_moved_products();

-- A product as it is shown, deleted ones too.
CREATE VIEW shown_products AS
SELECT p.product_id, p.store_id, p.taobao_url, p.taobao_item_id, p.coupon_url, p.title, p.price::text AS price,
       p.image_url, c.category_id, p.status, p.info_status,
       CASE WHEN p.title_by_hand AND p.price_by_hand THEN 'merchant'
            WHEN p.fetched_from IS NOT NULL THEN p.fetched_from
            WHEN p.title_by_hand OR p.price_by_hand THEN 'merchant' END AS info_source,
       p.info_error, p.title_by_hand, p.price_by_hand, p.listed_at, p.updated_at, p.version, p.deleted_at
FROM products p LEFT JOIN categories c ON c.category_id = p.category_id AND c.store_id = p.store_id;
