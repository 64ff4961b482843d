//! Where requests may go. Asked before the first request and before each redirect is followed.

use reqwest::Url;

use super::settings::BadCrawlerSettings;
use crate::adapters::taobao::hosts;

/// Where people log in or prove something.
const LOGINS: [&str; 5] =
    ["login.taobao.com", "login.tmall.com", "login.m.taobao.com", "login.m.tmall.com", "passport.taobao.com"];
/// Where visitors of items that are not there are sent.
const ENDS: [&str; 3] = ["err.taobao.com", "error.taobao.com", "err.tmall.com"];
/// The longest address that is followed.
const LONGEST: usize = 8 * 1024;

/// Where requests may go.
#[derive(Clone, Debug)]
pub(super) enum Fence {
    /// To Taobao's hosts, on the ports of the web.
    Taobao,
    /// To the origin of this address, and nowhere else.
    Origin(Url),
}

/// What an address stands for, if it is not a page to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// Log in, or prove that you are human.
    Login,
    /// There is no such item.
    Gone,
}

impl Fence {
    /// The fence of a configured origin, for example `http://127.0.0.1:8000`; else Taobao's.
    pub(super) fn new(origin: Option<&str>) -> Result<Self, BadCrawlerSettings> {
        let Some(origin) = origin else { return Ok(Self::Taobao) };
        let url = Url::parse(origin).map_err(|_| BadCrawlerSettings::Origin)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let fits = is_web && is_bare && is_anonymous(&url);
        if fits { Ok(Self::Origin(url)) } else { Err(BadCrawlerSettings::Origin) }
    }

    /// The one name that may have an address that is not public.
    pub(super) fn trusted(&self) -> Option<String> {
        match self {
            Self::Taobao => None,
            Self::Origin(origin) => origin.domain().map(str::to_owned),
        }
    }

    /// Whether `url` may be fetched.
    pub(super) fn admits(&self, url: &Url) -> bool {
        is_anonymous(url)
            && url.as_str().len() <= LONGEST
            && match self {
                Self::Taobao => is_on_the_web(url) && hosts::has_pages(url),
                Self::Origin(origin) => origin.origin() == url.origin(),
            }
    }

    /// The address at which the page of `url` is fetched: `url` itself, or the same path at the configured origin.
    pub(super) fn place(&self, url: &Url) -> Url {
        match self {
            Self::Taobao => url.clone(),
            Self::Origin(origin) => {
                let mut placed = origin.clone();
                placed.set_path(url.path());
                placed.set_query(url.query());
                placed
            }
        }
    }
}

/// What an address says without being fetched. It is believed wherever it is: none of these is ever asked.
pub(super) fn sign(url: &Url) -> Option<Sign> {
    if hosts::is_below(url, &LOGINS) || url.path().contains("/_____tmd_____/") {
        Some(Sign::Login)
    } else if hosts::is_below(url, &ENDS) || url.path().ends_with("/noitem.htm") {
        Some(Sign::Gone)
    } else {
        None
    }
}

fn is_anonymous(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn is_on_the_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && matches!(url.port_or_known_default(), Some(80 | 443))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn taobaos_hosts_are_admitted_on_the_ports_of_the_web() {
        for text in [
            "https://item.taobao.com/item.htm?id=1",
            "http://detail.tmall.com/item.htm?id=1",
            "https://world.tmall.hk:443/",
            "http://m.tb.cn:80/h.abc",
            "https://taobao.com/",
            "HTTPS://ITEM.TAOBAO.COM/",
        ] {
            assert!(Fence::Taobao.admits(&url(text)), "{text}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for text in [
            "https://taobao.com.evil.example/",
            "https://eviltaobao.com/",
            "https://taobao.com./",
            "https://xn--tobao-kva.com/",
            "https://taobao.com@evil.example/",
            "https://me@item.taobao.com/",
            "https://:x@item.taobao.com/",
            "https://item.taobao.com:8443/",
            "http://item.taobao.com:22/",
            "ftp://item.taobao.com/",
            "file:///etc/passwd",
            "gopher://item.taobao.com:80/",
            "data:text/html,x",
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://127。0。0。1/",
            "http://①②⑦.0.0.1/",
            "http://１２７.0.0.1/",
            "http://localhost/",
        ] {
            assert!(!Fence::Taobao.admits(&url(text)), "{text}");
        }
        assert!(!Fence::Taobao.admits(&url(&format!("https://item.taobao.com/{}", "a".repeat(LONGEST)))));
        // Full-width dots and letters are dots and letters, once parsed.
        assert!(Fence::Taobao.admits(&url("https://item。ｔaobao.com/")));
    }

    #[test]
    fn a_configured_origin_is_all_there_is() {
        let fence = Fence::new(Some("http://127.0.0.1:8000")).unwrap();
        let placed = fence.place(&url("https://item.taobao.com/item.htm?id=1&a=b#c"));
        assert_eq!(placed.as_str(), "http://127.0.0.1:8000/item.htm?id=1&a=b");
        assert!(fence.admits(&placed));
        for other in [
            "https://127.0.0.1:8000/",
            "http://127.0.0.1:8001/",
            "http://127.0.0.2:8000/",
            "http://localhost:8000/",
            "http://a@127.0.0.1:8000/",
            "https://item.taobao.com/",
        ] {
            assert!(!fence.admits(&url(other)), "{other}");
        }
    }

    #[test]
    fn an_origin_is_a_host_and_nothing_more() {
        for origin in
            ["", "127.0.0.1:8000", "ftp://a", "http://a/b", "http://a/?b", "http://a/#b", "http://u:p@a"]
        {
            assert_eq!(Fence::new(Some(origin)).err(), Some(BadCrawlerSettings::Origin), "{origin}");
        }
    }

    #[test]
    fn walls_are_known_by_their_address() {
        for (text, expected) in [
            ("https://login.taobao.com/member/login.jhtml?redirectURL=x", Some(Sign::Login)),
            ("https://item.taobao.com//item.htm/_____tmd_____/punish?x5secdata=1", Some(Sign::Login)),
            ("https://err.taobao.com/error1.html", Some(Sign::Gone)),
            ("https://detail.tmall.com/auction/noitem.htm", Some(Sign::Gone)),
            ("https://login.taobao.com.evil.example/", None),
            ("https://item.taobao.com/item.htm?id=1", None),
        ] {
            assert_eq!(sign(&url(text)), expected, "{text}");
        }
    }
}
