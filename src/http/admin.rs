//! Roles: who holds one, and granting and revoking them. For admins.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Shared;
use super::captcha::time;
use super::extract::{Caller, Path, Query};
use super::idempotency::Concerns;
use super::problem::{Problem, ProblemBody};
use super::session::Session;
use crate::account::{AccountCommand, GrantRole, Identifier, RevokeRole, Role};
use crate::projections::user_lookup::{self, Person};

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// A username, an email or a phone, exactly; without it, everybody who holds a role.
    pub identifier: Option<String>,
}

/// Some people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleBody {
    /// By name.
    pub people: Vec<PersonBody>,
}

/// Somebody, as far as an admin needs to know.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonBody {
    /// The account.
    pub user_id: Uuid,
    /// The name as its owner wrote it.
    pub username: String,
    /// Roles granted.
    pub roles: Vec<String>,
    /// When the account was registered.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<Person> for PersonBody {
    fn from(person: Person) -> Self {
        let Person { user_id, username, roles, created_at, .. } = person;
        Self { user_id, username, roles, created_at: time(created_at) }
    }
}

/// Lists who holds a role, or finds one person.
///
/// # Errors
/// `forbidden` without the role `admin`; the database's.
#[utoipa::path(get, path = "/api/v1/admin/people", operation_id = "list_people", tag = "Administration", summary = "People and their roles",
    params(PeopleQuery), security(("session" = [])),
    responses((status = 200, body = PeopleBody),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`forbidden`, `invalid_query`, `login_required`")))]
pub async fn people(
    State(site): State<Shared>,
    Query(query): Query<PeopleQuery>,
) -> Result<axum::Json<PeopleBody>, Problem> {
    let people = match query.identifier {
        Some(identifier) => {
            let found = user_lookup::by_identifier(&site.reads, &Identifier::parse(&identifier)).await?;
            match found {
                Some(user_id) => user_lookup::by_id(&site.reads, user_id).await?.into_iter().collect(),
                None => Vec::new(),
            }
        }
        None => user_lookup::with_roles(&site.reads).await?,
    };
    Ok(axum::Json(PeopleBody { people: people.into_iter().map(PersonBody::from).collect() }))
}

/// Grants a role.
///
/// # Errors
/// `forbidden` without the role `admin`; `not_found` where there is no such person or role.
#[utoipa::path(put, path = "/api/v1/admin/people/{user_id}/roles/{role}", operation_id = "grant_role", tag = "Administration", summary = "Grant a role",
    params(("user_id" = Uuid, Path, description = "The account"), ("role" = Role, Path, description = "The role")),
    security(("session" = [])),
    responses((status = 200, body = PersonBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`forbidden`, `not_found`, `login_required`")))]
pub async fn grant(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path((user_id, role)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    change(&site, &caller, &session, user_id, &role, |role| GrantRole { role }.into()).await
}

/// Revokes a role.
///
/// # Errors
/// `forbidden` without the role `admin`; `not_found` where there is no such person or role.
#[utoipa::path(delete, path = "/api/v1/admin/people/{user_id}/roles/{role}", operation_id = "revoke_role", tag = "Administration", summary = "Revoke a role",
    params(("user_id" = Uuid, Path, description = "The account"), ("role" = Role, Path, description = "The role")),
    security(("session" = [])),
    responses((status = 200, body = PersonBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`forbidden`, `not_found`, `login_required`")))]
pub async fn revoke(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    Path((user_id, role)): Path<(Uuid, String)>,
) -> Result<Response, Problem> {
    change(&site, &caller, &session, user_id, &role, |role| RevokeRole { role }.into()).await
}

async fn change(
    site: &Shared,
    caller: &Caller,
    session: &Session,
    user_id: Uuid,
    role: &str,
    command: impl Fn(Role) -> AccountCommand,
) -> Result<Response, Problem> {
    let role = Role::parse(role).ok_or(Problem::new("not_found"))?;
    let metadata = caller.metadata(session.row.user_id);
    site.accounts.execute(&user_id.to_string(), command(role), metadata).await?;
    let person = user_lookup::by_id(&site.reads, user_id).await?.ok_or(Problem::new("not_found"))?;
    let mut response = axum::Json(PersonBody::from(person)).into_response();
    response.extensions_mut().insert(Concerns(user_id));
    Ok(response)
}
