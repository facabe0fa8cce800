//! `POST /api/v1/people/{id}/questions`: a question in plain words, an answer with its proofs.

use crate::{Answer, AskError, Library, Viewer};
use axum::Extension;
use axum::extract::State;
use salus_http::{ApiError, App, Caller, Json, Path};
use salus_store::{AuditAction, Note};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// A question.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Question {
    /// In plain words, at most 1,000 characters.
    question: String,
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        let words = error.to_string();
        match error {
            AskError::Empty | AskError::TooLong => ApiError::invalid(words.clone()).at("question", words),
            AskError::NoSuchPerson => ApiError::not_found("person"),
            AskError::Store(cause) => cause.into(),
        }
    }
}

/// Ask a question about a record
///
/// Every sentence of the answer names the entries or the places in documents that prove it. What the record does
/// not tell is not answered; what needs a judgement is left to a doctor or pharmacist.
#[utoipa::path(post, path = "/api/v1/people/{id}/questions", tag = "record", operation_id = "askQuestion",
    params(("id" = String, Path, description = "Id of the person")),
    request_body = Question,
    responses((status = 200, body = Answer), (status = 404, body = salus_http::Problem),
              (status = 422, description = "The question is empty or too long", body = salus_http::Problem)))]
pub(crate) async fn handle(
    caller: Caller,
    State(app): State<App>,
    Extension(library): Extension<Library>,
    Path(id): Path<String>,
    Json(asked): Json<Question>,
) -> Result<Json<Answer>, ApiError> {
    let viewer = Viewer::User(Arc::clone(&caller.subject));
    let answer = library.ask(&caller.records, &viewer, app.clock.as_ref(), &id, &asked.question).await?;
    let told =
        Note { detail: json!({ "question": asked.question }), ..Note::of(AuditAction::Answer).about(&id) };
    caller.records.note_look(told).await?;
    Ok(Json(answer))
}
