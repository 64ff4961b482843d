//! One request and its answer, within bounds of time and size. Redirects are not followed here.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::{Client, Response, Url};

use super::resolver::{PublicOnly, Unresolved};
use super::settings::BadCrawlerSettings;
use super::{FORBIDDEN, later};
use crate::adapters::taobao::page::LONGEST_PAGE;
use crate::ports::Ports;
use crate::reactors::product_source::FetchError;

const CONNECT_TIME: Duration = Duration::from_secs(3);
/// From the first byte of the connection to the last of the answer.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// An answer, up to the longest page.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    /// How long the host wants to be left alone.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// The client for all pages. It keeps no cookies.
pub(super) fn client(resolver: PublicOnly) -> Result<Client, BadCrawlerSettings> {
    // The client takes the process's TLS provider, and panics without one. If there is one already, good.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        // A proxy would do the looking up, where nobody checks it.
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .dns_resolver(Arc::new(resolver))
        .connect_timeout(CONNECT_TIME)
        .timeout(REQUEST_TIME)
        .pool_max_idle_per_host(1)
        .user_agent(concat!("zhanggui/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| BadCrawlerSettings::Tls)
}

/// Asks for `url`, which the fence has admitted.
pub(super) async fn get(client: &Client, url: Url, ports: &Ports) -> Result<Answer, FetchError> {
    let request = client
        .get(url)
        .header(ACCEPT, "text/html,application/xhtml+xml")
        .header(ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9");
    let mut response = request.send().await.map_err(|error| failure(&error))?;
    let status = response.status().as_u16();
    let mut answer = Answer {
        status,
        content_type: header(&response, CONTENT_TYPE),
        location: header(&response, LOCATION),
        retry_after: header(&response, RETRY_AFTER).and_then(|wish| quiet(&wish, ports)),
        body: Vec::new(),
    };
    if status != 200 {
        return Ok(answer);
    }
    // Counted after it was unpacked: a small answer may become a big one.
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        let room = LONGEST_PAGE - answer.body.len();
        answer.body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if answer.body.len() == LONGEST_PAGE {
            break;
        }
    }
    Ok(answer)
}

fn header(response: &Response, name: HeaderName) -> Option<String> {
    // Some of Taobao's redirects hold raw UTF-8.
    let value = response.headers().get(name)?;
    std::str::from_utf8(value.as_bytes()).ok().map(str::to_owned)
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn quiet(wish: &str, ports: &Ports) -> Option<Duration> {
    let wish = wish.trim();
    if let Ok(seconds) = wish.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(wish).ok()?;
    Some((date.to_utc() - ports.now()).to_std().unwrap_or_default())
}

/// What became of a request without an answer. The client's own words hold the address.
fn failure(error: &reqwest::Error) -> FetchError {
    if unresolved(error) == Some(Unresolved::NotPublic) {
        FetchError::Failed { reason: FORBIDDEN }
    } else if error.is_timeout() {
        later("Taobao did not answer in time", None)
    } else if error.is_connect() {
        later("Taobao cannot be reached", None)
    } else {
        later("the connection to Taobao broke", None)
    }
}

fn unresolved(error: &reqwest::Error) -> Option<Unresolved> {
    let mut cause = error.source();
    while let Some(error) = cause {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let found = wrapped.and_then(|inner| inner.downcast_ref::<Unresolved>());
        if let Some(found) = found.or_else(|| error.downcast_ref()) {
            return Some(*found);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_quiet_is_seconds_or_a_date() {
        let ports = Ports::system();
        assert_eq!(quiet(" 120 ", &ports), Some(Duration::from_mins(2)));
        assert_eq!(quiet("Sun, 06 Nov 1994 08:49:37 GMT", &ports), Some(Duration::ZERO));
        let soon = (ports.now() + Duration::from_mins(5)).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let wait = quiet(&soon, &ports).unwrap();
        assert!(wait > Duration::from_secs(295) && wait <= Duration::from_mins(5));
        for nonsense in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(quiet(nonsense, &ports), None, "{nonsense}");
        }
    }
}
