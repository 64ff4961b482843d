//! The load generator: one HTTP/1.1 connection that is kept, and one question after the other on it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::Fault;

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// Where in the bytes received what stands.
struct Answer {
    status: u16,
    head: usize,
    length: usize,
}

impl Client {
    /// Connects to a server on this machine.
    pub(crate) async fn connect(port: u16) -> Result<Self, Fault> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, bytes: Vec::with_capacity(8192) })
    }

    /// Asks, and gives the head and the body of an answer that must be 200 or 201.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<(&str, &[u8]), Fault> {
        self.stream.write_all(request).await?;
        self.bytes.clear();
        let answer = loop {
            if self.stream.read_buf(&mut self.bytes).await? == 0 {
                return Err("the server closed the connection".into());
            }
            match read(&self.bytes)? {
                Some(answer) if self.bytes.len() >= answer.head + answer.length => break answer,
                _ => {}
            }
        };
        let (head, body) = self.bytes.split_at(answer.head);
        let head = std::str::from_utf8(head)?;
        if !matches!(answer.status, 200 | 201) {
            return Err(format!("{head}{}", String::from_utf8_lossy(body)).into());
        }
        Ok((head, body))
    }
}

/// Reads the head, if all of it is there.
fn read(bytes: &[u8]) -> Result<Option<Answer>, Fault> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?.parse()?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse())?;
    Ok(Some(Answer { status, head: end + 4, length }))
}

/// A GET with a session's cookies, or none.
pub(crate) fn get(path: &str, cookies: Option<&str>) -> Vec<u8> {
    let cookies = cookies.map(|cookies| format!("cookie: {cookies}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n{cookies}\r\n")
        .into_bytes()
}

/// A POST of JSON, with a session's cookies, or none.
pub(crate) fn post(path: &str, body: &serde_json::Value, cookies: Option<&str>) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    let cookies = cookies.map(|cookies| format!("cookie: {cookies}\r\n")).unwrap_or_default();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{cookies}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}
