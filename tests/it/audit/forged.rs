//! A thorough forger: rewrites hashes, head and tiles so that the database agrees with itself. Only what was signed and
//! lies elsewhere gives it away.

use futures_util::TryStreamExt;
use sqlx::PgConnection;
use zhanggui::audit::note::{Kind, SignerKey};
use zhanggui::audit::verify::Trusting;
use zhanggui::eventstore::merkle::rows::leaves;
use zhanggui::eventstore::merkle::{Frontier, leaf_hash};

use super::{Scene, attack};

/// Gives the events from `first` to `last` the leaf hashes of what they are now.
pub(super) async fn rehash(attacker: &mut PgConnection, first: i64, last: i64) {
    let events: Vec<_> = leaves(&mut *attacker, first - 1, last).try_collect().await.unwrap();
    for event in events {
        sqlx::query("UPDATE events SET leaf_hash = $1 WHERE position = $2")
            .bind(leaf_hash(event.text.as_bytes()).as_slice())
            .bind(event.position)
            .execute(&mut *attacker)
            .await
            .unwrap();
    }
}

/// Makes the head agree with the events that there are.
async fn mend_head(attacker: &mut PgConnection) {
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("SELECT leaf_hash FROM events ORDER BY position")
        .fetch_all(&mut *attacker)
        .await
        .unwrap();
    let mut frontier = Frontier::default();
    for hash in hashes {
        frontier.push(hash.try_into().unwrap());
    }
    sqlx::query(
        "UPDATE log_head SET (position, recorded_at) = (SELECT position, recorded_at FROM events ORDER BY position DESC LIMIT 1), frontier = $1",
    )
    .bind(frontier.to_bytes())
    .execute(attacker)
    .await
    .unwrap();
}

/// Cuts the log after `last`, and makes the head agree.
pub(super) async fn truncate(attacker: &mut PgConnection, last: i64) {
    attack(attacker, &format!("DELETE FROM events WHERE position > {last}; DELETE FROM log_tiles")).await;
    mend_head(attacker).await;
}

/// Rewrites the log from position 400 on, with all hashes.
pub(super) async fn rewrite(attacker: &mut PgConnection) {
    attack(
        attacker,
        "UPDATE events SET payload = jsonb_set(payload, '{price}', '\"0.01\"') WHERE position >= 400; DELETE FROM log_tiles",
    )
    .await;
    rehash(attacker, 400, 650).await;
    mend_head(attacker).await;
}

