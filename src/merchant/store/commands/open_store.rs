//! Open a store: one a user.
//!
//! Whether the user has one already is not decided here: the event claims the owner, and the append refuses.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::fields::{FieldError, Fields};
use crate::merchant::store::error::StoreError;
use crate::merchant::store::event::StoreEvent;
use crate::merchant::store::state::Store;
use crate::merchant::store::values::StoreName;

/// The body of `POST /store`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct StoreRequest {
    /// 1–40 characters in one line.
    #[schema(required, nullable = false, min_length = 1, max_length = 40)]
    pub name: Option<String>,
}

impl StoreRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// The name's `required`, `too_long` or `invalid_format`.
    pub fn parse(self) -> Result<StoreName, Vec<FieldError>> {
        let mut fields = Fields::default();
        let name = fields.read("name", self.name.as_deref(), StoreName::parse);
        name.ok_or_else(|| fields.into_errors())
    }
}

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenStore {
    /// Who opens it, and whose it is from then on.
    pub actor_id: Uuid,
    /// What it is called.
    pub name: StoreName,
}

impl OpenStore {
    pub(super) fn decide(&self, state: &Store) -> Result<Vec<StoreEvent>, StoreError> {
        if state.is_open() {
            return Err(StoreError::StoreExists);
        }
        Ok(vec![StoreEvent::Opened { owner_id: self.actor_id, name: self.name.as_str().to_owned() }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldCode;
    use crate::merchant::store::testing::{OWNER, opened, scene};
    use serde_json::json;

    #[test]
    fn a_store_is_opened_once() {
        let command = OpenStore { actor_id: OWNER, name: StoreName::parse("好店").unwrap() };
        scene().given_no_previous_events().when(command.clone().into()).then_expect_events(vec![opened()]);
        scene().given(vec![opened()]).when(command.into()).then_expect_error(StoreError::StoreExists);
    }

    #[test]
    fn a_request_needs_a_name() {
        let parse = |body| serde_json::from_value::<StoreRequest>(body).unwrap().parse();
        assert_eq!(parse(json!({"name": " 好店 "})).unwrap().as_str(), "好店");
        for (body, code) in [
            (json!({}), FieldCode::Required),
            (json!({"name": "  "}), FieldCode::Required),
            (json!({"name": "x".repeat(41)}), FieldCode::TooLong),
            (json!({"name": "a\u{0}b"}), FieldCode::InvalidFormat),
        ] {
            assert_eq!(parse(body), Err(vec![FieldError { field: "name", code }]));
        }
    }
}
