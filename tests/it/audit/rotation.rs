//! Keys: made here or handed in, turned, and what an auditor makes of it.

use sqlx::PgConnection;
use zhanggui::app::checkpoints;
use zhanggui::audit::checkpoints::Checkpoints;
use zhanggui::audit::checkpoints::signing_key::GivenKeys;
use zhanggui::audit::keys::TrustedKeys;
use zhanggui::audit::verify::Trusting;
use zhanggui::config::Settings;
use zhanggui::eventstore::seal::MasterKey;
use zhanggui::ports::Ports;

use super::Scene;
use crate::support::site::{MASTER_KEY, given, settings};

/// A signer with these keys and this name in its settings.
fn signer(seeds: &[[u8; 32]], origin: Option<&str>) -> Checkpoints {
    let keys = GivenKeys(seeds.to_vec());
    let settings =
        Settings { log_signing_keys: keys, log_origin: origin.map(str::to_owned), ..settings(given()) };
    checkpoints(&MasterKey::parse(MASTER_KEY).unwrap(), &settings, &Ports::system()).unwrap()
}

async fn refused(checkpoints: Checkpoints, database: &mut PgConnection) -> String {
    checkpoints.make(database).await.unwrap_err().to_string()
}

async fn secrets(database: &mut PgConnection) -> Vec<i32> {
    sqlx::query_scalar("SELECT number FROM log_key_secrets ORDER BY number")
        .fetch_all(database)
        .await
        .unwrap()
}

#[tokio::test]
async fn both_keys_sign_the_checkpoint_at_the_turn_and_the_old_one_nothing_after_it() {
    let mut scene = Scene::signed().await;
    let before = scene.keys().await;
    scene.append(10).await;
    let turned = scene.site.app.site.checkpoints.rotate(&mut scene.database).await.unwrap();
    assert_eq!((turned.checkpoint.size, turned.lines.len()), (660, 2));
    assert_eq!(secrets(&mut scene.database).await, [2]);
    scene.append(10).await;
    let newest = scene.sign().await;
    let after = scene.keys().await;
    let (old, new) = (&after.0[0], &after.0[1]);
    assert_eq!((old.first_size, old.last_size, new.first_size, new.last_size), (0, Some(660), 660, None));
    assert_eq!(newest.lines.iter().map(|line| line.key_id).collect::<Vec<_>>(), [new.key.id()]);
    let report =
        scene.verify(Trusting { keys: Some(after.clone()), held: vec![turned.note()] }).await.unwrap();
    // The checkpoint of the turn counts for the key that is asked first.
    assert_eq!(report.signed_by, [(old.key.to_string(), 5), (new.key.to_string(), 1)].into());
    // With the new key alone the older ones cannot be told, with the old one alone the newer.
    for (keys, size) in [(vec![new.clone()], 300), (before.0, 670)] {
        let fault =
            scene.verify(Trusting { keys: Some(TrustedKeys(keys)), held: Vec::new() }).await.unwrap_err();
        assert!(
            fault.contains(&format!("the checkpoint of size {size} is")) && fault.contains("key that"),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_handed_in_never_lies_in_the_database() {
    let mut scene = Scene::new().await;
    scene.append(5).await;
    let (one, two) = ([1; 32], [2; 32]);
    let made = signer(&[one], Some("log.example/7")).make(&mut scene.database).await.unwrap();
    assert_eq!(made.checkpoint.origin, "log.example/7");
    assert_eq!(secrets(&mut scene.database).await, [] as [i32; 0]);
    scene.append(5).await;
    assert!(refused(signer(&[], None), &mut scene.database).await.contains("is not here"));
    assert!(refused(signer(&[two], None), &mut scene.database).await.contains("is not here"));
    let other = refused(signer(&[one], Some("log.example/8")), &mut scene.database).await;
    assert!(other.contains("this log has been signed as log.example/7"), "{other}");
    // Its successor is handed in as well.
    let alone = signer(&[one], None).rotate(&mut scene.database).await.unwrap_err().to_string();
    assert!(alone.contains("so its successor must be"), "{alone}");
    signer(&[one, two], None).rotate(&mut scene.database).await.unwrap();
    scene.append(5).await;
    signer(&[two], None).make(&mut scene.database).await.unwrap();
    assert_eq!(secrets(&mut scene.database).await, [] as [i32; 0]);
    let keys = scene.keys().await;
    scene.verify(Trusting { keys: Some(keys), held: Vec::new() }).await.unwrap();
}

#[tokio::test]
async fn a_refused_turn_changes_nothing() {
    let mut scene = Scene::signed().await;
    let before = scene.keys().await;
    let refused = signer(&[], Some("other")).rotate(&mut scene.database).await;
    assert!(refused.is_err());
    assert_eq!(scene.keys().await, before);
    assert_eq!(secrets(&mut scene.database).await, [1]);
}
