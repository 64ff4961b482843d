//! B7: the page is served by the program itself, under a policy that lets nothing else in.

use crate::support::site::TestSite;

#[tokio::test]
async fn every_path_of_the_page_gets_its_one_document() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let index = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/static/index.html")).unwrap();
    for path in ["/", "/login", "/register", "/account", "/store"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/html"), "{path}");
        assert!(answer.body == index, "{path}");
    }
    let docs = client.get("/docs").await;
    assert_eq!((docs.status.as_u16(), docs.header("content-type")), (200, "text/html"));
    let icon = client.get("/favicon.ico").await;
    assert_eq!((icon.status.as_u16(), icon.header("content-type")), (200, "image/svg+xml"));
}

/// All that may come from elsewhere: pictures of products.
const PICTURES: &str = "img-src 'self' data: https://*.alicdn.com https://*.taobaocdn.com https://*.tbcdn.cn";

#[tokio::test]
async fn its_policy_allows_no_inline_script_and_nothing_from_elsewhere() {
    let site = TestSite::start().await;
    for path in ["/", "/login", "/docs", "/static/app.js"] {
        let answer = site.client().get(path).await;
        let policy = answer.header("content-security-policy");
        let directives: Vec<_> = policy.split(';').map(str::trim).collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            PICTURES,
        ] {
            assert!(directives.contains(&directive), "{path}: {directive} is not in {policy}");
        }
        let policy = policy.replace(PICTURES, "");
        for loophole in ["unsafe", "http:", "https:", "*", "blob:"] {
            assert!(!policy.contains(loophole), "{path}: {loophole} is in {policy}");
        }
    }
    for document in ["/", "/docs"] {
        let html = site.client().get(document).await.text().to_owned();
        for (nth, script) in html.split("<script").skip(1).enumerate() {
            assert!(script.split('>').next().unwrap().contains("src=\"/static/"), "script {nth}");
        }
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains("onclick"));
        assert!(!html.contains("src=\"http") && !html.contains("href=\"http"));
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let site = TestSite::start().await;
    for path in ["/", "/docs", "/static/app.js", "/static/style.css", "/favicon.ico"] {
        let first = site.client().get(path).await;
        let etag = first.header("etag").to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 20, "{path} {etag}");
        let again = site.client().ask("GET", path, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), etag);
        let changed = site.client().ask("GET", path, &[("if-none-match", "\"older\"")]).await;
        assert_eq!((changed.status.as_u16(), changed.body == first.body), (200, true), "{path}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_pages_folder() {
    let site = TestSite::start().await;
    for path in [
        "../Cargo.toml",
        "../src/main.rs",
        "..%2FCargo.toml",
        "%2e%2e/Cargo.toml",
        "parts/../../Cargo.toml",
        "parts/..%2F..%2FCargo.toml",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "..\\Cargo.toml",
        "..%5CCargo.toml",
        "....//Cargo.toml",
        "app.js/",
        "app.js%00",
        "parts",
        "captcha/DejaVuSans-Bold-subset.ttf",
        "captcha/DejaVu-LICENSE.txt",
        "",
    ] {
        let answer = site.client().get(&format!("/static/{path}")).await;
        assert_eq!(answer.outcome(), (404, "not_found".to_owned()), "{path}");
    }
    assert_eq!(site.client().get("/static/parts/field.js").await.header("content-type"), "text/javascript");
}

#[tokio::test]
async fn a_path_that_is_no_text_is_answered_as_a_problem() {
    let site = TestSite::start().await;
    for path in ["/static/%FF%FE", "/media/captcha/%C0%80.png"] {
        let answer = site.client().get(path).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path} {answer:?}");
        assert!(answer.status.is_client_error(), "{path}");
    }
}
