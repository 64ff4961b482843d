//! Where mails are handed over and whom they are from, as an operator writes it down.
//!
//! `smtps://user:password@host:465` is TLS from the first byte, `smtp://user:password@host:587` is STARTTLS,
//! without which nothing is sent. `?tls=none` sends in the clear and is taken on this machine only. What is
//! refused is never repeated: an address that is misread may have the password in any part.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use reqwest::Url;
use rustls::pki_types::ServerName;

use super::message::ascii_address;

/// What an operator gives.
#[derive(Clone)]
pub struct SmtpSettings {
    /// The server: `smtps://…`, `smtp://…`, or `smtp://…?tls=none`. User and password are percent-encoded.
    pub url: String,
    /// The sender as a mailbox: `掌柜 <no-reply@example.com>`, or the address alone.
    pub from: String,
    /// A PEM file of authorities that are trusted besides those that browsers trust.
    pub ca_file: Option<PathBuf>,
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpSettings(…)")
    }
}

/// Why a setting is not taken, in one line that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtpSettings {
    /// Not one of the three forms.
    #[error(
        "the SMTP URL cannot be read: write smtps://user:password@host:465 or smtp://user:password@host:587, \
         with the special characters of user and password percent-encoded (@ is %40)"
    )]
    Url,
    /// `tls=none` for another machine.
    #[error(
        "the SMTP URL says tls=none for another machine: codes and the password would cross the network for \
         all to read; leave it out (STARTTLS), or write smtps://"
    )]
    Unencrypted,
    /// A user without a password, or a password without a user.
    #[error("the SMTP URL has a user without a password, or a password without a user: give both or neither")]
    HalfCredentials,
    /// The sender is no mailbox.
    #[error("the sender of mails is not a mailbox: write 掌柜 <no-reply@example.com>")]
    From,
    /// The file of authorities cannot be read.
    #[error("the file of SMTP certificate authorities cannot be read")]
    CaFile,
    /// The file of authorities holds something else.
    #[error("the file of SMTP certificate authorities holds no certificate as PEM")]
    CaContents,
}

/// How the connection is protected.
pub(super) enum Security {
    /// TLS from the first byte (RFC 8314).
    Implicit(TlsParameters),
    /// STARTTLS (RFC 3207), or nothing.
    StartTls(TlsParameters),
    /// In the clear, on this machine.
    None,
}

/// The settings, read.
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

impl SmtpSettings {
    /// Whether a server and a sender can be read from them.
    ///
    /// # Errors
    /// [`BadSmtpSettings`], of which the first is told.
    pub fn check(&self) -> Result<(), BadSmtpSettings> {
        server(self)?;
        sender(&self.from).map(drop)
    }
}

/// Reads the URL and the file of authorities.
pub(super) fn server(settings: &SmtpSettings) -> Result<Server, BadSmtpSettings> {
    let url = Url::parse(&settings.url).map_err(|_| BadSmtpSettings::Url)?;
    let clear = match url.query() {
        None => false,
        Some("tls=none") => true,
        Some(_) => return Err(BadSmtpSettings::Url),
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(BadSmtpSettings::Url);
    }
    let host = url.host_str().ok_or(BadSmtpSettings::Url)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_owned();
    // What the certificate must be for.
    ServerName::try_from(host.as_str()).map_err(|_| BadSmtpSettings::Url)?;
    let (security, default_port) = match (url.scheme(), clear) {
        ("smtps", false) => (Security::Implicit(tls(&host, settings)?), 465),
        ("smtp", false) => (Security::StartTls(tls(&host, settings)?), 587),
        ("smtp", true) if is_this_machine(&host) => (Security::None, 25),
        ("smtp", true) => return Err(BadSmtpSettings::Unencrypted),
        _ => return Err(BadSmtpSettings::Url),
    };
    let port = url.port().unwrap_or(default_port);
    Ok(Server { host, port, security, credentials: credentials(&url)? })
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn tls(host: &str, settings: &SmtpSettings) -> Result<TlsParameters, BadSmtpSettings> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(file) = &settings.ca_file {
        let pem = std::fs::read(file).map_err(|_| BadSmtpSettings::CaFile)?;
        if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Err(BadSmtpSettings::CaContents);
        }
        let authorities = Certificate::from_pem(&pem).map_err(|_| BadSmtpSettings::CaContents)?;
        builder = builder.add_root_certificate(authorities);
    }
    builder.build_rustls().map_err(|_| BadSmtpSettings::CaContents)
}

/// The library takes a file without a single certificate as well.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn credentials(url: &Url) -> Result<Option<Credentials>, BadSmtpSettings> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None | Some("")) => Err(BadSmtpSettings::HalfCredentials),
        (user, Some(password)) => {
            let (user, password) = (decoded(user), decoded(password));
            let both = user.zip(password).ok_or(BadSmtpSettings::Url)?;
            Ok(Some(Credentials::new(both.0, both.1)))
        }
    }
}

