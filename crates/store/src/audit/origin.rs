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

impl Capacity {
    pub(crate) fn of(subject: Option<&Subject>, origin: &Origin) -> Self {
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
