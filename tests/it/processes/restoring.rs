//! `zhanggui erasures`: whoever has left does not come back with a backup of the log, the keys or the pictures.

use std::path::Path;

use sqlx::{Connection, PgConnection, PgPool, Row};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::carriers::Shopper;
use super::leaving::files;
use super::server::{Folder, Server, client, login, program_on, register, run};
use crate::eventstore::append::check_log;
use crate::projections::rebuild::check_rebuilt_equals_live;
use crate::support::clock::ManualClock;
use crate::support::cluster::{self, TestDatabase};
use crate::support::site::{TestSite, given, schema_of, settings};

async fn start(database: &TestDatabase, folder: &Folder) -> Server {
    let command = program_on(database, &folder.0);
    spawn_blocking(|| Server::start(command)).await.unwrap()
}

async fn stop(server: Server) {
    assert_eq!(spawn_blocking(|| server.stop()).await.unwrap(), Some(0));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The keys of an account: slot, id, wrapped.
async fn keys(connection: &mut PgConnection, user_id: &str) -> Vec<(String, Uuid, Vec<u8>)> {
    let sql = "SELECT slot, key_id, wrapped FROM sealing_keys WHERE aggregate_id = $1 ORDER BY slot";
    sqlx::query_as(sql).bind(user_id).fetch_all(connection).await.unwrap()
}

/// How many rows and keys there are of an account, in the order of the statement.
async fn held(pool: &PgPool, user_id: &str) -> [i64; 4] {
    let users = schema_of("user_lookup");
    let sql = format!(
        "SELECT (SELECT count(*) FROM sealing_keys WHERE aggregate_id = $1), \
                (SELECT count(*) FROM claims WHERE aggregate_id = $1), \
                (SELECT count(*) FROM {users}.user_lookup WHERE user_id = $1::uuid), \
                (SELECT count(*) FROM events WHERE aggregate_id = $1 AND event_type = 'account.erased')",
    );
    let row = sqlx::query(&sql).bind(user_id).fetch_one(pool).await.unwrap();
    [0, 1, 2, 3].map(|nth| row.get(nth))
}

/// What `zhanggui erasures` prints.
fn erasures(database: &TestDatabase, folder: &Folder, verb: &str, list: &Path) -> String {
    let output = run(program_on(database, &folder.0).args(["erasures", verb]).arg(list));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_left_does_not_come_back_with_a_backup() {
    let (live, folder) = (cluster::database().await, Folder::new("backed-up"));
    let server = start(&live, &folder).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        let shopper = Shopper::new(&server.url).await;
        shopper.draw(&server.url).await;
        let user_id = shopper.user_id(&server.url).await;
        people.push((shopper, user_id));
    }
    let [(early, early_id), (late, late_id), (stayer, stayer_id)] =
        <[_; 3]>::try_from(people).unwrap_or_else(|_| panic!("three"));
    // The keys and the pictures are backed up first; the log when one has left already, and another has not yet.
    let mut connection = PgConnection::connect_with(&live.superuser_options()).await.unwrap();
    let older_keys = keys(&mut connection, &early_id).await;
    connection.close().await.unwrap();
    let restored = Folder::new("restored");
    copy(&folder.0.join("data/media"), &restored.0.join("data/media"));
    early.leave(&server.url).await;
    stop(server).await;
    let backup = live.copied().await;
    let server = start(&live, &folder).await;
    late.leave(&server.url).await;
    let newcomer = Shopper::new(&server.url).await;
    newcomer.leave(&server.url).await;
    let list = folder.0.join("erased");
    assert_eq!(erasures(&live, &folder, "export", &list), "erased accounts: 3\n");
    stop(server).await;
    let listed = std::fs::read_to_string(&list).unwrap();
    assert!(listed.lines().all(|line| Uuid::parse_str(line).is_ok()), "ids alone: {listed}");

    let pool = PgPool::connect_with(backup.superuser_options()).await.unwrap();
    for (slot, key_id, wrapped) in &older_keys {
        let sql = "INSERT INTO sealing_keys (aggregate_id, slot, key_id, wrapped) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql).bind(&early_id).bind(slot).bind(key_id).bind(wrapped).execute(&pool).await.unwrap();
    }
    let back = [held(&pool, &early_id).await, held(&pool, &late_id).await];
    assert_eq!(back, [[2, 0, 0, 1], [2, 3, 1, 0]], "or there is nothing to replay");
    let stays = held(&pool, &stayer_id).await;
    assert_eq!((stays, files(&restored.0.join("data/media"))), ([2, 3, 1, 0], 6));
    for expected in [[1, 1, 2, 4], [0, 1, 0, 0]] {
        let [erased, unknown, keys, files] = expected;
        let told = format!(
            "erased again: {erased}\nnot known here: {unknown}\nkeys destroyed again: {keys}\n\
             files of pictures deleted: {files}\n"
        );
        assert_eq!(erasures(&backup, &restored, "replay", &list), told);
    }
    assert_eq!(held(&pool, &early_id).await, [0, 0, 0, 1]);
    assert_eq!(held(&pool, &late_id).await, [0, 0, 0, 1]);
    assert_eq!((held(&pool, &stayer_id).await, files(&restored.0.join("data/media"))), (stays, 2));
    let site = TestSite::on(backup.clone(), settings(given()), ManualClock::new()).await;
    check_log(&site.app.log).await;
    check_rebuilt_equals_live(&site).await;
    assert_eq!(held(&pool, &late_id).await, [0, 0, 0, 1], "after a rebuild");

    let server = start(&backup, &restored).await;
    assert_eq!(login(&client(), &server.url, &late.person).await, 401);
    assert_eq!(login(&client(), &server.url, &stayer.person).await, 200);
    assert!(register(&client(), &server.url, &late.person).await.is_some(), "the names are free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_is_refused_before_anything_is_done() {
    let folder = Folder::new("no-list");
    let list = folder.0.join("erased");
    let refused = || {
        // No database is given: one of its own would be made in the folder.
        let output = run(super::server::program(&folder.0).args(["erasures", "replay"]).arg(&list));
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), told.lines().count()), (Some(1), 1), "{told}");
        told
    };
    assert!(refused().contains("cannot be read"));
    std::fs::write(&list, "01890000-0000-7000-8000-000000000000\n\nzhangsan\n").unwrap();
    let told = refused();
    assert!(
        told.contains("line 3") && told.contains("nothing was done") && !told.contains("zhangsan"),
        "{told}"
    );
    assert!(!folder.0.join("data").exists());
}
