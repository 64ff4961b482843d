//! S3: an account is opened once for each name, email and phone, and every refusal says all that is wrong.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{events, keys};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const REGISTER: &str = "/api/v1/register";

/// Registers a person with some fields replaced.
async fn register(client: &mut Client, person: &Person, replaced: &[(&str, Value)]) -> Answer {
    let mut body = client.registration(person).await;
    for (field, value) in replaced {
        body[*field] = value.clone();
    }
    client.post(REGISTER, &body).await
}

fn wrong(errors: &[(&str, &str)]) -> Vec<(String, String)> {
    errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

#[tokio::test]
async fn a_new_account_answers_201_with_its_id_and_its_name_as_typed() {
    let site = TestSite::start().await;
    let person = Person { username: "掌柜Shop".to_owned(), ..Person::new() };
    let answer = register(&mut site.client(), &person, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (201, "application/json"));
    let json = answer.json();
    assert_eq!(keys(&json), ["user_id", "username"]);
    assert_eq!(json["username"], "掌柜Shop");
    let id: uuid::Uuid = json["user_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    // Registering is not logging in.
    assert!(answer.headers.get("set-cookie").is_none());
    let metadata: (String, Value) = sqlx::query_as("SELECT aggregate_id, metadata FROM events")
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap();
    assert_eq!(metadata.0, id.to_string());
    assert_eq!(metadata.1["actor_id"], id.to_string());
    assert_eq!(metadata.1["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn the_old_names_of_the_passwords_are_understood() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    let mut body = client.registration(&person).await;
    let fields = body.as_object_mut().unwrap();
    for (new, old) in [("password", "passwd1"), ("password_confirmation", "passwd2")] {
        let value = fields.remove(new).unwrap();
        fields.insert(old.to_owned(), value);
    }
    assert_eq!(client.post(REGISTER, &body).await.status, 201);
    client.login(&person).await;
}

#[tokio::test]
async fn everything_that_is_missing_or_wrong_is_told_at_once() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let answer = client.post(REGISTER, &json!({})).await;
    assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()));
    let fields =
        ["username", "email", "phone", "password", "password_confirmation", "captcha_id", "captcha_answer"];
    assert_eq!(answer.errors(), wrong(&fields.map(|field| (field, "required"))));
    let replaced = [
        ("username", json!("a b c")),
        ("email", json!("x".repeat(255))),
        ("phone", json!("010-62551234")),
        ("password", json!("short")),
        ("password_confirmation", json!("other")),
    ];
    let answer = register(&mut client, &Person::new(), &replaced).await;
    let expected = [
        ("username", "invalid_format"),
        ("email", "too_long"),
        ("phone", "invalid_format"),
        ("password", "too_short"),
        ("password_confirmation", "mismatch"),
    ];
    assert_eq!((answer.outcome().0, answer.errors()), (422, wrong(&expected)));
    assert!(answer.json()["errors"][0]["message"].is_string());
    assert_eq!(events(&site, "account.registered").await, 0);
}

#[tokio::test]
async fn a_password_may_hold_anything_but_what_is_easily_guessed() {
    let site = TestSite::start().await;
    let mut client = site.client();
    for password in ["😀😁😂🤣😃😄😅😆", "掌柜的密码有八个", " nul\0 and \u{202e} space ", &"好".repeat(128)]
    {
        let person = Person { password: password.to_owned(), ..Person::new() };
        client.register(&person).await;
        client.login(&person).await;
        let trimmed = password.trim();
        if trimmed != password {
            assert_eq!(client.try_login(&person.username, trimmed).await.status, 401);
        }
    }
    let person = Person { username: "honest_shopper".to_owned(), ..Person::new() };
    for (password, code) in [
        ("😀😁😂🤣😃😄😅", "too_short"),
        (&"x".repeat(129), "too_long"),
        ("Password1", "common_password"),
        ("my HONEST_shopper!", "common_password"),
    ] {
        let same = [("password", json!(password)), ("password_confirmation", json!(password))];
        let answer = register(&mut client, &person, &same).await;
        assert_eq!(answer.errors(), wrong(&[("password", code)]), "{password}");
    }
}

#[tokio::test]
async fn every_taken_field_is_told_however_it_is_spelled() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person {
        username: "ZhangSan".to_owned(),
        email: "san.zhang@example.com".to_owned(),
        phone: "13800138000".to_owned(),
        ..Person::new()
    };
    client.register(&person).await;
    let fields = [
        ("username", json!("ｚhangsan")),
        ("email", json!("SAN.Zhang@Example.com")),
        ("phone", json!("+86 138 0013 8000")),
    ];
    for taken in fields.chunks(1).chain([&fields[..]]) {
        let answer = register(&mut client, &Person::new(), taken).await;
        assert_eq!(answer.outcome(), (409, "already_taken".to_owned()));
        let expected: Vec<_> = taken.iter().map(|(field, _)| (*field, "already_taken")).collect();
        assert_eq!(answer.errors(), wrong(&expected));
    }
    assert_eq!(events(&site, "account.registered").await, 1);
}

