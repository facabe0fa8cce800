//! Where somebody asks from: what the audit knows of a call beside the account.

use salus_access::{Purpose, Subject};
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// Where a call comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The address of the client.
    pub address: Option<IpAddr>,
    /// The id of the request, as its answer tells it.
    pub request_id: Option<String>,
    /// Through which program: `web`, an API token's or an OAuth client's name, `cli`.
    pub client: Option<String>,
    /// Why, where the call says so; else it is what the account usually asks for.
    pub purpose: Option<Purpose>,
}

/// In which capacity a call is made, as it stands in the chain: one piece of JSON, made once for each call.
#[derive(Clone, Default)]
pub(crate) struct Capacity(pub(crate) Arc<str>);

/// The capacities of a caller.
#[derive(Clone)]
pub(crate) struct Capacities {
    pub(crate) usual: Capacity,
    /// With a patient whose glass the caller broke, where there is one.
    pub(crate) emergency: Option<Capacity>,
}

impl Capacities {
    pub(crate) fn of(subject: Option<&Subject>, origin: &Origin) -> Self {
        let broke_the_glass = subject.is_some_and(|subject| !subject.emergencies.is_empty());
        let emergency = (broke_the_glass && origin.purpose.is_none()).then(|| {
            let origin = Origin { purpose: Some(Purpose::BreakTheGlass), ..origin.clone() };
            Capacity::of(subject, &origin)
        });
        Self { usual: Capacity::of(subject, origin), emergency }
    }
}

impl Capacity {
    fn of(subject: Option<&Subject>, origin: &Origin) -> Self {
        let mut told = Map::new();
        let mut tell = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                told.insert(name.to_owned(), value);
            }
        };
        let roles = subject.map(|subject| subject.roles.iter().map(|role| role.code()).collect::<Vec<_>>());
        let purpose = origin.purpose.or(subject.map(|subject| subject.purpose));
        tell("roles", roles.map(|roles| json!(roles)));
        tell("client", origin.client.as_deref().map(Value::from));
        tell("address", origin.address.map(|address| address.to_string().into()));
        tell("request", origin.request_id.as_deref().map(Value::from));
        tell("purpose", purpose.map(|purpose| purpose.code().into()));
        if told.is_empty() { Self::default() } else { Self(Value::Object(told).to_string().into()) }
    }
}
