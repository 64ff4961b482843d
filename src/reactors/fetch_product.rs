//! The crawler: asks what a listed item is called, costs and looks like, and records the answer (S19).
//!
//! It hears that a product was listed, wants to be looked at again, came back, or got another link, and asks its
//! source at the source's own polite pace. What Taobao refuses is recorded as the reason and never got around; what
//! may work later is tried five times. Which of several events about one product comes first does not matter: it is
//! the product as it is that is looked up, and only while nothing is known about it.

use std::sync::Arc;

use cqrs_es::AggregateError;

use super::product_source::{FetchError, InfoSource as Found, ItemToFetch, ProductInfo, ProductSource};
use crate::eventstore::reactor::{Outcome, Reaction, Reactor, Task};
use crate::eventstore::{Commands, Metadata};
use crate::merchant::links::TaobaoLink;
use crate::merchant::product::{
    FollowShortLink, InfoFailure, InfoSource, InfoStatus, Price, Product, ProductCommand, ProductError,
    RecordInfoFailure, RecordProductInfo, Title,
};

/// How often a product is asked about before it counts as unreachable.
const TRIES: u32 = 5;

/// The reactor.
#[derive(Debug)]
pub struct FetchProduct {
    /// Knows items.
    pub source: Arc<dyn ProductSource>,
    /// To look products up and to record what was found.
    pub products: Arc<Commands<Product>>,
}

impl Reactor for FetchProduct {
    fn name(&self) -> &'static str {
        "fetch_product"
    }

    fn hears(&self) -> &'static [&'static str] {
        &["product.listed", "product.refresh_requested", "product.restored", "product.modified"]
    }

    fn max_attempts(&self) -> u32 {
        TRIES
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        Box::pin(async move { self.fetch(task).await.unwrap_or_else(|outcome| outcome) })
    }
}

impl FetchProduct {
    async fn fetch(&self, task: &Task) -> Result<Outcome, Outcome> {
        // Also another link to the same item: what is being fetched from the link before it will not be recorded.
        if task.event_type == "product.modified" && task.payload.get("taobao_url").is_none() {
            return Ok(Outcome::Done);
        }
        let product = self.products.state(&task.aggregate_id).await.map_err(|error| unwritten(&error))?;
        if !product.is_there() || product.info() != InfoStatus::Pending {
            return Ok(Outcome::Dropped("the product is deleted, or was looked up already"));
        }
        let url = product.taobao_url().to_owned();
        let item = ItemToFetch { url: url.clone(), item_id: product.taobao_item_id().map(str::to_owned) };
        match self.source.fetch(&item).await {
            Ok(info) => self.record(task, &product, url, info).await,
            Err(FetchError::NotYet { after }) => Ok(Outcome::NotYet { after }),
            Err(FetchError::Failed { reason }) => self.fail(task, url, failure(reason)).await,
            Err(FetchError::Later { why, after }) if task.attempt < TRIES => {
                Ok(Outcome::Retry { why, after })
            }
            Err(FetchError::Later { why, .. }) => {
                self.fail(task, url, InfoFailure::Unreachable).await?;
                Ok(Outcome::Park { why, alarm: false })
            }
        }
    }

    async fn record(
        &self,
        task: &Task,
        product: &Product,
        url: String,
        info: ProductInfo,
    ) -> Result<Outcome, Outcome> {
        let mut url = url;
        if product.taobao_item_id().is_none() {
            // A short link: the product becomes the item that it leads to.
            let id = info.item_id.as_deref().unwrap_or_default();
            let Ok(to) = TaobaoLink::parse(&format!("https://item.taobao.com/item.htm?id={id}")) else {
                return self.fail(task, url, InfoFailure::NoItem).await;
            };
            let canonical = to.canonical();
            match self.tell(task, FollowShortLink { from: url.clone(), to }).await {
                Err(AggregateError::UserError(ProductError::AlreadyListed)) => {
                    return self.fail(task, url, InfoFailure::AlreadyListed).await;
                }
                told => told.map_err(|error| unwritten(&error))?,
            }
            url = canonical;
        }
        let command = RecordProductInfo {
            taobao_url: url,
            title: info.title.as_deref().and_then(Title::from_page),
            price: info.price.as_deref().and_then(|price| Price::parse(price).ok()),
            image_url: info.image_url,
            source: match info.source {
                Found::Page => InfoSource::Page,
                Found::Api => InfoSource::Api,
            },
        };
        self.tell(task, command).await.map_err(|error| unwritten(&error))?;
        Ok(Outcome::Done)
    }

    async fn fail(&self, task: &Task, taobao_url: String, reason: InfoFailure) -> Result<Outcome, Outcome> {
        self.tell(task, RecordInfoFailure { taobao_url, reason }).await.map_err(|error| unwritten(&error))?;
        Ok(Outcome::Done)
    }

    async fn tell(
        &self,
        task: &Task,
        command: impl Into<ProductCommand>,
    ) -> Result<(), AggregateError<ProductError>> {
        let text = |key: &str| task.metadata.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        let metadata = Metadata {
            causation_id: Some(task.event_id),
            correlation_id: text("correlation_id"),
            ..Metadata::default()
        };
        match self.products.execute(&task.aggregate_id, command.into(), metadata).await {
            // Deleted while it was looked up: nothing to tell any more.
            Ok(_) | Err(AggregateError::UserError(ProductError::NotFound)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// What could not be written is found out again.
fn unwritten(error: &AggregateError<ProductError>) -> Outcome {
    tracing::warn!(%error, "what was found out about a product could not be recorded");
    Outcome::Retry { why: "what was found could not be recorded".to_owned(), after: None }
}

/// The reason as the product knows it. What only an operator can mend looks like a page that cannot be reached.
fn failure(reason: &str) -> InfoFailure {
    match reason {
        "needs_login" => InfoFailure::NeedsLogin,
        "not_found" => InfoFailure::NotFound,
        "blocked" => InfoFailure::Blocked,
        "unreadable" => InfoFailure::Unreadable,
        _ => InfoFailure::Unreachable,
    }
}