#[tokio::test]
async fn a_name_that_looks_like_another_is_refused() {
    let site = TestSite::start().await;
    for name in ["аdmin", "раураӏ", "pay\u{200b}pal", "shop\u{202e}per", "zhang．san"] {
        let answer = register(&mut site.client(), &Person::new(), &[("username", json!(name))]).await;
        assert_eq!(answer.errors(), wrong(&[("username", "invalid_format")]), "{name}");
    }
}

#[tokio::test]
async fn a_wrong_captcha_opens_no_account() {
    let site = TestSite::start().await;
    let person = Person::new();
    let answer = register(&mut site.client(), &person, &[("captcha_answer", json!("????"))]).await;
    assert_eq!(answer.outcome(), (400, "captcha_failed".to_owned()));
    assert_eq!(site.client().try_login(&person.username, &person.password).await.status, 401);
    site.client().register(&person).await;
}

#[tokio::test]
async fn what_is_not_the_documented_json_is_malformed() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let deep = "[".repeat(100_000);
    let deep_field = format!("{{\"username\": {}1{}}}", "[".repeat(500), "]".repeat(500));
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"text\"",
        "17",
        "{\"username\": 17}",
        "{\"phone\": 13800138000}",
        "{\"username\": {}}",
        "{\"username\": \"a\", \"username\": \"b\"}",
        "{\"password\": \"a\", \"passwd1\": \"b\"}",
        "{\"username\": \"\\ud800\"}",
        "{'username': 'a'}",
        "{\"username\": \"a\"} x",
        deep.as_str(),
        deep_field.as_str(),
    ] {
        let answer = client.post_bytes(REGISTER, "application/json", body.to_owned()).await;
        let shown: String = body.chars().take(40).collect();
        assert_eq!(answer.outcome(), (400, "malformed_request".to_owned()), "{shown}");
    }
    let not_utf8 =
        client.post_bytes(REGISTER, "application/json", b"{\"username\": \"\xff\"}".to_vec()).await;
    assert_eq!(not_utf8.outcome(), (400, "malformed_request".to_owned()));
}

#[tokio::test]
async fn another_content_type_and_a_huge_body_have_refusals_of_their_own() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let body = client.registration(&Person::new()).await.to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let answer = client.post_bytes(REGISTER, kind, body.clone()).await;
        assert_eq!(answer.outcome(), (415, "unsupported_media_type".to_owned()), "{kind}");
    }
    let huge = json!({"username": "x".repeat(300 * 1024)});
    assert_eq!(client.post(REGISTER, &huge).await.outcome(), (413, "too_large".to_owned()));
    client.headers.push(("idempotency-key", "huge".to_owned()));
    assert_eq!(client.post(REGISTER, &huge).await.outcome(), (413, "too_large".to_owned()));
    client.headers.pop();
    let answer = client.post_bytes(REGISTER, "application/json; charset=utf-8", body).await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn characters_that_the_database_cannot_hold_are_answered_field_by_field() {
    let site = TestSite::start().await;
    let nul = |text: &str| json!(format!("{text}\0"));
    let answer = register(
        &mut site.client(),
        &Person::new(),
        &[("username", nul("shopper")), ("email", nul("a@b.cn")), ("phone", nul("13800138000"))],
    )
    .await;
    let expected = [("username", "invalid_format"), ("email", "invalid_format"), ("phone", "invalid_format")];
    assert_eq!((answer.outcome().0, answer.errors()), (422, wrong(&expected)));
    for field in ["captcha_id", "captcha_answer"] {
        let answer = register(&mut site.client(), &Person::new(), &[(field, nul("x"))]).await;
        assert_eq!(answer.outcome(), (400, "captcha_failed".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_who_want_one_name_at_once_exactly_one_gets_it() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let mut requests = Vec::new();
    for nth in 0..30 {
        let mut client = if nth % 2 == 0 { site.client() } else { other.client() };
        let mut body = client.registration(&Person::new()).await;
        body["username"] = if nth % 3 == 0 { "TheShop" } else { "theshop" }.into();
        requests.push(async move { client.post(REGISTER, &body).await });
    }
    let answers = join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.outcome(), (409, "already_taken".to_owned()));
        assert_eq!(answer.errors(), wrong(&[("username", "already_taken")]));
    }
    assert_eq!(events(&site, "account.registered").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_different_people_register_at_once() {
    let site = TestSite::start().await;
    let registered = join_all((0..100).map(|_| {
        let mut client = site.client();
        async move { client.register(&Person::new()).await["user_id"].to_string() }
    }))
    .await;
    let different: std::collections::BTreeSet<_> = registered.iter().collect();
    assert_eq!((different.len(), events(&site, "account.registered").await), (100, 100));
}
