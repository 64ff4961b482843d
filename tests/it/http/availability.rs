//! S2: whether a name, an email or a phone is free, told exactly and as registering would decide it.

use serde_json::json;

use super::{encoded, limited};
use crate::support::client::Person;
use crate::support::site::TestSite;

fn path(field: &str, value: &str) -> String {
    format!("/api/v1/availability?{field}={}", encoded(value))
}

#[tokio::test]
async fn each_field_is_answered_with_itself_its_value_and_whether_it_is_free() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person::new();
    for available in [true, false] {
        let Person { username, email, phone, .. } = &person;
        for (field, value) in [("username", username), ("email", email), ("phone", phone)] {
            let answer = client.get(&path(field, value)).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.json(), json!({"field": field, "value": value, "available": available}));
        }
        if available {
            client.register(&person).await;
        }
    }
}

#[tokio::test]
async fn spellings_that_registering_takes_for_the_same_are_taken() {
    let site = TestSite::start().await;
    let mut client = site.client();
    let person = Person {
        username: "ZhangSan".to_owned(),
        email: "san.zhang@example.com".to_owned(),
        phone: "13800138000".to_owned(),
        ..Person::new()
    };
    client.register(&person).await;
    for (field, value, available) in [
        ("username", "zHANGsAN", false),
        ("username", "ｚｈａｎｇｓａｎ", false),
        ("username", "zhangsan1", true),
        ("email", " San.Zhang@EXAMPLE.com ", false),
        ("email", "san.zhang@example.org", true),
        ("phone", "+86 138-0013-8000", false),
        ("phone", "１３８００１３８０００", false),
        ("phone", "13800138001", true),
    ] {
        let answer = client.get(&path(field, value)).await.json();
        assert_eq!(answer, json!({"field": field, "value": value, "available": available}));
    }
}

#[tokio::test]
async fn anything_but_exactly_one_known_field_is_no_question() {
    let site = TestSite::start().await;
    for query in [
        "",
        "?",
        "?username=shopper&email=a@b.cn",
        "?username=shopper&email=a@b.cn&phone=13800138000",
        "?username=one&username=two",
        "?name=shopper",
        "?username=shopper&x=1",
        "?Username=shopper",
        "?shopper",
    ] {
        let answer = site.client().get(&format!("/api/v1/availability{query}")).await;
        assert_eq!(answer.outcome(), (400, "invalid_query".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_value_that_nobody_can_have_says_why() {
    let site = TestSite::start().await;
    let long = "x".repeat(300);
    for (field, value, code) in [
        ("username", "", "required"),
        ("username", "ab", "too_short"),
        ("username", &long, "too_long"),
        ("username", "аdmin", "invalid_format"),
        ("username", "a\0bc", "invalid_format"),
        ("email", "nobody", "invalid_format"),
        ("email", &long, "too_long"),
        ("phone", "12345", "invalid_format"),
        ("phone", "\0", "invalid_format"),
    ] {
        let answer = site.client().get(&path(field, value)).await;
        assert_eq!(answer.outcome(), (422, "validation_failed".to_owned()), "{field} {value}");
        assert_eq!(answer.errors(), [(field.to_owned(), code.to_owned())], "{value}");
    }
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let site = TestSite::with(limited()).await;
    let mut client = site.client();
    for _ in 0..500 {
        let answer = client.get("/api/v1/availability?username=shopper").await;
        if answer.status == 429 {
            assert_eq!(answer.outcome().1, "too_many_requests");
            assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
            // Other kinds of requests have limits of their own.
            assert_eq!(client.get("/api/v1/captcha").await.status, 200);
            return;
        }
        assert_eq!(answer.status, 200);
    }
    panic!("500 requests at once were answered");
}

#[tokio::test]
async fn a_registration_is_seen_at_once_on_another_instance() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    for _ in 0..5 {
        let person = Person::new();
        site.client().register(&person).await;
        let answer = other.client().get(&path("username", &person.username)).await;
        assert_eq!(answer.json()["available"], false);
    }
}
