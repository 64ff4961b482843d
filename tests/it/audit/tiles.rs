//! Tiles: made beside the appends, derived, and never believed.

use sqlx::Row;
use zhanggui::audit::proofs::prove_inclusion;
use zhanggui::audit::verify::Trusting;
use zhanggui::eventstore::merkle::proof::{Span, root_of_inclusion};
use zhanggui::eventstore::merkle::stored::{roots, write_tiles};
use zhanggui::eventstore::merkle::{Frontier, Hash};

use super::{Scene, attack};

async fn tiles(scene: &mut Scene) -> Vec<(i16, i64, Vec<u8>)> {
    sqlx::query_as("SELECT level, number, hashes FROM log_tiles ORDER BY level, number")
        .fetch_all(&mut scene.database)
        .await
        .unwrap()
}

async fn root(scene: &mut Scene, size: u64) -> Hash {
    roots(&mut scene.database, &[Span { from: 0, to: size }]).await.unwrap()[0]
}

/// The root by the head, which was made leaf by leaf.
async fn head(scene: &mut Scene) -> (u64, Hash) {
    let row =
        sqlx::query("SELECT position, frontier FROM log_head").fetch_one(&mut scene.database).await.unwrap();
    let size = u64::try_from(row.get::<i64, _>(0)).unwrap();
    (size, Frontier::from_bytes(size, &row.get::<Vec<u8>, _>(1)).unwrap().root())
}

#[tokio::test]
async fn tiles_of_three_levels_give_the_root_and_every_proof() {
    let mut scene = Scene::new().await;
    // Some of it tiled in pieces, the end not at all.
    scene.append(1_000).await;
    scene.sign().await;
    scene.append(65_536).await;
    write_tiles(&mut scene.database, 66_000).await.unwrap();
    let (size, expected) = head(&mut scene).await;
    assert_eq!(root(&mut scene, size).await, expected);
    let rows: Vec<_> = tiles(&mut scene)
        .await
        .into_iter()
        .map(|(level, number, hashes)| (level, number, hashes.len() / 32))
        .collect();
    assert_eq!(rows, [(1, 0, 256), (1, 1, 1), (2, 0, 1)]);
    for position in [1, 2, 255, 256, 257, 1_000, 32_768, 65_535, 65_536, 65_537, 66_300, size] {
        let proof = prove_inclusion(&mut scene.database, position, size).await.unwrap().unwrap();
        assert_eq!(proof.root, expected);
        assert_eq!(
            root_of_inclusion(position - 1, size, proof.leaf, &proof.hashes),
            Some(expected),
            "{position}"
        );
    }
    assert_eq!(prove_inclusion(&mut scene.database, 1, size + 1).await.unwrap(), None);
    assert_eq!(prove_inclusion(&mut scene.database, 0, size).await.unwrap(), None);
    scene.sign().await;
    let report = scene.verify(Trusting::default()).await.unwrap();
    assert_eq!((report.events, report.root), (size, expected));
    proofs_are_made_of_tiles(&mut scene, size).await;
    gaps_are_found(&mut scene).await;
}

/// A leaf hash that was spoilt does not show in a proof that a tile spares the way to the leaves.
async fn proofs_are_made_of_tiles(scene: &mut Scene, size: u64) {
    let mut attacker = scene.attacker().await;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for position in [1, 30_000, 66_300] {
        before.push(prove_inclusion(&mut scene.database, position, size).await.unwrap());
    }
    let leaf: Vec<u8> = sqlx::query_scalar("SELECT leaf_hash FROM events WHERE position = 50000")
        .fetch_one(&mut attacker)
        .await
        .unwrap();
    let spoil = "UPDATE events SET leaf_hash = $1 WHERE position = 50000";
    sqlx::query(spoil).bind([0_u8; 32].as_slice()).execute(&mut attacker).await.unwrap();
    for position in [1, 30_000, 66_300] {
        after.push(prove_inclusion(&mut scene.database, position, size).await.unwrap());
    }
    assert_eq!(after, before);
    sqlx::query(spoil).bind(leaf).execute(&mut attacker).await.unwrap();
}

