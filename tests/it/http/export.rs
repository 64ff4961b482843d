//! B5: everything that is known of a person, to take along.

use serde_json::{Value, json};

use super::forgotten::{BROWSER, count, live, person};
use super::session::refused;
use super::{assert_later, keys, limited};
use crate::support::site::TestSite;

#[tokio::test]
async fn one_address_may_export_only_so_often() {
    let site = TestSite::with(limited()).await;
    let (mut client, _) = site.client().logged_in().await;
    for _ in 0..10 {
        assert_eq!(client.get("/api/v1/me/export").await.status, 200);
    }
    assert_later(&client.get("/api/v1/me/export").await, "too_many_requests", 1..=60);
}

#[tokio::test]
async fn the_export_holds_all_that_is_known_of_the_person_opened() {
    let site = TestSite::start().await;
    let person = person();
    let (mut client, secrets) = live(&site, &person).await;
    let (_, stranger) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    let answer = client.get("/api/v1/me/export").await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"zhanggui-export.json\"");
    let export = answer.json();
    assert_eq!(keys(&export), ["account", "events", "exported_at", "sessions", "store"]);
    assert_eq!(export["store"], Value::Null);
    assert_eq!(export["account"], client.get("/api/v1/me").await.json());
    let sessions = export["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 101);
    assert_eq!(sessions.iter().filter(|session| session["superseded_at"].is_null()).count(), 1);
    let recorded = export["events"].as_array().unwrap();
    let sql = format!("SELECT count(*) FROM events WHERE aggregate_id = '{user_id}'");
    assert_eq!(i64::try_from(recorded.len()).unwrap(), count(&site, &sql).await);
    let of = |event_type: &str| recorded.iter().find(|event| event["event_type"] == event_type).unwrap();
    let registered = &of("account.registered")["payload"];
    for (name, value) in [
        ("username", &person.username),
        ("username_key", &person.username.to_lowercase()),
        ("email", &person.email),
        ("phone", &person.phone),
    ] {
        assert_eq!(registered[name], json!(value));
    }
    assert_eq!(registered.get("password_hash"), Some(&Value::Null));
    assert_eq!(of("account.logged_in")["payload"]["user_agent"], BROWSER);
    let requested = &of("account.verification_requested")["payload"];
    assert_eq!(
        (&requested["destination"], requested.get("code")),
        (&json!(person.email), Some(&Value::Null))
    );
    let avatar = of("account.avatar_changed")["payload"]["avatar"].as_str().unwrap();
    assert!(export["account"]["avatar_url"].as_str().unwrap().contains(avatar));
    let text = answer.text();
    let codes = secrets.iter().filter(|secret| secret.len() == 6);
    for hidden in
        codes.map(|code| format!("\"{code}\"")).chain(["$argon2", "$sealed", "$erased"].map(str::to_owned))
    {
        assert!(!text.contains(&hidden), "{hidden}");
    }
    for theirs in [&stranger.username, &stranger.email, &stranger.phone] {
        assert!(!text.contains(theirs.as_str()), "{theirs} is of somebody else");
    }
    let old = site.client().get("/api/v1/me/export").await;
    assert_eq!(old.outcome(), refused("login_required"));
}
