//! The command line of analysts: a year to look at, files that others read, and a role that cannot get out.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection, Executor, PgConnection, PgPool};
use tokio::task::spawn_blocking;
use zhanggui::analytics::role::{ANALYST_ROLE, LONGEST, watch};
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::When;

use super::server::{Folder, program_on, run};
use crate::support::cluster::{self, TestDatabase};
use crate::support::python::python;
use crate::support::site::{TestSite, schema_of};

/// Reads a Parquet file and a CSV file with another program, and says what is in them.
const READER: &str = "
import duckdb, json, sys
parquet, csv = (f\"read_parquet('{sys.argv[1]}')\", f\"read_csv('{sys.argv[2]}', header = true, all_varchar = true)\")
texts = lambda table: [list(row) for row in duckdb.sql(f'SELECT COLUMNS(*)::VARCHAR FROM {table}').fetchall()]
typed = duckdb.sql(f'SELECT * FROM {parquet}')
print(json.dumps({
    'types': dict(zip(typed.columns, map(str, typed.types))), 'rows': texts(parquet), 'csv': texts(csv),
}))
";

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn read(parquet: &Path, csv: &Path) -> Value {
    let output = Command::new(python()).args(["-B", "-c", READER]).arg(parquet).arg(csv).output().unwrap();
    let (status, out, error) = told(&output);
    assert_eq!(status, Some(0), "{error}");
    serde_json::from_str(&out).unwrap()
}

/// Exports a table both ways and reads both files.
fn export(database: &TestDatabase, folder: &Folder, table: &str, days: (&str, &str)) -> Value {
    let files = ["parquet", "csv"].map(|format| {
        let file = folder.0.join(format!("{table}.{format}"));
        let mut command = program_on(database, &folder.0);
        command.args(["analytics", "export", "--format", format, "--table", table]);
        command.args(["--from", days.0, "--to", days.1, "--out"]).arg(&file);
        let (status, out, error) = told(&run(&mut command));
        assert_eq!(status, Some(0), "{error}");
        assert!(out.contains(" rows, "), "{out}");
        file
    });
    read(&files[0], &files[1])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_made_once_and_its_numbers_are_read_by_others() {
    let (database, folder) = (cluster::database().await, Folder::new("demo"));
    let checked = spawn_blocking(move || {
        let demo = |more: &[&str]| {
            let mut command = program_on(&database, &folder.0);
            command.args(["demo", "--seed", "3", "--people", "60", "--days", "30", "--until", "2026-11-10"]);
            told(&run(command.args(more)))
        };
        let (status, out, error) = demo(&["--profile", "production", "--rate-limits", "on"]);
        assert_eq!((status, out.as_str()), (Some(1), ""), "{error}");
        let (status, out, error) = demo(&[]);
        assert_eq!(status, Some(0), "{error}");
        assert!(out.contains("60 people, ") && out.contains("everybody's password: "), "{out}");
        let (status, _, error) = demo(&[]);
        assert_eq!(status, Some(1));
        assert!(error.contains("the log is not empty") && error.lines().count() == 1, "{error}");

        let daily = export(&database, &folder, "daily", ("2026-10-12", "2026-11-10"));
        let types = &daily["types"];
        let of = |column: &str| types[column].as_str().unwrap().to_owned();
        assert_eq!(
            (of("date"), of("timezone"), of("registrations")),
            ("DATE".into(), "VARCHAR".into(), "BIGINT".into())
        );
        assert_eq!((of("final"), of("closed_at")), ("BOOLEAN".into(), "TIMESTAMP WITH TIME ZONE".into()));
        let rows = daily["rows"].as_array().unwrap();
        assert_eq!((rows.len(), daily["csv"].as_array().unwrap().len()), (30, 30));
        let sum: i64 = rows.iter().map(|row| row[2].as_str().unwrap().parse::<i64>().unwrap()).sum();
        assert_eq!(sum, 60);
        for (row, line) in rows.iter().zip(daily["csv"].as_array().unwrap()) {
            // All but the instant, which each reader writes in its own zone.
            for column in (0..14).filter(|column| *column != 12) {
                assert_eq!(row[column], line[column], "{row} {line}");
            }
        }
        // Empty where the day was never revised.
        assert!(rows.iter().all(|row| row[10].is_null()));

        let products = export(&database, &folder, "products", ("2026-10-12", "2026-11-10"));
        assert_eq!(products["types"]["median_seconds_to_fetch"], "DOUBLE");
        assert_eq!(products["rows"].as_array().unwrap().len(), 30);
        let retention = export(&database, &folder, "retention", ("2026-10-12", "2026-11-10"));
        assert!(retention["rows"].as_array().unwrap().len() > 10);
        assert_eq!(retention["rows"].as_array().unwrap().len(), retention["csv"].as_array().unwrap().len());

        let mut nowhere = program_on(&database, &folder.0);
        nowhere.args(["analytics", "export", "--format", "csv", "--out", "/nowhere/at/all.csv"]);
        let (status, _, error) = told(&run(&mut nowhere));
        assert_eq!((status, error.lines().count()), (Some(1), 1), "{error}");
        (database, folder)
    });
    checked.await.unwrap();
}

/// What somebody with the role might try, all of which must be refused.
fn attempts() -> Vec<String> {
    let tries = [
        "SELECT * FROM public.events",
        "SELECT * FROM public.sealing_keys",
        "SELECT * FROM public.read_models",
        "SELECT * FROM public.log_head",
        "INSERT INTO analytics_v1.as_of VALUES (1)",
        "UPDATE analytics_v1.day_revisions SET registrations = 0",
        "DELETE FROM analytics_v1.day_revisions",
        "DROP VIEW analytics_v1.days",
        "CREATE OR REPLACE VIEW analytics_v1.days AS SELECT 1",
        "DO $$ BEGIN LOCK TABLE analytics_v1.days IN ACCESS EXCLUSIVE MODE; END $$",
        "CREATE TABLE analytics_v1.mine ()",
        "CREATE TABLE public.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "SELECT 1 AS one INTO TEMPORARY mine",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "CREATE EXTENSION file_fdw",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "COPY (SELECT 1) TO '/tmp/zhanggui-analyst'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('.')",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/hostname')",
        "SET temp_file_limit = -1",
        "SELECT public.position_before(now())",
        "SELECT pg_reload_conf()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'zhanggui_app'",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "SET ROLE zhanggui_app",
        "SET ROLE zhanggui_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE zhanggui_analyst CONNECTION LIMIT -1",
        "ALTER ROLE zhanggui_analyst SUPERUSER",
        "GRANT zhanggui_app TO zhanggui_analyst",
        "ALTER VIEW analytics_v1.days OWNER TO zhanggui_analyst",
    ];
    let hidden = [schema_of("daily_stats") + ".visitors", schema_of("user_lookup") + ".user_lookup"];
    let hidden = hidden.iter().map(|table| format!("SELECT * FROM {table}"));
    tries.iter().map(|sql| (*sql).to_owned()).chain(hidden).collect()
}

/// The views of analysts with what cannot be read of them without explanation.
const UNEXPLAINED: &str = "
SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
LEFT JOIN LATERAL (SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0
                   UNION ALL SELECT NULL, 0) a ON true
WHERE c.relnamespace = 'analytics_v1'::regnamespace
  AND CASE WHEN a.attnum = 0 THEN obj_description(c.oid, 'pg_class') ELSE col_description(c.oid, a.attnum) END IS NULL";

async fn views(analyst: &mut PgConnection) -> Vec<(String, i64)> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT viewname::text FROM pg_views WHERE schemaname = 'analytics_v1' ORDER BY 1",
    )
    .fetch_all(&mut *analyst)
    .await
    .unwrap();
    let mut found = Vec::new();
    for name in names {
        let rows = format!("SELECT count(*) FROM (SELECT v::text FROM {name} v) AS whole");
        found.push((name, sqlx::query_scalar(&rows).fetch_one(&mut *analyst).await.unwrap()));
    }
    found
}

