//! S2: is a username, an email or a phone still free? Asked while a person types.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::extract::{Caller, Query};
use super::limits::Limited;
use super::problem::{Problem, ProblemBody, WrongField};
use crate::account::{Email, FieldCode, Phone, TakenField, Username};
use crate::projections::user_lookup;

/// Exactly one of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AvailabilityQuery {
    /// A username.
    #[param(nullable = false)]
    username: Option<String>,
    /// An email.
    #[param(nullable = false)]
    email: Option<String>,
    /// A phone number.
    #[param(nullable = false)]
    phone: Option<String>,
}

/// Whether a value is free.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvailabilityBody {
    /// Which field was asked about.
    #[schema(value_type = String)]
    pub field: &'static str,
    /// The value as it was asked.
    pub value: String,
    /// Whether nobody has it.
    pub available: bool,
}

/// Whether a value is free.
///
/// # Errors
/// `invalid_query` unless exactly one field is given; `validation_failed` for a value that no account can
/// have; `too_many_requests`.
#[utoipa::path(get, path = "/api/v1/availability", tag = "Accounts", summary = "Is a name, email or phone free?",
    params(AvailabilityQuery),
    responses((status = 200, body = AvailabilityBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`invalid_query`, `validation_failed`, `too_many_requests`")))]
pub async fn check(
    State(site): State<Shared>,
    caller: Caller,
    Query(query): Query<AvailabilityQuery>,
) -> Result<axum::Json<AvailabilityBody>, Problem> {
    site.limits.take(Limited::Availability, caller.address)?;
    let (field, key, value) = match (query.username, query.email, query.phone) {
        (Some(value), None, None) => {
            let username = Username::parse(&value).map_err(|code| wrong(TakenField::Username, code))?;
            (TakenField::Username, username.key().to_owned(), value)
        }
        (None, Some(value), None) => {
            let email = Email::parse(&value).map_err(|code| wrong(TakenField::Email, code))?;
            (TakenField::Email, email.as_str().to_owned(), value)
        }
        (None, None, Some(value)) => {
            let phone = Phone::parse(&value).map_err(|code| wrong(TakenField::Phone, code))?;
            (TakenField::Phone, phone.as_str().to_owned(), value)
        }
        _ => return Err(Problem::new("invalid_query")),
    };
    let is_taken = async |database: &mut PgConnection| match field {
        TakenField::Username => user_lookup::username_taken(database, &key).await,
        TakenField::Email => user_lookup::email_taken(database, &key).await,
        TakenField::Phone => user_lookup::phone_taken(database, &key).await,
    };
    let taken = site.hot.ask(is_taken).await?;
    Ok(axum::Json(AvailabilityBody { field: field.as_str(), value, available: !taken }))
}

fn wrong(field: TakenField, code: FieldCode) -> Problem {
    Problem::fields("validation_failed", vec![WrongField { field: field.as_str(), code: code.as_str() }])
}
