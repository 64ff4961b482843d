//! Proofs and checkpoints, checked by others: the crate ct-merkle, pymerkle, and Ed25519 of Python's cryptography.

use std::process::Command;

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use serde_json::{Value, json};
use sha2::Sha256;
use zhanggui::audit::proofs::{Consistency, Inclusion, prove_consistency, prove_inclusion};
use zhanggui::eventstore::merkle::Hash;

use super::{Folder, Scene};
use crate::support::python::python;

/// Sizes that are and are not complete, one event apart and more, over the width of a tile.
const STEPS: [i64; 8] = [1, 1, 5, 57, 191, 1, 44, 311];

/// Proofs of a log that was signed after each step.
#[derive(Default)]
struct Proofs {
    events: Vec<String>,
    inclusions: Vec<(u64, u64, Inclusion)>,
    consistencies: Vec<(u64, u64, Consistency)>,
    checkpoints: Vec<String>,
}

async fn proofs(scene: &mut Scene) -> Proofs {
    let mut proofs = Proofs::default();
    let mut sizes = Vec::new();
    for amount in STEPS {
        scene.append(amount).await;
        let stored = scene.sign().await;
        let size = stored.checkpoint.size;
        sizes.push(size);
        proofs.checkpoints.push(stored.note().to_string());
        for position in [1, size / 3, size / 2, size - 1, size].into_iter().filter(|position| *position > 0) {
            let proof = prove_inclusion(&mut scene.database, position, size).await.unwrap().unwrap();
            proofs.inclusions.push((position, size, proof));
        }
        for from in &sizes {
            let proof = prove_consistency(&mut scene.database, *from, size).await.unwrap().unwrap();
            proofs.consistencies.push((*from, size, proof));
        }
    }
    let size = *sizes.last().unwrap();
    for position in 1..=size {
        let proof = prove_inclusion(&mut scene.database, position, size).await.unwrap().unwrap();
        proofs.events.push(proof.event);
    }
    proofs
}

fn root(hash: Hash, size: u64) -> RootHash<Sha256> {
    RootHash::new(hash.into(), size)
}

#[tokio::test]
async fn the_crate_ct_merkle_accepts_the_proofs_and_refuses_changed_ones() {
    let mut scene = Scene::new().await;
    let proofs = proofs(&mut scene).await;
    for (position, size, ours) in proofs.inclusions {
        let verify = |event: &str, hashes: &[Hash]| {
            let proof = InclusionProof::<Sha256>::try_from_bytes(hashes.concat()).unwrap();
            root(ours.root, size).verify_inclusion(&event, position - 1, &proof)
        };
        assert!(verify(&ours.event, &ours.hashes).is_ok(), "{position} in {size}");
        assert!(verify("other", &ours.hashes).is_err());
        let mut changed = ours.hashes.clone();
        if let Some(last) = changed.last_mut() {
            last[0] ^= 1;
            assert!(verify(&ours.event, &changed).is_err());
        }
    }
    // Where both sizes are the same there is nothing to prove, and the crate has no such case.
    for (from, to, ours) in proofs.consistencies.into_iter().filter(|(from, to, _)| from < to) {
        let verify = |hashes: &[Hash]| {
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(hashes.concat()).unwrap();
            root(ours.to_root, to).verify_consistency(&root(ours.from_root, from), &proof)
        };
        assert!(verify(&ours.hashes).is_ok(), "{from} to {to}");
        let mut changed = ours.hashes.clone();
        changed[0][0] ^= 1;
        assert!(verify(&changed).is_err(), "{from} to {to}");
    }
}

#[tokio::test]
async fn pymerkle_has_the_same_roots_and_paths_and_a_checkpoint_verifies_in_python() {
    let mut scene = Scene::new().await;
    let proofs = proofs(&mut scene).await;
    let key = scene.keys().await.0[0].key.to_string();
    let inclusions: Vec<Value> = proofs
        .inclusions
        .iter()
        .map(|(position, size, proof)| {
            let hashes: Vec<String> = proof.hashes.iter().map(hex::encode).collect();
            json!({"position": position, "size": size, "event": proof.event, "root": hex::encode(proof.root), "hashes": hashes})
        })
        .collect();
    let told = json!({"events": proofs.events, "inclusions": inclusions, "checkpoints": proofs.checkpoints, "key": key});
    let (inclusions, checkpoints) = (inclusions.len(), proofs.checkpoints.len());
    let expected =
        json!({"inclusions": inclusions, "checkpoints": checkpoints, "refused": inclusions + checkpoints});
    assert_eq!(ask(&told), expected);
}

/// Runs the script with `told` on a file; gives what it says.
fn ask(told: &Value) -> Value {
    let folder = Folder::new("cross-check");
    let file = folder.file("told.json");
    std::fs::write(&file, told.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/audit/others.py");
    let output = Command::new(python()).arg("-B").arg(script).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
