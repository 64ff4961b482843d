//! Names and addresses: what a name leads to decides, and an address in place of a name is none.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zhanggui::adapters::taobao::fetch::resolver::{Looked, Lookup, PublicOnly, Unresolved};
use zhanggui::adapters::taobao::fetch::{CrawlerSettings, ItemPages};
use zhanggui::ports::Ports;
use zhanggui::reactors::product_source::{FetchError, ItemToFetch, ProductSource as _};

use super::failed;
use crate::support::python::PythonServer;

/// Says the same of every name, in turns.
#[derive(Debug, Default)]
struct Says {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Says {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Lookup for Says {
    fn lookup(&self, _: &str) -> Looked {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer.into_iter().map(|address| SocketAddr::new(address, 0)).collect()) })
    }
}

/// Where the environment says that a proxy is; nobody listens there.
const NO_PROXY: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    const SELF: &str = "crawler::names::a_proxy_of_the_environment_is_not_asked";
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    if std::env::var("ALL_PROXY").as_deref() == Ok(NO_PROXY) {
        let crawler = super::Crawler::new().await;
        assert!(crawler.fetch("1", "").await.is_ok());
        return;
    }
    // A process has one environment: this test again, in one of its own.
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args([SELF, "--exact"]).envs(names.map(|name| (name, NO_PROXY)));
    again.env_remove("NO_PROXY").env_remove("no_proxy");
    let told = again.output().unwrap();
    let words = String::from_utf8_lossy(&told.stdout);
    assert!(told.status.success() && words.contains("1 passed"), "{words}");
}

fn unresolved(error: &std::io::Error) -> Option<Unresolved> {
    error.get_ref()?.downcast_ref().copied()
}

#[tokio::test]
async fn a_name_with_one_address_that_is_not_public_is_refused_as_a_whole() {
    for address in [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "0.0.0.0",
        "::1",
        "::ffff:10.0.0.1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "2002:a00:1::1",
        "64:ff9b::a00:1",
        "2001::1",
    ] {
        for addresses in [&[address][..], &["59.82.0.1", address], &[address, "2400:3200::1"]] {
            let resolver = PublicOnly::new(Says::new(&[addresses]), None);
            let error = resolver.addresses("item.taobao.com").await.unwrap_err();
            assert_eq!(unresolved(&error), Some(Unresolved::NotPublic), "{addresses:?}");
        }
    }
    let resolver = PublicOnly::new(Says::new(&[&[]]), None);
    let error = resolver.addresses("item.taobao.com").await.unwrap_err();
    assert_eq!(unresolved(&error), Some(Unresolved::Nowhere));
    let resolver = PublicOnly::new(Says::new(&[&["59.82.0.1", "2400:3200::1"]]), None);
    assert_eq!(resolver.addresses("item.taobao.com").await.unwrap().len(), 2);
}

#[tokio::test]
async fn taobaos_name_with_an_address_of_this_machine_is_not_connected_to() {
    // On the port of the web, or anywhere else: nothing is there to answer, and it is not even tried.
    let says = Says::new(&[&["127.0.0.1"]]);
    let pages = ItemPages::with_lookup(&CrawlerSettings::default(), Ports::system(), says.clone()).unwrap();
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://item.taobao.com/item.htm?id=1");
        let item = ItemToFetch { url, item_id: Some("1".to_owned()) };
        assert_eq!(pages.fetch(&item).await, Err(failed("forbidden_address")), "{scheme}");
    }
    assert_eq!(says.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_item_whose_address_is_no_name_of_taobaos_is_not_looked_up() {
    let says = Says::new(&[&["127.0.0.1"]]);
    let pages = ItemPages::with_lookup(&CrawlerSettings::default(), Ports::system(), says.clone()).unwrap();
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "localhost",
        "taobao.com.evil.example",
        "eviltaobao.com",
        "item.taobao.com:8080",
        "item.taobao.com@evil.example",
    ] {
        for item_id in [None, Some("1".to_owned())] {
            let item = ItemToFetch { url: format!("http://{host}/item.htm?id=1"), item_id };
            assert_eq!(pages.fetch(&item).await, Err(failed("forbidden_address")), "{host}");
        }
    }
    assert_eq!(says.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_the_lookup_said_is_what_is_connected_to_and_it_is_asked_once() {
    let server = PythonServer::start("crawler/taobao_server.py", &[""]).await;
    // The second answer would be another machine.
    let says = Says::new(&[&["127.0.0.1"], &["192.0.2.1"]]);
    let origin = Some(format!("http://mirror.test:{}", server.port()));
    let settings = CrawlerSettings { origin, pause: Duration::ZERO };
    let pages = ItemPages::with_lookup(&settings, Ports::system(), says.clone()).unwrap();
    let item = ItemToFetch {
        url: "https://item.taobao.com/item.htm?id=1".to_owned(),
        item_id: Some("1".to_owned()),
    };
    assert!(pages.fetch(&item).await.is_ok());
    assert_eq!(says.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_that_is_not_there_may_be_there_later() {
    let pages =
        ItemPages::with_lookup(&CrawlerSettings::default(), Ports::system(), Says::new(&[&[]])).unwrap();
    let item = ItemToFetch { url: "https://item.taobao.com/item.htm?id=1".to_owned(), item_id: None };
    let found = pages.fetch(&item).await;
    assert_eq!(found, Err(FetchError::Later { why: "Taobao cannot be reached".to_owned(), after: None }));
}
