//! What arrives: the head, both parts, both languages, over one connection or four.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use uuid::Uuid;
use zhanggui::reactors::letters::password_changed_letter;
use zhanggui::reactors::ports::{Mail, Mailer as _};

use super::{Post, letter, numbered, refused};

#[tokio::test]
async fn a_code_arrives_encrypted_and_authenticated_with_all_that_mails_have() {
    let mut post = Post::new("starttls", "accept").await;
    let sent = letter("reader@example.com");
    post.mailer().send(&sent).await.unwrap();
    let mail = post.mail().await;
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&true.into(), &true.into()));
    assert_eq!(mail["sender"], "no-reply@shop.example.com");
    assert_eq!(mail["recipients"], json!(["reader@example.com"]));
    let headers = &mail["headers"];
    assert_eq!(headers["subject"], "012345 是您的掌柜验证码 · Your zhanggui code");
    assert_eq!(headers["to"], "reader@example.com");
    assert_eq!(headers["from"], "掌柜 <no-reply@shop.example.com>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers["mime-version"], "1.0");
    assert_eq!(headers["message-id"], format!("<{}@shop.example.com>", sent.id));
    assert_eq!(mail["type"], "multipart/alternative");
    assert_eq!(mail["defects"], json!([]));
    let parts = mail["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    for (part, (kind, text)) in parts.iter().zip([("text/plain", &sent.text), ("text/html", &sent.html)]) {
        assert_eq!((&part[0], &part[1]), (&kind.into(), &"utf-8".into()));
        assert_eq!(part[2].as_str().unwrap().replace("\r\n", "\n").trim_end(), text.trim_end());
        assert!(text.contains("验证码") && text.contains("Your zhanggui code is"));
    }
    let raw = mail["raw"].as_str().unwrap();
    assert!(raw.is_ascii() && raw.lines().all(|line| line.len() <= 78 + 1), "{raw}");
}

#[tokio::test]
async fn the_date_is_the_clocks() {
    let mut post = Post::new("starttls", "accept").await;
    post.clock.advance(TimeDelta::days(-400));
    let expected = post.clock.ports().now().timestamp();
    post.mailer().send(&letter("reader@example.com")).await.unwrap();
    let mail = post.mail().await;
    let date = DateTime::parse_from_rfc2822(mail["headers"]["date"].as_str().unwrap()).unwrap();
    assert_eq!((date.timestamp(), date.offset().local_minus_utc()), (expected, 0));
}

#[tokio::test]
async fn implicit_tls_carries_as_well() {
    let mut post = Post::new("implicit", "accept").await;
    let notice = password_changed_letter(Uuid::nil(), "r@example.com", "<张三>", post.clock.ports().now());
    post.mailer().send(&notice).await.unwrap();
    let mail = post.mail().await;
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&true.into(), &true.into()));
    assert_eq!(mail["headers"]["subject"], "您的掌柜密码已修改 · Your zhanggui password was changed");
    assert!(mail["parts"][0][2].as_str().unwrap().contains("“<张三>”"));
    assert!(mail["parts"][1][2].as_str().unwrap().contains("“&lt;张三&gt;”"));
}

#[tokio::test]
async fn this_machine_may_be_sent_to_in_the_clear() {
    let mut post = Post::new("none", "accept").await;
    post.mailer().send(&letter("reader@example.com")).await.unwrap();
    assert_eq!(post.mail().await["tls"], false);
}

#[tokio::test]
async fn the_same_mail_sent_again_can_be_recognised() {
    let mut post = Post::new("starttls", "accept").await;
    let (mailer, mail) = (post.mailer(), letter("reader@example.com"));
    mailer.send(&mail).await.unwrap();
    mailer.send(&mail).await.unwrap();
    let (first, second) = (post.mail().await, post.mail().await);
    assert_eq!(first["headers"]["message-id"], second["headers"]["message-id"]);
    assert_eq!(first["raw"], second["raw"]);
    assert_eq!(first["peer"], second["peer"], "one connection carries both");
}

#[tokio::test]
async fn many_mails_at_once_share_four_connections() {
    let mut post = Post::new("starttls", "accept").await;
    let mailer = post.mailer();
    let mails: Vec<_> = (0..24).map(numbered).collect();
    let outcomes = futures_util::future::join_all(mails.iter().map(|mail| mailer.send(mail))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let mut peers = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for _ in &mails {
        let mail = post.mail().await;
        peers.insert(mail["peer"].as_u64());
        ids.insert(mail["headers"]["message-id"].to_string());
    }
    assert_eq!(ids.len(), 24);
    assert!(peers.len() <= 4, "{peers:?}");
}

#[tokio::test]
async fn a_line_break_in_a_subject_or_an_address_adds_nothing_to_the_mail() {
    let mut post = Post::new("starttls", "accept").await;
    let mailer = post.mailer();
    let plain = letter("reader@example.com");
    mailer.send(&plain).await.unwrap();
    let count = post.mail().await["header_count"].clone();
    let subject = "问候\r\nBcc: victim@example.com\r\n\r\nbody".to_owned();
    mailer.send(&Mail { subject, ..plain.clone() }).await.unwrap();
    let mail = post.mail().await;
    assert_eq!((&mail["header_count"], mail["headers"].get("bcc")), (&count, None));
    assert_eq!(mail["recipients"], json!(["reader@example.com"]));
    let to = "reader@example.com>\r\nRCPT TO:<victim@example.com".to_owned();
    refused(mailer.send(&Mail { to, ..plain }).await);
    assert_eq!(post.server.said().await, Vec::<Value>::new());
}

#[tokio::test]
async fn addresses_in_other_scripts_arrive_where_the_server_takes_them() {
    let mut post = Post::new("starttls", "accept").await;
    post.mailer().send(&letter("用户@例子.中国")).await.unwrap();
    let mail = post.mail().await;
    assert_eq!(mail["recipients"], json!(["用户@xn--fsqu00a.xn--fiqs8s"]));
    assert!(mail["options"].as_array().unwrap().contains(&"SMTPUTF8".into()));
    let mut post = Post::new("starttls", "latin-only").await;
    let mailer = post.mailer();
    refused(mailer.send(&letter("用户@例子.中国")).await);
    mailer.send(&letter("zhang@例子.中国")).await.unwrap();
    assert_eq!(post.mail().await["recipients"], json!(["zhang@xn--fsqu00a.xn--fiqs8s"]));
}