/// Makes the role on the command line.
async fn make_role(site: &TestSite) {
    let (database, folder) = (site.database.clone(), Folder::new("analyst"));
    let set_up = spawn_blocking(move || {
        let mut command = program_on(&database, &folder.0);
        let url = database.superuser_options().to_url_lossy().to_string();
        told(&run(command.env("ZHANGGUI_DATABASE_DIRECT_URL", url).args(["analytics", "role"])))
    });
    let (status, out, error) = set_up.await.unwrap();
    assert_eq!(status, Some(0), "{error}");
    assert!(!out.contains("everybody may still"), "{out}");
    assert!(
        out.lines().any(|line| line.strip_prefix("password: ").is_some_and(|word| word.len() == 32)),
        "{out}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_role_of_analysts_reads_the_views_and_cannot_get_out() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    client.get("/api/v1/me").await;
    site.app.site.presence.settle().await;
    site.catch_up().await;
    let mut superuser = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    // What PostgreSQL gives everybody in a new database, unless it is told otherwise.
    let usual = format!("GRANT CONNECT, TEMPORARY ON DATABASE {} TO PUBLIC", site.database.name());
    superuser.execute(usual.as_str()).await.unwrap();
    make_role(&site).await;
    let options = site.database.superuser_options().username(ANALYST_ROLE).disable_statement_logging();
    let mut analyst = PgConnection::connect_with(&options).await.unwrap();

    let known = views(&mut analyst).await;
    let names: Vec<_> = known.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "as_of",
            "day_revisions",
            "days",
            "product_listings",
            "product_quarters",
            "products_as_of",
            "retention"
        ]
    );
    let today: (i64, i64, bool) = sqlx::query_as("SELECT registrations, active_users, final FROM days")
        .fetch_one(&mut analyst)
        .await
        .unwrap();
    assert_eq!(today, (1, 1, false));
    let unexplained: Vec<String> = sqlx::query_scalar(UNEXPLAINED).fetch_all(&mut analyst).await.unwrap();
    assert_eq!(unexplained, Vec::<String>::new());

    // What is only set for the role, it lifts.
    analyst.execute("SET statement_timeout = 0; SET default_transaction_read_only = off").await.unwrap();
    for sql in attempts() {
        let refused = analyst.execute(sql.as_str()).await;
        let error = refused.expect_err(&sql);
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .unwrap_or_default()
            .into_owned();
        // Insufficient privilege; a view that cannot be written; a session authorization that may not be.
        assert!(["42501", "55000", "0A000", "28000"].contains(&code.as_str()), "{sql}: {error}");
    }
    assert_eq!(views(&mut analyst).await, known);

    // A rebuild puts other tables in the place of those that the views read.
    for model in ReadModel::all().unwrap() {
        site.builder().rebuild(&model, When::Always).await.unwrap();
    }
    assert_eq!(views(&mut analyst).await, known);
    watched(&site, options, analyst).await;
}

