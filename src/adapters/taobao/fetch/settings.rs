//! What an operator may say about where and how fast pages are fetched.

use std::time::Duration;

/// Where pages are fetched, and how fast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrawlerSettings {
    /// Every page is fetched from this origin instead of Taobao's, for example `http://127.0.0.1:8000`: for tests
    /// and mirrors.
    pub origin: Option<String>,
    /// The time between the beginnings of two requests to one host, to which up to a quarter is added by chance.
    pub pause: Duration,
}

impl Default for CrawlerSettings {
    /// Taobao's own pages, one a second from each host.
    fn default() -> Self {
        Self { origin: None, pause: Duration::from_secs(1) }
    }
}

/// Why settings cannot be used; one line for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCrawlerSettings {
    /// The origin is not a scheme and a host.
    #[error("the crawler's origin must be http:// or https:// and a host, like http://127.0.0.1:8000")]
    Origin,
    /// The machine has no usable TLS, for example no certificates of authorities.
    #[error("no TLS client could be made for the crawler: are the system's CA certificates installed?")]
    Tls,
}
