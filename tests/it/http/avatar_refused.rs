//! S14: uploads that are no picture, or too much of one, and what decides which of them it is.

use axum::body::Body;

use super::avatar::{AVATAR, JPEG, PNG, files, form, form_kind, put};
use super::events;
use super::verifications::outcome;
use crate::media::bytes::png;
use crate::support::client::{Answer, Client};
use crate::support::site::TestSite;

async fn refused(client: &mut Client, kind: &str, body: impl Into<Body>) -> Answer {
    let answer = client.put_bytes(AVATAR, kind, body).await;
    assert!(client.get("/api/v1/me").await.json()["avatar_url"].is_null());
    answer
}

#[tokio::test]
async fn what_is_no_picture_that_can_be_shown_is_refused_with_its_reason() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let animated = include_bytes!("../media/samples/animated.gif");
    let unsupported = outcome(415, "unsupported_media_type");
    for (kind, body) in [
        ("image/gif", &animated[..]),
        ("image/png", &animated[..]),
        ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("application/octet-stream", PNG),
        ("application/json", b"{}"),
        ("", PNG),
    ] {
        assert_eq!(refused(&mut client, kind, body.to_vec()).await.outcome(), unsupported, "{kind}");
    }
    let wide = png(4097, 1, 8, 2, &[]);
    let cut = &PNG[..PNG.len() / 2];
    for (body, code) in [(&wide[..], "out_of_range"), (cut, "invalid_format"), (&[], "required")] {
        for (kind, body) in [("image/png".to_owned(), body.to_vec()), (form_kind(), form("avatar", body))] {
            let answer = refused(&mut client, &kind, body).await;
            assert_eq!(answer.outcome(), outcome(422, "validation_failed"), "{code}");
            assert_eq!(answer.errors(), [("avatar".to_owned(), code.to_owned())]);
        }
    }
    assert!(files(&site).is_empty(), "nothing is kept of what is refused");
}

#[tokio::test]
async fn a_file_of_another_kind_than_it_is_called_is_taken_for_what_it_is() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let as_png = put(&mut client, "image/png", PNG).await;
    assert_eq!(put(&mut client, "image/webp", PNG).await, as_png);
    assert_eq!(put(&mut client, "IMAGE/JPEG; charset=x", PNG).await, as_png);
}

#[tokio::test]
async fn a_form_without_the_field_and_one_that_is_none_are_told_apart() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let without = refused(&mut client, &form_kind(), form("picture", PNG)).await;
    assert_eq!(without.errors(), [("avatar".to_owned(), "required".to_owned())]);
    let whole = form("avatar", PNG);
    for (kind, body) in [
        (form_kind(), &whole[..whole.len() - 60]),
        (form_kind(), &b"no form at all"[..]),
        ("multipart/form-data".to_owned(), &whole[..]),
    ] {
        let answer = refused(&mut client, &kind, body.to_vec()).await;
        assert_eq!(answer.outcome(), outcome(400, "malformed_request"));
    }
}

#[tokio::test]
async fn more_than_five_mebibytes_are_too_many_with_a_key_and_without() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let most = 5 * 1024 * 1024;
    let padded = |length: usize| [PNG, &vec![0; length - PNG.len()]].concat();
    for key in [None, Some("k-1")] {
        let mut client = client.clone();
        client.headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
        for (length, file) in [(most + 1, padded(most + 1)), (most + 100_000, padded(most + 100_000))] {
            for (kind, body) in [("image/png".to_owned(), file.clone()), (form_kind(), form("avatar", &file))]
            {
                if let Some(key) = client.headers.iter_mut().find(|(name, _)| *name == "idempotency-key") {
                    key.1.push('x');
                }
                let answer = refused(&mut client, &kind, body).await;
                assert_eq!(answer.outcome(), outcome(413, "too_large"), "{length} {kind} {key:?}");
            }
        }
    }
    let taken = client.put_bytes(AVATAR, "image/png", padded(most)).await;
    assert_ne!(taken.status, 413, "just as many are not too many");
}

#[tokio::test]
async fn a_large_picture_that_is_sent_again_with_its_key_is_drawn_once() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    client.headers.push(("idempotency-key", "k-1".to_owned()));
    // What comes after a JPEG's end is passed over.
    let large = [JPEG, &vec![0; 600 * 1024]].concat();
    let mut answers = Vec::new();
    for replayed in ["", "true"] {
        let answer = client.put_bytes(AVATAR, "image/jpeg", large.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.header("idempotency-replayed")), (200, replayed));
        answers.push(answer.json());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(events(&site, "account.avatar_changed").await, 1);
    let json = client.post("/api/v1/logout", &serde_json::json!({"x": "x".repeat(300 * 1024)})).await;
    assert_eq!(json.status, 413, "other routes keep their own bound");
}
