//! `DELETE /api/v1/documents/{id}`: a person takes a document back.

use super::get_document::kept;
use http::StatusCode;
use salus_http::{ApiError, Caller, Path};
use salus_store::{Batch, Error, Expect, Lookup, Op};

/// Delete a document
///
/// It is no longer listed, searched or quoted. Doing it twice is not an error.
#[utoipa::path(delete, path = "/api/v1/documents/{id}", tag = "documents", operation_id = "deleteDocument",
    params(("id" = String, Path, description = "Id of the document")),
    responses((status = 204, description = "It is gone"), (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    if let Lookup::Gone { .. } = caller.records.lookup("DocumentReference", &id).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    kept(&caller, &id).await?;
    let op = Op::Delete { type_name: "DocumentReference".to_owned(), id, expect: Expect::Any };
    match caller.records.write(Batch::of(op)).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(Error::Denied | Error::NotFound) => Err(ApiError::not_found("document")),
        Err(error) => Err(error.into()),
    }
}
