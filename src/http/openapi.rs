//! The OpenAPI 3.1 document, put together from the handlers' own descriptions.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    admin, analytics,
    audit::{events as log_events, streams},
    availability, avatar, captcha, leave, login, logout, me,
    merchant::{
        bulk, categories, events, export, import, list,
        live::{ChangedProduct, ChangedStore},
        products, store,
    },
    operations, password, password_resets,
    proof::{checkpoint, consistency, inclusion, keys},
    register, verifications,
};
use crate::account::Role;

#[derive(OpenApi)]
#[openapi(
    info(title = "掌柜 zhanggui", description = "Accounts and merchants of a shop-coupon site, on an event log that can be proved. \
        Every error is RFC 9457 `application/problem+json` with a stable `code`; `title` and `detail` follow `Accept-Language` (zh-CN or en)."),
    paths(captcha::issue, captcha::image, availability::check, register::register, login::login, logout::logout, me::show,
          leave::export, leave::erase, verifications::request, verifications::confirm, password::change,
          password_resets::request, password_resets::confirm, avatar::change, avatar::remove, avatar::image,
          store::open, store::show, store::rename, events::watch, bulk::act, list::show, products::list, products::show, products::modify, products::delete,
          products::restore, products::refresh, import::products, export::products, categories::add, categories::rename, categories::remove,
          checkpoint::show, inclusion::show, consistency::show, keys::show,
          admin::people, admin::grant, admin::revoke,
          analytics::daily::show, analytics::active::show, analytics::retention::show, analytics::products::show,
          log_events::find, log_events::show, log_events::types, streams::events, streams::state, streams::diff,
          operations::healthz, operations::readyz, operations::metrics, operations::openapi),
    components(schemas(ChangedProduct, ChangedStore, Role)),
    modifiers(&SessionCookie),
    tags((name = "Accounts", description = "Register, log in, one client at a time; codes, passwords, pictures; leave and be forgotten"),
         (name = "Merchant", description = "A store, its categories and its products, listed from a link"),
         (name = "Analytics", description = "How many registered and came, who came back, what became of products; for analysts"),
         (name = "Administration", description = "Who may do what, for admins"),
         (name = "Audit", description = "The log itself, for auditors: find events, replay any moment, see who looked at whose data, prove that nothing was altered"),
         (name = "Operations", description = "For those who run it")),
)]
struct Document;

struct SessionCookie;

impl Modify for SessionCookie {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("session")));
        document.components.get_or_insert_default().add_security_scheme("session", cookie);
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes::table;

    #[test]
    fn the_document_describes_every_route_of_the_table_but_pages() {
        let json = serde_json::to_value(document()).unwrap();
        for route in table() {
            let is_page = [
                "/",
                "/login",
                "/register",
                "/forgot",
                "/account",
                "/store",
                "/admin",
                "/analytics",
                "/audit",
                "/docs",
                "/dev/outbox",
                "/favicon.ico",
                "/static/{*file}",
            ]
            .contains(&route.path);
            let described = json["paths"][route.path].get(route.method.to_lowercase()).is_some();
            assert_eq!(described, !is_page, "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let json = serde_json::to_value(document()).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for operation in
            json["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap())
        {
            let id = operation.1["operationId"].as_str().unwrap();
            assert!(seen.insert(id.to_owned()), "{id} names two operations");
        }
    }
}
