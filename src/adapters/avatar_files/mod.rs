//! Where avatars are kept: a local folder, or a bucket of an S3-compatible service.
//!
//! An avatar is two objects, `avatars/<person>/<hash>-512.jpg` and `-128.jpg`. Neither part of the name tells the
//! person's id, nor can two people share an object: both are hashes that the id goes into, so that what is
//! deleted for one is gone, and nobody's else. An object never changes, so it may be cached for ever; a new avatar has
//! a new name, and [`AvatarFiles::sweep`] removes what the person no longer shows.
//!
//! A folder of ours is open to its owner only, and what is written there is on the disk before it is
//! acknowledged. Requests to a service are tried again for some seconds, signed (AWS Signature Version 4), and
//! encrypted unless the service is on this very machine.

mod settings;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use ring::digest::{Context, SHA256};
use uuid::Uuid;

pub use self::settings::{BadStore, MediaStore};
use super::avatar_image::Avatar;

/// Bytes of a hash that go into a name; 128 bits meet no other by chance.
const HASH_BYTES: usize = 16;
/// What the hash of a person begins with, so that it is no hash of an id used anywhere else.
const PERSON_DOMAIN: &[u8] = b"zhanggui avatar person v1\0";
/// What the hash of an avatar begins with.
const AVATAR_DOMAIN: &[u8] = b"zhanggui avatar image v1\0";

/// The name of an avatar: `<person>/<hash>`, each 32 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AvatarName(String);

impl AvatarName {
    /// The name of this avatar of this person.
    #[must_use]
    pub fn of(user_id: Uuid, avatar: &Avatar) -> Self {
        let hash = hash(&[AVATAR_DOMAIN, user_id.as_bytes(), &avatar.large]);
        Self(format!("{}/{hash}", person(user_id)))
    }

    /// Reads both parts as they stand in a URL; nothing when they are not exactly of the form.
    #[must_use]
    pub fn parse(person: &str, hash: &str) -> Option<Self> {
        let is_hash = |part: &str| {
            part.len() == 2 * HASH_BYTES && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        (is_hash(person) && is_hash(hash)).then(|| Self(format!("{person}/{hash}")))
    }

    /// As it stands in a URL: `<person>/<hash>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What stands for a person in names: nobody learns the id from it.
fn person(user_id: Uuid) -> String {
    hash(&[PERSON_DOMAIN, user_id.as_bytes()])
}

fn hash(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let hash = context.finish();
    hex::encode(hash.as_ref().get(..HASH_BYTES).unwrap_or_default())
}

/// One of the two renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AvatarSize {
    /// [`super::avatar_image::LARGE`] pixels.
    Large,
    /// [`super::avatar_image::SMALL`] pixels.
    Small,
}

impl AvatarSize {
    /// How it is called in a URL: `512` or `128`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Large => "512",
            Self::Small => "128",
        }
    }

    /// Reads what [`AvatarSize::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Large, Self::Small].into_iter().find(|size| size.as_str() == text)
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects that are gone now.
    pub deleted: usize,
    /// Objects that were too young: another sweep is needed.
    pub left: usize,
}

/// The store did not do what it was asked, and may the next time. Names no object, bucket or address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media store cannot {asked}: {why}")]
pub struct StoreError {
    /// What it was asked.
    pub asked: &'static str,
    /// What is known of the reason, for whoever runs the server.
    pub why: String,
}

impl StoreError {
    fn new(asked: &'static str, error: &object_store::Error) -> Self {
        let kind = match error {
            object_store::Error::NotFound { .. } => "not found",
            object_store::Error::PermissionDenied { .. } => "permission denied",
            object_store::Error::Unauthenticated { .. } => "the keys are not accepted",
            _ => "it failed",
        };
        // The errors beneath tell addresses and names in their texts; their kinds do not.
        let mut why = kind.to_owned();
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<std::io::Error>() {
                why = format!("{kind} ({})", error.kind());
            } else if let Some(error) = error.downcast_ref::<reqwest::Error>() {
                let status = error.status().map(|status| status.as_u16());
                let (is_timeout, is_connect) = (error.is_timeout(), error.is_connect());
                why =
                    format!("{kind} (status {status:?}, time-out {is_timeout}, no connection {is_connect})");
            }
            cause = error.source();
        }
        Self { asked, why }
    }
}

