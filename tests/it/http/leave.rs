//! B5: whoever leaves proves the password once more, and is gone at once.

use chrono::TimeDelta;
use serde_json::json;

use super::avatar::{AVATAR, PNG, files, put};
use super::session::{assert_cleared, me, ok, refused};
use super::verifications::{outcome, sent};
use super::{assert_later, events, password_resets};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const ME: &str = "/api/v1/me";

pub(super) async fn erase(client: &mut Client, password: &str) -> Answer {
    client.delete(ME, &json!({"password": password})).await
}

#[tokio::test]
async fn leaving_ends_the_session_everywhere_and_frees_the_names_at_once() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut elsewhere = other.client();
    elsewhere.cookies = client.cookies.clone();
    assert_eq!(me(&mut elsewhere).await, ok());
    other.client().try_login(&person.username, "a wrong password").await;
    let answer = erase(&mut client, &person.password).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_cleared(&answer);
    assert!(client.cookies.is_empty());
    assert_eq!(me(&mut elsewhere).await, refused("login_required"));
    assert_eq!(erase(&mut elsewhere, &person.password).await.outcome(), refused("login_required"));
    for (name, unknown) in [
        (&person.username, "nobody_here"),
        (&person.email, "nobody@example.com"),
        (&person.phone, "+8613999999999"),
    ] {
        let mut seen = Vec::new();
        for name in [name.as_str(), unknown] {
            let answer = other.client().try_login(name, &person.password).await;
            let mut headers: Vec<_> =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.retain(|line| !line.starts_with("x-request-id"));
            seen.push((answer.outcome(), headers, answer.text().to_owned()));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].0, outcome(401, "invalid_credentials"));
    }
    let successor = Person { password: "of the next owner".to_owned(), ..person.clone() };
    let mut next = other.client();
    next.register(&successor).await;
    next.login(&successor).await;
    site.react().await;
    assert_eq!(next.get(ME).await.json()["username"], person.username);
    assert_eq!(site.client().try_login(&person.email, &person.password).await.status, 401);
    assert_eq!(events(&site, "account.erased").await, 1);
}

#[tokio::test]
async fn a_wrong_password_ends_nothing_and_is_counted_as_one_at_logging_in() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    for body in [json!({}), json!({"password": null})] {
        let answer = client.delete(ME, &body).await;
        assert_eq!(answer.errors(), [("password".to_owned(), "required".to_owned())]);
    }
    for nth in 0..10 {
        site.clock.advance(TimeDelta::seconds(1));
        let password = if nth == 0 { "" } else { "a wrong password" };
        assert_eq!(
            erase(&mut client, password).await.outcome(),
            outcome(401, "invalid_credentials"),
            "{nth}"
        );
        assert_eq!(me(&mut client).await, ok());
        if nth == 2 {
            let login = site.client().try_login(&person.email, &person.password).await;
            assert_eq!(login.outcome(), outcome(403, "captcha_required"));
        }
    }
    for client in [&mut client.clone(), &mut client] {
        assert_later(&erase(client, &person.password).await, "too_many_attempts", 1..=900);
    }
    let login = site.client().try_login_with_captcha(&person.phone, &person.password).await;
    assert_later(&login, "too_many_attempts", 1..=900);
    assert_eq!(events(&site, "account.erased").await, 0);
    site.clock.advance(TimeDelta::minutes(15));
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
}

#[tokio::test]
async fn whoever_leaves_takes_the_picture_along_even_where_the_store_s_clock_is_ahead_of_ours() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let url = put(&mut client, "image/png", PNG).await;
    site.react().await;
    // Our clock stands still, and the files' times are the machine's: the store's clock is ahead.
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    site.react().await;
    assert_eq!(site.client().get(&url).await.outcome(), outcome(404, "not_found"));
    assert!(files(&site).is_empty(), "nobody uploads any more: a file's age does not matter");
}

#[tokio::test]
async fn passwd_is_another_name_of_the_password() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    assert_eq!(client.delete(ME, &json!({"passwd": person.password})).await.status, 204);
}

#[tokio::test]
async fn a_code_that_was_not_sent_yet_is_not_sent_to_who_has_left() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut reset = Vec::new();
    sent(&mut client, "email", "verify_contact").await;
    let answer = password_resets::request(&mut site.client(), &person.username, "sms").await.json();
    reset.extend(["reset_id", "code"].map(|name| answer[name].as_str().unwrap().to_owned()));
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    let answer =
        password_resets::confirm(&mut site.client(), &reset[0], &reset[1], "a wholly other one").await;
    assert_eq!(answer.outcome(), outcome(400, "wrong_code"), "as for nobody's name");
    site.react().await;
    assert!(site.app.site.outbox.as_ref().unwrap().messages().is_empty());
}

#[tokio::test]
async fn a_session_that_is_gone_changes_nothing_more() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let mut gone = client.clone();
    assert_eq!(erase(&mut client, &person.password).await.status, 204);
    for (method, path) in [("PUT", AVATAR), ("DELETE", AVATAR), ("GET", "/api/v1/me/export")] {
        let answer = gone.clone().ask(method, path, &[]).await;
        assert_eq!(answer.outcome(), refused("login_required"), "{path}");
    }
    let answer = super::verifications::ask(&mut gone, "email", "verify_contact").await;
    assert_eq!(answer.outcome(), refused("login_required"));
}
