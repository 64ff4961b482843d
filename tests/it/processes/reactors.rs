//! `zhanggui reactors`: what operators see of the reactors, and setting parked tasks free.

use zhanggui::reactors::REACTORS;

use super::server::{Folder, program_on, run};
use crate::support::site::TestSite;

#[tokio::test]
async fn operators_see_what_is_parked_and_set_it_free() {
    let site = TestSite::start().await;
    let folder = Folder::new("reactors");
    let cli = |arguments: &[&str]| {
        let output = run(program_on(&site.database, &folder.0).arg("reactors").args(arguments));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    for position in 1..=3 {
        sqlx::query(
            "INSERT INTO reactor_tasks (reactor, position, state, attempts, due_at, last_error, parked_at) \
             VALUES ($1, $2, 'parked', 10, now(), 'SMTP 550', '2026-01-02T03:04:05Z')",
        )
        .bind(REACTORS[0])
        .bind(position)
        .execute(&site.app.log.pool)
        .await
        .unwrap();
    }
    let (status, told, _) = cli(&["list"]);
    assert_eq!(status, Some(0));
    for name in REACTORS {
        assert!(told.lines().any(|line| line.starts_with(name) && line.contains("behind")), "{told}");
    }
    let line = format!("{} 2: parked since 2026-01-02T03:04:05Z after 10 attempts: SMTP 550", REACTORS[0]);
    assert!(told.lines().any(|told| told == line), "{told}");

    assert_eq!(cli(&["retry", REACTORS[0], "2"]).1, "set free: 1\n");
    assert_eq!(cli(&["retry", REACTORS[1]]).1, "set free: 0\n");
    assert_eq!(cli(&["retry", "--all"]).1, "set free: 2\n");
    assert!(!cli(&["list"]).1.contains("parked since"));

    let (status, _, told) = cli(&["retry", "nobody"]);
    assert_eq!((status, told.lines().count()), (Some(1), 1), "{told}");
    assert!(REACTORS.iter().all(|name| told.contains(name)), "{told}");
    assert_eq!(cli(&["retry"]).0, Some(2));
}
