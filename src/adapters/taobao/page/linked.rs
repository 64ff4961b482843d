//! JSON-LD: what shops tell search engines (<https://schema.org/Product>).

use serde_json::Value;

use super::Claim;
use super::markup::Script;
use super::price::canonical_price;
use super::shown::{canonical_image, canonical_title};

/// How many scripts of a page are read, and how many things in each.
const MOST: usize = 16;

/// What the first product in the scripts claims.
pub(super) fn claim(scripts: &[Script]) -> Claim {
    let mut scripts = scripts.iter().filter(|script| script.kind == "application/ld+json").take(MOST);
    scripts.find_map(|script| of_script(&script.text)).unwrap_or_default()
}

fn of_script(text: &str) -> Option<Claim> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    let graph = value.get("@graph").unwrap_or(&value);
    one_or_many(graph).take(MOST).find(|thing| is_a(thing, "Product")).map(product)
}

fn product(product: &Value) -> Claim {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let image = product.get("image").and_then(|image| one_or_many(image).next()).and_then(|image| {
        image.as_str().map(str::to_owned).or_else(|| text(image, "url")).or_else(|| text(image, "contentUrl"))
    });
    let offer = product.get("offers").and_then(|offers| one_or_many(offers).next());
    let is_yuan =
        |offer: &Value| text(offer, "priceCurrency").is_none_or(|code| code == "CNY" || code == "RMB");
    let price = offer.filter(|offer| is_yuan(offer)).and_then(|offer| {
        let price = offer.get("price").or_else(|| offer.get("lowPrice"))?;
        let text = price.as_str().map_or_else(|| price.to_string(), str::to_owned);
        canonical_price(&text)
    });
    let availability = offer.and_then(|offer| text(offer, "availability")).unwrap_or_default();
    Claim {
        title: text(product, "name").as_deref().and_then(canonical_title),
        price,
        image_url: image.as_deref().and_then(canonical_image),
        is_gone: ["OutOfStock", "SoldOut", "Discontinued"].iter().any(|end| availability.ends_with(end)),
        is_contradictory: false,
    }
}

fn is_a(thing: &Value, name: &str) -> bool {
    let types = thing.get("@type").into_iter().flat_map(one_or_many);
    types.filter_map(Value::as_str).any(|kind| kind == name)
}

/// In JSON-LD one thing and a list of one are the same.
fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Value::Array(many) => (many.as_slice(), None),
        one => (&[][..], Some(one)),
    };
    many.iter().chain(one)
}
