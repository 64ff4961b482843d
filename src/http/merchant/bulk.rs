//! S17, S20 in bulk: the same done to many products. Each has its own result; one that is refused stops no other.

use std::collections::HashSet;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{own_store_id, told, with_categories};
use crate::fields::{FieldCode, FieldError, Fields, present};
use crate::http::Shared;
use crate::http::extract::{Caller, Json};
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::Session;
use crate::http::words::Language;
use crate::merchant::ProductCommand;
use crate::merchant::product::commands::Wanted;
use crate::merchant::product::{
    Asker, DeleteProduct, ListingStatus, ModifyProduct, RequestRefresh, RestoreProduct,
};

/// The most products at once.
const MOST: usize = 500;
/// How many are recorded at once: enough to share the database's flushes.
const AT_ONCE: usize = 32;

/// The body of `POST /store/products/bulk`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct BulkRequest {
    /// `list`, `delist`, `delete`, `restore`, `refresh`, or `move` into a category.
    #[schema(required, nullable = false, pattern = "^(list|delist|delete|restore|refresh|move)$")]
    pub action: Option<String>,
    /// Which products, 1 to 500.
    #[schema(required, nullable = false, min_items = 1, max_items = 500)]
    pub product_ids: Option<Vec<Uuid>>,
    /// For `move`: a category of the store; null for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = Uuid)]
    pub category_id: Option<Option<String>>,
}

/// What is done to each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Status(ListingStatus),
    Delete,
    Restore,
    Refresh,
    Move(Option<Uuid>),
}

impl Action {
    fn of(self, asker: Asker) -> ProductCommand {
        let modify = |wanted| ModifyProduct { asker, wanted }.into();
        match self {
            Self::Status(status) => modify(Wanted { status: Some(status), ..Wanted::default() }),
            Self::Move(category_id) => modify(Wanted { category_id: Some(category_id), ..Wanted::default() }),
            Self::Delete => DeleteProduct { asker }.into(),
            Self::Restore => RestoreProduct { asker }.into(),
            Self::Refresh => RequestRefresh { asker }.into(),
        }
    }
}

impl BulkRequest {
    /// Reads the request; `has` tells whether the store has a category.
    fn parse(self, has: impl Fn(Uuid) -> bool) -> Result<(Action, Vec<Uuid>), Vec<FieldError>> {
        let mut fields = Fields::default();
        let action = fields.read("action", self.action.as_deref(), |name| match name {
            "list" => Ok(Action::Status(ListingStatus::Listed)),
            "delist" => Ok(Action::Status(ListingStatus::Delisted)),
            "delete" => Ok(Action::Delete),
            "restore" => Ok(Action::Restore),
            "refresh" => Ok(Action::Refresh),
            "move" => Ok(Action::Move(None)),
            _ => Err(FieldCode::Unknown),
        });
        let product_ids = self.product_ids.unwrap_or_default();
        match product_ids.len() {
            0 => fields.refuse("product_ids", FieldCode::Required),
            1..=MOST => {}
            _ => fields.refuse("product_ids", FieldCode::OutOfRange),
        }
        let action = match (action, self.category_id) {
            (Some(Action::Move(_)), None) => {
                fields.refuse("category_id", FieldCode::Required);
                None
            }
            (Some(Action::Move(_)), Some(Some(text))) => {
                let known = |text: &str| {
                    let id = Uuid::try_parse(text).map_err(|_| FieldCode::InvalidFormat)?;
                    if has(id) { Ok(id) } else { Err(FieldCode::Unknown) }
                };
                fields.read("category_id", Some(&text), known).map(|id| Action::Move(Some(id)))
            }
            (action, _) => action,
        };
        match action {
            Some(action) => fields.finish().map(|()| (action, product_ids)),
            None => Err(fields.into_errors()),
        }
    }
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkBody {
    /// To how many it was done, or had been done before.
    pub done: usize,
    /// The products to which it was not, in their order.
    pub errors: Vec<BulkError>,
}

/// Why it was not done to a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkError {
    /// The product.
    pub product_id: Uuid,
    /// A problem's code.
    pub code: &'static str,
    /// The same in the reader's language.
    pub message: String,
}

