//! Every address of this server, in one place: the router and the OpenAPI document come from the
//! same list, so an address that is not documented does not exist.

use super::app::App;
use super::authentication::Caller;
use super::pay::{ledger, operations, orders, receipts, requests, start, subscriptions};
use super::problem::{Code, Problem};
use super::{
    alerts, callbacks, documentation, documents, events, exchanges, guard, health, inbox, invoices,
};
use super::{operator, outbox, parties, settlements, validate};
use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The head of the OpenAPI document; the paths come from the routes.
#[derive(OpenApi)]
#[openapi(
    modifiers(&Bearer),
    security(("key" = [])),
    info(
        title = "Acquit",
        description = "Invoices and payment-process messages in, every sender answered, \
                       everyone concerned told."
    ),
    tags(
        (name = "partners", description = "For issuers and payment providers"),
        (name = "invoices", description = "For portals, clients, issuers and operators"),
        (name = "payments", description = "Orders, receipts and requests for invoices"),
        (name = "log", description = "The exchange log and its event feed"),
        (name = "operations", description = "Running the server"),
    )
)]
struct Head;

/// The way callers say who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", scheme);
    }
}

/// Every documented address.
fn documented() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(inbox::post))
        .routes(routes!(callbacks::post))
        .routes(routes!(callbacks::post_message, callbacks::state))
        .routes(routes!(validate::post))
        .routes(routes!(outbox::list))
        .routes(routes!(outbox::taken))
        .routes(routes!(invoices::list))
        .routes(routes!(invoices::one))
        .routes(routes!(invoices::exchanges))
        .routes(routes!(documents::one))
        .routes(routes!(parties::list))
        .routes(routes!(exchanges::list))
        .routes(routes!(exchanges::one))
        .routes(routes!(exchanges::raw))
        .routes(routes!(exchanges::reading))
        .routes(routes!(events::list))
        .routes(routes!(alerts::list))
        .routes(routes!(operator::add_key))
        .routes(routes!(operator::revoke_key))
        .routes(routes!(operator::reprocess))
        .routes(routes!(operator::resend))
        .routes(routes!(settlements::list))
        .routes(routes!(settlements::take))
        .routes(routes!(settlements::one))
        .routes(routes!(settlements::close))
        .routes(routes!(settlements::statement))
        .routes(routes!(settlements::cheques))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .merge(payments())
        .merge(operations())
}

/// Addresses of payments.
fn payments() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(start::post, orders::list))
        .routes(routes!(orders::one))
        .routes(routes!(receipts::one))
        .routes(routes!(requests::post, requests::list))
        .routes(routes!(requests::one))
        .routes(routes!(subscriptions::post, subscriptions::list))
        .routes(routes!(subscriptions::one, subscriptions::change))
        .routes(routes!(subscriptions::rotate))
        .routes(routes!(subscriptions::remove))
        .routes(routes!(subscriptions::test))
}

/// Addresses of operators that are about payments.
fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(operations::block))
        .routes(routes!(operations::unblock))
        .routes(routes!(operations::cancel))
        .routes(routes!(operations::allocate))
        .routes(routes!(operations::refund))
        .routes(routes!(operations::settle_refund))
        .routes(routes!(operations::settle_dispute))
        .routes(routes!(operations::close_case))
        .routes(routes!(operations::resend_notice))
        .routes(routes!(operations::void_order))
        .routes(routes!(operations::withdraw_request))
        .routes(routes!(operations::deliver_again))
        .routes(routes!(ledger::cases))
        .routes(routes!(ledger::case))
        .routes(routes!(ledger::suspense))
        .routes(routes!(ledger::funds))
        .routes(routes!(ledger::totals))
        .routes(routes!(ledger::notices))
        .routes(routes!(ledger::deliveries))
}

/// The OpenAPI 3.1 document of this server.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().split_for_parts().1
}

/// The whole HTTP surface.
pub fn router(app: Arc<App>) -> Router {
    let (router, document) = documented().split_for_parts();
    #[cfg(feature = "as2")]
    let router = router.route(super::as2::ADDRESS, axum::routing::post(super::as2::post));
    router
        .merge(documentation::router(&document))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(app.clone(), super::problem::titles))
        .layer(from_fn(guard::guard))
        .with_state(app)
}

/// An address that does not exist. Below `/v1` a caller must first say who it is, so that nothing
/// is told to strangers.
async fn nowhere(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if parts.uri.path().starts_with("/v1/")
        && let Err(problem) = Caller::from_request_parts(&mut parts, &app).await
    {
        return problem.into_response();
    }
    Problem::not_found().into_response()
}

/// An address that exists, asked with a method that it does not know.
async fn wrong_method() -> Problem {
    Problem::new(Code::Method, "This address does not know this method.")
}
