//! B5: what a merchant takes along: the store, its categories and all its products, however many there are.

use axum::body::Body;
use futures_util::stream;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::CountedCategory;
use super::products::ProductBody;
use crate::http::Shared;
use crate::http::captcha::time;
use crate::projections::product_list::{self, Place, Query};

/// How many products are read at once.
const PAGE: u16 = 500;
/// How the export ends where there is a store: its products come last, and it last of all.
const END: &str = "]}}";

/// My store. The products stand last, so that they can be written page by page.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedStore {
    /// The store.
    pub store_id: Uuid,
    /// Its public name.
    pub name: String,
    /// When it was opened.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Its categories, by name.
    pub categories: Vec<CountedCategory>,
    /// Its products, the newest first; those that are deleted are left out.
    pub products: Vec<ProductBody>,
}

/// The store of a person, without its products.
///
/// # Errors
/// The database's.
pub async fn store(
    database: &mut PgConnection,
    owner_id: Uuid,
) -> Result<Option<ExportedStore>, sqlx::Error> {
    let Some(store) = product_list::store_of(&mut *database, owner_id).await? else { return Ok(None) };
    let categories = product_list::categories(&mut *database, store.store_id).await?;
    Ok(Some(ExportedStore {
        store_id: store.store_id,
        name: store.name,
        created_at: time(store.created_at),
        categories: categories.into_iter().map(CountedCategory::from).collect(),
        products: Vec::new(),
    }))
}

/// What is left to write.
enum Rest {
    Beginning(String),
    After(Option<Place>),
}

/// The export with the store's products put in at its end. Where the database fails meanwhile, it ends unfinished.
pub fn with_products(site: &Shared, store_id: Option<Uuid>, json: String) -> Body {
    let Some((store_id, head)) = store_id.zip(json.strip_suffix(END)) else { return Body::from(json) };
    let begin = (site.clone(), Query::all_of(store_id), Some(Rest::Beginning(head.to_owned())));
    let parts = stream::try_unfold(begin, async |(site, query, rest)| {
        let (after, head) = match rest {
            None => return Ok::<_, sqlx::Error>(None),
            Some(Rest::Beginning(head)) => (None, head),
            Some(Rest::After(None)) => return Ok(Some((END.to_owned(), (site, query, None)))),
            // Another page, and so another product.
            Some(Rest::After(Some(place))) => (Some(place), ",".to_owned()),
        };
        let page = product_list::list(&site.reads, &query, after.as_ref(), PAGE).await?;
        let products: Vec<_> = page.products.into_iter().map(ProductBody::from).collect();
        let json = serde_json::to_string(&products).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        // Without its brackets.
        let inner = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
        Ok(Some((head + inner, (site, query, Some(Rest::After(page.next))))))
    });
    Body::from_stream(parts)
}
