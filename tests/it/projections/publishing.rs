//! Views for others: they follow the versions that instances use, and keep nobody from serving.

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use zhanggui::jobs::read_models::keep;
use zhanggui::projections::engine::{ReadModel, Sql};
use zhanggui::projections::rebuild::{When, drop_leftovers};

use super::rebuild::connect;
use crate::support::site::{TestSite, schema_of};

/// The statistics of a newer program, whose view of days has a column more.
fn newer() -> ReadModel {
    let ours = ReadModel::all().unwrap().into_iter().find(|model| model.name == "daily_stats").unwrap();
    let published = ours.sql.published.replace("c.closed_at\nFROM", "c.closed_at, 7 AS lucky\nFROM");
    assert_ne!(published, ours.sql.published);
    ReadModel::new(ours.name, ours.kind, Sql { published, ..ours.sql })
}

/// A site beside which a newer program has taken the views over.
async fn with_a_canary() -> (TestSite, ReadModel) {
    let (site, newer) = (TestSite::start().await, newer());
    site.builder().rebuild(&newer, When::Missing).await.unwrap().unwrap();
    assert_eq!(shown(&site).await, Some(newer.schema()));
    (site, newer)
}

/// Of which version the view of days is; none where there is no view.
async fn shown(site: &TestSite) -> Option<String> {
    sqlx::query_scalar(
        "SELECT DISTINCT t.relnamespace::regnamespace::text FROM pg_rewrite w \
         JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass \
         JOIN pg_class t ON t.oid = d.refobjid AND t.relname = 'days' AND t.relkind = 'r' \
         WHERE w.ev_class = to_regclass('analytics_v1.days')",
    )
    .fetch_optional(&site.app.log.pool)
    .await
    .unwrap()
}

/// The canary's instances end, so long ago.
async fn withdraw(site: &TestSite, canary: &ReadModel, ago: &str) {
    sqlx::query("UPDATE read_models SET used_at = now() - $2::interval WHERE schema_name = $1")
        .bind(canary.schema())
        .bind(ago)
        .execute(&site.app.log.pool)
        .await
        .unwrap();
}

/// Somebody in the middle of reading the view.
async fn reader(site: &TestSite) -> PgConnection {
    let options: PgConnectOptions = site.database.superuser_options();
    let mut reader = PgConnection::connect_with(&options).await.unwrap();
    reader.execute("BEGIN; SELECT FROM analytics_v1.days").await.unwrap();
    reader
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_put_back_starts_though_the_newer_views_have_a_column_more() {
    let (site, _) = with_a_canary().await;
    site.builder().ensure(&ReadModel::all().unwrap()).await.unwrap();
    assert_eq!(shown(&site).await, Some(schema_of("daily_stats")));
    let lucky = site.app.log.pool.execute("SELECT lucky FROM analytics_v1.days").await;
    assert!(lucky.is_err(), "the view is still the newer program's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_of_a_view_keeps_no_program_from_starting_and_the_upkeep_tries_again() {
    let (site, canary) = with_a_canary().await;
    let mut reader = reader(&site).await;
    let models = ReadModel::all().unwrap();
    assert!(site.builder().ensure(&models).await.unwrap().is_empty());
    assert_eq!(shown(&site).await, Some(canary.schema()));
    withdraw(&site, &canary, "4 minutes").await;
    // Whatever one read model meets, the rest of the round is done.
    keep(&site.app.site).await.unwrap();
    assert_eq!(shown(&site).await, Some(canary.schema()));
    reader.execute("COMMIT").await.unwrap();
    keep(&site.app.site).await.unwrap();
    assert_eq!(shown(&site).await, Some(schema_of("daily_stats")));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_are_taken_over_from_a_version_that_nobody_moves_on_and_from_no_other() {
    let (site, canary) = with_a_canary().await;
    keep(&site.app.site).await.unwrap();
    assert_eq!(shown(&site).await, Some(canary.schema()), "it is in use");
    withdraw(&site, &canary, "4 minutes").await;
    keep(&site.app.site).await.unwrap();
    assert_eq!(shown(&site).await, Some(schema_of("daily_stats")));
    // What is dropped later takes no view along.
    withdraw(&site, &canary, "2 hours").await;
    keep(&site.app.site).await.unwrap();
    let gone = "SELECT to_regnamespace($1) IS NULL";
    let gone = sqlx::query_scalar::<_, bool>(gone).bind(canary.schema());
    assert!(gone.fetch_one(&site.app.log.pool).await.unwrap());
    assert_eq!(shown(&site).await, Some(schema_of("daily_stats")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_gone_is_there_again_after_a_round() {
    let site = TestSite::start().await;
    for gone in ["DROP VIEW analytics_v1.days", "DROP SCHEMA analytics_v1 CASCADE"] {
        site.app.log.pool.execute(gone).await.unwrap();
        assert_eq!(shown(&site).await, None);
        keep(&site.app.site).await.unwrap();
        assert_eq!(shown(&site).await, Some(schema_of("daily_stats")), "{gone}");
        let products = "SELECT position FROM analytics_v1.products_as_of";
        sqlx::query_scalar::<_, i64>(products).fetch_one(&site.app.log.pool).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_that_cannot_be_removed_keep_no_build_out() {
    let site = TestSite::start().await;
    let mut connection = connect(&site).await;
    let left = "CREATE SCHEMA x_next; CREATE TABLE x_next.t (); \
                INSERT INTO read_model_builds (schema_name, name) VALUES ('x', 'user_lookup')";
    connection.execute(left).await.unwrap();
    let mut reader = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    reader.execute("BEGIN; LOCK TABLE x_next.t IN ACCESS SHARE MODE").await.unwrap();
    connection.execute("SET lock_timeout = '50ms'").await.unwrap();
    assert!(drop_leftovers(&mut connection).await.is_err());
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()";
    assert_eq!(sqlx::query_scalar::<_, i64>(held).fetch_one(&mut connection).await.unwrap(), 0);
    reader.execute("COMMIT").await.unwrap();
    assert_eq!(drop_leftovers(&mut connection).await.unwrap(), ["x"]);
}
