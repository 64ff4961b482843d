//! `zhanggui projections`: what operators see and do, and a rebuild that is killed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, PgConnection};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::projections::READ_MODELS;

use super::server::{Folder, Server, client, program_on, run};
use crate::projections::rebuild::{check_rebuilt_equals_live, rows};
use crate::projections::teller::{Teller, Told};
use crate::support::site::{TestSite, schema_of};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What `projections` with these arguments says, and its status.
fn cli(site: &TestSite, folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(program_on(&site.database, &folder.0).arg("projections").args(arguments));
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_where_read_models_are_and_rebuild_and_resume_them() {
    let site = TestSite::start().await;
    let (_, person) = site.client().logged_in().await;
    let folder = Folder::new("projections");
    let (status, told, _) = cli(&site, &folder, &["list"]);
    assert_eq!(status, Some(0));
    for (name, _) in READ_MODELS {
        let line = told.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line.contains("position") && line.contains(&schema_of(name)), "{line}");
    }
    let (_, told, progress) = cli(&site, &folder, &["rebuild", "--all"]);
    assert_eq!(told.lines().count(), READ_MODELS.len(), "{told}");
    assert!(told.contains("user_lookup rebuilt from 1 events, up to position 2"), "{told}");
    assert!(progress.contains("events/s"), "{progress}");

    let (status, told, _) =
        cli(&site, &folder, &["rebuild", "user_lookup", "--as-of", "1", "--into", "then"]);
    assert_eq!(status, Some(0), "{told}");
    let query = told.lines().find_map(|line| line.strip_prefix("begin with: ")).unwrap();
    let query = query.trim_end_matches(';').replace('*', "username");
    let found: String = sqlx::query_scalar(&query).fetch_one(&site.app.log.pool).await.unwrap();
    assert_eq!(found, person.username);
    for refused in [
        ["rebuild", "user_lookup", "--as-of", "1", "--into", "then"].as_slice(),
        &["rebuild", "user_lookup", "--as-of", "1", "--into", "public"],
        &["rebuild", "user_lookup", "--as-of", "99", "--into", "later"],
        &["rebuild", "nobody"],
        &["resume", "nobody"],
    ] {
        let (status, _, told) = cli(&site, &folder, refused);
        assert_eq!((status, told.lines().count()), (Some(1), 1), "{refused:?}: {told}");
    }
    for wrong in [
        ["rebuild"].as_slice(),
        &["rebuild", "user_lookup", "--as-of", "yesterday", "--into", "x"],
        &["rebuild", "user_lookup", "--into", "x"],
    ] {
        assert_eq!(cli(&site, &folder, wrong).0, Some(2), "{wrong:?}");
    }

    let stop =
        "UPDATE read_models SET stopped_at = 2, stopped_why = 'SQLSTATE 22000: x' WHERE name = 'erasures'";
    sqlx::query(stop).execute(&site.app.log.pool).await.unwrap();
    let (_, told, _) = cli(&site, &folder, &["list"]);
    assert!(told.contains("stopped at 2") && told.contains("at 2: SQLSTATE 22000: x"), "{told}");
    assert_eq!(cli(&site, &folder, &["resume", "erasures"]).1, "resumed: 1\n");
    assert!(!cli(&site, &folder, &["list"]).1.contains("stopped"));
}

/// So many events of one product, each a wave of its own: slow to project.
const SLOW: usize = 6_000;

async fn slow_history(site: &TestSite) {
    let streams: Commands<Teller> = Commands::new(Store::new(site.app.log.clone(), Upcasters::default()), ());
    let ids: Vec<String> = (0..3).map(|_| site.app.log.ports.id().unwrap().to_string()).collect();
    let listed = json!({"store_id": ids[1], "taobao_url": "u", "taobao_item_id": "1", "coupon_url": "c", "category_id": null});
    let listed = Told::new("product.listed", &listed);
    streams.execute(&ids[0], vec![listed], Metadata::default()).await.unwrap();
    for _ in 0..SLOW / 300 {
        let again = vec![Told::new("product.refresh_requested", &json!({})); 300];
        streams.execute(&ids[0], again, Metadata::default()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_killed_leaves_the_live_one_and_the_next_start_removes_the_rest() {
    let site = TestSite::start().await;
    slow_history(&site).await;
    let folder = Folder::new("killed-rebuild");
    let mut connection = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    let live = rows(&mut connection, &schema_of("product_list")).await;
    let under_way = "SELECT EXISTS (SELECT FROM read_model_builds WHERE name = 'product_list')";
    for delay in [0, 30, 90] {
        let mut rebuilding = program_on(&site.database, &folder.0)
            .args(["projections", "rebuild", "product_list"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while !sqlx::query_scalar::<_, bool>(under_way).fetch_one(&mut connection).await.unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not begin");
        }
        tokio::time::sleep(Duration::from_millis(delay)).await;
        rebuilding.kill().unwrap();
        rebuilding.wait().unwrap();
        assert_eq!(rows(&mut connection, &schema_of("product_list")).await, live);
    }
    // The server that starts next clears up, once PostgreSQL has noticed that the builder is gone.
    let begun = Instant::now();
    loop {
        let command = program_on(&site.database, &folder.0);
        let server = tokio::task::spawn_blocking(|| Server::start(command)).await.unwrap();
        assert_eq!(client().get(format!("{}/readyz", server.url)).send().await.unwrap().status(), 200);
        assert_eq!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
        let left = "SELECT (SELECT count(*) FROM read_model_builds) \
                         + (SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%\\_next')";
        if sqlx::query_scalar::<_, i64>(left).fetch_one(&mut connection).await.unwrap() == 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the leftovers stay");
    }
    assert_eq!(rows(&mut connection, &schema_of("product_list")).await, live);
    check_rebuilt_equals_live(&site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_sql_is_new_builds_first_while_the_other_goes_on_serving() {
    let site = TestSite::start().await;
    slow_history(&site).await;
    let (mut client, _) = site.client().logged_in().await;
    // As if the program that starts now had other SQL: its version is not there.
    let gone = "UPDATE read_models SET fingerprint = 'older' WHERE name = 'product_list'";
    sqlx::query(gone).execute(&site.app.log.pool).await.unwrap();
    let folder = Folder::new("new-sql");
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = program_on(&site.database, &folder.0);
    command.env("ZHANGGUI_LISTEN", address.to_string());
    let starting = tokio::task::spawn_blocking(|| Server::start(command));
    let http = super::server::client();
    let (mut waited, mut measured) = (0, false);
    while !starting.is_finished() {
        assert_eq!(client.get("/api/v1/me").await.status, 200);
        if let Ok(answer) = http.get(format!("http://{address}/readyz")).send().await {
            waited += i32::from(answer.status() == 503);
        }
        if let Ok(answer) = http.get(format!("http://{address}/metrics")).send().await {
            let text = answer.text().await.unwrap_or_default();
            measured |= text.contains("projection_rebuild_position{read_model=\"product_list\"}");
        }
    }
    let server = starting.await.unwrap();
    assert!(waited > 0 && measured, "{waited} times not ready, progress seen: {measured}");
    assert_eq!(http.get(format!("{}/readyz", server.url)).send().await.unwrap().status(), 200);
    assert_eq!(tokio::task::spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
}