/// The avatars of everybody.
pub struct AvatarFiles {
    store: Arc<dyn ObjectStore>,
    /// What stands before `avatars/` in the names of objects.
    prefix: Path,
    /// The folder, if the store is one.
    folder: Option<PathBuf>,
}

impl AvatarFiles {
    /// Opens the store. A folder that is not there is made; a service is not asked anything yet.
    ///
    /// # Errors
    /// [`BadStore`] when a folder cannot be made or a setting cannot be right.
    pub fn new(store: &MediaStore) -> Result<Self, BadStore> {
        let (store, prefix, folder) = settings::open(store)?;
        Ok(Self { store, prefix, folder })
    }

    /// Keeps both renditions, and tells the name. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; perhaps one of the two is there then, which a sweep removes.
    pub async fn put(&self, user_id: Uuid, avatar: &Avatar) -> Result<AvatarName, StoreError> {
        let name = AvatarName::of(user_id, avatar);
        for (size, file) in [(AvatarSize::Small, &avatar.small), (AvatarSize::Large, &avatar.large)] {
            let put = self.store.put(&self.object(&name, size), file.clone().into()).await;
            put.map_err(|error| StoreError::new("write", &error))?;
        }
        Ok(name)
    }

    /// A rendition, a JPEG; nothing when there is none of this name.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not answer.
    pub async fn get(&self, name: &AvatarName, size: AvatarSize) -> Result<Option<Bytes>, StoreError> {
        let read = async { self.store.get(&self.object(name, size)).await?.bytes().await };
        match read.await {
            Ok(file) => Ok(Some(file)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::new("read", &error)),
        }
    }

    /// Deletes every object of the person but those of `keep`. Those not older than `older_than` are left and
    /// counted, because an upload may be on its way that no event tells of yet. Harmless when done twice.
    ///
    /// # Errors
    /// [`StoreError`]; some objects may be gone by then.
    pub async fn sweep(
        &self,
        user_id: Uuid,
        keep: Option<&AvatarName>,
        older_than: DateTime<Utc>,
    ) -> Result<Swept, StoreError> {
        let folder = self.prefix.clone().join("avatars").join(person(user_id));
        let kept =
            [AvatarSize::Large, AvatarSize::Small].map(|size| keep.map(|name| self.object(name, size)));
        let objects = self.store.list(Some(&folder)).try_collect::<Vec<_>>().await;
        let objects = objects.map_err(|error| StoreError::new("list", &error))?;
        let mut swept = Swept::default();
        for object in objects {
            if kept.iter().flatten().any(|kept| *kept == object.location) {
                continue;
            }
            if object.last_modified >= older_than {
                swept.left += 1;
                continue;
            }
            match self.store.delete(&object.location).await {
                Ok(()) => swept.deleted += 1,
                // Another instance was here first.
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(StoreError::new("delete", &error)),
            }
        }
        if let Some(root) = &self.folder {
            let folder = root.join(folder.as_ref());
            let halves = sweep_halves(folder, older_than).await;
            let halves =
                halves.map_err(|error| StoreError { asked: "delete", why: error.kind().to_string() })?;
            swept.deleted += halves.deleted;
            swept.left += halves.left;
        }
        Ok(swept)
    }

    fn object(&self, name: &AvatarName, size: AvatarSize) -> Path {
        let (person, hash) = name.0.split_once('/').unwrap_or_default();
        let file = format!("{hash}-{}.jpg", size.as_str());
        self.prefix.clone().join("avatars").join(person).join(file)
    }
}

/// Deletes what a crash left half written: `object_store` calls such files `<object>#<number>` until they are
/// whole, and does not list them.
async fn sweep_halves(folder: PathBuf, older_than: DateTime<Utc>) -> std::io::Result<Swept> {
    let mut swept = Swept::default();
    let mut entries = match tokio::fs::read_dir(&folder).await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(swept),
        entries => entries?,
    };
    while let Some(entry) = entries.next_entry().await? {
        if !entry.file_name().to_string_lossy().contains('#') {
            continue;
        }
        // Whoever writes it, or sweeps as well, may be done with it by now.
        let Ok(metadata) = entry.metadata().await else { continue };
        if DateTime::<Utc>::from(metadata.modified()?) >= older_than {
            swept.left += 1;
        } else if tokio::fs::remove_file(entry.path()).await.is_ok() {
            swept.deleted += 1;
        }
    }
    // Only an empty folder goes.
    drop(tokio::fs::remove_dir(&folder).await);
    Ok(swept)
}

impl fmt::Debug for AvatarFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AvatarFiles").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