#[tokio::test]
async fn a_rewritten_log_does_not_agree_with_what_was_signed_and_gets_no_new_signature() {
    let mut scene = Scene::signed().await;
    let mut attacker = scene.attacker().await;
    rewrite(&mut attacker).await;
    let fault = scene.fault().await;
    assert!(
        fault.starts_with(
            "positions 301 to 600: the events do not have the root of the checkpoint of size 600"
        ),
        "{fault}"
    );
    scene.append(1).await;
    let refused = scene.site.app.site.checkpoints.make(&mut scene.database).await.unwrap_err();
    assert!(
        refused.to_string().contains("the log of 651 events does not begin with the 650 that were signed"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_log_rewritten_with_its_checkpoints_is_found_by_the_one_that_the_auditor_holds() {
    let mut scene = Scene::signed().await;
    let (held, keys) = (scene.of_size(600).await, scene.keys().await);
    let mut attacker = scene.attacker().await;
    rewrite(&mut attacker).await;
    attack(
        &mut attacker,
        "DELETE FROM checkpoint_signatures WHERE size > 300; DELETE FROM checkpoints WHERE size > 300",
    )
    .await;
    // The program signs it, not knowing better: the database agrees with itself.
    scene.sign().await;
    let alone = scene.verify(Trusting { keys: Some(keys.clone()), held: Vec::new() }).await.unwrap();
    assert_eq!((alone.events, alone.checkpoints), (650, 2));
    let fault = scene.verify(Trusting { keys: Some(keys), held: vec![held] }).await.unwrap_err();
    assert!(
        fault.starts_with("positions 301 to 600: the events do not have the root of the checkpoint that you hold of size 600"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_log_without_its_checkpoints_does_not_verify_unless_its_events_are_new() {
    for kept in ["", " WHERE size > 0"] {
        let mut scene = Scene::new().await;
        scene.sign().await;
        scene.append(300).await;
        scene.sign().await;
        let trusting = Trusting { keys: Some(scene.keys().await), held: Vec::new() };
        let mut attacker = scene.attacker().await;
        let delete = format!("DELETE FROM checkpoint_signatures{kept}; DELETE FROM checkpoints{kept}");
        attack(&mut attacker, &delete).await;
        for trusting in [trusting.clone(), Trusting::default()] {
            let fault = scene.verify(trusting).await.unwrap_err();
            assert!(fault.starts_with("positions 1 to 300: no signed checkpoint covers them"), "{fault}");
        }
        // As in the first minute of a server.
        attack(&mut attacker, "UPDATE events SET recorded_at = date_trunc('second', now())").await;
        rehash(&mut attacker, 1, 300).await;
        attack(&mut attacker, "DELETE FROM log_tiles").await;
        mend_head(&mut attacker).await;
        assert_eq!(scene.verify(trusting).await.unwrap().uncovered(), Some((1, 300)));
    }
}

#[tokio::test]
async fn what_is_rewritten_behind_the_last_checkpoint_is_told_with_its_place() {
    let mut scene = Scene::signed().await;
    scene.append(20).await;
    let mut attacker = scene.attacker().await;
    attack(
        &mut attacker,
        "UPDATE events SET payload = jsonb_set(payload, '{price}', '\"0.01\"') WHERE position = 660",
    )
    .await;
    rehash(&mut attacker, 660, 660).await;
    let fault = scene.fault().await;
    assert!(
        fault.starts_with("positions 651 to 670: the head of the log has another root than its events"),
        "{fault}"
    );
}

#[tokio::test]
async fn an_old_backup_is_found_by_the_checkpoint_that_the_auditor_holds() {
    let mut scene = Scene::signed().await;
    let held = scene.of_size(650).await;
    let mut attacker = scene.attacker().await;
    // As it was when 600 were signed.
    truncate(&mut attacker, 600).await;
    attack(
        &mut attacker,
        "DELETE FROM checkpoint_signatures WHERE size > 600; DELETE FROM checkpoints WHERE size > 600",
    )
    .await;
    assert_eq!(scene.verify(Trusting::default()).await.unwrap().events, 600);
    let fault = scene.verify(Trusting { keys: None, held: vec![held] }).await.unwrap_err();
    assert_eq!(
        fault,
        "position 601: is missing: the log ends with 600 events, but the checkpoint that you hold is of 650: the newest were removed, or this is an older copy of the log"
    );
}

#[tokio::test]
async fn a_signing_key_that_was_replaced_is_found_by_the_key_that_the_auditor_holds_and_by_the_master_key() {
    let mut scene = Scene::signed().await;
    let keys = scene.keys().await;
    let origin = keys.0[0].key.name.clone();
    let mut attacker = scene.attacker().await;
    let own = SignerKey::new(&origin, Kind::Log, [66; 32]).unwrap();
    rewrite(&mut attacker).await;
    attack(&mut attacker, "DELETE FROM checkpoint_signatures; DELETE FROM checkpoints").await;
    sqlx::query("UPDATE log_keys SET public_key = $1")
        .bind(own.verifier().public.as_slice())
        .execute(&mut attacker)
        .await
        .unwrap();
    let frontier: Vec<u8> =
        sqlx::query_scalar("SELECT frontier FROM log_head").fetch_one(&mut attacker).await.unwrap();
    let root = Frontier::from_bytes(650, &frontier).unwrap().root();
    let checkpoint = zhanggui::audit::checkpoint::Checkpoint { origin, size: 650, root };
    let line = own.sign(&checkpoint.to_string(), 0);
    sqlx::query("INSERT INTO checkpoints VALUES (0, 650, $1, $2, now())")
        .bind(&checkpoint.origin)
        .bind(root.as_slice())
        .execute(&mut attacker)
        .await
        .unwrap();
    sqlx::query("INSERT INTO checkpoint_signatures VALUES (0, 650, 1, $1, $2, $3, now())")
        .bind(&line.name)
        .bind(line.key_id.as_slice())
        .bind(&line.signature)
        .execute(&mut attacker)
        .await
        .unwrap();
    // With nothing from outside the database looks whole …
    scene.verify(Trusting::default()).await.unwrap();
    // … but not to whoever has the old key, nor to the program, which has the master key.
    let fault = scene.verify(Trusting { keys: Some(keys), held: Vec::new() }).await.unwrap_err();
    assert!(
        fault.starts_with(
            "the checkpoint of size 650 is not signed by a key that you trust: the key was replaced"
        ),
        "{fault}"
    );
    let checkpoints = &scene.site.app.site.checkpoints;
    let refused = checkpoints.check_key(&mut scene.database).await.unwrap_err().to_string();
    assert!(refused.contains("of the log is not here"), "{refused}");
    assert!(checkpoints.rotate(&mut scene.database).await.is_err());
}
