//! One signed call to Aliyun's gateway and its answer, within bounds of time and size.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use reqwest::{Client, Url};

use super::settings::{BadSmsSettings, SmsSettings, host};
use super::signature::{Unsigned, sign};
use crate::ports::Ports;
use crate::reactors::ports::DeliveryError;

const VERSION: &str = "2017-05-25";
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// From the first byte of the connection to the last of the answer.
const CALL_TIME: Duration = Duration::from_secs(6);
/// After a call whose outcome nobody knows, the receipt must have had the time to appear.
const UNKNOWN_OUTCOME: Duration = Duration::from_secs(10);

/// A call to be made.
pub(super) struct Call<'a> {
    /// The operation.
    pub(super) action: &'a str,
    /// Its parameters.
    pub(super) query: &'a [(&'a str, &'a str)],
    /// The most bytes that its answer may have.
    pub(super) longest: usize,
}

/// Aliyun's gateway.
pub(super) struct Gateway {
    client: Client,
    url: Url,
    host: String,
    settings: SmsSettings,
    ports: Ports,
}

impl Gateway {
    pub(super) fn new(settings: SmsSettings, ports: Ports) -> Result<Self, BadSmsSettings> {
        let url = settings.check()?;
        // The client takes the process's TLS provider, and panics without one. If there is one already, good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            // Who can set a proxy's address in the environment shall not read codes.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .https_only(url.scheme() == "https")
            .connect_timeout(CONNECT_TIME)
            .timeout(CALL_TIME)
            .user_agent(concat!("zhanggui/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| BadSmsSettings::Tls)?;
        Ok(Self { client, host: host(&url), url, settings, ports })
    }

    pub(super) fn settings(&self) -> &SmsSettings {
        &self.settings
    }

    pub(super) fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The answer's status and bytes. Never made twice: whether the first had an effect, nobody knows.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<(u16, Vec<u8>), DeliveryError> {
        let nonce = self.ports.random::<16>().map_err(|error| later(error.to_string(), None))?;
        let signed = sign(
            &Unsigned {
                method: "POST",
                host: &self.host,
                action: call.action,
                version: VERSION,
                date: self.ports.now(),
                nonce: &hex::encode(nonce),
                query: call.query,
                body: b"",
            },
            &self.settings.access_key_id,
            &self.settings.access_key_secret,
        );
        let mut url = self.url.clone();
        url.set_query(Some(&signed.query));
        // The client tells no length of a body that is not there; to a POST a gateway may then say 411.
        let mut request = self.client.post(url).header(ACCEPT, "application/json").header(CONTENT_LENGTH, 0);
        for (name, value) in &signed.headers {
            request = request.header(*name, value);
        }
        let request = request.header(AUTHORIZATION, &signed.authorization);
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > call.longest {
                return Err(later("Aliyun gave an answer without end".to_owned(), Some(UNKNOWN_OUTCOME)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((response.status().as_u16(), body))
    }
}

/// What became of a call without an answer. The client's own words hold the address, and that the number.
fn failure(error: &reqwest::Error) -> DeliveryError {
    if error.is_connect() {
        later("Aliyun cannot be reached".to_owned(), None)
    } else if error.is_timeout() {
        out_of_time()
    } else {
        later("the connection to Aliyun broke".to_owned(), Some(UNKNOWN_OUTCOME))
    }
}

pub(super) fn out_of_time() -> DeliveryError {
    later("Aliyun did not answer in time".to_owned(), Some(UNKNOWN_OUTCOME))
}

fn later(why: String, after: Option<Duration>) -> DeliveryError {
    DeliveryError::Later { why, after }
}
