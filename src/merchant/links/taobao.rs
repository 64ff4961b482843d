//! A link to an item of Taobao or Tmall, in any of the forms that browsers and apps hand out.
//!
//! | form | where the id is |
//! |---|---|
//! | `item.taobao.com/item.htm`, `detail.taobao.com`, `detail.tmall.com`, `chaoshi.detail.tmall.com`, `detail.tmall.hk`, `detail.m.tmall.com`, … | `id`, anywhere in the query |
//! | `h5.m.taobao.com/awp/core/detail.htm`, `m.intl.taobao.com/detail/detail.html` | `id` |
//! | `world.taobao.com/item/{id}.htm`, `a.m.taobao.com/i{id}.htm` | the path |
//! | `m.tb.cn/h.Ab1c`, `e.tb.cn/h.Ab1c` | only whoever follows the link learns it |
//!
//! Everything else in a link (who shared it, from which search) is dropped: the same item is the same link.

use url::Url;

use super::found::{self, Found};
use super::{FieldCode, lies_in};

/// The most characters an item's id has.
const LONGEST_ID: usize = 64;
/// The most digits an id made of digits only has; today's have 10 to 13.
const MOST_DIGITS: usize = 20;

/// A link to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaobaoLink {
    /// The page of an item.
    Item {
        /// The host whose page it is: one of three.
        shop: Shop,
        /// Digits, or the opaque id that the affiliates' interface gives out since 2022.
        id: String,
    },
    /// A short link. Its item is known once somebody has followed it; until then its own address stands for it.
    Short {
        /// Host, path: `m.tb.cn/h.Ab1c`.
        address: String,
    },
}

/// Whose page an item has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shop {
    /// The marketplace.
    Taobao,
    /// The mall.
    Tmall,
    /// The mall for goods from abroad.
    TmallGlobal,
}

impl Shop {
    /// What stands before the id in the canonical link.
    const fn page(self) -> &'static str {
        match self {
            Self::Taobao => "https://item.taobao.com/item.htm?id=",
            Self::Tmall => "https://detail.tmall.com/item.htm?id=",
            Self::TmallGlobal => "https://detail.tmall.hk/item.htm?id=",
        }
    }

    /// Whose host it is, by the host's last labels.
    fn of(host: &str) -> Option<Self> {
        let domains =
            [("taobao.com", Self::Taobao), ("tmall.com", Self::Tmall), ("tmall.hk", Self::TmallGlobal)];
        domains.into_iter().find_map(|(domain, shop)| lies_in(host, domain).then_some(shop))
    }
}

impl TaobaoLink {
    /// Reads a link, or a text with one in it, as it was pasted.
    ///
    /// # Errors
    /// `required`, `too_long`, `unknown_host` where it leads to neither Taobao nor Tmall, `invalid_format` where
    /// it leads to no item of theirs or hides where it leads.
    pub fn parse(text: &str) -> Result<Self, FieldCode> {
        let found = found::first(text)?;
        if matches!(found.host.as_str(), "m.tb.cn" | "e.tb.cn") {
            return short(&found);
        }
        let shop = Shop::of(&found.host).ok_or(FieldCode::UnknownHost)?;
        let url = Url::parse(&format!("https://{}{}", found.host, found.rest));
        let id = url.ok().and_then(|url| id_in(&found.host, &url)).ok_or(FieldCode::InvalidFormat)?;
        Ok(Self::Item { shop, id })
    }

    /// The link as it is kept and shown. Read again it is the same link.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Item { shop, id } => format!("{}{id}", shop.page()),
            Self::Short { address } => format!("https://{address}"),
        }
    }

    /// The item's id, where the link tells.
    #[must_use]
    pub fn item_id(&self) -> Option<&str> {
        match self {
            Self::Item { id, .. } => Some(id),
            Self::Short { .. } => None,
        }
    }
}

/// `h.Ab1c`, and nothing else of the link: what follows is for the app only.
fn short(found: &Found<'_>) -> Result<TaobaoLink, FieldCode> {
    let path = found.rest.split(['?', '#']).next().unwrap_or_default();
    let code = path.strip_prefix('/').unwrap_or_default();
    let is_code = (4..=40).contains(&code.len())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && code.chars().any(|c| c.is_ascii_alphanumeric());
    if !is_code {
        return Err(FieldCode::InvalidFormat);
    }
    Ok(TaobaoLink::Short { address: format!("{}/{code}", found.host) })
}

/// The id of the item whose page this is.
fn id_in(host: &str, url: &Url) -> Option<String> {
    let path = url.path();
    let in_path = match host {
        "world.taobao.com" => path.strip_prefix("/item/"),
        "a.m.taobao.com" => path.strip_prefix("/i"),
        _ => None,
    };
    let in_path = in_path.and_then(|rest| rest.strip_suffix(".htm")).filter(|id| is_number(id));
    if let Some(id) = in_path {
        return Some(id.to_owned());
    }
    let page = path.rsplit('/').next().unwrap_or_default();
    if !is_item_host(host) || !matches!(page, "item.htm" | "detail.htm" | "detail.html" | "item_o.htm") {
        return None;
    }
    // Copied out of a page's source, the parameters stand behind `&amp;`.
    let query = url.query().unwrap_or_default().replace("&amp;", "&");
    let ids = url::form_urlencoded::parse(query.as_bytes());
    let mut ids: Vec<_> = ids.filter_map(|(name, value)| (name == "id").then_some(value)).collect();
    // Which of two is shown is the other side's secret: better asked again than guessed.
    ids.dedup();
    match ids.as_slice() {
        [id] if is_id(id) => Some(id.as_ref().to_owned()),
        _ => None,
    }
}

/// A host that shows items, not searches, shops or coupons.
fn is_item_host(host: &str) -> bool {
    let known = [
        "item.taobao.com",
        "detail.taobao.com",
        "world.taobao.com",
        "h5.m.taobao.com",
        "m.intl.taobao.com",
        "detail.m.tmall.com",
        "detail.tmall.com",
        "detail.tmall.hk",
    ];
    known.contains(&host) || lies_in(host, "detail.tmall.com") || lies_in(host, "detail.tmall.hk")
}

fn is_number(id: &str) -> bool {
    (1..=MOST_DIGITS).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_digit()) && !id.starts_with('0')
}

/// A number, or an opaque id: letters, digits, `-` and `_`, not all of them digits.
fn is_id(id: &str) -> bool {
    let is_opaque = (8..=LONGEST_ID).contains(&id.len())
        && id.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
        && id.bytes().any(|c| c.is_ascii_alphabetic());
    is_number(id) || is_opaque
}
