//! To whom nothing is sent: servers without encryption, with another's certificate, or that want another password.

use serde_json::Value;
use zhanggui::reactors::ports::Mailer as _;

use super::{ACCOUNT, Post, letter, misconfigured};

#[tokio::test]
async fn a_wrong_password_is_the_operators_business() {
    for (tls, account) in [("starttls", "shop%40example.com:wrong@"), ("implicit", "x:p%3Aa@")] {
        let post = Post::new(tls, "accept").await;
        let mailer = post.mailer_as(account, "authority");
        assert_eq!(misconfigured(mailer.send(&letter("reader@example.com")).await), "SMTP 535 5.7.8");
    }
}

#[tokio::test]
async fn a_missing_password_is_the_operators_business() {
    let post = Post::new("starttls", "accept").await;
    let mailer = post.mailer_as("", "authority");
    assert_eq!(misconfigured(mailer.send(&letter("reader@example.com")).await), "SMTP 530 5.7.0");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_not_trusted() {
    for tls in ["starttls", "implicit"] {
        let mut post = Post::new(tls, "accept").await;
        for authority in ["stranger", "none given"] {
            let mailer = post.mailer_as(ACCOUNT, authority);
            let why = misconfigured(mailer.send(&letter("reader@example.com")).await);
            assert_eq!(why, "SMTP: the certificate is not trusted");
        }
        assert_eq!(post.server.said().await, Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_taken() {
    let post = Post::new("starttls", "other-name").await;
    let why = misconfigured(post.mailer().send(&letter("reader@example.com")).await);
    assert_eq!(why, "SMTP: the certificate is for another name");
}

#[tokio::test]
async fn nothing_is_sent_where_encryption_is_not_offered() {
    let mut post = Post::new("starttls", "no-starttls").await;
    let why = misconfigured(post.mailer().send(&letter("reader@example.com")).await);
    assert_eq!(why, "SMTP: the server does not offer STARTTLS");
    assert_eq!(post.server.said().await, Vec::<Value>::new());
}

#[tokio::test]
async fn tls_where_none_is_spoken_is_the_operators_business() {
    let mut post = Post::new("starttls", "accept").await;
    post.scheme = "smtps";
    let why = misconfigured(post.mailer().send(&letter("reader@example.com")).await);
    assert_eq!(why, "SMTP: the server speaks no TLS there that we speak");
}

#[tokio::test]
async fn answers_in_the_clear_count_for_nothing_once_encryption_has_begun() {
    let post = Post::new("starttls", "injecting").await;
    let why = misconfigured(post.mailer().send(&letter("reader@example.com")).await);
    assert_eq!(why, "SMTP: the server speaks no TLS there that we speak");
}
