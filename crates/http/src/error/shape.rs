//! The two shapes of an error on the wire.

use super::ApiError;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use salus_fhir::outcome::{Issue, IssueCode, Severity, operation_outcome};
use serde::Serialize;

/// The body of every error under `/api` (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Which kind of problem: `urn:salus:problem:` and a word that programs may rely on.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words; the same for every problem of the kind.
    pub title: &'static str,
    /// The status code again.
    pub status: u16,
    /// What is the matter this time, in words to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// To find the request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The places in the request that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// What the caller can show once more who they are with, where that is what is missing: `password`, `totp`,
    /// `passkey`, `email`, `sms`, `recovery`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<&'static str>,
}

/// One place in the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where: `people[2].name`, or a FHIRPath.
    pub field: String,
    /// What is wrong there.
    pub detail: String,
}

impl ApiError {
    /// The `problem+json` answer.
    pub(crate) fn problem(&self, instance: Option<&str>, request_id: Option<&str>) -> Response {
        let from_issues = self.0.issues.iter().map(|issue| FieldProblem {
            field: issue.expression.clone().unwrap_or_default(),
            detail: issue.diagnostics.clone(),
        });
        let problem = Problem {
            kind: format!("urn:salus:problem:{}", self.0.slug),
            title: self.0.title,
            status: self.0.status.as_u16(),
            detail: self.0.detail.as_deref().map(str::to_owned),
            instance: instance.map(str::to_owned),
            request_id: request_id.map(str::to_owned),
            errors: self.0.fields.iter().cloned().chain(from_issues).collect(),
            factors: self.0.factors.clone(),
        };
        self.answer("application/problem+json", serde_json::to_vec(&problem).unwrap_or_default())
    }

    /// The `OperationOutcome` answer.
    pub(crate) fn outcome(&self) -> Response {
        let body = self.operation_outcome();
        self.answer("application/fhir+json", serde_json::to_vec(&body).unwrap_or_default())
    }

    /// The `OperationOutcome` itself; also for an entry of a bundle.
    pub fn operation_outcome(&self) -> serde_json::Value {
        operation_outcome(&self.outcome_issues())
    }

    fn outcome_issues(&self) -> Vec<Issue> {
        if !self.0.issues.is_empty() {
            return self.0.issues.clone();
        }
        let issue = |expression: Option<String>, diagnostics: String| Issue {
            severity: Severity::Error,
            code: self.issue_code(),
            expression,
            diagnostics,
        };
        if !self.0.fields.is_empty() {
            let fields = self.0.fields.iter();
            return fields.map(|field| issue(None, format!("{}: {}", field.field, field.detail))).collect();
        }
        let words = self.0.detail.as_deref().unwrap_or(self.0.title);
        vec![issue(None, words.to_owned())]
    }

    /// FHIR's word for the kind (http://hl7.org/fhir/R4/valueset-issue-type.html).
    fn issue_code(&self) -> IssueCode {
        match self.0.status.as_u16() {
            401 => IssueCode::Login,
            403 => IssueCode::Forbidden,
            404 => IssueCode::NotFound,
            405 | 406 | 415 => IssueCode::NotSupported,
            409 | 412 => IssueCode::Conflict,
            410 => IssueCode::Deleted,
            413 | 414 | 431 => IssueCode::TooLong,
            422 => IssueCode::Processing,
            429 => IssueCode::Throttled,
            503 | 507 => IssueCode::Transient,
            status if status >= 500 => IssueCode::Exception,
            _ => IssueCode::Invalid,
        }
    }

    fn answer(&self, content_type: &'static str, body: Vec<u8>) -> Response {
        let mut response = (self.0.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"salus\""));
        }
        response
    }
}

impl IntoResponse for ApiError {
    /// The problem as far as it is known here. The outermost layer writes it again with the path and the request's
    /// id, or as an `OperationOutcome` (see `layers::envelope`).
    fn into_response(self) -> Response {
        let mut response = self.problem(None, None);
        response.extensions_mut().insert(self);
        response
    }
}
