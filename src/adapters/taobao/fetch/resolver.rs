//! Names to addresses, of which all must be public: a name with one that is not is refused as a whole.
//!
//! The client connects to the addresses it is given here and asks nobody again, so what was checked is what is
//! connected to, whatever the name says a moment later (DNS rebinding). It does not ask here for hosts that are IP
//! addresses; those are refused before, by the fence.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::is_public;

/// The addresses of a name, in their time.
pub type Looked = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up.
pub trait Lookup: Send + Sync + fmt::Debug {
    /// All addresses of `name`; the port means nothing.
    fn lookup(&self, name: &str) -> Looked;
}

/// The system's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Looked {
        let name = name.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// A name has no address, or one that is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// There is none.
    #[error("the name has no address")]
    Nowhere,
    /// One of them is not of the public internet.
    #[error("the name has an address that is not public")]
    NotPublic,
}

/// Gives public addresses only.
#[derive(Clone, Debug)]
pub struct PublicOnly {
    lookup: Arc<dyn Lookup>,
    trusted: Option<String>,
}

impl PublicOnly {
    /// Asks `lookup`, and believes it for the one `trusted` name: that of a configured origin.
    #[must_use]
    pub fn new(lookup: Arc<dyn Lookup>, trusted: Option<String>) -> Self {
        Self { lookup, trusted }
    }

    /// The addresses of a name, if they may be connected to.
    ///
    /// # Errors
    /// The lookup's own error, or [`Unresolved`] within one of the kind `Other`.
    pub async fn addresses(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        let found = self.lookup.lookup(name).await?;
        if found.is_empty() {
            return Err(io::Error::other(Unresolved::Nowhere));
        }
        let is_trusted = self.trusted.as_deref() == Some(name);
        if is_trusted || found.iter().all(|address| is_public(address.ip())) {
            Ok(found)
        } else {
            Err(io::Error::other(Unresolved::NotPublic))
        }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = resolver.addresses(name.as_str()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