/// The watch ends what takes too long, and whoever holds a lock; nobody else.
async fn watched(site: &TestSite, options: sqlx::postgres::PgConnectOptions, mut idle: PgConnection) {
    let pool: &PgPool = &site.app.site.writes;
    let mut long = PgConnection::connect_with(&options).await.unwrap();
    let asked = tokio::spawn(async move {
        long.execute("SET statement_timeout = 0").await.unwrap();
        long.execute("SELECT pg_sleep(600)").await
    });
    let sleeps = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = $1 AND datname = current_database() \
                      AND state = 'active' AND query LIKE 'SELECT pg_sleep%')";
    while !sqlx::query_scalar::<_, bool>(sleeps).bind(ANALYST_ROLE).fetch_one(pool).await.unwrap() {}
    assert_eq!(watch(pool, LONGEST).await.unwrap(), 0, "it has not taken that long");
    assert_eq!(watch(pool, Duration::ZERO).await.unwrap(), 1);
    assert!(asked.await.unwrap().is_err());
    // A session that does nothing and keeps nothing waiting stays.
    idle.execute("SELECT 1").await.unwrap();
    idle.execute("SELECT pg_advisory_lock(1)").await.unwrap();
    assert_eq!(watch(pool, LONGEST).await.unwrap(), 1);
    assert!(idle.execute("SELECT 1").await.is_err());
}
