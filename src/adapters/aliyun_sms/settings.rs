//! What an operator says about the account at Aliyun, and whether it can be used.

use std::fmt;

use reqwest::Url;
use reqwest::header::HeaderValue;

/// The account at Aliyun, and what it was allowed to send.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsSettings {
    /// Where the interface is, for example `https://dysmsapi.aliyuncs.com`. Without TLS only on this machine.
    pub endpoint: String,
    /// The access key's id. The key needs the permissions `dysms:SendSms` and `dysms:QuerySendDetails`.
    pub access_key_id: String,
    /// The access key's secret.
    pub access_key_secret: String,
    /// The approved signature: the name in 【】 at the beginning of each message.
    pub sign_name: String,
    /// The approved template, with the one variable `code`.
    pub template_code: String,
}

impl fmt::Debug for SmsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsSettings")
            .field("access_key_id", &self.access_key_id)
            .field("sign_name", &self.sign_name)
            .field("template_code", &self.template_code)
            // An address may hold a password by mistake.
            .finish_non_exhaustive()
    }
}

/// Why settings cannot be used; one line for an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSmsSettings {
    /// The endpoint is not the address of a host.
    #[error("the SMS endpoint must be https:// and a host, like https://dysmsapi.aliyuncs.com")]
    Endpoint,
    /// Numbers and codes would cross a network in clear text.
    #[error(
        "the SMS endpoint must be https://; http:// is only for this machine (localhost, 127.0.0.1, [::1])"
    )]
    ClearText,
    /// A setting is empty or holds characters that cannot be in it.
    #[error("the SMS {0} is empty or holds characters that cannot be in it")]
    Value(&'static str),
    /// The machine has no usable TLS, for example no certificates of authorities.
    #[error("no TLS client could be made for the SMS endpoint: are the system's CA certificates installed?")]
    Tls,
}

impl SmsSettings {
    /// The endpoint's address, if everything else can be used as well.
    ///
    /// # Errors
    /// [`BadSmsSettings`], of which the first is told.
    pub fn check(&self) -> Result<Url, BadSmsSettings> {
        let named = [
            ("access key id", &self.access_key_id),
            ("access key secret", &self.access_key_secret),
            ("sign name", &self.sign_name),
            ("template code", &self.template_code),
        ];
        let bad = named.iter().find(|(_, value)| value.trim().is_empty() || value.contains(char::is_control));
        if let Some((name, _)) = bad {
            return Err(BadSmsSettings::Value(name));
        }
        // It stands in a header, between a `=` and a `,`.
        let fits =
            self.access_key_id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',' && byte != b'=');
        if !fits {
            return Err(BadSmsSettings::Value("access key id"));
        }
        let url = Url::parse(&self.endpoint).map_err(|_| BadSmsSettings::Endpoint)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !is_bare || !is_anonymous || HeaderValue::from_str(&host(&url)).is_err() {
            return Err(BadSmsSettings::Endpoint);
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_loopback(&url) => Ok(url),
            "http" => Err(BadSmsSettings::ClearText),
            _ => Err(BadSmsSettings::Endpoint),
        }
    }
}

/// The `Host` header of requests to `url`: the port is in it unless it is the scheme's own.
pub(super) fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
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

    fn settings(endpoint: &str) -> SmsSettings {
        SmsSettings {
            endpoint: endpoint.to_owned(),
            access_key_id: "LTAIexample".to_owned(),
            access_key_secret: "hush-hush".to_owned(),
            sign_name: "掌柜".to_owned(),
            template_code: "SMS_1".to_owned(),
        }
    }

    #[test]
    fn clear_text_is_only_for_this_machine() {
        for endpoint in
            ["http://localhost:8080", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:80/"]
        {
            assert!(settings(endpoint).check().is_ok(), "{endpoint}");
        }
        for endpoint in [
            "http://dysmsapi.aliyuncs.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::2]",
            "http://0.0.0.0",
        ] {
            assert_eq!(settings(endpoint).check(), Err(BadSmsSettings::ClearText), "{endpoint}");
        }
    }

    #[test]
    fn an_endpoint_is_a_host_and_nothing_more() {
        for endpoint in
            ["https://dysmsapi.aliyuncs.com", "https://dysmsapi.aliyuncs.com/", "https://192.0.2.1:8443"]
        {
            assert!(settings(endpoint).check().is_ok(), "{endpoint}");
        }
        for endpoint in [
            "",
            "dysmsapi.aliyuncs.com",
            "ftp://localhost",
            "https://",
            "https://user:pass@dysmsapi.aliyuncs.com",
            "https://dysmsapi.aliyuncs.com/path",
            "https://dysmsapi.aliyuncs.com/?a=b",
            "https://dysmsapi.aliyuncs.com/#a",
            "unix:/tmp/socket",
        ] {
            assert_eq!(settings(endpoint).check(), Err(BadSmsSettings::Endpoint), "{endpoint}");
        }
    }

    #[test]
    fn the_host_is_as_the_client_sends_it() {
        for (endpoint, expected) in [
            ("https://dysmsapi.aliyuncs.com:443", "dysmsapi.aliyuncs.com"),
            ("http://localhost:8080", "localhost:8080"),
            ("http://[::1]:81", "[::1]:81"),
        ] {
            assert_eq!(host(&settings(endpoint).check().unwrap()), expected);
        }
    }

    #[test]
    fn what_is_empty_or_cannot_be_sent_is_named() {
        let good = || settings("https://dysmsapi.aliyuncs.com");
        for (bad, name) in [
            (SmsSettings { access_key_id: String::new(), ..good() }, "access key id"),
            (SmsSettings { access_key_id: "a,b".to_owned(), ..good() }, "access key id"),
            (SmsSettings { access_key_id: "a\r\nb".to_owned(), ..good() }, "access key id"),
            (SmsSettings { access_key_secret: " ".to_owned(), ..good() }, "access key secret"),
            (SmsSettings { sign_name: "\n".to_owned(), ..good() }, "sign name"),
            (SmsSettings { template_code: String::new(), ..good() }, "template code"),
        ] {
            assert_eq!(bad.check(), Err(BadSmsSettings::Value(name)));
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = format!("{:?}", settings("https://user:hush-hush@dysmsapi.aliyuncs.com"));
        assert!(shown.contains("LTAIexample") && !shown.contains("hush"), "{shown}");
    }
}
