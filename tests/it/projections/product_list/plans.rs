//! A million products: every question walks an index, and none reads the table from end to end.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;
use zhanggui::database::as_service;
use zhanggui::projections::product_list::{Info, Query, Search, Sort, Status};

use super::Market;

/// 200 stores, the first with 100,000 products and four categories, the others sharing 900,000.
const FILL: &str = "
    INSERT INTO stores SELECT store(n), store(n), '店', now() FROM generate_series(1, 200) n;
    INSERT INTO categories SELECT category(s, c), store(s), '类' FROM generate_series(1, 200) s, generate_series(0, 3) c;
    CREATE TEMP TABLE sample AS
        SELECT s, n, store(s) AS store_id, category(s, n % 4) AS category_id, title, (n * 37)::numeric AS price,
               CASE WHEN n = 7 THEN 'delisted' ELSE 'listed' END AS status, fold_title(title) AS key
        FROM generate_series(1, 200) s, generate_series(0, 49) n,
             LATERAL (SELECT chr(19968 + n % 5 * 7 + s % 13) || chr(20100 + n % 20 * 11)) AS made (title);
    ANALYZE sample;
    INSERT INTO products (product_id, store_id, taobao_url, coupon_url, title, price, category_id, status, listed_at,
                          updated_at, title_key, info_status)
        SELECT (i::text || '0000000000000000000000000')::uuid, t.store_id, 'u', 'c', t.title, t.price, t.category_id,
               t.status, '2026-01-01'::timestamptz + i * interval '1 s', '2026-01-01', t.key,
               CASE i / 200 % 500 WHEN 0 THEN 'pending' WHEN 1 THEN 'failed' ELSE 'fetched' END
        FROM (SELECT i, CASE WHEN i < 1100000 THEN 1 ELSE 2 + i % 199 END, i / 199 % 50
              FROM generate_series(1000000, 1999999) i) made (i, s, n)
        JOIN sample t USING (s, n);
";

const IDS: &str = "
    CREATE FUNCTION pg_temp.store(n int) RETURNS uuid LANGUAGE sql IMMUTABLE
        RETURN ('01900000-0000-7000-8000-' || lpad(to_hex(n::bigint * 7919 * 104729), 12, '0'))::uuid;
    CREATE FUNCTION pg_temp.category(s int, n int) RETURNS uuid LANGUAGE sql IMMUTABLE
        RETURN ('01900000-0000-7000-9000-' || lpad(to_hex(s * 10 + n), 12, '0'))::uuid;
";

/// Fills the tables as quickly as it goes: indexes afterwards, counts not at all.
async fn fill(connection: &mut PgConnection) {
    let run = async |connection: &mut PgConnection, sql: &str| {
        sqlx::raw_sql(sql).execute(connection).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    };
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'products' AND indexname <> 'products_pkey'",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    run(connection, "SET maintenance_work_mem = '256MB'; SET max_parallel_maintenance_workers = 1").await;
    run(
        connection,
        "ALTER TABLE products DISABLE TRIGGER USER; ALTER TABLE products DROP CONSTRAINT products_pkey;
         ALTER TABLE products SET UNLOGGED",
    )
    .await;
    for (name, _) in &indexes {
        run(connection, &format!("DROP INDEX {name}")).await;
    }
    run(connection, IDS).await;
    run(connection, &FILL.replace("store(", "pg_temp.store(").replace("category(", "pg_temp.category("))
        .await;
    for (_, definition) in &indexes {
        run(connection, definition).await;
    }
    run(connection, "ALTER TABLE products ADD PRIMARY KEY (product_id)").await;
    run(connection, "ANALYZE products, categories, product_counts").await;
}

async fn plan(connection: &mut PgConnection, query: &Query, mode: &str) -> String {
    let sql = query.statement();
    let types = "uuid, text[], text, uuid, bigint, uuid, text";
    let types = if query.search.is_some() { types } else { types.trim_end_matches(", text") };
    let start = query.sort.start();
    let category = query.category_id.map_or("NULL".to_owned(), |id| format!("'{id}'"));
    let search = query.search.as_ref().map_or(String::new(), |search| format!(", '{}'", search.as_str()));
    let arguments = format!(
        "'{}', '{{{}}}', '{}', '{}', 21, {category}{search}",
        query.store_id,
        query.statuses().join(","),
        start.key,
        start.product_id,
    );
    explained(connection, &sql, types, &arguments, mode).await
}

