//! Over TLS: only a gateway that a trusted authority certifies is told a code, and no proxy ever.

use std::process::{Command, Output};

use serde_json::{Value, json};
use zhanggui::ports::Ports;
use zhanggui::reactors::ports::Texter as _;

use super::{client, message};
use crate::support::python::PythonServer;

/// Says to [`send_over_tls`] where the gateway is.
const ENDPOINT: &str = "ZHANGGUI_TEST_SMS_ENDPOINT";

/// No test by itself: what a process runs that trusts other authorities. Without its variable there is
/// nothing to do.
#[tokio::test]
async fn send_over_tls() {
    let Ok(endpoint) = std::env::var(ENDPOINT) else { return };
    let sent = client(&endpoint, "testSecret", Ports::system()).send(&message(None)).await;
    println!("it was told: {sent:?}");
}

/// Runs it in a process whose environment names the authorities it trusts, and a proxy that is none.
fn trusting(authorities: &str, endpoint: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let Output { stdout, .. } = Command::new(program)
        .args(["delivery::aliyun::tls::send_over_tls", "--exact", "--nocapture"])
        .env(ENDPOINT, endpoint)
        .env("SSL_CERT_FILE", authorities)
        .env_remove("SSL_CERT_DIR")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(["HTTPS_PROXY", "https_proxy", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:1")))
        .output()
        .unwrap();
    let output = String::from_utf8(stdout).unwrap();
    let told = output.lines().find_map(|line| line.split_once("it was told: ")).expect("it sends");
    told.1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certified_gateway_is_told_a_code() {
    let start = || async {
        let script = json!({ "tls": true }).to_string();
        let gateway = PythonServer::start("delivery/aliyun_gateway.py", &[script]).await;
        let authority = gateway.ready["authority"].as_str().unwrap().to_owned();
        let address = format!("https://127.0.0.1:{}", gateway.port());
        (gateway, authority, address)
    };
    let (_trusted, authority, address) = start().await;
    let (_stranger, _, strange_address) = start().await;
    let file = std::env::temp_dir().join(format!("zhanggui-{}-authority.pem", std::process::id()));
    std::fs::write(&file, authority).unwrap();
    let authorities = file.to_str().unwrap();
    let told = [trusting(authorities, &address), trusting(authorities, &strange_address)];
    std::fs::remove_file(&file).unwrap();
    assert_eq!(told[0], "Ok(())");
    assert_eq!(told[1], r#"Err(Later { why: "Aliyun cannot be reached", after: None })"#);

    // Who does not look at certificates sees what each was told. (It needs TLS, too, if nobody else did yet.)
    drop(rustls::crypto::ring::default_provider().install_default());
    let careless = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true);
    let careless = careless.build().unwrap();
    for (address, requests) in [(address, 1), (strange_address, 0)] {
        let asked = careless.get(format!("{address}/asked")).send().await.unwrap();
        assert_eq!(asked.json::<Vec<Value>>().await.unwrap().len(), requests, "{address}");
    }
}
