//! A batch: what fails in one entry is no matter to the others.

use super::{entry, single};
use crate::bundle::Bundle;
use crate::exchange::Exchange;
use crate::reply::{Content, Reply};
use http::StatusCode;
use salus_fhir::json::Value;
use salus_fhir::operation_outcome;
use salus_http::ApiError;

/// Carries the entries out one after the other: always 200, with an answer for each in its place.
pub(crate) async fn batch(exchange: &Exchange, entries: Vec<Value>) -> Result<Reply, ApiError> {
    let mut answers = Bundle::begin("batch-response", None, &[]);
    for (index, entry) in entries.into_iter().enumerate() {
        let reply = match entry::read(index, entry, &exchange.base) {
            Ok(entry) => single::run(exchange, entry).await.unwrap_or_else(failed),
            Err(issue) => {
                let content = Content::Outcome(operation_outcome(&[issue]));
                Reply { content, ..Reply::empty(StatusCode::BAD_REQUEST) }
            }
        };
        answers.answer(&reply);
    }
    Ok(Reply::resource(answers.finish()))
}

/// An error as the answer to an entry.
pub(super) fn failed(error: ApiError) -> Reply {
    Reply { content: Content::Outcome(error.operation_outcome()), ..Reply::empty(error.status()) }
}
