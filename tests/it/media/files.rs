//! Where avatars are kept: one story, told by a folder and by an S3 service in another process.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zhanggui::adapters::avatar_files::{AvatarFiles, AvatarName, AvatarSize, MediaStore, Swept};
use zhanggui::adapters::avatar_image::Avatar;

use crate::support::python::PythonServer;

/// The variables by which a test program learns where the service with TLS is.
const TLS: [&str; 3] = ["ZHANGGUI_TEST_S3_PORT", "ZHANGGUI_TEST_S3_KEY", "ZHANGGUI_TEST_S3_SECRET"];

fn avatar(byte: u8) -> Avatar {
    Avatar { large: vec![byte; 50_000], small: vec![byte; 5_000] }
}

/// Long before and long after everything that a test does.
fn ages() -> (DateTime<Utc>, DateTime<Utc>) {
    (DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH + Duration::from_secs(1 << 33))
}

/// What every store does, whatever it is.
async fn story(files: &AvatarFiles) {
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (long_ago, far_off) = ages();
    assert_eq!(files.sweep(one, None, far_off).await, Ok(Swept::default()), "nothing is there yet");

    let first = files.put(one, &avatar(1)).await.unwrap();
    assert_eq!(files.put(one, &avatar(1)).await, Ok(first.clone()), "twice is once");
    let second = files.put(one, &avatar(2)).await.unwrap();
    let others = files.put(other, &avatar(1)).await.unwrap();
    assert!(first != second && first != others);
    for (name, byte) in [(&first, 1), (&second, 2), (&others, 1)] {
        assert_eq!(bytes(files, name, AvatarSize::Large).await, Some(vec![byte; 50_000]));
        assert_eq!(bytes(files, name, AvatarSize::Small).await, Some(vec![byte; 5_000]));
    }
    let never = AvatarName::parse(&"0".repeat(32), &"0".repeat(32)).unwrap();
    assert_eq!(bytes(files, &never, AvatarSize::Large).await, None);

    let swept = files.sweep(one, Some(&second), long_ago).await;
    assert_eq!(swept, Ok(Swept { deleted: 0, left: 2 }), "what is young may be on its way");
    let swept = files.sweep(one, Some(&second), far_off).await;
    assert_eq!(swept, Ok(Swept { deleted: 2, left: 0 }));
    assert_eq!(files.sweep(one, Some(&second), far_off).await, Ok(Swept::default()));
    assert_eq!(bytes(files, &first, AvatarSize::Small).await, None);
    assert!(bytes(files, &second, AvatarSize::Large).await.is_some());
    assert_eq!(files.sweep(one, None, far_off).await, Ok(Swept { deleted: 2, left: 0 }));
    assert_eq!(bytes(files, &second, AvatarSize::Large).await, None);
    assert!(bytes(files, &others, AvatarSize::Large).await.is_some(), "others keep theirs");
}

async fn bytes(files: &AvatarFiles, name: &AvatarName, size: AvatarSize) -> Option<Vec<u8>> {
    files.get(name, size).await.unwrap().map(Vec::from)
}

