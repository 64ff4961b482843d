//! What an operator says about the application at Taobao's Open Platform, and whether it can be used.

use std::fmt;

use reqwest::Url;

use super::signature::SignMethod;

/// Where the platform is.
pub const GATEWAY: &str = "https://gw.api.taobao.com/router/rest";

/// The application at the Open Platform.
#[derive(Clone, PartialEq, Eq)]
pub struct TopSettings {
    /// Where the gateway is, usually [`GATEWAY`]. Without TLS only on this machine.
    pub endpoint: String,
    /// The application's key, a number. It needs `taobao.tbk.item.info.upgrade.get`.
    pub app_key: String,
    /// Its secret.
    pub app_secret: String,
    /// How requests are signed.
    pub sign_method: SignMethod,
    /// The scene that was granted (`biz_scene_id`): 1 links, 2 comparing prices, 3 a catalogue.
    pub scene: u8,
}

impl fmt::Debug for TopSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopSettings")
            .field("app_key", &self.app_key)
            .field("sign_method", &self.sign_method)
            .field("scene", &self.scene)
            // An address may hold a password by mistake.
            .finish_non_exhaustive()
    }
}

/// Why settings cannot be used; one line for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTopSettings {
    /// The endpoint is not an address.
    #[error("the Open Platform's endpoint must be an https:// address, like {GATEWAY}")]
    Endpoint,
    /// The signature does not hide what is asked.
    #[error(
        "the Open Platform's endpoint must be https://; http:// is only for this machine (127.0.0.1, [::1], localhost)"
    )]
    ClearText,
    /// A setting is empty or holds characters that cannot be in it.
    #[error("the Open Platform's {0} is empty or holds characters that cannot be in it")]
    Value(&'static str),
    /// No such scene.
    #[error("the Open Platform's scene is 1, 2 or 3")]
    Scene,
    /// The machine has no usable TLS, for example no certificates of authorities.
    #[error("no TLS client could be made for the Open Platform: are the system's CA certificates installed?")]
    Tls,
}

impl TopSettings {
    /// The endpoint's address, if everything else can be used as well.
    ///
    /// # Errors
    /// [`BadTopSettings`], of which the first is told.
    pub fn check(&self) -> Result<Url, BadTopSettings> {
        for (name, value) in [("app key", &self.app_key), ("app secret", &self.app_secret)] {
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(BadTopSettings::Value(name));
            }
        }
        if !(1..=3).contains(&self.scene) {
            return Err(BadTopSettings::Scene);
        }
        let url = Url::parse(&self.endpoint).map_err(|_| BadTopSettings::Endpoint)?;
        let is_plain = url.query().is_none() && url.fragment().is_none();
        if !is_plain || !url.username().is_empty() || url.password().is_some() || !url.has_host() {
            return Err(BadTopSettings::Endpoint);
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => Err(BadTopSettings::ClearText),
            _ => Err(BadTopSettings::Endpoint),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let name = url.host_str().unwrap_or_default();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    // RFC 6761, section 6.3: `localhost` is always this machine.
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: &str) -> TopSettings {
        TopSettings {
            endpoint: endpoint.to_owned(),
            app_key: "12345678".to_owned(),
            app_secret: "hush-hush".to_owned(),
            sign_method: SignMethod::Md5,
            scene: 1,
        }
    }

    #[test]
    fn an_endpoint_is_https_or_on_this_machine() {
        for endpoint in [GATEWAY, "http://127.0.0.1:1/router/rest", "http://localhost", "http://[::1]:8/"] {
            assert!(settings(endpoint).check().is_ok(), "{endpoint}");
        }
        for endpoint in
            ["http://gw.api.taobao.com/router/rest", "http://10.0.0.1", "http://127.0.0.1.example"]
        {
            assert_eq!(settings(endpoint).check(), Err(BadTopSettings::ClearText), "{endpoint}");
        }
        for endpoint in
            ["", "gw.api.taobao.com", "ftp://localhost", "https://u:p@a/", "https://a/?b", "unix:/a"]
        {
            assert_eq!(settings(endpoint).check(), Err(BadTopSettings::Endpoint), "{endpoint}");
        }
    }

    #[test]
    fn what_is_empty_or_cannot_be_is_named_and_the_secret_is_not_shown() {
        let good = || settings(GATEWAY);
        for (bad, expected) in [
            (TopSettings { app_key: String::new(), ..good() }, BadTopSettings::Value("app key")),
            (TopSettings { app_secret: "a b".to_owned(), ..good() }, BadTopSettings::Value("app secret")),
            (TopSettings { scene: 4, ..good() }, BadTopSettings::Scene),
        ] {
            assert_eq!(bad.check(), Err(expected));
        }
        let shown = format!("{:?}", settings("https://user:hush-hush@a"));
        assert!(shown.contains("12345678") && !shown.contains("hush"), "{shown}");
    }
}
