//! One entry, carried out as the request it stands for.

use super::entry::{Entry, Method};
use crate::api::{
    conditional_delete, conditional_update, create, delete, everything, history, metadata, read, search,
    search_system, update, vread,
};
use crate::exchange::Exchange;
use crate::incoming;
use crate::parameters::decode;
use crate::reply::Reply;
use salus_fhir::IssueCode;
use salus_http::ApiError;
use salus_store::HistoryScope;

/// Carries an entry out.
pub(super) async fn run(exchange: &Exchange, entry: Entry) -> Result<Reply, ApiError> {
    let Entry { index, method, target, conditions, resource, .. } = entry;
    let query = target.query.as_str();
    let resource = resource.unwrap_or_default();
    let instance = |name: &str, id: &str| HistoryScope::Instance(name.to_owned(), id.to_owned());
    match (method, target.path().as_slice()) {
        (Method::Get, []) => search_system::run(exchange, decode(query)).await,
        (Method::Get, ["metadata"]) => metadata::run(&exchange.base),
        (Method::Get, ["_history"]) => history::run(exchange, HistoryScope::System, query).await,
        (Method::Get, [name]) => search::run(exchange, name, decode(query)).await,
        (Method::Get, [name, "_history"]) => {
            history::run(exchange, HistoryScope::Type((*name).to_owned()), query).await
        }
        (Method::Get, [name, id]) => read::run(exchange, name, id, query, &conditions).await,
        (Method::Get, [name, id, "_history"]) => history::run(exchange, instance(name, id), query).await,
        (Method::Get, [name, id, "$everything"]) => everything::run(exchange, name, id, query).await,
        (Method::Get, [name, id, "_history", version]) => {
            vread::run(exchange, name, id, version, query).await
        }
        (Method::Post, [name]) => create::run(exchange, name, resource, &conditions).await,
        (Method::Put, [name]) => conditional_update::run(exchange, name, query, resource, &conditions).await,
        (Method::Put, [name, id]) => update::run(exchange, name, id, resource, &conditions).await,
        (Method::Delete, [name]) => conditional_delete::run(exchange, name, query).await,
        (Method::Delete, [name, id]) => delete::run(exchange, name, id, &conditions).await,
        _ => Err(incoming::wrong(
            IssueCode::NotSupported,
            "A bundle cannot do this.",
            &format!("Bundle.entry[{index}].request"),
        )),
    }
}
