//! The Open Platform, whose signatures a server in another language verifies, and the page behind it.

use std::time::{Duration, Instant};

use zhanggui::adapters::taobao::Taobao;
use zhanggui::adapters::taobao::top::signature::SignMethod;
use zhanggui::adapters::taobao::top::{OpenPlatform, TopSettings};
use zhanggui::ports::Ports;
use zhanggui::reactors::product_source::{FetchError, InfoSource, ItemToFetch, ProductInfo, ProductSource};

use super::{Crawler, failed, later};
use crate::support::clock::ManualClock;
use crate::support::python::PythonServer;

async fn start() -> PythonServer {
    PythonServer::start::<&str>("crawler/open_platform_server.py", &[]).await
}

fn platform(server: &PythonServer, app_secret: &str, sign_method: SignMethod, ports: Ports) -> OpenPlatform {
    let settings = TopSettings {
        endpoint: format!("http://127.0.0.1:{}/router/rest", server.port()),
        app_key: "12345678".to_owned(),
        app_secret: app_secret.to_owned(),
        sign_method,
        scene: 1,
    };
    OpenPlatform::new(settings, ports).unwrap()
}

async fn fetch(source: &impl ProductSource, id: &str) -> Result<ProductInfo, FetchError> {
    let url = format!("https://item.taobao.com/item.htm?id={id}");
    source.fetch(&ItemToFetch { url, item_id: Some(id.to_owned()) }).await
}

#[tokio::test]
async fn an_item_is_asked_for_with_either_signature() {
    for sign_method in [SignMethod::Md5, SignMethod::HmacSha256] {
        let mut server = start().await;
        let info =
            fetch(&platform(&server, "helloworld", sign_method, Ports::system()), "11223344").await.unwrap();
        assert_eq!(info.title.as_deref(), Some("紫砂壶"));
        assert_eq!(info.price.as_deref(), Some("79.90"));
        assert_eq!(info.image_url.as_deref(), Some("https://img.alicdn.com/pot.jpg"));
        assert_eq!((info.source, info.item_id.as_deref()), (InfoSource::Api, Some("11223344")));
        let asked = server.next().await;
        assert_eq!((&asked["code"], &asked["form"]["biz_scene_id"]), (&0.into(), &"1".into()));
    }
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_clock_are_the_operators() {
    let server = start().await;
    for sign_method in [SignMethod::Md5, SignMethod::HmacSha256] {
        let wrong = platform(&server, "goodbye", sign_method, Ports::system());
        assert_eq!(fetch(&wrong, "11223344").await, Err(failed("misconfigured")));
    }
    let clock = ManualClock::new();
    clock.advance(chrono::TimeDelta::minutes(11));
    let late = platform(&server, "helloworld", SignMethod::Md5, clock.ports());
    assert_eq!(fetch(&late, "11223344").await, Err(failed("misconfigured")));
}

#[tokio::test]
async fn what_the_platform_does_not_know_or_cannot_say_is_told_apart() {
    let server = start().await;
    let platform = platform(&server, "helloworld", SignMethod::HmacSha256, Ports::system());
    for (id, expected) in [
        ("21", later("the Open Platform refused with 15 isp.remote-timeout", None)),
        ("31", failed("not_found")),
        ("41", failed("not_found")),
        ("limit", later("the Open Platform refused with 7", Some(60))),
        ("html", later("the Open Platform gave an unreadable answer with HTTP 200", None)),
        ("endless", later("the Open Platform gave an answer without end", None)),
        ("stall", later("the Open Platform did not answer in time", None)),
    ] {
        assert_eq!(fetch(&platform, id).await, Err(expected), "{id}");
    }
    drop(server);
    assert_eq!(fetch(&platform, "1").await, Err(later("the Open Platform cannot be reached", None)));
}

#[tokio::test]
async fn a_platform_that_was_asked_too_often_is_left_alone_and_the_page_does_not_stand_in_for_it() {
    let mut server = start().await;
    let Crawler { server: mut pages, pages: source } = Crawler::new().await;
    let platform = platform(&server, "helloworld", SignMethod::Md5, Ports::system());
    let taobao = Taobao::new(Some(platform), source);
    let refused = later("the Open Platform refused with 7", Some(60));
    assert_eq!(fetch(&taobao, "limit").await, Err(refused));
    assert_eq!(server.said().await.len(), 1);
    let found = fetch(&taobao, "11223344").await.unwrap_err();
    let FetchError::NotYet { after } = found else { panic!("{found:?}") };
    assert!(after > Duration::from_secs(50) && after <= Duration::from_mins(1), "{after:?}");
    assert_eq!((server.said().await.len(), pages.said().await.len()), (0, 0));
}

#[tokio::test]
async fn the_platform_is_asked_at_the_pace_of_pages() {
    let server = start().await;
    let pause = Duration::from_millis(300);
    let Crawler { server: _pages, pages: source } = Crawler::with("", pause).await;
    let platform = platform(&server, "helloworld", SignMethod::HmacSha256, Ports::system());
    let taobao = Taobao::new(Some(platform), source);
    let begun = Instant::now();
    let (one, two, three) = tokio::join!(fetch(&taobao, "11"), fetch(&taobao, "12"), fetch(&taobao, "13"));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert!(begun.elapsed() >= pause * 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_page_is_read_when_the_platform_knows_nothing() {
    let mut server = start().await;
    let Crawler { server: mut pages, pages: source } = Crawler::new().await;
    let platform = platform(&server, "helloworld", SignMethod::Md5, Ports::system());
    let taobao = Taobao::new(Some(platform), source);
    let known = fetch(&taobao, "11223344").await.unwrap();
    assert_eq!(known.source, InfoSource::Api);
    assert_eq!(pages.said().await, Vec::<serde_json::Value>::new());
    for id in ["31", "41", "21"] {
        let info = fetch(&taobao, id).await.unwrap();
        assert_eq!((info.source, info.item_id.as_deref()), (InfoSource::Page, Some(id)));
    }
    // A page that wants a login is the end, unless the platform was only out of order.
    let wall = |id: &str| ItemToFetch {
        url: "https://item.taobao.com/item.htm?id=verification".to_owned(),
        item_id: Some(id.to_owned()),
    };
    assert_eq!(taobao.fetch(&wall("31")).await, Err(failed("needs_login")));
    let out_of_order = later("the Open Platform refused with 15 isp.remote-timeout", None);
    assert_eq!(taobao.fetch(&wall("21")).await, Err(out_of_order));
    // A short link is followed first, so that the platform can be asked.
    server.said().await;
    let short = ItemToFetch {
        url: "https://m.tb.cn/h.abc?do=redirect&to=https%3A%2F%2Fitem.taobao.com%2Fitem.htm%3Fid%3D112233"
            .to_owned(),
        item_id: None,
    };
    let info = taobao.fetch(&short).await.unwrap();
    assert_eq!((info.source, info.item_id.as_deref()), (InfoSource::Api, Some("112233")));
    assert_eq!(server.next().await["form"]["item_id"], "112233");
}
