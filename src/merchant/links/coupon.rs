//! A link to a coupon: Taobao's own, or any plain `https` link to a public host.
//!
//! A coupon's link is opaque, so it is kept whole but for its fragment. It is shown to shoppers, hence what
//! it may not be: anything but `https` (Taobao's own are made so), an address instead of a name, a name in
//! another script than ASCII (`xn--`, where look-alikes live), or one that poses as Taobao or Tmall.

use url::{Host, Url};

use super::found;
use super::{FieldCode, lies_in};

/// Whose subdomains hand out coupons; `http` links to them are taken, since they answer to `https` as well.
const OWN: [&str; 4] = ["taobao.com", "tmall.com", "tmall.hk", "tb.cn"];
/// Words that no other host's name may hold.
const POSES: [&str; 3] = ["taobao", "tmall", "alimama"];

/// A link to a coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponLink(String);

impl CouponLink {
    /// Reads a link, or a text with one in it, as it was pasted.
    ///
    /// # Errors
    /// `required`, `too_long`, `unknown_host` where it leads to no public host's name or to one that poses as
    /// Taobao, `invalid_format` where it is no `https` link or hides where it leads.
    pub fn parse(text: &str) -> Result<Self, FieldCode> {
        let found = found::first(text)?;
        let is_own = OWN.iter().any(|domain| lies_in(&found.host, domain));
        let poses =
            POSES.iter().any(|word| found.host.contains(word)) && !lies_in(&found.host, "alimama.com");
        let is_foreign_script = found.host.split('.').any(|label| label.starts_with("xn--"));
        if !is_own && (poses || is_foreign_script || !found.host.contains('.')) {
            return Err(FieldCode::UnknownHost);
        }
        if !is_own && !found.is_https {
            return Err(FieldCode::InvalidFormat);
        }
        let rest = found.rest.split('#').next().unwrap_or_default().replace("&amp;", "&");
        let url =
            Url::parse(&format!("https://{}{rest}", found.host)).map_err(|_| FieldCode::InvalidFormat)?;
        match url.host() {
            // Numbers of any kind (`127.1`, `0x7f.1`) are an address to every browser.
            Some(Host::Domain(name)) if name == found.host => {}
            _ => return Err(FieldCode::UnknownHost),
        }
        if url.path() == "/" && url.query().is_none() {
            return Err(FieldCode::InvalidFormat);
        }
        let link = String::from(url);
        if link.len() > found::LONGEST_LINK { Err(FieldCode::TooLong) } else { Ok(Self(link)) }
    }

    /// The link as it is kept and shown. Read again it is the same link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
