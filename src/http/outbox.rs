//! `/dev/outbox`: in development, what would have been sent. Only on a loopback address, and only to this machine.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::Shared;
use super::captcha::time;
use super::pages::POLICY;
use super::problem::Problem;
use super::session::prefers_html;
use crate::adapters::outbox::Captured;

/// Shows the outbox, as a page or as JSON by `Accept`.
///
/// # Errors
/// `not_found` where there is none, and for a page of another name that leads to this machine.
pub async fn show(State(site): State<Shared>, headers: HeaderMap) -> Result<Response, Problem> {
    let outbox = site.outbox.as_ref().filter(|_| is_local(&headers)).ok_or(Problem::new("not_found"))?;
    let messages = outbox.messages();
    if !prefers_html(&headers) {
        let messages: Vec<_> = messages
            .iter()
            .map(|one| {
                json!({"sent_at": time(one.at), "channel": one.channel, "to": one.to, "subject": one.subject,
                       "text": one.text})
            })
            .collect();
        return Ok(axum::Json(json!({ "messages": messages })).into_response());
    }
    let mut response = Html(page(&messages)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// Whether the request was made to this machine under its own name: another name that somebody lets lead here
/// (DNS rebinding) would let their page read the codes.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let host = host.to_str().unwrap_or("");
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn page(messages: &[Captured]) -> String {
    let mut list = String::new();
    for one in messages {
        let (to, subject, text) = (
            escaped(&one.to),
            escaped(one.subject.as_deref().unwrap_or("短信 · Text message")),
            escaped(&one.text),
        );
        // Writing to a string cannot fail.
        let _ = write!(
            list,
            "<article class=\"card\"><h2>{subject}</h2><p class=\"hint\">{to} · <time>{}</time></p><pre>{text}</pre></article>",
            time(one.at)
        );
    }
    if messages.is_empty() {
        list.push_str("<p>还没有任何邮件或短信。 Nothing has been sent yet.</p>");
    }
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>发件箱 · Outbox</title><link rel=\"stylesheet\" href=\"/static/style.css\"></head>\
         <body><main class=\"wide\"><h1>发件箱 · Outbox</h1>\
         <p class=\"hint\">开发模式下，邮件和短信不会发出，而是显示在这里。 \
         In development, mails and text messages are not sent but shown here, newest first. \
         <a href=\"/dev/outbox\">刷新 · Refresh</a></p>{list}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_s_own_names_are_local() {
        let host = |name: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, name.parse().unwrap());
            is_local(&headers)
        };
        for name in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(host(name), "{name}");
        }
        for name in
            ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example:80", ""]
        {
            assert!(!host(name), "{name}");
        }
    }

    #[test]
    fn what_a_message_says_is_shown_as_text() {
        let captured = Captured {
            at: chrono::DateTime::UNIX_EPOCH,
            channel: crate::account::Channel::Email,
            to: "a@example.com".to_owned(),
            subject: Some("<script>".to_owned()),
            text: "\"&<b>".to_owned(),
        };
        let page = page(&[captured]);
        assert!(
            page.contains("&lt;script&gt;")
                && page.contains("&quot;&amp;&lt;b&gt;")
                && !page.contains("<script")
        );
    }
}
