//! What the Open Platform's answers mean: an item, none, or why not.

use std::time::Duration;

use serde_json::Value;

use crate::adapters::taobao::page::{canonical_image, canonical_price, canonical_title};
use crate::reactors::product_source::{FetchError, InfoSource, ProductInfo};

/// For how long nobody asks again once too many have.
const CALM_DOWN: Duration = Duration::from_mins(1);
/// The longest code that is repeated to operators.
const LONGEST_CODE: usize = 64;

/// Reads the answer to `taobao.tbk.item.info.upgrade.get` for one item.
///
/// # Errors
/// `not_found` for an item that the platform does not know (it knows only those that may be advertised),
/// `misconfigured` for what an operator must mend, `unreadable` for a request it cannot understand; the rest is
/// [`FetchError::Later`].
pub fn read_answer(status: u16, body: &[u8], item_id: &str) -> Result<ProductInfo, FetchError> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| unreadable(status))?;
    if let Some(error) = answer.get("error_response") {
        return Err(refusal(error));
    }
    if status != 200 {
        return Err(unreadable(status));
    }
    let answer = answer.get("tbk_item_info_upgrade_get_response").ok_or_else(|| unreadable(status))?;
    // With `simplify` and without anything found, lists are left out.
    let items = answer.pointer("/results/tbk_item_detail").or_else(|| answer.get("results"));
    let items = match items {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    let is_it = |item: &&Value| {
        ["input_item_iid", "item_id"]
            .iter()
            .any(|name| item.get(name).and_then(text).as_deref() == Some(item_id))
    };
    // One was asked for, and an id may come back in its newer form.
    let item = items.iter().find(is_it).or_else(|| items.first().filter(|_| items.len() == 1));
    item.and_then(|item| info(item, item_id)).ok_or(FetchError::Failed { reason: "not_found" })
}

fn info(item: &Value, item_id: &str) -> Option<ProductInfo> {
    let basic = item.get("item_basic_info")?;
    let title = basic.get("title").and_then(text).as_deref().and_then(canonical_title)?;
    let prices = item.get("price_promotion_info");
    // What it costs in the shop, before coupons; the list price only where there is no other.
    let names = ["zk_final_price", "reserve_price"];
    let price =
        prices.and_then(|prices| names.iter().find_map(|name| canonical_price(&text(prices.get(name)?)?)));
    let image = basic.get("pict_url").or_else(|| basic.get("white_image")).and_then(text);
    Some(ProductInfo {
        item_id: Some(item_id.to_owned()),
        title: Some(title),
        price,
        image_url: image.as_deref().and_then(canonical_image),
        source: InfoSource::Api,
    })
}

/// The error envelope. `code` is the platform's own; behind 15 and the like the `sub_code` says whose fault it is.
fn refusal(error: &Value) -> FetchError {
    let code = error.get("code").and_then(text).unwrap_or_default();
    let sub_code = error.get("sub_code").and_then(text).unwrap_or_default();
    let why = format!("the Open Platform refused with {}", shown(&code, &sub_code));
    match code.as_str() {
        // Too many calls, by the application or by an address.
        "7" => FetchError::Later { why, after: Some(CALM_DOWN) },
        // The gateway or what is behind it is out of order.
        "1" | "3" | "4" | "5" | "6" | "8" | "9" | "10" => FetchError::Later { why, after: None },
        // Permission, signature, key, session, time, application: the operator's.
        "11" | "12" | "13" | "20" | "21" | "22" | "23" | "24" | "25" | "26" | "27" | "28" | "29" | "30"
        | "31" | "42" | "43" => {
            tracing::warn!(code, "{why}");
            FetchError::Failed { reason: "misconfigured" }
        }
        _ if sub_code.starts_with("isp.") => FetchError::Later { why, after: None },
        _ if sub_code.starts_with("isv.permission") || sub_code.contains("limit-access") => {
            tracing::warn!(code, sub_code = shown(&code, &sub_code), "{why}");
            FetchError::Failed { reason: "misconfigured" }
        }
        // Plain numeric ids are refused like this since the ids changed.
        _ if sub_code.starts_with("isv.") || sub_code.starts_with('-') => {
            FetchError::Failed { reason: "not_found" }
        }
        "15" => FetchError::Later { why, after: None },
        _ => FetchError::Failed { reason: "unreadable" },
    }
}

/// The codes, if they look like codes.
fn shown(code: &str, sub_code: &str) -> String {
    let is_code = |code: &str| {
        (1..=LONGEST_CODE).contains(&code.len())
            && code
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
    };
    let known = [code, sub_code].into_iter().filter(|code| is_code(code)).collect::<Vec<_>>();
    if known.is_empty() { "an unreadable code".to_owned() } else { known.join(" ") }
}

/// A text, or a number that some answers have in its place.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn unreadable(status: u16) -> FetchError {
    let after = (status == 429).then_some(CALM_DOWN);
    FetchError::Later {
        why: format!("the Open Platform gave an unreadable answer with HTTP {status}"),
        after,
    }
}

#[cfg(test)]
mod tests;
