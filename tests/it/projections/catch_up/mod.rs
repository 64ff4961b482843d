//! Read models that catch up: one owner at a time, every event once and in order, and nothing passed over.
//!
//! The one here counts what counters add. It would show an event that is projected twice, and one that is left out.

mod poison;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use zhanggui::database::as_service;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata};
use zhanggui::projections::catch_up::CatchUp;
use zhanggui::projections::engine::{Kind, ReadModel, Sql};
use zhanggui::projections::rebuild::When;
use zhanggui::projections::standing;

use crate::eventstore::counter::{Command, Counter, counters};
use crate::support::site::TestSite;

/// How long a wait may take before the test has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The read model of what was added, by stream. It cannot take a counter that is called `poison`.
pub(crate) fn tally(kind: Kind) -> ReadModel {
    tally_that(kind, "counter.added", "1")
}

/// The same, but that it adds so much for every event.
pub(crate) fn tally_that(kind: Kind, hears: &str, adds: &str) -> ReadModel {
    let table = "CREATE TABLE tally (stream text PRIMARY KEY, added bigint NOT NULL, last bigint NOT NULL);
                 CREATE TABLE names (stream text PRIMARY KEY, name text NOT NULL CHECK (name <> 'poison'));";
    let added = format!(
        "INSERT INTO tally AS t (stream, added, last) SELECT aggregate_id, {adds}, position FROM incoming \
         ON CONFLICT (stream) DO UPDATE SET added = t.added + excluded.added, \
             last = CASE WHEN excluded.last > t.last THEN excluded.last END"
    );
    let renamed = "INSERT INTO names AS n (stream, name) SELECT aggregate_id, payload->>'name' FROM incoming \
                   ON CONFLICT (stream) DO UPDATE SET name = excluded.name";
    let on = [(hears, added.as_str()), ("counter.renamed", renamed)];
    let on = on.into_iter().map(|(event, sql)| (event.to_owned(), sql.to_owned())).collect();
    let sql = Sql { table: table.to_owned(), on, ..Sql::default() };
    ReadModel::new("tally", kind, sql)
}

/// An instance of a program whose only read model that catches up is this.
pub(crate) async fn instance(site: &TestSite, model: &ReadModel) -> CatchUp {
    let log = &site.app.log;
    let me = log.ports.id().unwrap();
    CatchUp::new(pool(site).await, &log.sealer, &Upcasters::default(), me, [model.clone()])
}

/// Connections of its own, as a process has them.
pub(crate) async fn pool(site: &TestSite) -> PgPool {
    let options = as_service(&site.database.app_options());
    PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
}

/// A site with the tally built, and its counters.
pub(crate) async fn site_with(model: &ReadModel) -> (TestSite, Arc<Commands<Counter>>) {
    let site = TestSite::start().await;
    site.builder().rebuild(model, When::Missing).await.unwrap().unwrap();
    let counters = Arc::new(counters(&site.app.log));
    (site, counters)
}

/// Adds to a counter.
pub(crate) async fn add(counters: &Commands<Counter>, stream: &str, times: i64) {
    counters.execute(stream, Command::Add(times), Metadata::default()).await.unwrap();
}

/// Where the log ends.
pub(crate) async fn head(site: &TestSite) -> i64 {
    let sql = "SELECT position FROM log_head";
    sqlx::query_scalar(sql).fetch_one(&site.app.log.pool).await.unwrap()
}

/// What the tally shows in all, which has seen every stream's events in order.
pub(crate) async fn total(site: &TestSite, model: &ReadModel) -> i64 {
    let sql = format!("SELECT coalesce(sum(added), 0)::bigint FROM {}.tally", model.schema());
    sqlx::query_scalar(&sql).fetch_one(&site.app.log.pool).await.unwrap()
}

/// The gauges of the program's read models, and of nobody else's in this process.
pub(crate) async fn gauges(site: &TestSite) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    // The root of a test stays on its thread.
    let _ours = metrics::set_default_local_recorder(&recorder);
    standing::measure(&site.app.log.pool, &ReadModel::all().unwrap()).await.unwrap();
    recorder.handle().render()
}

/// Waits until the read model shows the whole log.
pub(crate) async fn reached(instance: &CatchUp, site: &TestSite) {
    let reached = instance.reached("tally", head(site).await);
    tokio::time::timeout(PATIENCE, reached).await.expect("it is reached in time").unwrap();
}
