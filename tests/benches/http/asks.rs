//! Those who ask: over HTTP, or the same work without it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Deserialize;
use serde_json::json;
use zhanggui::account::{Password, PasswordHasher};
use zhanggui::ports::Ports;

use super::bare;
use super::client::{Client, get, post};
use crate::common::Fault;
use crate::common::load::Worker;

/// Where every product's coupon is.
pub(crate) const COUPON: &str = "https://uland.taobao.com/coupon/edetail?e=abc";

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

/// One merchant who lists product after product, each another one.
pub(crate) struct Lister {
    client: Client,
    session: String,
}

impl Lister {
    /// A connection of whoever has these cookies.
    pub(crate) async fn connect(port: u16, session: String) -> Result<Self, Fault> {
        Ok(Self { client: Client::connect(port).await?, session })
    }
}

impl Worker for Lister {
    async fn once(&mut self) -> Result<(), Fault> {
        static NEXT: AtomicU64 = AtomicU64::new(500_000_000_000);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let body =
            json!({"taobao_url": format!("https://item.taobao.com/item.htm?id={id}"), "coupon_url": COUPON});
        let request = post("/api/v1/store/products", &body, Some(&self.session));
        self.client.ask(&request).await.map(drop)
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