/// Undoes percent-encoding (RFC 3986, 2.1); `None` if it is not that, or not UTF-8 then.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.extend(hex::decode(digits).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// Reads the sender. The address must be ASCII, so that every server takes it.
pub(super) fn sender(from: &str) -> Result<Mailbox, BadSmtpSettings> {
    let from = from.trim();
    if from.chars().any(char::is_control) {
        return Err(BadSmtpSettings::From);
    }
    let (name, address) = match from.strip_suffix('>').and_then(|from| from.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"'), address),
        None => ("", from),
    };
    let address = ascii_address(address).ok_or(BadSmtpSettings::From)?;
    if !AsRef::<str>::as_ref(&address).is_ascii() {
        return Err(BadSmtpSettings::From);
    }
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Server, BadSmtpSettings> {
        server(&SmtpSettings { url: url.to_owned(), from: "a@b.cn".to_owned(), ca_file: None })
    }

    fn refusal(url: &str) -> Option<BadSmtpSettings> {
        read(url).err()
    }

    #[test]
    fn the_scheme_decides_the_protection_and_the_port() {
        let server = read("smtps://u:p@mail.example.com").unwrap();
        assert!(matches!(server.security, Security::Implicit(_)));
        assert_eq!((server.host.as_str(), server.port), ("mail.example.com", 465));
        let server = read("smtp://u:p@mail.example.com/").unwrap();
        assert!(matches!(server.security, Security::StartTls(_)));
        assert_eq!(server.port, 587);
        assert_eq!(read("smtp://mail.example.com:2525").unwrap().port, 2525);
    }

    #[test]
    fn nothing_goes_in_the_clear_but_within_this_machine() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"] {
            let server = read(&format!("smtp://{host}?tls=none")).unwrap();
            assert!(matches!(server.security, Security::None) && server.port == 25, "{host}");
        }
        for host in ["mail.example.com", "10.0.0.1", "localhost.example.com", "[::2]", "0.0.0.0"] {
            let refused = refusal(&format!("smtp://u:secret@{host}?tls=none"));
            assert_eq!(refused, Some(BadSmtpSettings::Unencrypted), "{host}");
        }
        assert_eq!(refusal("smtps://localhost?tls=none"), Some(BadSmtpSettings::Url));
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let server = read("smtps://user%40example.com:p%3Aa%2Fs%25%E5%AF%86+@h.cn").unwrap();
        let expected = Credentials::new("user@example.com".to_owned(), "p:a/s%密+".to_owned());
        assert_eq!(server.credentials, Some(expected));
        assert!(read("smtps://h.cn").unwrap().credentials.is_none());
        for url in ["smtps://u@h.cn", "smtps://:secret@h.cn", "smtps://u:@h.cn"] {
            assert_eq!(refusal(url), Some(BadSmtpSettings::HalfCredentials), "{url}");
        }
    }

    #[test]
    fn everything_else_is_refused_without_repeating_it() {
        for url in [
            "",
            "mail.example.com",
            "https://u:secret@h.cn",
            "smtps://",
            "smtps://u:sec#ret@h.cn",
            "smtps://u:1/secret@h.cn",
            "smtps://u:secret@h.cn/path",
            "smtps://u:secret@h.cn?tls=maybe",
            "smtps://u:secret@h.cn?tls=none&tls=none",
            "smtps://u:secret@h.cn:99999",
            "smtps://u:sec%zzret@h.cn",
            "smtps://u:secret%ff@h.cn",
            "smtps://u:secret@h%20.cn",
        ] {
            let why = refusal(url).unwrap_or_else(|| panic!("{url}")).to_string();
            assert!(!why.contains("ret") && !why.contains('\n'), "{url}: {why}");
        }
        let settings = SmtpSettings { url: "secret".into(), from: "secret".into(), ca_file: None };
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn a_sender_has_a_name_in_any_script_or_none() {
        let mailbox = sender("掌柜 <no-reply@Example.com>").unwrap();
        assert_eq!(mailbox.name.as_deref(), Some("掌柜"));
        assert_eq!(mailbox.email.to_string(), "no-reply@Example.com");
        assert_eq!(sender("no-reply@example.com").unwrap().name, None);
        assert_eq!(sender("\"Shop, the\" <a@b.cn>").unwrap().name.as_deref(), Some("Shop, the"));
        assert_eq!(sender("a@例子.中国").unwrap().email.domain(), "xn--fsqu00a.xn--fiqs8s");
        for from in ["", "掌柜", "a@", "a b@c.cn", "掌柜 <a@b.cn", "用户@b.cn", "x\r\nBcc: y@z.cn <a@b.cn>"]
        {
            assert_eq!(sender(from), Err(BadSmtpSettings::From), "{from}");
        }
    }

    #[test]
    fn a_file_of_authorities_must_hold_some() {
        let folder = std::env::temp_dir().join(format!("zhanggui-ca-{}", std::process::id()));
        let settings = |file: PathBuf| SmtpSettings {
            url: "smtps://h.cn".to_owned(),
            from: "a@b.cn".to_owned(),
            ca_file: Some(file),
        };
        assert_eq!(server(&settings(folder.clone())).err(), Some(BadSmtpSettings::CaFile));
        for text in ["", "rubbish", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&folder, text).unwrap();
            assert_eq!(server(&settings(folder.clone())).err(), Some(BadSmtpSettings::CaContents), "{text}");
        }
        std::fs::remove_file(&folder).unwrap();
    }
}
