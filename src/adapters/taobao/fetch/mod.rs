//! Item pages, fetched as a polite stranger would and read by [`super::page`].
//!
//! What can be fetched is bounded on every side. The `fence` admits Taobao's hosts only, names and not addresses,
//! and is asked anew for each redirect, of which five are followed. A [`resolver`] gives public addresses only, and
//! what it gives is what is connected to. `pace` keeps requests apart, over all instances; `exchange` bounds time and size. With a
//! configured origin everything is the same, but that origin is all the fence admits.
//!
//! Nothing here tries to look like a browser: where Taobao wants a login or a proof, that is the result.

mod addresses;
mod exchange;
mod fence;
mod ids;
mod pace;
pub mod resolver;
mod settings;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};
use sqlx::PgPool;

use super::hosts;
use super::page::{PageInfo, PageRefusal, read_page};
use crate::ports::Ports;
use crate::reactors::product_source::{
    FetchError, Fetching, InfoSource, ItemToFetch, ProductInfo, ProductSource,
};
use exchange::{Answer, client, get};
use fence::{Fence, Sign, sign};
use pace::{NoTurn, Pace};
use resolver::{Lookup, PublicOnly, SystemLookup};

pub use addresses::is_public;
pub use settings::{BadCrawlerSettings, CrawlerSettings};

/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// How long a turn is waited for. Longer, and somebody else had better use the time.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// For one item, with all waiting: within the 15 s that a reactor has for a task.
pub(super) const FETCH_TIME: Duration = Duration::from_secs(14);
/// How long a host that said 429 or 503 is left alone when it does not say how long.
const QUIET: Duration = Duration::from_mins(1);

const NEEDS_LOGIN: &str = "needs_login";
const NOT_FOUND: &str = "not_found";
const BLOCKED: &str = "blocked";
const UNREADABLE: &str = "unreadable";
const UNREACHABLE: &str = "unreachable";
const FORBIDDEN: &str = "forbidden_address";

/// Reads items from their pages.
pub struct ItemPages {
    client: Client,
    fence: Fence,
    pace: Pace,
    ports: Ports,
}

/// Where following an address has led.
enum Reached {
    /// A page.
    Page(Answer),
    /// The address of this item, which was not fetched.
    Item(String),
}

impl ItemPages {
    /// A reader of pages. Nothing is fetched or looked up yet.
    ///
    /// # Errors
    /// [`BadCrawlerSettings`] in a line for the operator.
    pub fn new(settings: &CrawlerSettings, ports: Ports) -> Result<Self, BadCrawlerSettings> {
        Self::with_lookup(settings, ports, Arc::new(SystemLookup))
    }

    /// The same, with names looked up by `lookup`. What it finds is checked all the same.
    ///
    /// # Errors
    /// [`BadCrawlerSettings`] in a line for the operator.
    pub fn with_lookup(
        settings: &CrawlerSettings,
        ports: Ports,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, BadCrawlerSettings> {
        let fence = Fence::new(settings.origin.as_deref())?;
        let client = client(PublicOnly::new(lookup, fence.trusted()))?;
        Ok(Self { client, pace: Pace::new(settings.pause, ports.clone()), fence, ports })
    }

    /// The same, at a pace that it keeps together with all other instances on this database.
    #[must_use]
    pub fn sharing(self, pool: PgPool) -> Self {
        Self { pace: self.pace.sharing(pool), ..self }
    }

    /// The item's id: the one that is known, or the one that its short link leads to.
    ///
    /// # Errors
    /// As [`ProductSource::fetch`].
    pub async fn item_id(&self, item: &ItemToFetch) -> Result<String, FetchError> {
        if let Some(id) = &item.item_id {
            return Ok(id.clone());
        }
        let url = admitted(&item.url)?;
        if let Some(id) = ids::item_id(&url) {
            return Ok(id);
        }
        match self.follow(self.fence.place(&url), true).await? {
            Reached::Item(id) => Ok(id),
            Reached::Page(answer) => match ids::item_id_in(&answer.body) {
                Some(id) => Ok(id),
                // The page may be a wall, which says more.
                None => Err(read(answer).await.err().unwrap_or(FetchError::Failed { reason: UNREADABLE })),
            },
        }
    }

    async fn page(&self, item: &ItemToFetch) -> Result<ProductInfo, FetchError> {
        let id = self.item_id(item).await?;
        let url = Url::parse(&item.url).ok().filter(|url| !hosts::is_short(url));
        let url = url.or_else(|| ids::item_url(&id)).ok_or(FetchError::Failed { reason: UNREACHABLE })?;
        match self.follow(self.fence.place(&admitted(url.as_str())?), false).await? {
            Reached::Page(answer) => {
                let info = read(answer).await?;
                Ok(ProductInfo {
                    item_id: Some(id),
                    title: Some(info.title),
                    price: info.price,
                    image_url: info.image_url,
                    source: InfoSource::Page,
                })
            }
            Reached::Item(_) => Err(FetchError::Failed { reason: UNREADABLE }),
        }
    }

    /// Fetches `url` and what it redirects to, or until the address is an item's, if that is what is looked for.
    async fn follow(&self, mut url: Url, for_id: bool) -> Result<Reached, FetchError> {
        for _ in 0..=REDIRECTS {
            let answer = self.ask(&url).await?;
            let next = match verdict(&answer)? {
                Verdict::Page => return Ok(Reached::Page(answer)),
                Verdict::Redirect(location) => url.join(location).map_err(|_| failed(UNREADABLE))?,
            };
            match (sign(&next), ids::item_id(&next)) {
                (Some(Sign::Login), _) => return Err(failed(NEEDS_LOGIN)),
                (Some(Sign::Gone), _) => return Err(failed(NOT_FOUND)),
                (None, Some(id)) if for_id => return Ok(Reached::Item(id)),
                _ => url = next,
            }
        }
        Err(failed(UNREACHABLE))
    }

    /// One request, if the fence admits it, at the host's pace.
    async fn ask(&self, url: &Url) -> Result<Answer, FetchError> {
        let host = url.host_str().filter(|_| self.fence.admits(url)).ok_or(failed(FORBIDDEN))?;
        self.turn(host).await?;
        let answer = get(&self.client, url.clone(), &self.ports).await?;
        if matches!(answer.status, 429 | 503) {
            self.quiet(host, answer.retry_after.unwrap_or(QUIET)).await?;
        }
        Ok(answer)
    }

    /// Waits for the host's turn, whoever asks it.
    pub(super) async fn turn(&self, host: &str) -> Result<(), FetchError> {
        self.pace.turn(host, PATIENCE).await.map_err(|none| match none {
            NoTurn::NotYet(after) => FetchError::NotYet { after },
            NoTurn::Away(error) => unpaced(&error),
        })
    }

    /// Leaves the host alone for so long.
    pub(super) async fn quiet(&self, host: &str, after: Duration) -> Result<(), FetchError> {
        self.pace.quiet(host, after).await.map_err(|error| unpaced(&error))
    }
}

impl fmt::Debug for ItemPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemPages").field("fence", &self.fence).finish_non_exhaustive()
    }
}