/// Does the same to many products of the caller's store.
///
/// # Errors
/// `no_store`; `validation_failed` for the request as a whole. What a single product refuses stands in the answer.
#[utoipa::path(post, path = "/api/v1/store/products/bulk", operation_id = "act_on_products", tag = "Merchant", summary = "Do the same to many products",
    request_body = BulkRequest, security(("session" = [])),
    responses((status = 200, body = BulkBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `validation_failed`, `login_required`")))]
pub async fn act(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    headers: HeaderMap,
    Json(request): Json<BulkRequest>,
) -> Result<axum::Json<BulkBody>, Problem> {
    let store_id = own_store_id(&session)?;
    let named = request.category_id.as_ref().is_some_and(Option::is_some);
    let store = with_categories(&site, store_id, named).await?;
    let (action, mut product_ids) = request.parse(|id| store.category(id).is_some())?;
    let mut seen = HashSet::new();
    product_ids.retain(|id| seen.insert(*id));
    let spoken = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::preferred(spoken);
    let asker = Asker { store_id, expected_version: None };
    let (site, caller, session) = (&site, &caller, &session);
    let results = stream::iter(product_ids).map(async |product_id| {
        let metadata = caller.metadata(session.row.user_id);
        let done = site.products.execute(&product_id.to_string(), action.of(asker), metadata).await;
        let refused = Problem::from(done.err()?);
        let (code, message) = told(&refused, language);
        Some(BulkError { product_id, code, message })
    });
    let results: Vec<_> = results.buffered(AT_ONCE).collect().await;
    let all = results.len();
    let errors: Vec<_> = results.into_iter().flatten().collect();
    Ok(axum::Json(BulkBody { done: all - errors.len(), errors }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(body: Value) -> Result<(Action, usize), Vec<(&'static str, FieldCode)>> {
        let request: BulkRequest = serde_json::from_value(body).unwrap();
        let parsed = request.parse(|id| id.as_u128() == 1);
        let fields = |errors: Vec<FieldError>| errors.into_iter().map(|error| (error.field, error.code));
        parsed.map(|(action, ids)| (action, ids.len())).map_err(|errors| fields(errors).collect())
    }

    #[test]
    fn what_is_asked_is_one_action_on_some_products() {
        let (one, ids) = (Uuid::from_u128(1), [Uuid::from_u128(7); 2]);
        for (body, action) in [
            (json!({"action": "delist"}), Action::Status(ListingStatus::Delisted)),
            (json!({"action": "delete", "category_id": "x"}), Action::Delete),
            (json!({"action": "move", "category_id": null}), Action::Move(None)),
            (json!({"action": "move", "category_id": one}), Action::Move(Some(one))),
        ] {
            let mut body = body;
            body["product_ids"] = json!(ids);
            assert_eq!(parse(body), Ok((action, 2)));
        }
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        use FieldCode::{InvalidFormat, OutOfRange, Required, Unknown};
        let id = Uuid::from_u128(7);
        for (body, errors) in [
            (json!({}), vec![("action", Required), ("product_ids", Required)]),
            (
                json!({"action": "burn", "product_ids": vec![id; MOST + 1]}),
                vec![("action", Unknown), ("product_ids", OutOfRange)],
            ),
            (json!({"action": "move", "product_ids": [id]}), vec![("category_id", Required)]),
            (
                json!({"action": "move", "product_ids": [], "category_id": id}),
                vec![("product_ids", Required), ("category_id", Unknown)],
            ),
            (
                json!({"action": "move", "product_ids": [id], "category_id": "x"}),
                vec![("category_id", InvalidFormat)],
            ),
            (
                json!({"action": "move", "product_ids": [id], "category_id": ""}),
                vec![("category_id", Required)],
            ),
        ] {
            assert_eq!(parse(body), Err(errors));
        }
    }
}
