//! The description of the API, put together from what each capability says of itself.

use crate::error::Problem;
use crate::public_routes::is_public;
use crate::{App, Capability, api, cookie};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, ResponseBuilder,
    SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

/// The OpenAPI 3.1 document of these capabilities together with the platform's own operations.
pub fn openapi(capabilities: Vec<Capability>) -> OpenApi {
    let routes = capabilities.into_iter().map(|capability| capability.routes);
    routers(routes).into_openapi()
}

/// All routes, with their complete description.
pub(crate) fn routers(capabilities: impl Iterator<Item = OpenApiRouter<App>>) -> OpenApiRouter<App> {
    let start = OpenApiRouter::with_openapi(base()).merge(api::routes());
    let mut all = capabilities.fold(start, OpenApiRouter::merge);
    complete(all.get_openapi_mut());
    all
}

/// Every operation of a path, by its method in capitals.
pub fn operations(path: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &path.get),
        ("PUT", &path.put),
        ("POST", &path.post),
        ("DELETE", &path.delete),
        ("PATCH", &path.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn base() -> OpenApi {
    let license =
        LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Salus")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "A person's whole health record, under their own roof. Errors are RFC 9457 problems.",
        ))
        .license(Some(license))
        .build();
    let session = ApiKeyValue::with_description(cookie::NAME, "Set by signing in.");
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token.")).build();
    let mut components = Components::new();
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// Says of every operation what is true of all: who may call it, and what an error looks like.
fn complete(openapi: &mut OpenApi) {
    for (path, item) in &mut openapi.paths.paths {
        let all = [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("PATCH", &mut item.patch),
        ];
        for (method, operation) in all {
            let Some(operation) = operation else { continue };
            operation.security.get_or_insert_with(|| security(is_public(method, path)));
            if path.starts_with("/api/") {
                add_problems(operation);
            }
        }
    }
}

fn security(is_public: bool) -> Vec<SecurityRequirement> {
    if is_public {
        return Vec::new();
    }
    let one_of = ["session", "token"];
    one_of.map(|scheme| SecurityRequirement::new::<_, [&str; 0], _>(scheme, [])).to_vec()
}

fn add_problems(operation: &mut Operation) {
    let problem = || ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let any_other = ResponseBuilder::new()
        .description("Every error is a problem (RFC 9457).")
        .content("application/problem+json", problem());
    operation.responses.responses.entry("default".to_owned()).or_insert_with(|| any_other.build().into());
}
