//! What is mounted where. The routes and the CapabilityStatement are both made of this one table.

use crate::api;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use salus_http::{App, Capability};
use utoipa_axum::router::OpenApiRouter;

/// The most bytes of a bundle.
const MOST_BUNDLE_BYTES: usize = 64 * 1024 * 1024;

/// A path, what answers there, and what the CapabilityStatement tells of it.
pub(crate) struct Mounted {
    path: &'static str,
    methods: fn() -> MethodRouter<App>,
    pub(crate) offers: &'static [Offer],
}

/// Something a client may do here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    /// An interaction with every resource type.
    OnType(&'static str),
    /// A member of the CapabilityStatement that tells how an interaction may be done; `true`, or a code.
    How(&'static str, &'static str),
    /// An interaction with the whole system.
    OnSystem(&'static str),
    /// An operation of every resource type, and where it is defined.
    Operation(&'static str, &'static str),
    /// An operation of one resource type.
    OperationOf(&'static str, &'static str, &'static str),
}

use Offer::{How, OnSystem, OnType, Operation, OperationOf};

/// All of it.
pub(crate) const TABLE: &[Mounted] = &[
    Mounted { path: "/fhir/r4/metadata", methods: || get(api::metadata::handle), offers: &[] },
    Mounted {
        path: "/fhir/r4",
        methods: || {
            let carried_out = post(api::bundle::handle).layer(DefaultBodyLimit::max(MOST_BUNDLE_BYTES));
            carried_out.get(api::search_system::handle)
        },
        offers: &[OnSystem("transaction"), OnSystem("batch"), OnSystem("search-system")],
    },
    Mounted { path: "/fhir/r4/_search", methods: || post(api::search_system::handle_form), offers: &[] },
    Mounted {
        path: "/fhir/r4/_history",
        methods: || get(api::history::of_system),
        offers: &[OnSystem("history-system")],
    },
    Mounted {
        path: "/fhir/r4/{type}",
        methods: || {
            get(api::search::handle)
                .post(api::create::handle)
                .put(api::conditional_update::handle)
                .delete(api::conditional_delete::handle)
        },
        offers: &[
            OnType("search-type"),
            OnType("create"),
            How("conditionalCreate", "true"),
            How("conditionalUpdate", "true"),
            How("conditionalDelete", "single"),
        ],
    },
    Mounted { path: "/fhir/r4/{type}/_search", methods: || post(api::search::handle_form), offers: &[] },
    Mounted {
        path: "/fhir/r4/{type}/_history",
        methods: || get(api::history::of_type),
        offers: &[OnType("history-type")],
    },
    Mounted {
        path: "/fhir/r4/{type}/$validate",
        methods: || post(api::validate::of_type),
        offers: &[Operation("validate", "http://hl7.org/fhir/OperationDefinition/Resource-validate")],
    },
    Mounted {
        path: "/fhir/r4/{type}/{id}",
        methods: || get(api::read::handle).put(api::update::handle).delete(api::delete::handle),
        offers: &[
            OnType("read"),
            OnType("update"),
            OnType("delete"),
            How("conditionalRead", "full-support"),
            How("updateCreate", "true"),
        ],
    },
    Mounted {
        path: "/fhir/r4/{type}/{id}/_history",
        methods: || get(api::history::of_instance),
        offers: &[OnType("history-instance")],
    },
    Mounted {
        path: "/fhir/r4/{type}/{id}/_history/{version}",
        methods: || get(api::vread::handle),
        offers: &[OnType("vread"), How("readHistory", "true")],
    },
    Mounted {
        path: "/fhir/r4/{type}/{id}/$validate",
        methods: || get(api::validate::of_stored).post(api::validate::of_instance),
        offers: &[],
    },
    Mounted {
        path: "/fhir/r4/{type}/{id}/$everything",
        methods: || get(api::everything::handle),
        offers: &[
            OperationOf(
                "Patient",
                "everything",
                "http://hl7.org/fhir/OperationDefinition/Patient-everything",
            ),
            // Mounted by the emergency's own crate.
            OperationOf("Patient", "summary", "http://hl7.org/fhir/uv/ips/OperationDefinition/summary"),
        ],
    },
];

/// The FHIR API, for the server to mount.
pub fn capability() -> Capability {
    let routes = TABLE
        .iter()
        .fold(OpenApiRouter::new(), |router, mounted| router.route(mounted.path, (mounted.methods)()));
    Capability::new("rest", routes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fhir;
    use http::Method;

    #[tokio::test]
    async fn strangers_read_the_capability_statement_and_nothing_else() {
        let (app, _admin) = fhir().await;
        let mut open = Vec::new();
        for mounted in TABLE {
            let path =
                mounted.path.replace("{type}", "Patient").replace("{id}", "1").replace("{version}", "1");
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let response =
                    app.anonymous().send(method.clone(), &path, Some("application/fhir+json"), "{}").await;
                match response.status() {
                    401 | 405 => {
                        assert_eq!(response.json()["resourceType"], "OperationOutcome", "{method} {path}")
                    }
                    _ => open.push(format!("{method} {path}")),
                }
            }
        }
        assert_eq!(open, ["GET /fhir/r4/metadata"]);
    }

    #[test]
    fn every_path_stands_under_the_root() {
        assert!(TABLE.iter().all(|mounted| mounted.path.starts_with(crate::ROOT)));
    }
}
