//! Taobao's Open Platform: the item by its id, from `taobao.tbk.item.info.upgrade.get`.
//!
//! A call is a signed form by POST. The platform knows the items that may be advertised, and since late 2022 wants
//! ids in a newer form than the digits in addresses; what it does not know, the item's page may. The price is what
//! the item costs in the shop (`zk_final_price`), without coupons.

pub mod answer;
mod settings;
pub mod signature;

use std::fmt;
use std::time::Duration;

use chrono::FixedOffset;
use reqwest::{Client, Url};

use crate::ports::Ports;
use crate::reactors::product_source::{FetchError, Fetching, ItemToFetch, ProductInfo, ProductSource};
use signature::sign;

pub use settings::{BadTopSettings, GATEWAY, TopSettings};

const METHOD: &str = "taobao.tbk.item.info.upgrade.get";
const CONNECT_TIME: Duration = Duration::from_secs(2);
/// From the first byte of the connection to the last of the answer.
const CALL_TIME: Duration = Duration::from_secs(4);
/// The most bytes of an answer about one item; a real one has some thousands.
const LONGEST_ANSWER: usize = 256 * 1024;
const CHINA_SECONDS_EAST: i32 = 8 * 3600;

/// Asks the Open Platform.
pub struct OpenPlatform {
    client: Client,
    url: Url,
    settings: TopSettings,
    ports: Ports,
}

impl OpenPlatform {
    /// A client of this application. Nothing is sent or looked up yet.
    ///
    /// # Errors
    /// [`BadTopSettings`] in a line for the operator.
    pub fn new(settings: TopSettings, ports: Ports) -> Result<Self, BadTopSettings> {
        let url = settings.check()?;
        // The client takes the process's TLS provider, and panics without one. If there is one already, good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .https_only(url.scheme() == "https")
            .connect_timeout(CONNECT_TIME)
            .timeout(CALL_TIME)
            .user_agent(concat!("zhanggui/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| BadTopSettings::Tls)?;
        Ok(Self { client, url, settings, ports })
    }

    /// The host that is asked.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    async fn item(&self, id: &str) -> Result<ProductInfo, FetchError> {
        let (status, body) = self.call(id).await.map_err(|error| failure(&error))?;
        if body.len() > LONGEST_ANSWER {
            return Err(later("the Open Platform gave an answer without end"));
        }
        answer::read_answer(status, &body, id)
    }

    /// The answer's status and its bytes, of which more than [`LONGEST_ANSWER`] are not all there.
    async fn call(&self, id: &str) -> reqwest::Result<(u16, Vec<u8>)> {
        let settings = &self.settings;
        let now = self.ports.now();
        // The platform's clock is China's, and takes ten minutes more or less.
        let timestamp = FixedOffset::east_opt(CHINA_SECONDS_EAST)
            .map_or(now.naive_utc(), |china| now.with_timezone(&china).naive_local());
        let (timestamp, scene) =
            (timestamp.format("%Y-%m-%d %H:%M:%S").to_string(), settings.scene.to_string());
        let mut form = vec![
            ("method", METHOD),
            ("app_key", &settings.app_key),
            ("timestamp", &timestamp),
            ("v", "2.0"),
            ("sign_method", settings.sign_method.as_str()),
            ("format", "json"),
            ("item_id", id),
            ("biz_scene_id", &scene),
        ];
        let signature = sign(settings.sign_method, &settings.app_secret, &form);
        form.push(("sign", &signature));
        let mut response = self.client.post(self.url.clone()).form(&form).send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ANSWER {
                break;
            }
        }
        Ok((response.status().as_u16(), body))
    }
}

impl fmt::Debug for OpenPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenPlatform").field(&self.settings).finish()
    }
}

impl ProductSource for OpenPlatform {
    /// One call of at most 4 s. An item without an id is not found: short links are followed elsewhere.
    fn fetch<'a>(&'a self, item: &'a ItemToFetch) -> Fetching<'a> {
        Box::pin(async move {
            match &item.item_id {
                Some(id) => self.item(id).await,
                None => Err(FetchError::Failed { reason: "not_found" }),
            }
        })
    }
}

/// What became of a call without an answer. The client's own words may hold an address.
fn failure(error: &reqwest::Error) -> FetchError {
    later(if error.is_connect() {
        "the Open Platform cannot be reached"
    } else if error.is_timeout() {
        "the Open Platform did not answer in time"
    } else {
        "the connection to the Open Platform broke"
    })
}

fn later(why: &str) -> FetchError {
    FetchError::Later { why: why.to_owned(), after: None }
}