/// A tile that is missing or shortened before others is told; none at all is not.
async fn gaps_are_found(scene: &mut Scene) {
    let shortened =
        "UPDATE log_tiles SET hashes = substring(hashes FROM 1 FOR 3200) WHERE level = 1 AND number = 0";
    for change in [shortened, "DELETE FROM log_tiles WHERE level = 1 AND number = 0"] {
        sqlx::raw_sql(change).execute(&mut scene.database).await.unwrap();
        let fault = scene.fault().await;
        assert!(
            fault.starts_with("tile 0 of level 1 is missing, or a part of it, before others")
                && fault.contains("--retile"),
            "{fault}"
        );
    }
    sqlx::raw_sql("DELETE FROM log_tiles").execute(&mut scene.database).await.unwrap();
    scene.verify(Trusting::default()).await.unwrap();
}

#[tokio::test]
async fn tiling_twice_or_in_pieces_changes_nothing() {
    let (mut one, mut other) = (Scene::new().await, Scene::new().await);
    for amount in [100, 156, 1, 511, 1_000] {
        one.append(amount).await;
        let (size, _) = head(&mut one).await;
        write_tiles(&mut one.database, size).await.unwrap();
        write_tiles(&mut one.database, size).await.unwrap();
    }
    other.append(1_768).await;
    assert_eq!(write_tiles(&mut other.database, 1_768).await.unwrap(), 1_536);
    assert_eq!(write_tiles(&mut other.database, 1_768).await.unwrap(), 0);
    assert_eq!(tiles(&mut one).await, tiles(&mut other).await);
}

#[tokio::test]
async fn a_tile_that_was_changed_is_found_and_made_anew() {
    let mut scene = Scene::new().await;
    scene.append(2_000).await;
    scene.sign().await;
    let mut attacker = scene.attacker().await;
    attack(
        &mut attacker,
        "UPDATE log_tiles SET hashes = overlay(hashes PLACING '\\x0000000000'::bytea FROM 65)",
    )
    .await;
    let fault = scene.fault().await;
    assert!(fault.starts_with("tile 0 of level 1 is not that of the events of positions 513 to 768, which are as they were signed"), "{fault}");
    // Nothing is signed on such a ground.
    scene.append(300).await;
    assert!(scene.site.app.site.checkpoints.make(&mut scene.database).await.is_err());
    sqlx::query("DELETE FROM log_tiles").execute(&mut scene.database).await.unwrap();
    scene.sign().await;
    scene.verify(Trusting::default()).await.unwrap();
}

#[tokio::test]
async fn tiles_that_are_gone_or_too_many_are_found_or_done_without() {
    let mut scene = Scene::new().await;
    scene.append(2_000).await;
    scene.sign().await;
    let expected = root(&mut scene, 2_000).await;
    sqlx::query("DELETE FROM log_tiles").execute(&mut scene.database).await.unwrap();
    assert_eq!(root(&mut scene, 2_000).await, expected);
    scene.verify(Trusting::default()).await.unwrap();
    sqlx::query("INSERT INTO log_tiles VALUES (0, 1, 3, decode(repeat('00', 32), 'hex'))")
        .execute(&mut scene.database)
        .await
        .unwrap();
    let fault = scene.fault().await;
    assert!(fault.starts_with("the tiles of level 1 have 769 hashes, where the events make 7"), "{fault}");
    // A level that does not fit the one below is no ground to build on: it is made anew.
    sqlx::query("INSERT INTO log_tiles VALUES (0, 2, 0, decode(repeat('00', 32), 'hex'))")
        .execute(&mut scene.database)
        .await
        .unwrap();
    scene.append(300).await;
    scene.sign().await;
    scene.verify(Trusting::default()).await.unwrap();
}
