//! S2: is a username, an email or a phone still free? Asked while a person types.

use axum::extract::State;
use serde::{Deserialize, Serialize};
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
    let (field, value, taken) = match (query.username, query.email, query.phone) {
        (Some(value), None, None) => {
            let username = Username::parse(&value).map_err(|code| wrong(TakenField::Username, code))?;
            let taken = site
                .hot
                .ask(async |database| user_lookup::username_taken(database, username.key()).await)
                .await?;
            (TakenField::Username, value, taken)
        }
        (None, Some(value), None) => {
            let email = Email::parse(&value).map_err(|code| wrong(TakenField::Email, code))?;
            (
                TakenField::Email,
                value,
                site.hot
                    .ask(async |database| user_lookup::email_taken(database, email.as_str()).await)
                    .await?,
            )
        }
        (None, None, Some(value)) => {
            let phone = Phone::parse(&value).map_err(|code| wrong(TakenField::Phone, code))?;
            (
                TakenField::Phone,
                value,
                site.hot
                    .ask(async |database| user_lookup::phone_taken(database, phone.as_str()).await)
                    .await?,
            )
        }
        _ => return Err(Problem::new("invalid_query")),
    };
    Ok(axum::Json(AvailabilityBody { field: field.as_str(), value, available: !taken }))
}

fn wrong(field: TakenField, code: FieldCode) -> Problem {
    Problem::fields("validation_failed", vec![WrongField { field: field.as_str(), code: code.as_str() }])
}
