//! The crawler: ten thousand products that wait, two instances that share them, and a host that is asked at a pace.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Query, State};
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use sqlx::ConnectOptions;
use tokio::net::TcpListener;
use zhanggui::app::App;
use zhanggui::ports::Ports;
use zhanggui::projections::search_path;

use super::child::{Kind, ORIGIN, Server};
use super::memory;
use super::merchants;
use crate::common::cluster::{Cluster, DATABASE, settings};
use crate::common::report::{Report, digits};
use crate::common::{Fault, float};

/// How many products wait.
const WAITING: usize = 10_000;
/// The pause of the instances here; in earnest it is a second, and this would take three hours.
pub(crate) const PAUSE: Duration = Duration::from_millis(5);
/// Chance adds up to a quarter, an eighth in the mean.
const MEAN_PAUSE: f64 = 0.005 * 1.125;
/// Every page.
const PAGE: &str = include_str!("../../it/crawler/pages/desktop_2022.utf8.html");

/// How often each item was asked for.
type Asked = Arc<Mutex<HashMap<String, u32>>>;

async fn page(
    State(asked): State<Asked>,
    Query(query): Query<HashMap<String, String>>,
) -> Html<&'static str> {
    let id = query.get("id").cloned().unwrap_or_default();
    *asked.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
    Html(PAGE)
}

/// Lets two instances drain what waits.
pub(crate) async fn measure(cluster: &Cluster, report: &mut Report) -> Result<(), Fault> {
    let asked = Asked::default();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let router = Router::new().route("/item.htm", get(page)).with_state(Arc::clone(&asked));
    let pages = tokio::spawn(async move { axum::serve(listener, router).await });
    let app = App::build(settings(&cluster.data_dir)?, &cluster.app(), Ports::system()).await?;
    merchants::waiting_store(&app, WAITING).await?;
    app.stop().await;

    let mut connection = cluster.superuser(DATABASE).connect().await?;
    sqlx::raw_sql(&format!("SET search_path = {}", search_path())).execute(&mut connection).await?;
    let begun = Instant::now();
    let start = || Server::start_with(Kind::Crawler, &cluster.data_dir, "warn", &[(ORIGIN, &origin)]);
    let instances = [start()?, start()?];
    let mut left = WAITING;
    let mut marks = vec![WAITING / 10, WAITING / 2, WAITING * 9 / 10];
    while left > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let pending: i64 = sqlx::query_scalar("SELECT count(*) FROM products WHERE info_status = 'pending'")
            .fetch_one(&mut connection)
            .await?;
        left = usize::try_from(pending)?;
        if marks.first().is_some_and(|mark| WAITING - left >= *mark) {
            let done = marks.remove(0);
            for (nth, instance) in instances.iter().enumerate() {
                let (now, most) = memory::of(instance.id())?;
                report.fact(&json!({"what": "crawler", "done": done, "instance": nth, "rss_mb": now, "peak_mb": most}))?;
                report.say(&format!(
                    "After {done} products, instance {nth}: {} MB resident, at most {} MB.",
                    digits(now),
                    digits(most)
                ))?;
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    pages.abort();
    let (items, most) = {
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        (asked.len(), asked.values().max().copied().unwrap_or_default())
    };
    let fetched: i64 = sqlx::query_scalar("SELECT count(*) FROM products WHERE info_status = 'fetched'")
        .fetch_one(&mut connection)
        .await?;
    let limit = 1.0 / MEAN_PAUSE;
    let rate = float(WAITING) / seconds;
    report.say(&format!(
        "\nCrawler: {WAITING} products by two instances in {} s, {} a second, {} of what the pace allows ({} a second); {fetched} filled in, {} asked for, each at most {most} times.",
        digits(seconds),
        digits(rate),
        digits(rate / limit),
        digits(limit),
        items,
    ))
}
