//! S14: the picture over HTTP: uploaded in both forms, shown, replaced, taken away, and everything refused.

use std::path::{Path, PathBuf};

use axum::body::{Body, Bytes};
use chrono::TimeDelta;
use zhanggui::account::ChangeAvatar;
use zhanggui::adapters::avatar_files::MediaStore;
use zhanggui::eventstore::Metadata;

use super::events;
use super::verifications::outcome;
use crate::support::client::Client;
use crate::support::site::TestSite;

pub(super) const AVATAR: &str = "/api/v1/me/avatar";
pub(super) const PNG: &[u8] = include_bytes!("../media/samples/clear.png");
pub(super) const JPEG: &[u8] = include_bytes!("../media/samples/told.jpg");
const WEBP: &[u8] = include_bytes!("../media/samples/lossy.webp");
const BOUNDARY: &str = "----a-boundary";

/// A form with one field that holds a file.
pub(super) fn form(field: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"{field}\"; filename=\"me.png\"\r\nContent-Type: image/png\r\n\r\n"
    );
    [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

pub(super) fn form_kind() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// Puts a picture, which is taken, and gives where it is.
pub(super) async fn put(client: &mut Client, kind: &str, file: impl Into<Body>) -> String {
    let answer = client.put_bytes(AVATAR, kind, file).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["avatar_url"].as_str().unwrap().to_owned()
}

/// The files that lie in the site's media folder.
pub(super) fn files(site: &TestSite) -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { below(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let MediaStore::Folder(folder) = &site.app.site.settings.media else {
        panic!("tests keep files in a folder")
    };
    let mut found = Vec::new();
    below(folder, &mut found);
    found
}

/// The width and height that a JPEG says it has, or nothing where it is none (ITU-T T.81, B.2.2).
fn size(jpeg: &[u8]) -> Option<(u16, u16)> {
    let start = jpeg.windows(2).position(|marker| marker[0] == 0xff && [0xc0, 0xc2].contains(&marker[1]))?;
    let number = |at: usize| u16::from_be_bytes([jpeg[start + at], jpeg[start + at + 1]]);
    jpeg.starts_with(b"\xff\xd8\xff").then(|| (number(7), number(5)))
}

#[tokio::test]
async fn a_picture_in_either_form_and_each_format_is_shown_in_both_sizes() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let (mut client, _) = site.client().logged_in().await;
    let mut urls = Vec::new();
    for (kind, file) in [("image/png", PNG), ("image/jpeg", JPEG), ("image/webp", WEBP)] {
        for upload in [(kind.to_owned(), file.to_vec()), (form_kind(), form("avatar", file))] {
            let url = put(&mut client, &upload.0, upload.1).await;
            assert_eq!(client.get("/api/v1/me").await.json()["avatar_url"], url);
            for (large, side) in [(true, 512), (false, 128)] {
                let url = if large { url.clone() } else { url.replace("-512.jpg", "-128.jpg") };
                let shown = other.client().get(&url).await;
                assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "image/jpeg"));
                assert_eq!(size(&shown.body), Some((side, side)));
                assert_eq!(shown.header("cache-control"), "public, max-age=31536000, immutable");
                assert_eq!(shown.header("x-content-type-options"), "nosniff");
                assert!(shown.headers.get("set-cookie").is_none());
            }
            urls.push(url);
        }
    }
    urls.dedup();
    assert_eq!(urls.len(), 3, "the same picture has the same name, another one another");
    let told = client.put_bytes(AVATAR, "image/jpeg", JPEG).await.json()["avatar_url"].clone();
    let shown = client.get(told.as_str().unwrap()).await;
    assert!(!shown.body.windows(4).any(|window| window == b"Exif"), "what the file told beside is gone");
}

