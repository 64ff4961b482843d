//! S14: the picture. Whatever is uploaded is decoded within bounds and drawn anew; nothing of the file is kept.

use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use cqrs_es::AggregateError;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::extract::{Caller, Path};
use super::limits::Limited;
use super::problem::{Problem, ProblemBody, WrongField};
use super::session::Session;
use crate::account::{AccountError, ChangeAvatar, RemoveAvatar};
use crate::adapters::avatar_files::{AvatarName, AvatarSize, StoreError};
use crate::adapters::avatar_image::{AvatarError, BadImage};

/// The most bytes that a picture may have.
const LARGEST_PICTURE: usize = 5 * 1024 * 1024;
/// The most bytes that an upload may have: the picture, and what a form puts around it.
pub const LARGEST: usize = LARGEST_PICTURE + 64 * 1024;

/// Where the picture is.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvatarBody {
    /// 512 × 512 pixels; with `-128.jpg` at its end instead of `-512.jpg`, 128 × 128.
    pub avatar_url: String,
}

/// The form's one field, for the description.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the document describes it; the form is read part by part")]
pub struct AvatarForm {
    /// A PNG, JPEG or WebP file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    avatar: Vec<u8>,
}

/// Where the picture of this name is served.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/media/avatars/{name}-512.jpg")
}

/// Changes the picture.
///
/// # Errors
/// `too_large` above 5 MiB; `unsupported_media_type` for what is no PNG, JPEG or WebP; `validation_failed` with
/// `out_of_range` above 4096 × 4096 pixels and `invalid_format` for a damaged one; `overloaded`.
#[utoipa::path(put, path = "/api/v1/me/avatar", operation_id = "change_avatar", tag = "Accounts", summary = "Change my picture",
    description = "As the field `avatar` of a form, or as the body itself with the picture's own content type.",
    request_body(content((AvatarForm = "multipart/form-data"), (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"))),
    security(("session" = [])),
    responses((status = 200, body = AvatarBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`too_large`, `unsupported_media_type`, `validation_failed`, `malformed_request`, `overloaded`, `login_required`")))]
pub async fn change(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
    request: Request,
) -> Result<axum::Json<AvatarBody>, Problem> {
    site.limits.take(Limited::Avatar, caller.address)?;
    let picture = picture(request, &site).await?;
    let avatar = site.avatar_images.render(picture).await?;
    let user_id = session.row.user_id;
    let name = site.avatar_files.put(user_id, &avatar).await?;
    let command = ChangeAvatar { avatar: name.as_str().to_owned() };
    let executed =
        site.accounts.execute(&user_id.to_string(), command.into(), caller.metadata(user_id)).await;
    // A file that no event speaks of is swept with the next change; for whoever was erased meanwhile there is none.
    if let Err(AggregateError::UserError(AccountError::NotRegistered)) = executed {
        site.avatar_files.sweep(user_id, None, DateTime::<Utc>::MAX_UTC).await?;
    }
    executed?;
    Ok(axum::Json(AvatarBody { avatar_url: url(name.as_str()) }))
}

/// The uploaded file, out of whichever of the two forms.
async fn picture(request: Request, site: &Shared) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let picture = match kind.as_str() {
        "multipart/form-data" => field(request, site).await?,
        "image/png" | "image/jpeg" | "image/webp" => {
            Bytes::from_request(request, site).await.map_err(|rejection| {
                Problem::new(if rejection.status() == 413 { "too_large" } else { "malformed_request" })
            })?
        }
        _ => return Err(Problem::new("unsupported_media_type")),
    };
    if picture.len() > LARGEST_PICTURE {
        return Err(Problem::new("too_large"));
    }
    if picture.is_empty() {
        return Err(wrong("required"));
    }
    Ok(picture)
}

async fn field(request: Request, site: &Shared) -> Result<Bytes, Problem> {
    let unreadable = |error: MultipartError| {
        Problem::new(if error.status() == 413 { "too_large" } else { "malformed_request" })
    };
    let form = Multipart::from_request(request, site).await;
    let mut form = form.map_err(|_| Problem::new("malformed_request"))?;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if field.name() == Some("avatar") {
            return field.bytes().await.map_err(unreadable);
        }
    }
    Err(wrong("required"))
}

fn wrong(code: &'static str) -> Problem {
    Problem::fields("validation_failed", vec![WrongField { field: "avatar", code }])
}

/// Takes the picture away; without one there is nothing to do, which is no error.
///
/// # Errors
/// `login_required`; the infrastructure's.
#[utoipa::path(delete, path = "/api/v1/me/avatar", operation_id = "remove_avatar", tag = "Accounts", summary = "Remove my picture", security(("session" = [])),
    responses((status = 204, description = "There is none any more"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`login_required`")))]
pub async fn remove(
    State(site): State<Shared>,
    caller: Caller,
    session: Session,
) -> Result<StatusCode, Problem> {
    let user_id = session.row.user_id;
    site.accounts.execute(&user_id.to_string(), RemoveAvatar.into(), caller.metadata(user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows a picture. Its name changes with its content, so that it may be kept for ever.
///
/// # Errors
/// `not_found`, `unavailable`.
#[utoipa::path(get, path = "/media/avatars/{person}/{file}", operation_id = "show_avatar", tag = "Accounts", summary = "A picture",
    params(("person" = String, Path, description = "As in `avatar_url`"), ("file" = String, Path, description = "As in `avatar_url`")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>),
              (status = 304, description = "The one that `If-None-Match` names"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`not_found`, `unavailable`")))]
pub async fn image(
    State(site): State<Shared>,
    Path((person, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let not_found = || Problem::new("not_found");
    let (hash, size) = [("-512.jpg", AvatarSize::Large), ("-128.jpg", AvatarSize::Small)]
        .into_iter()
        .find_map(|(ending, size)| Some((file.strip_suffix(ending)?, size)))
        .ok_or_else(not_found)?;
    let name = AvatarName::parse(&person, hash).ok_or_else(not_found)?;
    let picture = site.avatar_files.get(&name, size).await?.ok_or_else(not_found)?;
    let etag = format!("\"{file}\"");
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { picture.into_response() };
    for (name, value) in [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::ETAG, etag.as_str()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

impl From<AvatarError> for Problem {
    fn from(error: AvatarError) -> Self {
        match error {
            AvatarError::Bad(BadImage::UnsupportedType) => Self::new("unsupported_media_type"),
            AvatarError::Bad(BadImage::TooLarge) => wrong("out_of_range"),
            // A picture that is not done in its time is not going to be at another one.
            AvatarError::Bad(BadImage::Damaged) | AvatarError::TooSlow => wrong("invalid_format"),
            AvatarError::Overloaded => Self::overloaded(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the avatars' store is not available");
        Self::unavailable()
    }
}
