//! Add a category to sort products into: each name once in a store, and 200 of them at most.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{FieldCode, FieldError, Fields};
use crate::merchant::store::error::StoreError;
use crate::merchant::store::event::StoreEvent;
use crate::merchant::store::state::{MOST_CATEGORIES, Store};
use crate::merchant::store::values::CategoryName;

/// The body of `POST /store/categories` and `PATCH /store/categories/{id}`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct CategoryRequest {
    /// 1–30 characters in one line, another than the store's other categories have.
    #[schema(required, nullable = false, min_length = 1, max_length = 30)]
    pub name: Option<String>,
}

impl CategoryRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// The name's `required`, `too_long` or `invalid_format`.
    pub fn parse(self) -> Result<CategoryName, Vec<FieldError>> {
        let mut fields = Fields::default();
        let name = fields.read("name", self.name.as_deref(), CategoryName::parse);
        name.ok_or_else(|| fields.into_errors())
    }
}

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCategory {
    /// Who asks.
    pub actor_id: Uuid,
    /// The new category's id.
    pub category_id: Uuid,
    /// What it is called.
    pub name: CategoryName,
}

impl AddCategory {
    pub(super) fn decide(&self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        state.belongs_to(self.actor_id)?;
        state.is_free(&self.name, self.category_id)?;
        if state.categories() >= MOST_CATEGORIES {
            let full = FieldError { field: "name", code: FieldCode::OutOfRange };
            return Err(StoreError::Invalid(vec![full]));
        }
        let name = self.name.as_str().to_owned();
        Ok(vec![StoreEvent::CategoryAdded { category_id: self.category_id, name }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::store::testing::{OWNER, STRANGER, added, called, opened, scene};
    use serde_json::json;

    fn add(actor_id: Uuid, id: u128, name: &str) -> AddCategory {
        AddCategory { actor_id, category_id: Uuid::from_u128(id), name: called(name) }
    }

    #[test]
    fn a_name_is_given_once_however_it_is_spelt() {
        let past = vec![opened(), added(1, "Shoes")];
        scene().given(past.clone()).when(add(OWNER, 2, "帽").into()).then_expect_events(vec![added(2, "帽")]);
        for name in ["Shoes", "ＳＨＯＥＳ", " shoes "] {
            scene()
                .given(past.clone())
                .when(add(OWNER, 2, name).into())
                .then_expect_error(StoreError::NameTaken);
        }
        let removed = StoreEvent::CategoryRemoved { category_id: Uuid::from_u128(1) };
        scene()
            .given(vec![opened(), added(1, "Shoes"), removed])
            .when(add(OWNER, 2, "shoes").into())
            .then_expect_events(vec![added(2, "shoes")]);
    }

    #[test]
    fn two_hundred_are_enough_and_the_owners_only() {
        let mut past = vec![opened()];
        past.extend((1..=200).map(|id| added(id, &format!("类{id}"))));
        let full = FieldError { field: "name", code: FieldCode::OutOfRange };
        scene()
            .given(past)
            .when(add(OWNER, 201, "帽").into())
            .then_expect_error(StoreError::Invalid(vec![full]));
        scene()
            .given(vec![opened()])
            .when(add(STRANGER, 1, "帽").into())
            .then_expect_error(StoreError::NotOwner);
        scene()
            .given_no_previous_events()
            .when(add(OWNER, 1, "帽").into())
            .then_expect_error(StoreError::NoStore);
    }

    #[test]
    fn a_request_needs_a_name() {
        let parse = |body| serde_json::from_value::<CategoryRequest>(body).unwrap().parse();
        assert_eq!(parse(json!({"name": "帽 "})), Ok(called("帽")));
        assert_eq!(parse(json!({})), Err(vec![FieldError { field: "name", code: FieldCode::Required }]));
    }
}
