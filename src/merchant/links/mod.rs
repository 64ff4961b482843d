//! The two links a product is listed from, read from whatever people paste, kept in one canonical form.
//!
//! A link is taken apart by hand as far as deciding where it leads goes, and only then given to the `url`
//! crate: that crate follows the browsers (WHATWG) and quietly mends what must not be mended here. It
//! drops tabs, reads `\` as `/`, decodes hosts and takes `。` for a dot, so that a text which looks like one
//! host leads to another. What is kept is never what was typed: it is written anew from the parts understood.
//!
//! Refusals, by [`FieldCode`]: `required` (nothing there), `too_long` (over 2,048 bytes of link or 4,096
//! characters of text), `unknown_host` (a link that leads elsewhere), `invalid_format` (everything else).

mod coupon;
mod found;
mod taobao;
#[cfg(test)]
mod tests;

pub use coupon::CouponLink;
pub use taobao::{Shop, TaobaoLink};

use crate::fields::FieldCode;

/// Whether `host` is `domain` or lies below it, label by label: `eviltaobao.com` does not lie below `taobao.com`.
fn lies_in(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|above| above.is_empty() || above.ends_with('.'))
}
