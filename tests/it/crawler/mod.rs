//! The crawler, against servers on this machine: pages, bad behaviour, names, the Open Platform, several instances.

mod behaviour;
mod names;
mod open_platform;
mod pages;
mod products;
mod sharing;

use std::time::Duration;

use zhanggui::adapters::taobao::fetch::{CrawlerSettings, ItemPages};
use zhanggui::ports::Ports;
use zhanggui::reactors::product_source::{FetchError, ItemToFetch, ProductInfo, ProductSource as _};

use crate::support::python::PythonServer;

/// A server of item pages and a crawler for which it is Taobao.
struct Crawler {
    server: PythonServer,
    pages: ItemPages,
}

impl Crawler {
    async fn new() -> Self {
        Self::with("", Duration::ZERO).await
    }

    async fn with(argument: &str, pause: Duration) -> Self {
        let server = PythonServer::start("crawler/taobao_server.py", &[argument]).await;
        let origin = Some(format!("http://127.0.0.1:{}", server.port()));
        let pages = ItemPages::new(&CrawlerSettings { origin, pause }, Ports::system()).unwrap();
        Self { server, pages }
    }

    /// Fetches the item of this id, with more in the query.
    async fn fetch(&self, id: &str, query: &str) -> Result<ProductInfo, FetchError> {
        let url = format!("https://item.taobao.com/item.htm?id={id}{query}");
        self.pages.fetch(&ItemToFetch { url, item_id: Some(id.to_owned()) }).await
    }

    async fn fetch_short(&self, path: &str) -> Result<ProductInfo, FetchError> {
        self.pages.fetch(&ItemToFetch { url: format!("https://m.tb.cn/{path}"), item_id: None }).await
    }
}

fn failed(reason: &'static str) -> FetchError {
    FetchError::Failed { reason }
}

fn later(why: &str, seconds: Option<u64>) -> FetchError {
    FetchError::Later { why: why.to_owned(), after: seconds.map(Duration::from_secs) }
}
