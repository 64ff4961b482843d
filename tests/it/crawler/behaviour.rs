//! Servers that send elsewhere, are slow, big, busy or broken; short links; the pace.

use std::time::{Duration, Instant};

use zhanggui::reactors::product_source::FetchError;

use super::{Crawler, failed, later};

#[tokio::test]
async fn redirects_are_followed_five_times_and_not_for_ever() {
    let mut crawler = Crawler::new().await;
    assert!(crawler.fetch("1", "&do=chain&left=5").await.is_ok());
    assert_eq!(crawler.server.said().await.len(), 6);
    assert_eq!(crawler.fetch("1", "&do=chain&left=6").await, Err(failed("unreachable")));
    assert_eq!(crawler.fetch("1", "&do=loop").await, Err(failed("unreachable")));
    assert_eq!(crawler.server.said().await.len(), 12);
}

#[tokio::test]
async fn no_redirect_leads_out_of_the_fence() {
    let mut crawler = Crawler::new().await;
    let port = crawler.server.port();
    for to in [
        "https%3A%2F%2Fevil.example%2F".to_owned(),
        "%2F%2Fevil.example%2F".to_owned(),
        "https%3A%2F%2Fitem.taobao.com%2Fitem.htm%3Fid%3D1".to_owned(),
        "file%3A%2F%2F%2Fetc%2Fpasswd".to_owned(),
        "http%3A%2F%2F169.254.169.254%2Flatest%2Fmeta-data".to_owned(),
        format!("http%3A%2F%2Flocalhost%3A{port}%2Fitem.htm%3Fid%3D1"),
        format!("http%3A%2F%2F127.0.0.2%3A{port}%2Fitem.htm%3Fid%3D1"),
        format!("http%3A%2F%2F%5B%3A%3Affff%3A127.0.0.1%5D%3A{port}%2F"),
        format!("http%3A%2F%2Fu%3Ap%40127.0.0.1%3A{port}%2F"),
    ] {
        let found = crawler.fetch("1", &format!("&do=redirect&to={to}")).await;
        assert_eq!(found, Err(failed("forbidden_address")), "{to}");
        assert_eq!(crawler.server.said().await.len(), 1, "{to}");
    }
    // Spellings of the origin's own host are that host, once they are parsed.
    for host in
        ["2130706433", "0x7f.1", "127%E3%80%820%E3%80%820%E3%80%821", "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1"]
    {
        let to = format!("http%3A%2F%2F{host}%3A{port}%2Fitem.htm%3Fid%3D1");
        assert!(crawler.fetch("1", &format!("&do=redirect&to={to}")).await.is_ok(), "{host}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_wall_is_known_without_asking_it() {
    let crawler = Crawler::new().await;
    for (to, reason) in [
        ("https%3A%2F%2Flogin.taobao.com%2Fmember%2Flogin.jhtml", "needs_login"),
        ("%2Fitem.htm%2F_____tmd_____%2Fpunish%3Fx5secdata%3D1", "needs_login"),
        ("https%3A%2F%2Ferr.taobao.com%2Ferror1.html", "not_found"),
        ("https%3A%2F%2Fdetail.tmall.com%2Fauction%2Fnoitem.htm", "not_found"),
    ] {
        assert_eq!(crawler.fetch("1", &format!("&do=redirect&to={to}")).await, Err(failed(reason)), "{to}");
    }
}

#[tokio::test]
async fn a_status_says_whether_to_come_back() {
    for (query, expected) in [
        ("429&after=120", later("Taobao answered 429", Some(120))),
        ("429", later("Taobao answered 429", Some(60))),
        ("503&after=7", later("Taobao answered 503", Some(7))),
        ("500", later("Taobao answered 500", None)),
        ("502", later("Taobao answered 502", None)),
        ("401", failed("needs_login")),
        ("403", failed("blocked")),
        ("420", failed("blocked")),
        ("410", failed("not_found")),
        ("206", failed("unreadable")),
        ("302", failed("unreadable")),
    ] {
        let crawler = Crawler::new().await;
        assert_eq!(crawler.fetch("1", &format!("&do=status&status={query}")).await, Err(expected), "{query}");
    }
}

#[tokio::test]
async fn a_host_that_wants_quiet_is_not_asked() {
    let mut crawler = Crawler::new().await;
    crawler.fetch("1", "&do=status&status=429&after=120").await.unwrap_err();
    crawler.server.next().await;
    let found = crawler.fetch("1", "").await.unwrap_err();
    let FetchError::NotYet { after } = found else { panic!("{found:?}") };
    assert!(after > Duration::from_secs(110), "{after:?}");
    assert_eq!(crawler.server.said().await, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn who_is_slow_or_breaks_off_is_not_waited_for() {
    let crawler = Crawler::new().await;
    let begun = Instant::now();
    let (stalled, dripping, broken) = tokio::join!(
        crawler.fetch("1", "&do=stall"),
        crawler.fetch("1", "&do=drip"),
        crawler.fetch("1", "&do=hang%20up"),
    );
    assert_eq!(stalled, Err(later("Taobao did not answer in time", None)));
    assert_eq!(dripping, Err(later("Taobao did not answer in time", None)));
    assert_eq!(broken, Err(later("the connection to Taobao broke", None)));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn of_a_huge_page_and_of_a_bomb_only_the_beginning_is_read() {
    let crawler = Crawler::with("bomb", Duration::ZERO).await;
    for query in ["&do=big&bytes=10485760", "&do=bomb"] {
        let begun = Instant::now();
        let info = crawler.fetch("1", query).await.unwrap();
        assert_eq!(info.title.as_deref(), Some("行军床"), "{query}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{query}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_short_link_is_followed_to_its_item() {
    let mut crawler = Crawler::new().await;
    let to = "https%3A%2F%2Fdetail.tmall.com%2Fitem.htm%3Fid%3D520813250866%26spm%3D1";
    for path in ["h.abc?do=link".to_owned(), format!("h.abc?do=redirect&to={to}")] {
        let info = crawler.fetch_short(&path).await.unwrap();
        assert_eq!(info.item_id.as_deref(), Some("520813250866"), "{path}");
        assert_eq!(info.title.as_deref(), Some("纯棉T恤男夏季短袖"));
        let asked = crawler.server.said().await;
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert_eq!(asked[1]["query"]["id"], "520813250866");
    }
    assert_eq!(crawler.fetch_short("h.abc?do=shell").await, Err(failed("unreadable")));
    assert_eq!(crawler.fetch_short("h.abc?do=page&id=verification").await, Err(failed("needs_login")));
    assert_eq!(crawler.fetch_short("h.abc?do=page&id=none").await, Err(failed("not_found")));
    let elsewhere = crawler.fetch_short("h.abc?do=redirect&to=https%3A%2F%2Fevil.example%2F").await;
    assert_eq!(elsewhere, Err(failed("forbidden_address")));
}

#[tokio::test]
async fn requests_come_one_a_pause_say_who_asks_and_carry_no_cookie() {
    let pause = Duration::from_millis(400);
    let mut crawler = Crawler::with("", pause).await;
    let begun = Instant::now();
    let (one, two, three) =
        tokio::join!(crawler.fetch("1", ""), crawler.fetch("2", ""), crawler.fetch("3", ""));
    assert!(one.is_ok() && two.is_ok() && three.is_ok());
    assert!(begun.elapsed() >= pause * 2, "{:?}", begun.elapsed());
    for asked in crawler.server.said().await {
        assert!(asked["agent"].as_str().unwrap().starts_with("zhanggui/"), "{asked}");
        assert!(asked["cookie"].is_null(), "{asked}");
    }
}
