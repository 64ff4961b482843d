//! S1: a captcha to solve, and its image.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Shared;
use super::extract::{Caller, Path};
use super::limits::Limited;
use super::problem::{Problem, ProblemBody};

/// A captcha that waits to be solved.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaptchaBody {
    /// To be sent back with the answer.
    pub captcha_id: Uuid,
    /// Where its image is.
    pub image_url: String,
    /// Until when it can be answered.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// The characters themselves; only in development.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<String>,
}

/// RFC 3339 in UTC with milliseconds, as all times are written.
#[must_use]
pub fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A new captcha.
///
/// # Errors
/// `too_many_requests`.
#[utoipa::path(get, path = "/api/v1/captcha", tag = "Accounts", summary = "A new captcha",
    responses((status = 200, body = CaptchaBody),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`too_many_requests`")))]
pub async fn issue(State(site): State<Shared>, caller: Caller) -> Result<axum::Json<CaptchaBody>, Problem> {
    site.limits.take(Limited::Captcha, caller.address)?;
    let captcha = site.captchas.issue()?;
    Ok(axum::Json(CaptchaBody {
        captcha_id: captcha.id,
        image_url: format!("/media/captcha/{}.png", captcha.id),
        expires_at: time(captcha.expires_at),
        value: site.settings.disclose_codes.then(|| site.captchas.answer(&captcha)),
    }))
}

/// A captcha's image.
///
/// # Errors
/// `not_found` for an id that we did not issue or that has expired; `too_many_requests`.
#[utoipa::path(get, path = "/media/captcha/{file}", tag = "Accounts", summary = "A captcha's image",
    params(("file" = String, Path, description = "The captcha's id and `.png`, as in `image_url`")),
    responses((status = 200, body = Vec<u8>, content_type = "image/png"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json", description = "`not_found`, `too_many_requests`")))]
pub async fn image(
    State(site): State<Shared>,
    Path(file): Path<String>,
    caller: Caller,
) -> Result<Response, Problem> {
    site.limits.take(Limited::Captcha, caller.address)?;
    let id = file.strip_suffix(".png").ok_or(Problem::new("not_found"))?;
    let captcha = site.captchas.find(id).ok_or(Problem::new("not_found"))?;
    let png = site.captchas.draw(&captcha).map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=300")], png)
        .into_response())
}
