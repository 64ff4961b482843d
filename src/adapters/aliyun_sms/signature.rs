//! Alibaba Cloud's signature, version 3: `ACS3-HMAC-SHA256` over the method, the query, headers and the body.
//!
//! The request is written in one canonical way, hashed, and the hash is signed with the access key's
//! secret. The other side does the same with what it received. Both must write a query alike to the byte,
//! so the query that goes out is the canonical one, as [`Signed::query`] holds it.

use chrono::{DateTime, Utc};
use ring::{digest, hmac};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What is signed of a request. The path is always `/`, as with every interface of this style.
#[derive(Clone, Copy)]
pub struct Unsigned<'a> {
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// The `Host` header: the name, and the port unless it is the scheme's own.
    pub host: &'a str,
    /// The operation, for example `SendSms`.
    pub action: &'a str,
    /// The version of the interface, for example `2017-05-25`.
    pub version: &'a str,
    /// The present instant; the other side takes fifteen minutes more or less.
    pub date: DateTime<Utc>,
    /// Never used before with this access key.
    pub nonce: &'a str,
    /// Names, each once, and values, not yet percent-encoded.
    pub query: &'a [(&'a str, &'a str)],
    /// The bytes after the headers.
    pub body: &'a [u8],
}

impl std::fmt::Debug for Unsigned<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unsigned({})", self.action)
    }
}

/// A request's signed parts.
pub struct Signed {
    /// The query, percent-encoded and in order: it must go out exactly like this.
    pub query: String,
    /// The headers that were signed, with lower-case names, in order; `host` is among them.
    pub headers: Vec<(&'static str, String)>,
    /// The value of the header `Authorization`.
    pub authorization: String,
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signed(..)")
    }
}

/// Signs a request with an access key.
///
/// Source: Alibaba Cloud, "Request syntax and signature method V3".
#[must_use]
pub fn sign(request: &Unsigned<'_>, key_id: &str, secret: &str) -> Signed {
    let headers = headers(request);
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = canonical_query(request.query);
    let hash = sha256(canonical_request(request.method, &query, &headers, &names).as_bytes());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hex::encode(hmac::sign(&key, format!("{ALGORITHM}\n{hash}").as_bytes()));
    let authorization =
        format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}");
    Signed { query, headers, authorization }
}

/// The headers that are signed, in the order of their names.
fn headers(request: &Unsigned<'_>) -> Vec<(&'static str, String)> {
    vec![
        ("host", request.host.to_owned()),
        ("x-acs-action", request.action.to_owned()),
        ("x-acs-content-sha256", sha256(request.body)),
        ("x-acs-date", request.date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-acs-signature-nonce", request.nonce.to_owned()),
        ("x-acs-version", request.version.to_owned()),
    ]
}

fn canonical_request(method: &str, query: &str, headers: &[(&str, String)], names: &str) -> String {
    let mut text = format!("{method}\n/\n{query}\n");
    for (name, value) in headers {
        text.extend([name, ":", value, "\n"]);
    }
    let digest = headers.iter().find(|(name, _)| *name == "x-acs-content-sha256");
    text.extend(["\n", names, "\n", digest.map_or("", |(_, digest)| digest)]);
    text
}

fn canonical_query(query: &[(&str, &str)]) -> String {
    let mut sorted = query.to_vec();
    sorted.sort_unstable();
    let pairs: Vec<_> =
        sorted.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
    pairs.join("&")
}

/// Everything but the unreserved characters of RFC 3986, section 2.3, as `%` and two capital digits.
fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(["%", &hex::encode_upper([byte])]);
        }
    }
    encoded
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: &str = "3156853299f313e23d1673dc12e1703d";

    /// The hash of the canonical request, and the signature.
    fn hash_and_signature(request: &Unsigned<'_>, key_id: &str, secret: &str) -> (String, String) {
        let signed = sign(request, key_id, secret);
        let names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
        let canonical = canonical_request(request.method, &signed.query, &signed.headers, names);
        let start = format!("ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature=");
        (sha256(canonical.as_bytes()), signed.authorization.strip_prefix(&start).unwrap().to_owned())
    }

    #[test]
    fn the_vendors_example_is_signed_as_the_vendor_does() {
        let request = Unsigned {
            method: "POST",
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            date: "2023-10-26T10:22:32Z".parse().unwrap(),
            nonce: NONCE,
            query: &[
                ("RegionId", "cn-shanghai"),
                ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ],
            body: b"",
        };
        let (hash, signature) = hash_and_signature(&request, "YourAccessKeyId", "YourAccessKeySecret");
        assert_eq!(hash, "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
        assert_eq!(signature, "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
    }

    #[test]
    fn a_text_message_is_signed_as_the_vendors_own_client_does() {
        let request = Unsigned {
            method: "POST",
            host: "dysmsapi.aliyuncs.com",
            action: "SendSms",
            version: "2017-05-25",
            date: "2025-01-02T03:04:05Z".parse().unwrap(),
            nonce: NONCE,
            query: &[
                ("PhoneNumbers", "15300000001"),
                ("SignName", "阿里云短信测试专用"),
                ("TemplateCode", "SMS_71390007"),
                ("TemplateParam", r#"{"code":"123456"}"#),
                ("OutId", "a b*~/+"),
            ],
            body: b"",
        };
        let (hash, signature) = hash_and_signature(&request, "testId", "testSecret");
        assert_eq!(hash, "9b654a16de44d875c4cdcbc2443bc73f211b41dcdac537457ce7647f758ab748");
        assert_eq!(signature, "6ef962f7bfda1896443a837b10ebcf761ead9f6ffbc5a17a03fd1ae1d54a7f94");
    }

    #[test]
    fn the_query_is_in_order_and_nothing_reserved_is_left_in_it() {
        let query = [("b", "x y"), ("a", "é/~"), ("A", "*+%"), ("ab", "")];
        assert_eq!(canonical_query(&query), "A=%2A%2B%25&a=%C3%A9%2F~&ab=&b=x%20y");
    }

    #[test]
    fn what_is_signed_is_not_shown() {
        let query = [("PhoneNumbers", "15300000001")];
        let date = DateTime::UNIX_EPOCH;
        let request = Unsigned {
            method: "POST",
            host: "localhost",
            action: "SendSms",
            version: "2017-05-25",
            date,
            nonce: NONCE,
            query: &query,
            body: b"",
        };
        let shown = format!("{request:?} {:?}", sign(&request, "id", "secret"));
        assert_eq!(shown, "Unsigned(SendSms) Signed(..)");
    }
}
