//! What becomes of mails that a server refuses, defers, loses or says nothing about.

use std::time::{Duration, Instant};

use serde_json::Value;
use zhanggui::adapters::smtp::DEADLINE;
use zhanggui::reactors::ports::Mailer as _;

use super::{Post, later, letter, misconfigured, numbered, refused};

#[tokio::test]
async fn an_unknown_mailbox_is_refused_and_the_next_mail_goes() {
    let mut post = Post::new("starttls", "refuse").await;
    let mailer = post.mailer();
    assert_eq!(refused(mailer.send(&letter("nobody@example.com")).await), "SMTP 550 5.1.1");
    post.event("refused").await;
    mailer.send(&letter("reader@example.com")).await.unwrap();
    post.mail().await;
}

#[tokio::test]
async fn refused_content_is_refused_by_its_number() {
    let post = Post::new("starttls", "refuse-content").await;
    assert_eq!(refused(post.mailer().send(&letter("reader@example.com")).await), "SMTP 554");
}

#[tokio::test]
async fn a_refused_sender_is_the_operators_business() {
    let post = Post::new("starttls", "refuse-sender").await;
    let why = misconfigured(post.mailer().send(&letter("reader@example.com")).await);
    assert_eq!(why, "SMTP 553 5.7.1");
}

#[tokio::test]
async fn a_server_that_says_later_first_takes_it_later() {
    let mut post = Post::new("starttls", "defer-once").await;
    let (mailer, mail) = (post.mailer(), letter("reader@example.com"));
    assert_eq!(later(mailer.send(&mail).await), "SMTP 451 4.7.1");
    post.event("deferred").await;
    mailer.send(&mail).await.unwrap();
    post.mail().await;
}

#[tokio::test]
async fn a_connection_lost_within_a_mail_is_tried_again() {
    let mut post = Post::new("starttls", "drop-once").await;
    let (mailer, mail) = (post.mailer(), letter("reader@example.com"));
    later(mailer.send(&mail).await);
    post.event("dropped").await;
    mailer.send(&mail).await.unwrap();
    post.mail().await;
    assert_eq!(post.server.said().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_mail_without_an_answer_is_given_up_and_the_next_goes_over_another_connection() {
    let mut post = Post::new("starttls", "stall-once").await;
    let mailer = post.mailer();
    let began = Instant::now();
    assert_eq!(later(mailer.send(&numbered(1)).await), "SMTP: not done in time");
    assert!(began.elapsed() < DEADLINE + Duration::from_secs(3));
    post.event("stalled").await;
    mailer.send(&numbered(2)).await.unwrap();
    assert_eq!(post.mail().await["headers"]["message-id"], format!("<{}@shop.example.com>", numbered(2).id));
}

#[tokio::test]
async fn a_mail_that_its_sender_gives_up_leaves_no_connection_to_others() {
    let mut post = Post::new("starttls", "stall-once").await;
    let mailer = post.mailer();
    let given_up = numbered(1);
    tokio::select! {
        outcome = mailer.send(&given_up) => panic!("{outcome:?}"),
        () = post.event("stalled") => {}
    }
    mailer.send(&numbered(2)).await.unwrap();
    assert_eq!(post.mail().await["headers"]["message-id"], format!("<{}@shop.example.com>", numbered(2).id));
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_longer_than_the_deadline() {
    let mut post = Post::new("starttls", "silent").await;
    let began = Instant::now();
    assert_eq!(later(post.mailer().send(&letter("reader@example.com")).await), "SMTP: no answer in time");
    assert!(began.elapsed() < DEADLINE + Duration::from_secs(3));
    post.event("connected").await;
}

#[tokio::test]
async fn a_server_that_is_gone_or_speaks_something_else_is_tried_later() {
    let post = Post::new("starttls", "rubbish").await;
    let mailer = post.mailer();
    let why = "SMTP: the connection ended, or no SMTP is spoken there";
    assert_eq!(later(mailer.send(&letter("reader@example.com")).await), why);
    drop(post);
    assert_eq!(later(mailer.send(&letter("reader@example.com")).await), "SMTP: no connection");
}
