//! The state a page's own script is started with: JSON in the middle of JavaScript, in the shapes of several years.
//!
//! No script is run and no bracket counted: from a `{` that begins a JSON object, serde reads to the object's end.
//! Only scripts are looked at that assign one of the names the pages use.

use serde_json::{Deserializer, Value};

use super::markup::Script;
use super::price::{canonical_price, fen, written};
use super::shown::{canonical_image, canonical_title};
use super::{Claim, walls};

/// Names that a script with the state of an item page mentions.
const NAMES: [&str; 7] = [
    "__ICE_APP_CONTEXT__",
    "__INITIAL_DATA__",
    "__INITIAL_STATE__",
    "__NEXT_DATA__",
    "_DATA_Detail",
    "_DATA_Mdskip",
    "TShop.Setup",
];
/// How many places of a page are tried. A try costs no more than the rest of its script.
const TRIES: usize = 24;

/// Where the item is, within what a script holds. The first is what desktop pages have had since 2022.
const ROOTS: [&str; 7] = [
    "/loaderData/home/data/res",
    "/loaderData/pcdetail/data/res",
    "/loaderData/home/data",
    "/props/pageProps/data",
    "/data",
    "/detailData",
    "",
];
/// JSON inside of a string, in mobile pages: what the interface answered to the server that wrote the page.
const NESTED: [&str; 4] = ["/apiStack/0/value", "/data/apiStack/0/value", "/mockData", "/data/mockData"];

const TITLES: [&str; 3] = ["/item/title", "/componentsVO/titleVO/title/title", "/itemDO/title"];
const IMAGES: [&str; 4] =
    ["/item/images/0", "/componentsVO/headImageVO/images/0", "/propertyPics/default/0", "/itemDO/mainPic"];

/// What a buyer pays; with it the list price beside it means nothing.
const FINAL_PRICES: [&str; 1] = ["/componentsVO/priceVO/extraPrice"];
/// Prices in yuan as `priceText`, beside which there is often the same in fen as `priceMoney`.
const PRICES: [&str; 3] = ["/componentsVO/priceVO/price", "/price/price", "/skuCore/sku2info/0/price"];
/// Prices in yuan without anything beside.
const BARE_PRICES: [&str; 3] = ["/detail/defaultItemPrice", "/defaultItemPrice", "/itemDO/reservePrice"];

/// Where it says that an item cannot be bought, if so.
const ENDS: [&str; 4] =
    ["/trade/hintBanner/text", "/trade/buyText", "/componentsVO/bottomBarVO/text", "/itemDO/statusText"];

/// What the scripts' state claims.
pub(super) fn claim(scripts: &[Script]) -> Claim {
    let mut claim = Claim::default();
    let mut tries = TRIES;
    for script in scripts.iter().filter(|script| holds_state(script)) {
        each_object(&script.text, &mut tries, |object| claim_of(object, &mut claim));
    }
    claim
}

fn holds_state(script: &Script) -> bool {
    script.kind == "application/json" || NAMES.iter().any(|name| script.text.contains(name))
}

/// Calls `found` with each JSON object in a script, outermost ones only. One that does not end is the last.
fn each_object(script: &str, tries: &mut usize, mut found: impl FnMut(&Value)) {
    let mut rest = script;
    while let Some(start) = opening(rest) {
        if *tries == 0 {
            return;
        }
        *tries -= 1;
        let tail = rest.get(start..).unwrap_or_default();
        let mut values = Deserializer::from_str(tail).into_iter::<Value>();
        let skipped = match values.next() {
            Some(Ok(object)) => {
                found(&object);
                values.byte_offset()
            }
            // What is inside of a state that was cut off is not the state.
            Some(Err(error)) if error.is_eof() => return,
            _ => 1,
        };
        rest = tail.get(skipped..).unwrap_or_default();
    }
}

/// The place of the next `{` that a string or `}` follows.
fn opening(text: &str) -> Option<usize> {
    text.match_indices('{').map(|(at, _)| at).find(|at| {
        let behind = text.get(at + 1..).unwrap_or_default().trim_ascii_start();
        behind.starts_with('"')
    })
}

fn claim_of(object: &Value, claim: &mut Claim) {
    for root in ROOTS.iter().filter_map(|root| object.pointer(root)) {
        claim_at(root, claim);
    }
    for text in NESTED.iter().filter_map(|nested| object.pointer(nested)?.as_str()) {
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            for root in ["/data", ""].iter().filter_map(|root| value.pointer(root)) {
                claim_at(root, claim);
            }
        }
    }
}

/// Takes from `root` what is not yet claimed.
fn claim_at(root: &Value, claim: &mut Claim) {
    let text = |path: &&str| root.pointer(path)?.as_str();
    if claim.title.is_none() {
        claim.title = TITLES.iter().filter_map(text).find_map(canonical_title);
    }
    if claim.image_url.is_none() {
        claim.image_url = IMAGES.iter().filter_map(text).find_map(canonical_image);
    }
    claim.is_gone |= ENDS.iter().filter_map(text).any(walls::says_gone);
    if claim.price.is_some() {
        return;
    }
    match price(root) {
        Ok(price) => claim.price = price,
        Err(Contradiction) => claim.is_contradictory = true,
    }
}

/// A state that says two things at once: one of them is a decoy, and nobody knows which.
struct Contradiction;

fn price(root: &Value) -> Result<Option<String>, Contradiction> {
    if let Some(node) = FINAL_PRICES.iter().find_map(|path| root.pointer(path)) {
        // It is there, so nothing else is the price, even if this cannot be read.
        return Ok(priced(node)?.map(written));
    }
    if let Some(node) = PRICES.iter().find_map(|path| root.pointer(path)) {
        let Some(price) = priced(node)? else { return Ok(None) };
        return if is_among_variants(root, price) { Ok(Some(written(price))) } else { Err(Contradiction) };
    }
    let bare = BARE_PRICES.iter().find_map(|path| as_text(root.pointer(path)?));
    Ok(bare.and_then(|text| canonical_price(&text)))
}

/// The amount of one price in fen. Its two spellings must agree, if it has both.
fn priced(node: &Value) -> Result<Option<u64>, Contradiction> {
    let Some(price) = node.get("priceText").and_then(as_text).and_then(|text| fen(&text)) else {
        return Ok(None);
    };
    let money = node.get("priceMoney").and_then(as_text).and_then(|text| text.parse::<u64>().ok());
    if money.is_none_or(|money| money == price) { Ok(Some(price)) } else { Err(Contradiction) }
}

/// Whether a price lies within those of the item's variants, if there are any.
fn is_among_variants(root: &Value, price: u64) -> bool {
    let variants = root.pointer("/skuCore/sku2info").and_then(Value::as_object);
    let variants = variants.into_iter().flatten().filter(|(id, _)| *id != "0");
    let prices = variants.filter_map(|(_, variant)| fen(&as_text(variant.pointer("/price/priceText")?)?));
    let (lowest, highest) =
        prices.fold((u64::MAX, 0), |(low, high), variant| (low.min(variant), high.max(variant)));
    highest == 0 || (lowest..=highest).contains(&price)
}

/// A text, or a number as it is written. Those of a price have few enough digits to come back as they were.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
