//! The two cookies: `session`, which proves, and `login_time`, which the page may read.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

/// What came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jar {
    /// The session's token.
    pub session: Option<String>,
    /// Milliseconds since the epoch.
    pub login_time: Option<i64>,
}

const fn session_name(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// Reads both cookies from the request's headers; what is malformed counts as absent.
#[must_use]
pub fn read(headers: &HeaderMap, secure: bool) -> Jar {
    let mut jar = Jar::default();
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    for (name, value) in lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('=')) {
        let (name, value) = (name.trim(), value.trim());
        if name == session_name(secure) && value.len() == 43 {
            jar.session = Some(value.to_owned());
        } else if name == "login_time" {
            jar.login_time = value.parse().ok();
        }
    }
    jar
}

/// Sets both cookies after a login.
pub fn set(headers: &mut HeaderMap, secure: bool, token: &str, login_time: i64, lifetime: Duration) {
    let seconds = lifetime.as_secs();
    add(headers, secure, &format!("{}={token}; HttpOnly; Max-Age={seconds}", session_name(secure)));
    add(headers, secure, &format!("login_time={login_time}; Max-Age={seconds}"));
}

/// Makes the client forget both cookies.
pub fn clear(headers: &mut HeaderMap, secure: bool) {
    add(headers, secure, &format!("{}=; HttpOnly; Max-Age=0", session_name(secure)));
    add(headers, secure, "login_time=; Max-Age=0");
}

fn add(headers: &mut HeaderMap, secure: bool, cookie: &str) {
    let secure = if secure { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; Path=/; SameSite=Lax{secure}")) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_set_reads_back_and_bears_the_right_flags() {
        let token = "a".repeat(43);
        for secure in [false, true] {
            let mut headers = HeaderMap::new();
            set(&mut headers, secure, &token, 17, Duration::from_mins(1));
            let cookies: Vec<_> = headers
                .get_all(header::SET_COOKIE)
                .iter()
                .map(|value| value.to_str().unwrap().to_owned())
                .collect();
            assert!(cookies[0].contains("HttpOnly") && !cookies[1].contains("HttpOnly"));
            assert!(
                cookies.iter().all(|cookie| cookie.contains("SameSite=Lax; Path=/")
                    || cookie.contains("Path=/; SameSite=Lax"))
            );
            assert_eq!(cookies[0].starts_with("__Host-session="), secure);
            assert!(cookies.iter().all(|cookie| cookie.contains("; Secure") == secure));
            let sent: Vec<_> = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
            let mut request = HeaderMap::new();
            request.insert(header::COOKIE, sent.join("; ").parse().unwrap());
            assert_eq!(read(&request, secure), Jar { session: Some(token.clone()), login_time: Some(17) });
            assert_eq!(read(&request, !secure).session, None);
        }
    }

    proptest! {
        #[test]
        fn bad_bytes_never_panic(bytes: Vec<u8>) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.insert(header::COOKIE, value);
            }
            let _jar = read(&headers, false);
        }
    }
}