/// What the database says that it does for a statement with these arguments.
async fn explained(
    connection: &mut PgConnection,
    sql: &str,
    types: &str,
    arguments: &str,
    mode: &str,
) -> String {
    sqlx::raw_sql(&format!("SET plan_cache_mode = {mode}; PREPARE asked ({types}) AS {sql}"))
        .execute(&mut *connection)
        .await
        .unwrap();
    let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE asked ({arguments})");
    let lines: Vec<String> =
        sqlx::query_scalar(&explain).persistent(false).fetch_all(&mut *connection).await.unwrap();
    sqlx::raw_sql("DEALLOCATE asked").execute(&mut *connection).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn every_question_walks_an_index_at_a_million_products() {
    let market = Market::start().await;
    let options = as_service(&market.site.database.app_options()).options([("statement_timeout", "0")]);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    fill(&mut connection).await;
    let (store_id, category_id): (Uuid, Uuid) =
        sqlx::query_as("SELECT pg_temp.store(1), pg_temp.category(1, 2)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    let title: String = sqlx::query_scalar("SELECT title FROM products WHERE store_id = $1 LIMIT 1")
        .bind(store_id)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    small_questions_read_little(&mut connection, store_id).await;
    let one: String = title.chars().take(1).collect();
    for sort in Sort::ALL {
        for category_id in [None, Some(category_id)] {
            for status in [None, Some(Status::Listed), Some(Status::Delisted)] {
                for search in ["", &one, &title] {
                    let search = Search::parse(search).unwrap();
                    let query = Query { store_id, category_id, status, info: None, search, sort };
                    for mode in ["force_custom_plan", "force_generic_plan"] {
                        check(&query, &plan(&mut connection, &query, mode).await);
                    }
                }
                for info in Info::ALL {
                    let search = Search::parse(&title).unwrap();
                    let query = Query { store_id, category_id, status, info: Some(info), search, sort };
                    for mode in ["force_custom_plan", "force_generic_plan"] {
                        let plan = plan(&mut connection, &query, mode).await;
                        // Either leads to few: those with the words, or those that wait or failed.
                        let is_led = ["products_by_gram", "products_unsettled"]
                            .iter()
                            .any(|index| plan.contains(index));
                        assert!(
                            is_led && !plan.contains("Seq Scan on products"),
                            "{query:?} reads too much:\n{plan}"
                        );
                    }
                }
                // What was fetched is nearly everything, and the store is read once; but no other store is.
                let info = Some(Info::Fetched);
                let query = Query { store_id, category_id, status, info, search: None, sort };
                for mode in ["force_custom_plan", "force_generic_plan"].iter().filter(|_| status.is_none()) {
                    let plan = plan(&mut connection, &query, mode).await;
                    assert!(!plan.contains("Seq Scan on products"), "{query:?} reads all:\n{plan}");
                }
                // What waits or failed must be found.
                for info in [Info::Pending, Info::Failed] {
                    let query = Query { store_id, category_id, status, info: Some(info), search: None, sort };
                    for mode in ["force_custom_plan", "force_generic_plan"] {
                        let plan = plan(&mut connection, &query, mode).await;
                        assert!(
                            plan.contains("products_unsettled"),
                            "{query:?} finds them by nothing:\n{plan}"
                        );
                        assert!(!plan.contains("Seq Scan on products"), "{query:?} reads all:\n{plan}");
                    }
                }
            }
        }
    }
}

/// The questions about one store, one product and what changed: each finds its few rows by an index.
async fn small_questions_read_little(connection: &mut PgConnection, store_id: Uuid) {
    macro_rules! read {
        ($name:literal) => {
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/projections/product_list/read/",
                $name,
                ".sql"
            ))
        };
    }
    let product_id: Uuid = sqlx::query_scalar("SELECT product_id FROM products WHERE store_id = $1 LIMIT 1")
        .bind(store_id)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    for (sql, types, arguments) in [
        // Who owns a store has its number.
        (read!("list_version"), "uuid", format!("'{store_id}'")),
        (read!("store_of"), "uuid", format!("'{store_id}'")),
        (read!("store_by_id"), "uuid", format!("'{store_id}'")),
        (read!("categories"), "uuid", format!("'{store_id}'")),
        (read!("by_id"), "uuid", format!("'{product_id}'")),
        (read!("by_ids"), "uuid[]", format!("'{{{product_id}}}'")),
        (
            read!("changed"),
            "bigint, bigint, uuid[], uuid[]",
            format!("0, 1000, '{{{store_id}}}', '{{{store_id}}}'"),
        ),
    ] {
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let plan = explained(connection, sql, types, &arguments, mode).await;
            assert!(!plan.contains("Seq Scan on products"), "{sql}\nreads every product:\n{plan}");
        }
    }
}

/// Whether the plan walks the index that was made for the question, and how far.
fn check(query: &Query, plan: &str) {
    let expected = match (&query.search, query.category_id, query.sort) {
        (Some(_), _, _) => "products_by_gram",
        (_, None, Sort::NewestFirst | Sort::OldestFirst) => "products_of_store_by_time",
        (_, None, Sort::Title) => "products_of_store_by_title",
        (_, None, Sort::CheapestFirst) => "products_of_store_by_price_up",
        (_, None, Sort::DearestFirst) => "products_of_store_by_price_down",
        (_, Some(_), Sort::NewestFirst | Sort::OldestFirst) => "products_of_category_by_time",
        (_, Some(_), Sort::Title) => "products_of_category_by_title",
        (_, Some(_), Sort::CheapestFirst) => "products_of_category_by_price_up",
        (_, Some(_), Sort::DearestFirst) => "products_of_category_by_price_down",
    };
    assert!(plan.contains(expected), "{query:?} does not use {expected}:\n{plan}");
    assert!(!plan.contains("Seq Scan on products"), "{query:?} reads every product:\n{plan}");
    if query.search.is_none() {
        assert!(!plan.contains("Rows Removed"), "{query:?} passes over products:\n{plan}");
        for line in plan.lines().filter(|line| line.contains(expected)) {
            let rows = line.split("rows=").nth(1).and_then(|rest| rest.split([' ', '.']).next());
            assert!(rows.unwrap().parse::<u32>().unwrap() <= 21, "{query:?} walks too far:\n{plan}");
        }
    }
}