impl ProductSource for ItemPages {
    /// At most 14 s, with up to 4.5 s of waiting for a turn.
    fn fetch<'a>(&'a self, item: &'a ItemToFetch) -> Fetching<'a> {
        Box::pin(async move {
            let fetched = tokio::time::timeout(FETCH_TIME, self.page(item)).await;
            fetched.unwrap_or_else(|_| Err(later("Taobao did not answer in time", None)))
        })
    }
}

/// What a listed product's own address must be, wherever it is fetched from in the end.
fn admitted(text: &str) -> Result<Url, FetchError> {
    Url::parse(text).ok().filter(|url| Fence::Taobao.admits(url)).ok_or(failed(FORBIDDEN))
}

enum Verdict<'a> {
    Page,
    Redirect(&'a str),
}

/// What an answer's status means.
fn verdict(answer: &Answer) -> Result<Verdict<'_>, FetchError> {
    match (answer.status, &answer.location) {
        (200, _) => Ok(Verdict::Page),
        (301 | 302 | 303 | 307 | 308, Some(location)) => Ok(Verdict::Redirect(location)),
        (401, _) => Err(failed(NEEDS_LOGIN)),
        (404 | 410, _) => Err(failed(NOT_FOUND)),
        (429 | 503, _) => {
            Err(later(&format!("Taobao answered {}", answer.status), answer.retry_after.or(Some(QUIET))))
        }
        (408 | 425 | 500..=599, _) => {
            Err(later(&format!("Taobao answered {}", answer.status), answer.retry_after))
        }
        (400..=499, _) => Err(failed(BLOCKED)),
        _ => Err(failed(UNREADABLE)),
    }
}

/// Reads a page where it holds up nobody: the strangest take a second.
async fn read(answer: Answer) -> Result<PageInfo, FetchError> {
    let reading =
        tokio::task::spawn_blocking(move || read_page(&answer.body, answer.content_type.as_deref()));
    let refusal = match reading.await {
        Ok(Ok(info)) => return Ok(info),
        Ok(Err(refusal)) => refusal,
        Err(_) => PageRefusal::Unreadable,
    };
    Err(failed(match refusal {
        PageRefusal::NeedsLogin => NEEDS_LOGIN,
        PageRefusal::NotFound => NOT_FOUND,
        PageRefusal::Unreadable => UNREADABLE,
    }))
}

const fn failed(reason: &'static str) -> FetchError {
    FetchError::Failed { reason }
}

/// Without a pace nobody is asked.
fn unpaced(error: &sqlx::Error) -> FetchError {
    tracing::warn!(%error, "the crawler's pace could not be kept");
    later("the crawler's pace could not be kept", None)
}

fn later(why: &str, after: Option<Duration>) -> FetchError {
    FetchError::Later { why: why.to_owned(), after }
}
