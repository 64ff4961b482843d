//! Checkpoints: made when there is news, once among instances, kept for ever, and only of a log that grew.

use sqlx::Executor;
use zhanggui::audit::note::Verdict;
use zhanggui::audit::verify::Trusting;
use zhanggui::jobs::sign_checkpoint;

use super::Scene;

async fn amount(scene: &mut Scene) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM checkpoints").fetch_one(&mut scene.database).await.unwrap()
}

#[tokio::test]
async fn the_job_signs_when_there_is_news_and_says_nothing_else() {
    let mut scene = Scene::new().await;
    let site = scene.site.app.site.clone();
    // An empty log can be signed, too: from then on nobody can put events in front.
    sign_checkpoint::run(&site).await.unwrap();
    sign_checkpoint::run(&site).await.unwrap();
    assert_eq!(amount(&mut scene).await, 1);
    scene.append(3).await;
    sign_checkpoint::run(&site).await.unwrap();
    sign_checkpoint::run(&site).await.unwrap();
    assert_eq!(amount(&mut scene).await, 2);
    let note = scene.of_size(3).await;
    let keys = scene.keys().await;
    assert_eq!(keys.0[0].key.verify(&note), Verdict::Signed(None));
    let origin = &keys.0[0].key.name;
    assert!(note.text.starts_with(&format!("{origin}\n3\n")), "{}", note.text);
    assert!(origin.starts_with("zhanggui/") && origin.len() == 25, "{origin}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_instances_sign_a_size_once_and_make_one_key() {
    let mut scene = Scene::new().await;
    let other = scene.site.another_instance().await;
    for round in 1..=5 {
        scene.append(40).await;
        let sites =
            (0..8).map(|nth| if nth % 2 == 0 { scene.site.app.site.clone() } else { other.app.site.clone() });
        let tasks: Vec<_> =
            sites.map(|site| tokio::spawn(async move { sign_checkpoint::run(&site).await })).collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(amount(&mut scene).await, round);
    }
    let keys: i64 =
        sqlx::query_scalar("SELECT count(*) FROM log_keys").fetch_one(&mut scene.database).await.unwrap();
    assert_eq!(keys, 1);
    let keys = scene.keys().await;
    let report = scene.verify(Trusting { keys: Some(keys.clone()), held: Vec::new() }).await.unwrap();
    assert_eq!(report.signed_by, [(keys.0[0].key.to_string(), 5)].into());
}

#[tokio::test]
async fn what_was_signed_can_be_changed_by_no_role_of_ours() {
    let scene = Scene::signed().await;
    for options in [scene.site.database.app_options(), scene.site.database.owner_options()] {
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
        for table in ["checkpoints", "checkpoint_signatures", "log_keys"] {
            for change in ["DELETE FROM", "TRUNCATE"] {
                assert!(
                    connection.execute(format!("{change} {table} ").as_str()).await.is_err(),
                    "{change} {table}"
                );
            }
        }
        for change in [
            "UPDATE checkpoints SET size = 9",
            "UPDATE checkpoint_signatures SET nth = 9",
            "UPDATE log_keys SET name = 'x'",
        ] {
            assert!(connection.execute(change).await.is_err(), "{change}");
        }
    }
}

#[tokio::test]
async fn a_head_that_does_not_agree_with_the_events_is_not_signed() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    super::attack(&mut attacker, "DELETE FROM checkpoint_signatures; DELETE FROM checkpoints; UPDATE log_head SET frontier = overlay(frontier PLACING '\\x00'::bytea FROM 1)").await;
    let refused = scene.site.app.site.checkpoints.make(&mut scene.database).await.unwrap_err().to_string();
    assert!(refused.contains("the head of the log says 650 events with another root"), "{refused}");
}
