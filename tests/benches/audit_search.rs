//! How fast auditors are answered: `cargo bench --bench audit_search`.
//!
//! Fills a log with `ZHANGGUI_BENCH_EVENTS` events (1,000,000 unless given), and measures how long the database works for
//! the first page of each kind of question, and how many events a second are written as lines of JSON. Prints a table and
//! writes it to `target/bench/audit_search.md`. The program refuses the variable, so unset it afterwards.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use futures_util::TryStreamExt;
use sqlx::{ConnectOptions, PgConnection, PgPool};
use zhanggui::audit::Reading;
use zhanggui::audit::search::{Filter, Place, page};
use zhanggui::database::{as_service, upcasters};

#[expect(dead_code, reason = "the other benches use all of it")]
#[path = "common/cluster.rs"]
mod cluster;

use cluster::{Cluster, DATABASE};

/// What the bench stops at.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How often each question is asked.
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    if std::env::args().any(|word| word == "--list") {
        return Ok(());
    }
    let amount = std::env::var("ZHANGGUI_BENCH_EVENTS").map_or(Ok(1_000_000), |text| text.parse())?;
    let cluster = Cluster::start("audit-search").await?;
    let done = run(&cluster, amount).await;
    cluster.stop().await?;
    done
}

async fn run(cluster: &Cluster, amount: i64) -> Result<(), Fault> {
    cluster.prepare().await?;
    let mut owner = cluster.superuser(DATABASE).connect().await?;
    let begun = Instant::now();
    fill(&mut owner, amount).await?;
    let mut text = format!(
        "`cargo bench --bench audit_search`: {amount} events (filled in {:.0?}); {}; {} cores.\n\n| question | ms, median of {ROUNDS} after one that warms up |\n| --- | --- |\n",
        begun.elapsed(),
        cluster.describe().await?,
        std::thread::available_parallelism()?
    );
    let pool = PgPool::connect_with(as_service(&cluster.app())).await?;
    for (name, filter) in questions(amount)? {
        let mut times = Vec::new();
        let mut database = pool.acquire().await?;
        for _ in 0..=ROUNDS {
            let begun = Instant::now();
            page(&mut database, &filter, Place::start(50)).await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        // The first one warms up.
        let mut times: Vec<f64> = times.into_iter().skip(1).collect();
        times.sort_unstable_by(f64::total_cmp);
        writeln!(text, "| {name} | {:.2} |", times.get(ROUNDS / 2).copied().unwrap_or_default())?;
    }
    let reading = Reading { pool, upcasters: upcasters() };
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let lines = reading.lines(Filter::default(), Place { limit: i64::MAX, ..Place::start(1) });
        let bytes = lines.try_fold(0, async |sum, piece| Ok(sum + piece.len())).await?;
        let seconds = begun.elapsed().as_secs_f64();
        rates.push((f64::from(i32::try_from(amount)?) / seconds, bytes));
    }
    rates.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let (rate, bytes) = rates.get(ROUNDS / 2).copied().unwrap_or_default();
    writeln!(
        text,
        "\nAll events as lines of JSON: {rate:.0} events/s, {} bytes an event.",
        bytes / usize::try_from(amount)?
    )?;
    print!("{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("audit_search.md"), text)?;
    Ok(())
}

/// Every kind of question, about something in the middle of the log.
fn questions(amount: i64) -> Result<Vec<(&'static str, Filter)>, Fault> {
    let id = |kind: char, number: i64| Some(format!("01900000-0000-7000-{kind}000-{number:012x}"));
    let middle = amount / 16 * 8;
    let actor_id = id('a', middle * 7919 % 50_000);
    let text = |text: &str| Some(text.to_owned());
    Ok(vec![
        ("everything", Filter::default()),
        ("from a time on", Filter { from: Some("2026-01-01T00:05:00Z".parse()?), ..Filter::default() }),
        ("a type", Filter { event_type: text("product.modified"), ..Filter::default() }),
        ("a rare type", Filter { event_type: text("account.erased"), ..Filter::default() }),
        ("an aggregate's types", Filter { aggregate_type: text("account"), ..Filter::default() }),
        (
            "a stream",
            Filter { aggregate_type: text("product"), aggregate_id: id('9', 3), ..Filter::default() },
        ),
        ("an id of any type", Filter { aggregate_id: id('9', 3), ..Filter::default() }),
        ("an actor", Filter { actor_id: actor_id.clone(), ..Filter::default() }),
        (
            "an actor and a type",
            Filter { actor_id, event_type: text("product.modified"), ..Filter::default() },
        ),
        (
            "two that never meet",
            Filter {
                event_type: text("product.modified"),
                aggregate_type: text("account"),
                ..Filter::default()
            },
        ),
        ("a correlation", Filter { correlation_id: id('b', middle / 2), ..Filter::default() }),
        ("a request", Filter { request_id: id('b', middle / 2), ..Filter::default() }),
        ("a cause", Filter { causation_id: id('8', middle + 4), ..Filter::default() }),
    ])
}

/// Events as a shop has them: a quarter logins with something sealed, the rest products.
async fn fill(owner: &mut PgConnection, amount: i64) -> Result<(), Fault> {
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'events' AND indexname LIKE 'events_by_%'",
    )
    .fetch_all(&mut *owner)
    .await?;
    for (name, _) in &indexes {
        sqlx::raw_sql(&format!("DROP INDEX {name}")).execute(&mut *owner).await?;
    }
    sqlx::query(FILL).bind(amount).execute(&mut *owner).await?;
    sqlx::query("UPDATE log_head SET position = $1, recorded_at = (SELECT max(recorded_at) FROM events)")
        .bind(amount)
        .execute(&mut *owner)
        .await?;
    for (_, definition) in &indexes {
        sqlx::raw_sql(definition).execute(&mut *owner).await?;
    }
    sqlx::raw_sql("VACUUM ANALYZE events").execute(&mut *owner).await?;
    Ok(())
}