#[tokio::test]
async fn a_picture_that_the_browser_has_is_not_sent_again() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let url = put(&mut client, "image/png", PNG).await;
    let first = client.get(&url).await;
    let etag = first.header("etag").to_owned();
    assert!(etag.len() > 10 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let again = client.ask("GET", &url, &[("if-none-match", &etag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, etag.as_str()));
    let other = client.ask("GET", &url, &[("if-none-match", "\"another\"")]).await;
    assert_eq!((other.status.as_u16(), &other.body), (200, &first.body));
    let small = client.get(&url.replace("-512", "-128")).await;
    assert_ne!(small.header("etag"), etag);
}

#[tokio::test]
async fn a_replaced_picture_s_files_go_and_a_removed_one_s_as_well() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let (mut other, _) = site.client().logged_in().await;
    let first = put(&mut client, "image/png", PNG).await;
    let theirs = put(&mut other, "image/png", PNG).await;
    assert_ne!(first, theirs, "nobody learns from a name who else has the same picture");
    site.react().await;
    let second = put(&mut client, "image/jpeg", JPEG).await;
    site.react().await;
    assert_eq!(client.get(&first).await.status, 200, "for a minute, in which an upload may be under way");
    site.clock.advance(TimeDelta::minutes(2));
    site.react().await;
    for gone in [first.clone(), first.replace("-512", "-128")] {
        assert_eq!(client.get(&gone).await.outcome(), outcome(404, "not_found"));
    }
    assert_eq!(client.get(&second).await.status, 200);
    for _ in 0..2 {
        assert_eq!(client.ask("DELETE", AVATAR, &[]).await.status, 204);
        assert!(client.get("/api/v1/me").await.json()["avatar_url"].is_null());
    }
    assert_eq!(events(&site, "account.avatar_removed").await, 1);
    site.react().await;
    assert_eq!(client.get(&second).await.outcome(), outcome(404, "not_found"));
    assert_eq!(other.get(&theirs).await.status, 200, "another person's stays");
    assert_eq!(files(&site).len(), 2);
}

#[tokio::test]
async fn names_that_nobody_gave_lead_nowhere() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let url = put(&mut client, "image/png", PNG).await;
    let name = url.strip_prefix("/media/avatars/").unwrap();
    let (person, file) = name.split_once('/').unwrap();
    std::fs::write(files(&site)[0].with_file_name("secret"), "x").unwrap();
    for path in [
        format!("{person}/{}-512.jpg", "0".repeat(32)),
        format!("{}/{file}", "0".repeat(32)),
        format!("{person}/{}", file.replace("-512", "-256")),
        format!("{person}/{}", file.to_uppercase()),
        format!("{person}/{}", file.replace(".jpg", ".png")),
        format!("{person}/secret"),
        format!("{person}/"),
        format!("{person}/..%2f{person}%2f{file}"),
        format!("{person}/../{person}/{file}"),
        format!("{person}%2f{file}"),
        format!("../avatars/{name}"),
        format!("%2e%2e/{file}"),
        "..%2f..%2fmaster.key/x-512.jpg".to_owned(),
        format!("{person}/%00-512.jpg"),
        format!("{person}/%ff-512.jpg"),
        format!("{person}/{file}/"),
    ] {
        let answer = client.get(&format!("/media/avatars/{path}")).await;
        assert_eq!(answer.outcome(), outcome(404, "not_found"), "{path}");
    }
    assert_eq!(client.get(&url).await.status, 200);
}

#[tokio::test]
async fn a_picture_whose_upload_was_under_way_when_its_owner_left_does_not_stay() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    let (first, rest) = PNG.split_at(10);
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel::<()>();
    let body = futures_util::stream::unfold(
        (0, Some(begun), Some(receive)),
        move |(part, mut begun, mut receive)| async move {
            let bytes = match part {
                0 => Bytes::from_static(first),
                1 => {
                    begun.take().unwrap().send(()).unwrap();
                    receive.take().unwrap().await.unwrap();
                    Bytes::from_static(rest)
                }
                _ => return None,
            };
            Some((Ok::<_, std::io::Error>(bytes), (part + 1, begun, receive)))
        },
    );
    let mut uploading = client.clone();
    let upload = tokio::spawn(async move {
        uploading.put_bytes(AVATAR, "image/png", Body::from_stream(body)).await.status.as_u16()
    });
    has_begun.await.unwrap();
    let erased = client.delete("/api/v1/me", &serde_json::json!({"password": person.password})).await;
    assert_eq!(erased.status, 204);
    site.react().await;
    send.send(()).unwrap();
    assert_ne!(upload.await.unwrap(), 200, "there is nobody whose picture it could be");
    let refused = ChangeAvatar { avatar: "x/y".to_owned() };
    let refused = site.app.site.accounts.execute(&user_id, refused.into(), Metadata::default()).await;
    assert!(refused.is_err());
    for _ in 0..3 {
        site.clock.advance(TimeDelta::minutes(2));
        site.react().await;
    }
    assert_eq!(files(&site), Vec::<PathBuf>::new(), "pictures of somebody who is forgotten");
}
