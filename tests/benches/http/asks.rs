//! Those who ask: over HTTP, or the same work without it.

use std::sync::Arc;

use serde::Deserialize;
use zhanggui::account::{Password, PasswordHasher};
use zhanggui::ports::Ports;

use super::bare;
use super::client::{Client, get};
use crate::common::Fault;
use crate::common::load::Worker;

/// One connection that goes round a list of requests.
pub(crate) struct Asker {
    client: Client,
    requests: Arc<Vec<Vec<u8>>>,
    next: usize,
}

impl Asker {
    /// A connection that begins at the `first` request.
    pub(crate) async fn connect(port: u16, requests: Arc<Vec<Vec<u8>>>, first: usize) -> Result<Self, Fault> {
        Ok(Self { client: Client::connect(port).await?, requests, next: first })
    }
}

impl Worker for Asker {
    async fn once(&mut self) -> Result<(), Fault> {
        let request = self.requests.get(self.next % self.requests.len().max(1)).ok_or("no requests")?;
        self.next += 1;
        self.client.ask(request).await.map(drop)
    }
}

/// One who gets captchas, each with its picture.
pub(crate) struct Visitor(pub(crate) Client);

#[derive(Deserialize)]
struct Issued {
    image_url: String,
}

impl Worker for Visitor {
    async fn once(&mut self) -> Result<(), Fault> {
        let (_, body) = self.0.ask(&get("/api/v1/captcha", None)).await?;
        let issued: Issued = serde_json::from_slice(body)?;
        let (_, png) = self.0.ask(&get(&issued.image_url, None)).await?;
        if png.starts_with(b"\x89PNG") { Ok(()) } else { Err("no picture".into()) }
    }
}

/// One who only draws and encodes.
pub(crate) struct Artist(pub(crate) Ports);

impl Worker for Artist {
    async fn once(&mut self) -> Result<(), Fault> {
        bare::draw(self.0.id()?)?;
        Ok(())
    }
}

/// One who only verifies passwords.
pub(crate) struct Doorman {
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) phc: Arc<str>,
    pub(crate) password: &'static str,
}

impl Worker for Doorman {
    async fn once(&mut self) -> Result<(), Fault> {
        let password = Password::new(self.password);
        let verdict = self.hasher.verify(Some(&self.phc), &password).await?;
        if verdict.matches { Ok(()) } else { Err("the right password was refused".into()) }
    }
}