/// A server that root starts runs as another user, who must get through to its files, whoever made the folder above.
#[tokio::test]
async fn the_folder_above_can_be_passed_through_by_the_database_server_and_the_pictures_own_cannot() {
    let data = Folder::new("above");
    AvatarFiles::new(&MediaStore::Folder(data.0.join("media"))).unwrap();
    let mode = |folder: &Path| std::fs::metadata(folder).unwrap().permissions().mode() & 0o777;
    let is_root = std::fs::metadata(&data.0).unwrap().uid() == 0;
    assert_eq!(mode(&data.0), if is_root { 0o711 } else { 0o700 });
    assert_eq!(mode(&data.0.join("media")), 0o700);
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("zhanggui-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn people(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder.join("avatars")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn a_folder_keeps_avatars() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("media-story");
    let nested = folder.0.join("deep/media");
    let files = AvatarFiles::new(&MediaStore::Folder(nested.clone())).unwrap();
    story(&files).await;
    assert_eq!(std::fs::metadata(&nested).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(people(&nested).len(), 1, "no empty folder is left of who has no avatar");
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_swept_as_well() {
    let folder = Folder::new("media-halves");
    let files = AvatarFiles::new(&MediaStore::Folder(folder.0.clone())).unwrap();
    let person = Uuid::from_u128(1);
    let name = files.put(person, &avatar(1)).await.unwrap();
    let half = folder.0.join(format!("avatars/{}-512.jpg#1", name.as_str()));
    std::fs::write(&half, b"half").unwrap();
    let (long_ago, far_off) = ages();
    assert_eq!(files.sweep(person, Some(&name), long_ago).await, Ok(Swept { deleted: 0, left: 1 }));
    assert!(half.exists());
    assert_eq!(files.sweep(person, Some(&name), far_off).await, Ok(Swept { deleted: 1, left: 0 }));
    assert!(!half.exists() && bytes(&files, &name, AvatarSize::Large).await.is_some());
    std::fs::write(&half, b"half").unwrap();
    assert_eq!(files.sweep(person, None, far_off).await, Ok(Swept { deleted: 3, left: 0 }));
    assert!(people(&folder.0).is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused_by_name() {
    let folder = Folder::new("media-file");
    std::fs::write(&folder.0, b"a file").unwrap();
    let refused = AvatarFiles::new(&MediaStore::Folder(folder.0.join("media"))).unwrap_err();
    assert!(refused.to_string().contains("zhanggui-media-file"), "{refused}");
    std::fs::remove_file(&folder.0).unwrap();
}

fn s3(endpoint: String, key: &str, secret: &str, prefix: &str) -> MediaStore {
    MediaStore::S3 {
        bucket: "shop".to_owned(),
        prefix: prefix.to_owned(),
        endpoint: Some(endpoint),
        region: "us-east-1".to_owned(),
        access_key_id: key.to_owned(),
        secret_access_key: secret.to_owned(),
    }
}

async fn service(arguments: &[&str]) -> (PythonServer, [String; 3]) {
    let server = PythonServer::start("media/s3_server.py", arguments).await;
    let said = |name: &str| server.ready[name].as_str().unwrap().to_owned();
    let told = [server.port().to_string(), said("access_key_id"), said("secret_access_key")];
    (server, told)
}

#[tokio::test]
async fn an_s3_service_keeps_avatars_by_signed_requests() {
    let (_server, [port, key, secret]) = service(&[]).await;
    for prefix in ["", "media/shop"] {
        let store = s3(format!("http://127.0.0.1:{port}"), &key, &secret, prefix);
        story(&AvatarFiles::new(&store).unwrap()).await;
    }
    let store = s3(format!("http://127.0.0.1:{port}"), &key, "another secret".split(' ').next().unwrap(), "");
    let error = AvatarFiles::new(&store).unwrap().put(Uuid::nil(), &avatar(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the media store cannot write: permission denied");
}

#[tokio::test]
async fn an_s3_service_that_is_not_there_fails_without_a_name() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let files = AvatarFiles::new(&s3(format!("http://127.0.0.1:{port}"), "key", "secret", "")).unwrap();
    let name = AvatarName::parse(&"0".repeat(32), &"0".repeat(32)).unwrap();
    let error = files.get(&name, AvatarSize::Large).await.unwrap_err().to_string();
    assert!(error.starts_with("the media store cannot read: "), "{error}");
    assert!(!error.contains("127.0.0.1") && !error.contains("00000"), "{error}");
}

/// The authority that vouches for the service is known by a variable, so it takes a process of its own.
#[tokio::test]
async fn an_s3_service_is_spoken_to_over_tls_if_an_authority_vouches_for_it() {
    let folder = Folder::new("media-tls");
    std::fs::create_dir(&folder.0).unwrap();
    let authority = folder.0.join("authority.pem");
    let (_server, told) = service(&[authority.to_str().unwrap()]).await;
    let path = concat!(module_path!(), "::over_tls");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([path.split_once("::").unwrap().1, "--exact"]).env("SSL_CERT_FILE", &authority);
    child.envs(TLS.iter().zip(&told));
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    let [port, key, secret] = told;
    let strange = AvatarFiles::new(&s3(format!("https://127.0.0.1:{port}"), &key, &secret, "")).unwrap();
    assert!(strange.put(Uuid::nil(), &avatar(1)).await.is_err(), "nobody here vouches for it");
}

/// No test by itself: what the process of the test above runs. Without its variables there is nothing to do.
#[tokio::test]
async fn over_tls() {
    let [Ok(port), Ok(key), Ok(secret)] = TLS.map(std::env::var) else { return };
    story(&AvatarFiles::new(&s3(format!("https://127.0.0.1:{port}"), &key, &secret, "")).unwrap()).await;
}
