//! S1: a captcha is drawn, told exactly, and passes one answer only, on whichever instance it is given.

use chrono::{SecondsFormat, TimeDelta};
use futures_util::future::join_all;
use serde_json::{Value, json};
use zhanggui::config::Settings;
use zhanggui::ports::Clock;

use super::keys;
use crate::support::client::{Answer, Client, Person};
use crate::support::site::{TestSite, given, settings};

/// Registers somebody new with this captcha and answer.
async fn answer(client: &mut Client, id: &str, answer: &str) -> Answer {
    let mut body = client.registration(&Person::new()).await;
    body["captcha_id"] = id.into();
    body["captcha_answer"] = answer.into();
    client.post("/api/v1/register", &body).await
}

fn failed() -> (u16, String) {
    (400, "captcha_failed".to_owned())
}

#[tokio::test]
async fn a_captcha_is_told_as_id_image_expiry_and_in_development_value() {
    let site = TestSite::start().await;
    let told = site.client().get("/api/v1/captcha").await;
    assert_eq!((told.status.as_u16(), told.header("content-type")), (200, "application/json"));
    let json = told.json();
    assert_eq!(keys(&json), ["captcha_id", "expires_at", "image_url", "value"]);
    let id = json["captcha_id"].as_str().unwrap();
    assert_eq!(json["image_url"], format!("/media/captcha/{id}.png"));
    let expiry = site.clock.now() + TimeDelta::minutes(5);
    assert_eq!(json["expires_at"], expiry.to_rfc3339_opts(SecondsFormat::Millis, true));
    let value: Vec<char> = json["value"].as_str().unwrap().chars().collect();
    assert!(value.len() == 4 && value.iter().all(char::is_ascii_alphanumeric), "{value:?}");
    assert!(value.iter().enumerate().all(|(nth, c)| !value[..nth].contains(c)), "{value:?}");
}

#[tokio::test]
async fn the_value_is_told_to_nobody_unless_codes_are_disclosed() {
    let site = TestSite::with(Settings { disclose_codes: false, ..settings(given()) }).await;
    let json = site.client().get("/api/v1/captcha").await.json();
    assert_eq!(keys(&json), ["captcha_id", "expires_at", "image_url"]);
}

#[tokio::test]
async fn the_image_is_a_png_of_160_by_60_that_no_shared_cache_keeps() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let json = site.client().get("/api/v1/captcha").await.json();
    let url = json["image_url"].as_str().unwrap();
    let image = site.client().get(url).await;
    assert_eq!((image.status.as_u16(), image.header("content-type")), (200, "image/png"));
    assert!(image.header("cache-control").contains("private"), "{:?}", image.headers);
    assert_eq!(image.body[..16], *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!(image.body[16..24], [0, 0, 0, 160, 0, 0, 0, 60]);
    assert!(image.body == other.client().get(url).await.body, "another instance draws the same");
}

#[tokio::test]
async fn a_right_answer_is_taken_once() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let (id, value) = client.captcha().await;
    assert_eq!(answer(&mut client, &id, &value).await.status, 201);
    assert_eq!(answer(&mut client, &id, &value).await.outcome(), failed());
}

#[tokio::test]
async fn after_a_wrong_answer_the_right_one_comes_too_late() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let (id, value) = client.captcha().await;
    assert_eq!(answer(&mut client, &id, "????").await.outcome(), failed());
    assert_eq!(answer(&mut client, &id, &value).await.outcome(), failed());
}

#[tokio::test]
async fn upper_and_lower_case_and_space_around_do_not_matter() {
    let site = TestSite::start().await;
    let mut client = site.client();
    for change in [str::to_ascii_uppercase, str::to_ascii_lowercase, |value: &str| format!(" {value}\n")] {
        let (id, value) = client.captcha().await;
        assert_eq!(answer(&mut client, &id, &change(&value)).await.status, 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_parallel_answers_on_two_instances_exactly_one_passes() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let body = site.client().registration(&Person::new()).await;
    let answers = join_all((0..50).map(|nth| {
        let Person { username, email, phone, .. } = Person::new();
        let mut body: Value = body.clone();
        body["username"] = username.into();
        body["email"] = email.into();
        body["phone"] = phone.into();
        let mut client = if nth % 2 == 0 { site.client() } else { other.client() };
        async move { client.post("/api/v1/register", &body).await.outcome() }
    }))
    .await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|outcome| **outcome == failed()).count(), 49, "{answers:?}");
}

#[tokio::test]
async fn it_expires_by_the_clock_with_its_image() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let (id, value) = client.captcha().await;
    let (late_id, late_value) = client.captcha().await;
    site.clock.advance(TimeDelta::seconds(299));
    assert_eq!(answer(&mut client, &id, &value).await.status, 201);
    site.clock.advance(TimeDelta::seconds(1));
    assert_eq!(answer(&mut client, &late_id, &late_value).await.outcome(), failed());
    let image = client.get(&format!("/media/captcha/{late_id}.png")).await;
    assert_eq!(image.outcome(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn made_up_ids_pass_nothing_and_show_nothing() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let (id, value) = client.captcha().await;
    let changed = if id.ends_with('0') { id.replace('0', "1") } else { format!("{}0", &id[..35]) };
    for made_up in [changed.as_str(), "01890a5d-ac96-774b-bcce-b302099a8057", "captcha", "%00", &value] {
        assert_eq!(answer(&mut client, made_up, &value).await.outcome(), failed(), "{made_up}");
        let image = client.get(&format!("/media/captcha/{made_up}.png")).await;
        assert_eq!(image.outcome(), (404, "not_found".to_owned()), "{made_up}");
    }
    let without_suffix = client.get(&format!("/media/captcha/{id}")).await;
    assert_eq!(without_suffix.outcome(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn another_instance_checks_it_and_a_second_use_is_found_out_there_too() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (id, value) = site.client().captcha().await;
    assert_eq!(answer(&mut other.client(), &id, &value).await.status, 201);
    assert_eq!(answer(&mut site.client(), &id, &value).await.outcome(), failed());
}

#[tokio::test]
async fn a_taken_name_spares_the_captcha() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    let body = client.registration(&person).await;
    assert_eq!(client.post("/api/v1/register", &body).await.status, 409);
    let (id, value) = (body["captcha_id"].as_str().unwrap(), body["captcha_answer"].as_str().unwrap());
    assert_eq!(answer(&mut client, id, value).await.status, 201);
    assert_eq!(client.post("/api/v1/register", &json!({})).await.status, 422);
}
