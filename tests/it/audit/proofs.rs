//! The proofs over HTTP, checked as a browser checks them; and that forgetting a person disturbs none.

use serde_json::Value;
use zhanggui::audit::note::{Note, Verdict, VerifierKey};
use zhanggui::audit::verify::Trusting;
use zhanggui::eventstore::merkle::proof::{is_consistent, root_of_inclusion};
use zhanggui::eventstore::merkle::{Hash, leaf_hash};

use super::Scene;
use crate::support::client::{Answer, Client};

const KEYS: &str = "/.well-known/zhanggui-log-keys";

fn hash(value: &Value) -> Hash {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

async fn get(client: &mut Client, question: &str) -> Answer {
    client.get(&format!("/api/v1/audit/{question}")).await
}

/// What the page does with an answer, given the log's key. Gives the event.
fn check(answer: &Value, key: &VerifierKey) -> Value {
    let number = |name: &str| answer[name].as_u64().unwrap();
    let event = answer["event"].as_str().unwrap();
    let leaf = leaf_hash(event.as_bytes());
    assert_eq!(leaf, hash(&answer["leaf_hash"]));
    let root =
        root_of_inclusion(number("position") - 1, number("size"), leaf, &hashes(&answer["hashes"])).unwrap();
    assert_eq!(root, hash(&answer["root_hash"]));
    let note: Note = answer["checkpoint"].as_str().unwrap().parse().unwrap();
    assert_eq!(key.verify(&note), Verdict::Signed(None));
    let checkpoint: zhanggui::audit::checkpoint::Checkpoint = note.text.parse().unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (number("size"), root));
    serde_json::from_str(event).unwrap()
}

async fn key(client: &mut Client) -> VerifierKey {
    let document = client.get(KEYS).await.json();
    document["keys"][0]["verifier_key"].as_str().unwrap().parse().unwrap()
}

/// An admin, whose first request of the day is recorded: the log has four events.
async fn auditor(scene: &Scene) -> Client {
    let mut client = scene.site.admin().await;
    client.user_id().await;
    scene.site.app.site.presence.settle().await;
    client
}

#[tokio::test]
async fn an_event_is_proved_with_all_that_a_browser_needs() {
    let scene = Scene::new().await;
    let mut auditor = auditor(&scene).await;
    let answer = get(&mut auditor, "proofs/inclusion?position=2").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let key = key(&mut scene.site.client()).await;
    let event = check(&answer.json(), &key);
    assert_eq!((&event["position"], &event["event_type"]), (&2.into(), &"account.logged_in".into()));
    // What is personal is proved as it is sealed.
    let registered = check(&get(&mut auditor, "proofs/inclusion?position=1").await.json(), &key);
    assert!(registered["payload"]["username"]["$sealed"].is_string(), "{registered}");
    // One that is newer than the newest checkpoint is covered at once.
    scene.site.client().logged_in().await;
    let answer = get(&mut auditor, "proofs/inclusion?position=6").await.json();
    check(&answer, &key);
    assert_eq!(answer["size"], 6);
    let unsigned = get(&mut auditor, "proofs/inclusion?position=1&size=5").await.json();
    assert_eq!(unsigned["checkpoint"], Value::Null);
}

#[tokio::test]
async fn growth_is_proved_between_checkpoints() {
    let scene = Scene::new().await;
    let mut auditor = auditor(&scene).await;
    let first = get(&mut auditor, "checkpoint").await;
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    scene.site.client().logged_in().await;
    let newest = get(&mut auditor, "checkpoint?at_least=6").await.text().to_owned();
    let answer = get(&mut auditor, "proofs/consistency?from=4&to=6").await.json();
    assert_eq!(answer["from_checkpoint"], first.text());
    assert_eq!(answer["to_checkpoint"], newest);
    let (old, new) = (hash(&answer["from_root_hash"]), hash(&answer["to_root_hash"]));
    assert!(is_consistent(4, 6, &old, &new, &hashes(&answer["hashes"])));
    assert!(!is_consistent(4, 6, &new, &new, &hashes(&answer["hashes"])));
    assert_eq!(get(&mut auditor, "checkpoint?size=4").await.text(), first.text());
    assert_eq!(get(&mut auditor, "checkpoint").await.text(), newest);
}

#[tokio::test]
async fn what_cannot_be_proved_is_refused() {
    let scene = Scene::new().await;
    let mut auditor = scene.site.admin().await;
    for (question, status, code) in [
        ("proofs/inclusion", 400, "invalid_query"),
        ("proofs/inclusion?position=0", 400, "invalid_query"),
        ("proofs/inclusion?position=-1", 400, "invalid_query"),
        ("proofs/inclusion?position=2&size=1", 400, "invalid_query"),
        ("proofs/inclusion?position=99", 404, "not_found"),
        ("proofs/inclusion?position=1&size=99", 404, "not_found"),
        ("proofs/inclusion?position=18446744073709551615", 404, "not_found"),
        ("proofs/inclusion?position=1&size=18446744073709551615", 404, "not_found"),
        ("proofs/consistency?from=2&to=1", 400, "invalid_query"),
        ("proofs/consistency?from=0&to=18446744073709551615", 404, "not_found"),
        ("proofs/consistency?from=9223372036854775809&to=18446744073709551615", 404, "not_found"),
        ("checkpoint?size=2", 404, "not_found"),
        ("checkpoint?at_least=99", 404, "not_found"),
        ("checkpoint?size=1&at_least=1", 400, "invalid_query"),
        ("checkpoint?sizes=1", 400, "invalid_query"),
    ] {
        let answer = get(&mut auditor, question).await;
        assert_eq!(answer.outcome(), (status, code.to_owned()), "{question}");
    }
    let empty = get(&mut auditor, "proofs/consistency?from=0&to=3").await;
    assert_eq!((empty.status.as_u16(), empty.json()["hashes"].to_string()), (200, "[]".to_owned()));
}

#[tokio::test]
async fn forgetting_a_person_disturbs_no_proof() {
    let mut scene = Scene::new().await;
    let mut auditor = scene.site.admin().await;
    let (mut client, person) = scene.site.client().logged_in().await;
    let registered = get(&mut auditor, "proofs/inclusion?position=4").await.json();
    let key = key(&mut scene.site.client()).await;
    let held: Note = registered["checkpoint"].as_str().unwrap().parse().unwrap();
    let erased = client.delete("/api/v1/me", &serde_json::json!({"password": person.password})).await;
    assert_eq!(erased.status, 204);
    scene.site.react().await;
    let size = registered["size"].as_u64().unwrap();
    let again = get(&mut auditor, &format!("proofs/inclusion?position=4&size={size}")).await.json();
    assert_eq!(again, registered);
    let newer = get(&mut auditor, &format!("proofs/inclusion?position=4&size={}", size + 1)).await.json();
    assert_eq!(newer["event"], registered["event"]);
    check(&get(&mut auditor, &format!("proofs/inclusion?position={}", size + 1)).await.json(), &key);
    let keys = scene.keys().await;
    let report = scene.verify(Trusting { keys: Some(keys), held: vec![held] }).await.unwrap();
    assert_eq!(report.held, [size]);
}
