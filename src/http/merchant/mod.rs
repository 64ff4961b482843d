//! A merchant's store over HTTP: S16–S20, one file a resource.
//!
//! Every route begins with the caller's store, which the session's row names, and is answered `no_store` without
//! one. Whose a product is, is decided by the product itself on a write, and told as if there were none on a read.

pub mod bulk;
pub mod categories;
pub(crate) mod csv;
pub mod events;
pub mod export;
pub mod import;
pub mod list;
pub mod live;
pub mod products;
pub mod shown;
pub mod store;
pub mod taken;

use axum::http::{HeaderMap, HeaderValue, header};
use uuid::Uuid;

use super::Shared;
use super::problem::Problem;
use super::session::Session;
use super::words::{self, Language};
use crate::merchant::Store;
use crate::projections::product_list::{self, StoreRow};

/// The caller's store, by its id alone.
fn own_store_id(session: &Session) -> Result<Uuid, Problem> {
    session.row.store_id.ok_or(Problem::new("no_store"))
}

/// The caller's store.
async fn own_store(site: &Shared, session: &Session) -> Result<StoreRow, Problem> {
    let store =
        site.hot.ask(async |database| product_list::store_of(database, session.row.user_id).await).await?;
    store.ok_or(Problem::new("no_store"))
}

/// The caller's store with its categories, where a request names one. Else nothing is asked.
async fn with_categories(site: &Shared, store_id: Uuid, named: bool) -> Result<Store, Problem> {
    if !named {
        return Ok(Store::default());
    }
    Ok(site.stores.state(&store_id.to_string()).await?)
}

/// The first thing that is wrong with one of many: its code, and the same in the reader's language.
fn told(problem: &Problem, language: Language) -> (&'static str, String) {
    let Some(wrong) = problem.errors.first() else {
        return (problem.code, language.pick(words::of(problem.code).detail).to_owned());
    };
    let field = if wrong.field == "category_id" { "category" } else { wrong.field };
    (wrong.code, format!("{field}: {}", words::of_field(wrong.code, language)))
}

/// The versions that `If-Match` admits: none where any will do (RFC 9110, 13.1.1). A weak tag admits nothing, and
/// what is no tag of ours is one of another version.
fn admitted(headers: &HeaderMap) -> Option<Vec<i64>> {
    let lines: Vec<_> = headers.get_all(header::IF_MATCH).iter().collect();
    if lines.is_empty() {
        return None;
    }
    let tags =
        lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim);
    let tags: Vec<_> = tags.collect();
    if tags == ["*"] {
        return None;
    }
    let version = |tag: &&str| tag.strip_prefix('"')?.strip_suffix('"')?.parse::<i64>().ok();
    Some(tags.iter().filter_map(version).collect())
}

/// A version as an `ETag`.
fn tag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strong_tags_of_ours_admit_their_versions_and_a_star_all() {
        for (lines, versions) in [
            (vec![], None),
            (vec!["*"], None),
            (vec!["\"3\""], Some(vec![3])),
            (vec!["\"3\", \"4\"", "\"7\""], Some(vec![3, 4, 7])),
            (vec!["W/\"3\""], Some(vec![])),
            (vec!["3"], Some(vec![])),
            (vec!["\"x\""], Some(vec![])),
            (vec![""], Some(vec![])),
        ] {
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append(header::IF_MATCH, line.parse().unwrap());
            }
            assert_eq!(admitted(&headers), versions, "{lines:?}");
        }
        assert_eq!(tag(12), "\"12\"");
    }
}
