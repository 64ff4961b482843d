//! Reading requests: axum's extractors with our refusals, so that a bad request is answered in one form.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request, rejection::JsonRejection};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Shared;
use super::observe::RequestId;
use super::problem::Problem;
use crate::eventstore::Metadata;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        match axum::Json::<Box<RawValue>>::from_request(request, site).await {
            // An array would be read as the fields in their order.
            Ok(axum::Json(body)) if body.get().starts_with('{') => {
                serde_json::from_str(body.get()).map(Self).map_err(|_| Problem::new("malformed_request"))
            }
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new("unsupported_media_type")),
            Err(JsonRejection::BytesRejection(rejection)) if rejection.status() == 413 => {
                Err(Problem::new("too_large"))
            }
            Ok(_) | Err(_) => Err(Problem::new("malformed_request")),
        }
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|_| Problem::new("invalid_query"))
    }
}

/// A part of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        // A path that is no text or no id names nothing that there could be.
        let path = axum::extract::Path::<T>::from_request_parts(parts, site).await;
        path.map(|axum::extract::Path(path)| Self(path)).map_err(|_| Problem::new("not_found"))
    }
}

/// Who asks and in which request: for metadata and limits.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The address, an IPv6 one cut to its /64 (one household has a whole /64 to choose from).
    pub address: IpAddr,
    /// The request's id.
    pub request_id: String,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

impl Caller {
    /// What stands beside the events that the request causes: who acted, if anybody is known, and in which request.
    #[must_use]
    pub fn metadata(&self, actor_id: impl Into<Option<Uuid>>) -> Metadata {
        Metadata {
            actor_id: actor_id.into(),
            correlation_id: Some(self.request_id.clone()),
            request_id: Some(self.request_id.clone()),
            causation_id: None,
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let address = client(
            peer.unwrap_or(IpAddr::from([0, 0, 0, 0])),
            &parts.headers,
            &site.settings.trusted_proxies,
        );
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: network(address),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            user_agent: user_agent.map(str::to_owned),
        })
    }
}

/// The address that the nearest trusted proxy saw: read from the right, since everything further left can be made up.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut address = peer;
    for hop in hops.iter().rev() {
        if !trusted.contains(&address.to_canonical()) {
            break;
        }
        let parsed = hop.parse().or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()));
        let Ok(before) = parsed else { break };
        address = before;
    }
    address
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_about_whom_it_speaks_for() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        for (peer, forwarded, expected) in [
            ("192.0.2.9", "203.0.113.1", "192.0.2.9"),
            ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
            ("10.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
            ("10.0.0.1", "rubbish", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.1:4711", "203.0.113.1"),
            ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            assert_eq!(client(ip(peer), &headers, &trusted), ip(expected), "{peer} {forwarded}");
        }
    }

    #[test]
    fn a_household_is_one_caller() {
        let cut = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(cut("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(cut("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
