//! Which store it is, and how it is opened: the folder made, the service's address checked.

use std::fmt;
use std::fs::DirBuilder;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use reqwest::Url;

use crate::adapters::embedded_postgres::create_passable;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long after the first request another is made.
const RETRY_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a request is made again.
const RETRIES: usize = 3;

/// Where avatars are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum MediaStore {
    /// In a folder of this machine, which all instances must see.
    Folder(PathBuf),
    /// In a bucket of Amazon S3 or a service that speaks as it does.
    S3 {
        /// The bucket; it must be there already.
        bucket: String,
        /// What the names of objects begin with, such as `media/zhanggui`; may be empty.
        prefix: String,
        /// The service's address, such as `https://minio.example.com`, unless it is Amazon's of the region. The
        /// bucket is then the first part of the path; but if the address's host begins with the bucket and a
        /// dot (`https://BUCKET.oss-cn-shanghai.aliyuncs.com`, which Alibaba's OSS insists on), of the host.
        endpoint: Option<String>,
        /// The region, which signatures contain: `cn-north-1`; some services want `auto` or `us-east-1`.
        region: String,
        /// Whose bucket it is.
        access_key_id: String,
        /// What proves it.
        secret_access_key: String,
    },
}

impl fmt::Debug for MediaStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Self::S3 { bucket, prefix, endpoint, region, .. } => f
                .debug_struct("S3")
                .field("bucket", bucket)
                .field("prefix", prefix)
                // Whoever writes a password into an address would not like to read it here.
                .field("endpoint", &endpoint.as_deref().map(endpoint_host))
                .field("region", region)
                .finish_non_exhaustive(),
        }
    }
}

fn endpoint_host(endpoint: &str) -> String {
    let url = Url::parse(endpoint).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "no address".to_owned())
}

/// The store cannot be opened as it is set. Names no key.
#[derive(Debug, thiserror::Error)]
pub enum BadStore {
    /// The folder cannot be made or entered.
    #[error("the media folder {} cannot be used: {error}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The address is none, or has a user, a query or a fragment in it.
    #[error("the media store's endpoint must be an address like https://s3.example.com, and nothing else")]
    Endpoint,
    /// The address is unencrypted and leads away from this machine.
    #[error("the media store's endpoint must begin with https://; http:// only leads to this machine")]
    Unencrypted,
    /// A name that the service cannot know, or an empty one.
    #[error("the media store's {0} is empty or has a character that it cannot have")]
    Name(&'static str),
    /// The client cannot be built; most often because the machine has no root certificates.
    #[error("the client of the media store cannot be built (are root certificates installed?)")]
    Client,
}

/// The store, what its objects' names begin with, and its folder if it has one.
pub(super) type Opened = (Arc<dyn ObjectStore>, Path, Option<PathBuf>);

/// Opens the store.
pub(super) fn open(store: &MediaStore) -> Result<Opened, BadStore> {
    match store {
        MediaStore::Folder(folder) => open_folder(folder),
        MediaStore::S3 { bucket, prefix, endpoint, region, access_key_id, secret_access_key } => {
            let is_name = |text: &str| {
                !text.is_empty()
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
            };
            for (name, text) in [("bucket", bucket), ("region", region)] {
                if !is_name(text) {
                    return Err(BadStore::Name(name));
                }
            }
            for (name, text) in [("access key", access_key_id), ("secret key", secret_access_key)] {
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(BadStore::Name(name));
                }
            }
            let prefix = Path::parse(prefix).map_err(|_| BadStore::Name("prefix"))?;
            let mut builder = AmazonS3Builder::new()
                .with_bucket_name(bucket)
                .with_region(region)
                .with_access_key_id(access_key_id)
                .with_secret_access_key(secret_access_key)
                // One by one, which every service can.
                .with_disable_bulk_delete(true)
                .with_retry(retries());
            let mut client = ClientOptions::new()
                .with_connect_timeout(CONNECT_TIMEOUT)
                .with_timeout(REQUEST_TIMEOUT)
                .with_user_agent(reqwest::header::HeaderValue::from_static("zhanggui"));
            if let Some(endpoint) = endpoint {
                let endpoint = check_endpoint(endpoint)?;
                client = client.with_allow_http(endpoint.scheme() == "http");
                let is_in_host =
                    endpoint.host_str().is_some_and(|host| host.starts_with(&format!("{bucket}.")));
                builder = builder
                    .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                    .with_virtual_hosted_style_request(is_in_host);
            }
            install_tls();
            let store = builder.with_client_options(client).build().map_err(|_| BadStore::Client)?;
            Ok((Arc::new(store), prefix, None))
        }
    }
}

fn open_folder(folder: &std::path::Path) -> Result<Opened, BadStore> {
    use std::os::unix::fs::DirBuilderExt as _;
    let bad = |error| BadStore::Folder { folder: folder.to_owned(), error };
    // The folder above is the data folder, which others may have to pass through.
    folder.parent().map_or(Ok(()), create_passable).map_err(bad)?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(bad)?;
    let root = folder.canonicalize().map_err(bad)?;
    let store = LocalFileSystem::new_with_prefix(&root).map_err(|error| bad(std::io::Error::other(error)))?;
    // What an event tells of must survive a power cut, as the event does.
    let store = store.with_fsync(true);
    Ok((Arc::new(store), Path::default(), Some(root)))
}

fn check_endpoint(endpoint: &str) -> Result<Url, BadStore> {
    let url = Url::parse(endpoint).map_err(|_| BadStore::Endpoint)?;
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let Some(host) = url.host_str().filter(|_| is_bare) else { return Err(BadStore::Endpoint) };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err(BadStore::Unencrypted),
        _ => Err(BadStore::Endpoint),
    }
}

fn retries() -> RetryConfig {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
    };
    RetryConfig { backoff, max_retries: RETRIES, retry_timeout: RETRY_TIMEOUT }
}

/// `object_store` builds its client by `reqwest`, which takes the process's cryptography and panics without one.
/// Whoever comes second finds one installed, which is as good.
fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}
