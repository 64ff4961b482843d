//! What reactors tidy up: pictures that nobody shows any more, and what is held about those who are forgotten.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, header};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::Notify;
use uuid::Uuid;
use zhanggui::account::{ChangeAvatar, RemoveAvatar};
use zhanggui::adapters::avatar_files::{AvatarName, AvatarSize};
use zhanggui::adapters::avatar_image::Avatar;
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::Worked;
use zhanggui::jobs::purge;

use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

async fn id_of(client: &mut Client) -> Uuid {
    client.get("/api/v1/me").await.json()["user_id"].as_str().unwrap().parse().unwrap()
}

/// Keeps a picture of this colour and says that it is the person's.
async fn choose(site: &TestSite, user_id: Uuid, colour: u8) -> AvatarName {
    let avatar = Avatar { large: vec![colour; 2_000], small: vec![colour; 200] };
    let name = site.app.site.avatar_files.put(user_id, &avatar).await.unwrap();
    let command = ChangeAvatar { avatar: name.as_str().to_owned() };
    site.app.site.accounts.execute(&user_id.to_string(), command.into(), Metadata::default()).await.unwrap();
    name
}

async fn is_kept(site: &TestSite, name: &AvatarName) -> bool {
    site.app.site.avatar_files.get(name, AvatarSize::Small).await.unwrap().is_some()
}

/// How many files of the person there still are; afterwards there are none.
async fn files_left(site: &TestSite, user_id: Uuid) -> usize {
    let far_off = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(100_000);
    site.app.site.avatar_files.sweep(user_id, None, far_off).await.unwrap().deleted
}

async fn erase(client: &mut Client, person: &Person) {
    let request = Request::delete("/api/v1/me").header(header::CONTENT_TYPE, "application/json");
    let body = json!({"password": person.password}).to_string();
    let answer = client.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

#[tokio::test]
async fn a_picture_goes_a_minute_after_it_was_replaced_or_taken_away_and_at_once_with_its_person() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let (mut other, _) = site.client().logged_in().await;
    let (user_id, other_id) = (id_of(&mut client).await, id_of(&mut other).await);
    let others = choose(&site, other_id, 1).await;
    let (first, second) = (choose(&site, user_id, 1).await, choose(&site, user_id, 2).await);
    // The older one may belong to an upload whose event is still to come.
    assert_eq!(site.react().await, Worked { done: 1, retried: 2, ..Worked::default() });
    assert!(is_kept(&site, &first).await);
    site.clock.advance(TimeDelta::minutes(2));
    assert_eq!(site.react().await, Worked { done: 2, ..Worked::default() });
    assert!(!is_kept(&site, &first).await && is_kept(&site, &second).await);

    let id = user_id.to_string();
    site.app.site.accounts.execute(&id, RemoveAvatar.into(), Metadata::default()).await.unwrap();
    assert_eq!(site.react().await.done, 1);
    assert!(!is_kept(&site, &second).await);

    let third = choose(&site, user_id, 3).await;
    erase(&mut client, &person).await;
    // It is looked once more when no upload can be under way any more.
    assert_eq!(site.react().await.retried, 1);
    assert!(!is_kept(&site, &third).await && is_kept(&site, &others).await);
    assert_eq!((files_left(&site, user_id).await, files_left(&site, other_id).await), (0, 2));
}

