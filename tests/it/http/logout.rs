//! S15: logging out ends the session, once and everywhere, and never anybody else's.

use super::events;
use super::session::{assert_cleared, me, ok, refused};
use crate::support::site::TestSite;

#[tokio::test]
async fn logging_out_makes_the_cookie_useless_wherever_it_lies() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, _) = site.client().logged_in().await;
    let mut copy = client.clone();
    let mut copy_elsewhere = other.client();
    copy_elsewhere.cookies = client.cookies.clone();
    let answer = client.ask("POST", "/api/v1/logout", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_cleared(&answer);
    assert!(client.cookies.is_empty());
    assert_eq!(me(&mut copy.clone()).await, refused("login_required"));
    assert_eq!(me(&mut copy_elsewhere).await, refused("login_required"));
    assert_eq!(copy.ask("POST", "/api/v1/logout", &[]).await.status, 204);
    assert_eq!(events(&site, "account.logged_out").await, 1, "logging out twice happens once");
}

#[tokio::test]
async fn logging_out_without_a_session_is_no_error() {
    let site = TestSite::start().await;
    let mut client = site.client();
    assert_eq!(client.ask("POST", "/api/v1/logout", &[]).await.status, 204);
    client.cookies.insert("session".to_owned(), "x".repeat(43));
    assert_eq!(client.ask("POST", "/api/v1/logout", &[]).await.status, 204);
    assert_eq!(events(&site, "account.logged_out").await, 0);
}

#[tokio::test]
async fn logging_out_of_a_superseded_session_leaves_the_newer_one_alone() {
    let site = TestSite::start().await;
    let (mut older, person) = site.client().logged_in().await;
    let mut newer = site.client();
    newer.login(&person).await;
    assert_eq!(older.ask("POST", "/api/v1/logout", &[]).await.status, 204);
    assert_eq!(me(&mut newer).await, ok());
    assert_eq!(events(&site, "account.logged_out").await, 0);
}

#[tokio::test]
async fn an_instance_that_remembers_an_older_login_ends_the_newer_session_all_the_same() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (_, person) = other.client().logged_in().await;
    let mut here = site.client();
    here.login(&person).await;
    let mut there = other.client();
    there.cookies = here.cookies.clone();
    assert_eq!(there.ask("POST", "/api/v1/logout", &[]).await.status, 204);
    assert_eq!(me(&mut here).await, refused("login_required"));
    assert_eq!(events(&site, "account.logged_out").await, 1);
}