const FILL: &str = "
    INSERT INTO events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                        metadata, recorded_at, leaf_hash)
    SELECT n, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
           CASE WHEN n % 4 = 0 THEN 'account' ELSE 'product' END,
           '01900000-0000-7000-9000-' || lpad(to_hex(n % 100000), 12, '0'),
           n / 100000 + 1,
           CASE WHEN n % 100000 = 0 THEN 'account.erased' ELSE
               (ARRAY['account.logged_in', 'product.listed', 'product.modified', 'product.info_recorded'])[n % 4 + 1] END,
           '1',
           CASE WHEN n % 4 = 0 THEN jsonb_build_object('type', 'account.logged_in', 'login_time', n, 'session_digest', md5(n::text),
                    'user_agent', jsonb_build_object('$sealed', '01900000-0000-7000-c000-' || lpad(to_hex(n % 100000), 12, '0') || '.' || repeat('A', 120)))
                ELSE jsonb_build_object('type', 'product.listed', 'store_id', '01900000-0000-7000-d000-000000000001',
                    'taobao_url', 'https://item.taobao.com/item.htm?id=' || n, 'taobao_item_id', n::text,
                    'coupon_url', 'https://uland.taobao.com/coupon/edetail?e=' || md5(n::text), 'category_id', null) END,
           jsonb_strip_nulls(jsonb_build_object(
               'actor_id', CASE WHEN n % 8 <> 5 THEN '01900000-0000-7000-a000-' || lpad(to_hex(n * 7919 % 50000), 12, '0') END,
               'request_id', CASE WHEN n % 8 <> 5 THEN '01900000-0000-7000-b000-' || lpad(to_hex(n / 2), 12, '0') END,
               'correlation_id', '01900000-0000-7000-b000-' || lpad(to_hex(n / 2), 12, '0'),
               'causation_id', CASE WHEN n % 8 = 5 THEN '01900000-0000-7000-8000-' || lpad(to_hex(n - 1), 12, '0') END)),
           '2026-01-01'::timestamptz + n * interval '1 ms', decode(repeat('00', 32), 'hex')
    FROM generate_series(1, $1) n";
