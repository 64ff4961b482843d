//! Alibaba's own client signs as we do, and the tests' gateway takes it and nobody with another secret.

use std::io::Write as _;
use std::process::{Command, Stdio};

use chrono::DateTime;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use zhanggui::adapters::aliyun_sms::signature::{Unsigned, sign};

use crate::support::python::{PythonServer, python};

/// Asks Alibaba's own client.
fn sdk(arguments: &[&str], input: &Value) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/delivery/aliyun_sdk.py");
    let mut command = Command::new(python());
    command.args(["-B", script]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "aliyun_sdk.py failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn alibabas_own_client_is_accepted_and_with_a_wrong_secret_refused() {
    let gateway = PythonServer::start("delivery/aliyun_gateway.py", &["{}"]).await;
    let port = gateway.port().to_string();
    let told = sdk(&["send", &port, "testSecret"], &Value::Null);
    assert_eq!(told, json!({ "send": "OK", "query": "OK", "status": 1 }));
    let told = sdk(&["send", &port, "wrong"], &Value::Null);
    let no = "SignatureDoesNotMatch";
    assert_eq!(told, json!({ "send": no, "query": no, "status": null }));
}

/// Requests of all sorts, as `aliyun_sdk.py sign` reads them.
fn any_request() -> impl Strategy<Value = Value> {
    let value = prop_oneof![
        "[-._~!*'();:@&=+$,/?#%\\[\\] \"<>\\\\^`{|}A-Za-z0-9]{0,40}",
        "[\u{4e00}-\u{9fff}😀-🙏 ]{0,20}",
        "\\PC{0,30}",
        ".{0,10}",
    ];
    let query = prop::collection::btree_map("[A-Za-z][A-Za-z0-9.]{0,15}", value, 0..8);
    let words =
        ("(GET|POST|PUT)", "[a-z0-9.-]{1,30}(:[0-9]{2,5})?", "[A-Za-z]{1,20}", "20[0-9]{2}-0[1-9]-1[0-9]");
    let key = ("[0-9a-f]{32}", "[A-Za-z0-9]{1,30}", "\\PC{1,40}");
    (query, words, key, 0_i64..4_000_000_000, prop::collection::vec(any::<u8>(), 0..50)).prop_map(
        |(query, (method, host, action, version), (nonce, key_id, secret), seconds, body)| {
            let date = DateTime::from_timestamp(seconds, 0).unwrap();
            json!({ "query": query, "method": method, "host": host, "action": action, "version": version,
                    "nonce": nonce, "key_id": key_id, "secret": secret, "body": hex::encode(body),
                    "date": date.format("%Y-%m-%dT%H:%M:%SZ").to_string() })
        },
    )
}

#[test]
fn every_request_is_signed_as_alibabas_own_client_signs_it() {
    let mut runner = TestRunner::default();
    let requests: Vec<_> = (0..300).map(|_| any_request().new_tree(&mut runner).unwrap().current()).collect();
    let theirs = sdk(&["sign"], &json!(requests));
    for (request, theirs) in requests.iter().zip(theirs.as_array().unwrap()) {
        let text = |name: &str| request[name].as_str().unwrap();
        let query = request["query"].as_object().unwrap();
        let query: Vec<_> =
            query.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let unsigned = Unsigned {
            method: text("method"),
            host: text("host"),
            action: text("action"),
            version: text("version"),
            date: text("date").parse().unwrap(),
            nonce: text("nonce"),
            query: &query,
            body: &hex::decode(text("body")).unwrap(),
        };
        let ours = sign(&unsigned, text("key_id"), text("secret"));
        let ours = json!({ "query": ours.query, "authorization": ours.authorization });
        assert_eq!(ours, *theirs, "{request}");
    }
}