#[tokio::test]
async fn a_picture_that_arrives_while_its_owner_is_forgotten_is_not_kept() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let user_id = id_of(&mut client).await;
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, waits) = (Arc::clone(&begun), Arc::clone(&go_on));
    let picture = futures_util::stream::once(async move {
        told.notify_one();
        waits.notified().await;
        let png = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/media/samples/grey.png"));
        Ok::<_, Infallible>(Bytes::from_static(png))
    });
    let request = Request::put("/api/v1/me/avatar").header(header::CONTENT_TYPE, "image/png");
    let request = request.body(Body::from_stream(picture)).unwrap();
    let mut uploading = client.clone();
    let upload = tokio::spawn(async move { uploading.send(request).await });
    begun.notified().await;
    erase(&mut client, &person).await;
    site.clock.advance(TimeDelta::seconds(1));
    assert_eq!(site.react().await, Worked { done: 1, retried: 1, ..Worked::default() });
    go_on.notify_one();
    let answer = upload.await.unwrap();
    assert!(answer.status.is_client_error(), "{answer:?}");
    site.clock.advance(TimeDelta::minutes(2));
    site.react().await;
    assert_eq!(files_left(&site, user_id).await, 0, "files of a person who is forgotten are left for ever");
}

#[tokio::test]
async fn kept_answers_and_resets_go_with_their_person_and_those_of_others_stay() {
    let site = TestSite::start().await;
    let held = async || -> (i64, i64) {
        let sql = "SELECT (SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM password_resets)";
        sqlx::query_as(sql).fetch_one(&site.app.log.pool).await.unwrap()
    };
    let mut people = Vec::new();
    for _ in 0..2 {
        let (mut client, person) = site.client().logged_in().await;
        client.headers.push(("idempotency-key", person.username.clone()));
        let code = json!({"channel": "sms", "purpose": "verify_contact"});
        assert_eq!(client.post("/api/v1/me/verifications", &code).await.status, 202);
        client.headers.retain(|(name, _)| *name != "idempotency-key");
        let (captcha_id, captcha_answer) = client.captcha().await;
        let reset = json!({"identifier": person.username, "channel": "email", "captcha_id": captcha_id,
            "captcha_answer": captcha_answer});
        assert_eq!(client.post("/api/v1/password-resets", &reset).await.status, 202);
        people.push((client, person));
    }
    assert_eq!(held().await, (2, 2));
    let (client, person) = &mut people[0];
    erase(client, person).await;
    // Done twice is no harm: a result may be lost.
    for _ in 0..2 {
        site.react().await;
        assert_eq!(held().await, (1, 1));
        let again = "INSERT INTO reactor_tasks (reactor, position, due_at) \
                     SELECT 'forget_person', position, $1 FROM events WHERE event_type = 'account.erased'";
        sqlx::query(again).bind(site.app.site.ports.now()).execute(&site.app.log.pool).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_is_kept_just_after_its_person_was_forgotten_goes_within_a_minute() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let user_id = id_of(&mut client).await;
    client.headers.push(("idempotency-key", "leaving".to_owned()));
    let options = site.database.superuser_options();
    let (mut log, mut answers) = (
        PgConnection::connect_with(&options).await.unwrap(),
        PgConnection::connect_with(&options).await.unwrap(),
    );
    // The erasure waits for the log, and what is answered to it for the place where it is kept.
    let (mut log, mut answers) = (log.begin().await.unwrap(), answers.begin().await.unwrap());
    log.execute("SELECT FROM log_head FOR UPDATE").await.unwrap();
    let leaving = tokio::spawn(async move { erase(&mut client, &person).await });
    while answers.execute("SELECT FROM idempotency_keys FOR UPDATE").await.unwrap().rows_affected() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    log.rollback().await.unwrap();
    let erased = "SELECT count(*) FROM events WHERE event_type = 'account.erased'";
    let reads = &site.app.site.reads;
    while sqlx::query_scalar::<_, i64>(erased).fetch_one(reads).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    site.react().await;
    answers.rollback().await.unwrap();
    leaving.await.unwrap();
    site.clock.advance(TimeDelta::minutes(1));
    site.react().await;
    purge::run(&site.app.site).await.unwrap();
    let held = "SELECT count(*) FROM idempotency_keys WHERE user_id = $1";
    let held: i64 = sqlx::query_scalar(held).bind(user_id).fetch_one(reads).await.unwrap();
    assert_eq!(held, 0, "an answer to somebody who is forgotten is kept for a day");
}
