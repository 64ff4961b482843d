//! Item pages of Taobao and Tmall, read: bytes in, a title, a price and an image out, or why not.
//!
//! Pure: nothing is fetched and no script is run. A page says the same thing in several places, and they are
//! believed in this order: the state that its own script is started with (`state`), JSON-LD (`linked`), Open
//! Graph, the fields of the old pages, `<title>`. The first that knows a title, a price or an image gives it.
//!
//! Prices are an exception, because pages are known to carry decoys: where two places name different prices, or
//! the state contradicts itself, no price is taken at all. None is better than a wrong one.
//!
//! Whoever wrote the page may be hostile. At most [`LONGEST_PAGE`] bytes are looked at; `markup` reads tags as
//! they come and never builds a tree of them, whose cost can be far more than linear; JSON is read to a depth of
//! 128 and a bounded number of times.

mod charset;
mod linked;
mod markup;
mod price;
mod shown;
mod state;
mod walls;

use markup::Markup;

pub use price::canonical_price;
pub use shown::{canonical_image, canonical_title};

/// The most bytes of a page that are looked at; what comes after them is ignored.
pub const LONGEST_PAGE: usize = 2 * 1024 * 1024;

/// What a page says about its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageInfo {
    /// One line of 1 to 120 characters.
    pub title: String,
    /// Yuan with two decimals, for example `19.90`. `None` when the page names none, or two.
    pub price: Option<String>,
    /// The main image's address: `https`, at one of Taobao's own hosts.
    pub image_url: Option<String>,
}

/// Why a page says nothing about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageRefusal {
    /// Taobao wants somebody to log in or to prove that they are human.
    #[error("needs_login")]
    NeedsLogin,
    /// The item is sold out, taken down or never was.
    #[error("not_found")]
    NotFound,
    /// This is no page of an item, or too little of one.
    #[error("unreadable")]
    Unreadable,
}

/// What one place of the page claims.
#[derive(Debug, Default)]
struct Claim {
    title: Option<String>,
    price: Option<String>,
    image_url: Option<String>,
    /// It says that the item cannot be bought any more.
    is_gone: bool,
    /// It names prices that cannot both be true.
    is_contradictory: bool,
}

/// Reads an item page. `content_type` is the header of the answer it came in, if there was one.
///
/// # Errors
/// [`PageRefusal`] when there is no title to be had.
pub fn read_page(bytes: &[u8], content_type: Option<&str>) -> Result<PageInfo, PageRefusal> {
    let text = charset::decode(bytes.get(..LONGEST_PAGE).unwrap_or(bytes), content_type);
    if let Some(refusal) = walls::of_json(&text) {
        return Err(refusal);
    }
    let page = markup::read(&text);
    let told = [state::claim(&page.scripts), linked::claim(&page.scripts)];
    let is_told = told.iter().any(|claim| claim.title.is_some());
    if told.iter().any(|claim| claim.is_gone) || (!is_told && walls::is_gone(&page)) {
        return Err(PageRefusal::NotFound);
    }
    if !is_told && walls::is_wall(&page) {
        return Err(PageRefusal::NeedsLogin);
    }
    let [state, linked] = told;
    let claims = [state, linked, open_graph(&page), old_fields(&page)];
    let price = agreed_price(&claims);
    let mut title = canonical_title(&page.title);
    let mut image_url = None;
    for claim in claims.into_iter().rev() {
        title = claim.title.or(title);
        image_url = claim.image_url.or(image_url);
    }
    match title {
        Some(title) => Ok(PageInfo { title, price, image_url }),
        None if walls::is_locked_script(&page) => Err(PageRefusal::NeedsLogin),
        None => Err(PageRefusal::Unreadable),
    }
}

fn agreed_price(claims: &[Claim]) -> Option<String> {
    if claims.iter().any(|claim| claim.is_contradictory) {
        return None;
    }
    let mut prices = claims.iter().filter_map(|claim| claim.price.as_ref());
    let first = prices.next()?;
    prices.all(|price| price == first).then(|| first.clone())
}

/// Open Graph (<https://ogp.me>), with the product fields that shops add to it.
fn open_graph(page: &Markup) -> Claim {
    let price = ["og:product:price", "product:price:amount", "og:price:amount"];
    Claim {
        title: page.meta("og:title").and_then(canonical_title),
        price: price.iter().find_map(|name| page.meta(name)).and_then(canonical_price),
        image_url: page.meta("og:image").and_then(canonical_image),
        ..Claim::default()
    }
}

/// The form and the elements that pages had before they were drawn by scripts.
fn old_fields(page: &Markup) -> Claim {
    let title = page.main_title.as_deref().or_else(|| page.field("title"));
    // It is the price that is sent when somebody buys; the one that is drawn may be a range or struck through.
    let price = page.field("current_price").or(page.shown_price.as_deref());
    Claim {
        title: title.and_then(canonical_title),
        price: price.and_then(canonical_price),
        image_url: page.main_image.as_deref().and_then(canonical_image),
        ..Claim::default()
    }
}

#[cfg(test)]
mod tests;
