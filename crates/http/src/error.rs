//! The one error of the API, and its two shapes: `application/problem+json` (RFC 9457), and a FHIR
//! `OperationOutcome` under `/fhir`.
//!
//! **Invariant:** the cause of a 5xx is logged and never sent; what is absent and what is not allowed look the same.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use salus_auth::{AccountError, SignInError, TokenError};
use salus_fhir::outcome::{Issue, IssueCode, Severity, operation_outcome};
use serde::Serialize;
use std::borrow::Cow;

/// Why a request was not answered as it hoped. Made by the named functions, or `From` another crate's error.
#[derive(Clone)]
pub struct ApiError {
    status: StatusCode,
    /// The last part of the problem's `type`.
    slug: &'static str,
    title: &'static str,
    detail: Option<Cow<'static, str>>,
    fields: Vec<FieldProblem>,
    issues: Vec<Issue>,
    retry_after_s: Option<u64>,
    /// For the log alone.
    cause: Option<String>,
}

/// One place in the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where: `people[2].name`, or a FHIRPath.
    pub field: String,
    /// What is wrong there.
    pub detail: String,
}

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
}

/// One line of the table of kinds: slug, status, title.
type Kind = (&'static str, StatusCode, &'static str);

const BAD_REQUEST: Kind = ("bad-request", StatusCode::BAD_REQUEST, "The request cannot be read");
const UNAUTHENTICATED: Kind = ("unauthenticated", StatusCode::UNAUTHORIZED, "Sign in first");
const REFUSED: Kind = ("sign-in-refused", StatusCode::UNAUTHORIZED, "Sign-in refused");
const FORBIDDEN: Kind = ("forbidden", StatusCode::FORBIDDEN, "This is not allowed");
const NOT_FOUND: Kind = ("not-found", StatusCode::NOT_FOUND, "There is no such thing");
const METHOD: Kind = ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here");
const NOT_ACCEPTABLE: Kind =
    ("not-acceptable", StatusCode::NOT_ACCEPTABLE, "There is no such representation");
const CONFLICT: Kind = ("conflict", StatusCode::CONFLICT, "Something else happened first");
const GONE: Kind = ("gone", StatusCode::GONE, "This was deleted");
const PRECONDITION: Kind =
    ("precondition-failed", StatusCode::PRECONDITION_FAILED, "It changed in the meantime");
const TOO_LARGE: Kind = ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large");
const URI_TOO_LONG: Kind = ("uri-too-long", StatusCode::URI_TOO_LONG, "The address is too long");
const HEADERS: Kind =
    ("headers-too-large", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large");
const MEDIA_TYPE: Kind =
    ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "This kind of content is not taken here");
const INVALID: Kind = ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "The content is not valid");
const TOO_MANY: Kind = ("too-many-requests", StatusCode::TOO_MANY_REQUESTS, "Too many requests");
const INTERNAL: Kind = ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side");
const BUSY: Kind = ("busy", StatusCode::SERVICE_UNAVAILABLE, "Too busy at this moment");
const TIMEOUT: Kind = ("timeout", StatusCode::SERVICE_UNAVAILABLE, "It took too long");
const FULL: Kind = ("full", StatusCode::INSUFFICIENT_STORAGE, "There is no room left to store this");

impl ApiError {
    /// 400: the request cannot be read; `detail` says where.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(BAD_REQUEST).because(detail)
    }

    /// 401: nobody is signed in, or no longer.
    pub fn unauthenticated() -> Self {
        Self::of(UNAUTHENTICATED)
    }

    /// 403: allowed to nobody in this way (not: not allowed to you; that is [`ApiError::not_found`]).
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(FORBIDDEN).because(detail)
    }

    /// 404: there is no such thing, or none for this caller.
    pub fn not_found(thing: &str) -> Self {
        Self::of(NOT_FOUND).because(format!("There is no such {thing}."))
    }

    /// 405: the path is there, the method is not.
    pub fn method_not_allowed() -> Self {
        Self::of(METHOD)
    }

    /// 406: the representation asked for does not exist.
    pub fn not_acceptable(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(NOT_ACCEPTABLE).because(detail)
    }

    /// 409: something else happened first; reading again may help.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(CONFLICT).because(detail)
    }

    /// 410: it was there, and was deleted.
    pub fn gone(thing: &str) -> Self {
        Self::of(GONE).because(format!("This {thing} was deleted."))
    }

    /// 412: a condition of the request (`If-Match`, `If-None-Exist`) does not hold.
    pub fn precondition_failed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(PRECONDITION).because(detail)
    }

    /// 413: more bytes than are taken here.
    pub fn too_large() -> Self {
        Self::of(TOO_LARGE)
    }

    /// 414: a longer address than is read.
    pub fn uri_too_long() -> Self {
        Self::of(URI_TOO_LONG)
    }

    /// 431: more headers than are read.
    pub fn headers_too_large() -> Self {
        Self::of(HEADERS)
    }

    /// 415: another content type is needed; `detail` says which.
    pub fn unsupported_media_type(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(MEDIA_TYPE).because(detail)
    }

    /// 422: it can be read, and is not right; `detail` says why.
    pub fn invalid(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(INVALID).because(detail)
    }

    /// 422 with the places that are wrong.
    pub fn invalid_issues(issues: Vec<Issue>) -> Self {
        let mut error = Self::of(INVALID);
        error.issues = issues;
        error
    }

    /// 429: the next request is welcome in so many seconds.
    pub fn too_many_requests(retry_after_s: u64) -> Self {
        Self::of(TOO_MANY).after(retry_after_s)
    }

    /// 500: `cause` is for the log, without health data; it is never sent.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut error = Self::of(INTERNAL);
        error.cause = Some(cause.into());
        error
    }

    /// 503: try again in a moment.
    pub fn busy() -> Self {
        Self::of(BUSY).after(1)
    }

    /// 503: the work took longer than requests may.
    pub fn timeout() -> Self {
        Self::of(TIMEOUT).after(5)
    }

    /// 507: the disk is full; reading still works.
    pub fn full() -> Self {
        Self::of(FULL)
    }

    /// Names a place in the request that is wrong.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.fields.push(FieldProblem { field: field.into(), detail: detail.into() });
        self
    }

    /// Replaces the issues that the `OperationOutcome` form carries.
    #[must_use]
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        self.issues = issues;
        self
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What to write into the log where there is something to repair.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The problem of a status that came without one.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let kinds = [
            BAD_REQUEST,
            UNAUTHENTICATED,
            FORBIDDEN,
            NOT_FOUND,
            METHOD,
            NOT_ACCEPTABLE,
            CONFLICT,
            GONE,
            PRECONDITION,
            TOO_LARGE,
            URI_TOO_LONG,
            HEADERS,
            MEDIA_TYPE,
            INVALID,
            TOO_MANY,
            BUSY,
            FULL,
        ];
        let fallback = if status.is_server_error() { INTERNAL } else { BAD_REQUEST };
        let kind = kinds.into_iter().find(|kind| kind.1 == status).unwrap_or(fallback);
        Self { status, ..Self::of(kind) }
    }

    fn of((slug, status, title): Kind) -> Self {
        let (detail, retry_after_s, cause) = (None, None, None);
        Self { status, slug, title, detail, fields: vec![], issues: vec![], retry_after_s, cause }
    }

    fn wait(wait: jiff::SignedDuration) -> Self {
        Self::too_many_requests(u64::try_from(wait.as_secs()).unwrap_or(1))
    }

    fn because(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds.max(1));
        self
    }

    /// The `problem+json` answer.
    pub(crate) fn problem(&self, instance: Option<&str>, request_id: Option<&str>) -> Response {
        let from_issues = self.issues.iter().map(|issue| FieldProblem {
            field: issue.expression.clone().unwrap_or_default(),
            detail: issue.diagnostics.clone(),
        });
        let problem = Problem {
            kind: format!("urn:salus:problem:{}", self.slug),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail.as_deref().map(str::to_owned),
            instance: instance.map(str::to_owned),
            request_id: request_id.map(str::to_owned),
            errors: self.fields.iter().cloned().chain(from_issues).collect(),
        };
        self.answer("application/problem+json", serde_json::to_vec(&problem).unwrap_or_default())
    }

    /// The `OperationOutcome` answer.
    pub(crate) fn outcome(&self) -> Response {
        let body = operation_outcome(&self.outcome_issues());
        self.answer("application/fhir+json", serde_json::to_vec(&body).unwrap_or_default())
    }

    fn outcome_issues(&self) -> Vec<Issue> {
        if !self.issues.is_empty() {
            return self.issues.clone();
        }
        let issue = |expression: Option<String>, diagnostics: String| Issue {
            severity: Severity::Error,
            code: self.issue_code(),
            expression,
            diagnostics,
        };
        if !self.fields.is_empty() {
            let fields = self.fields.iter();
            return fields.map(|field| issue(None, format!("{}: {}", field.field, field.detail))).collect();
        }
        let words = self.detail.as_deref().unwrap_or(self.title);
        vec![issue(None, words.to_owned())]
    }

    /// FHIR's word for the kind (http://hl7.org/fhir/R4/valueset-issue-type.html).
    fn issue_code(&self) -> IssueCode {
        match self.status.as_u16() {
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
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
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

impl From<salus_store::Error> for ApiError {
    fn from(error: salus_store::Error) -> Self {
        use salus_store::{Conflict, Error};
        match error {
            Error::Denied | Error::NotFound => Self::not_found("resource"),
            Error::Conflict(Conflict::Contended) => Self::busy(),
            Error::Conflict(conflict @ Conflict::Exists { .. }) => Self::conflict(conflict.to_string()),
            Error::Conflict(conflict) => Self::precondition_failed(conflict.to_string()),
            Error::Invalid(issues) => Self::invalid_issues(issues),
            Error::Full => Self::full(),
            Error::Busy => Self::busy(),
            cause @ (Error::Corrupt(_) | Error::Unusable(_) | Error::Io(_)) => {
                Self::internal(cause.to_string())
            }
        }
    }
}

impl From<salus_auth::Error> for ApiError {
    fn from(error: salus_auth::Error) -> Self {
        match error {
            salus_auth::Error::Busy => Self::busy(),
            salus_auth::Error::Store(cause) => cause.into(),
            cause => Self::internal(cause.to_string()),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        let words = error.to_string();
        match error {
            SignInError::Refused => Self::of(REFUSED).because(words),
            SignInError::Wait(wait) => Self::wait(wait).because(words),
            SignInError::Other(cause) => cause.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        let words = error.to_string();
        match error {
            AccountError::NotFound => Self::not_found("account"),
            AccountError::Email => Self::invalid(words.clone()).at("email", words),
            AccountError::EmailTaken => Self::conflict(words),
            AccountError::Name => Self::invalid(words.clone()).at("name", words),
            AccountError::Weak(_) => Self::invalid(words.clone()).at("newPassword", words),
            AccountError::WrongPassword => Self::invalid(words.clone()).at("currentPassword", words),
            AccountError::Wait(wait) => Self::wait(wait).because(words),
            AccountError::Other(cause) => cause.into(),
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let words = error.to_string();
        match error {
            TokenError::Label => Self::invalid(words.clone()).at("label", words),
            TokenError::Days(_) => Self::invalid(words.clone()).at("days", words),
            TokenError::TooMany => Self::conflict(words),
            TokenError::Other(cause) => cause.into(),
        }
    }
}

impl From<axum::extract::multipart::MultipartError> for ApiError {
    fn from(error: axum::extract::multipart::MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            _ => Self::bad_request(error.body_text()),
        }
    }
}

impl From<Vec<Issue>> for ApiError {
    fn from(issues: Vec<Issue>) -> Self {
        Self::invalid_issues(issues)
    }
}

impl std::fmt::Debug for ApiError {
    /// Status and kind alone: a detail may quote the request.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiError({} {})", self.status.as_u16(), self.slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_store::{Conflict, Error};

    #[test]
    fn each_error_of_the_store_says_what_to_do_next() {
        let version =
            Conflict::Version { type_name: "Patient".into(), id: "p1".into(), expected: 1, current: 2 };
        let exists = Conflict::Exists { type_name: "Patient".into(), id: "p1".into() };
        for (error, status, retry) in [
            (Error::Denied, 404, None),
            (Error::NotFound, 404, None),
            (version.into(), 412, None),
            (exists.into(), 409, None),
            (Conflict::Condition { index: 0 }.into(), 412, None),
            (Conflict::Contended.into(), 503, Some("1")),
            (Error::Invalid(vec![]), 422, None),
            (Error::Full, 507, None),
            (Error::Busy, 503, Some("1")),
            (Error::Corrupt("Patient/p1".into()), 500, None),
            (Error::Io("/var/lib/salus: permission denied".into()), 500, None),
        ] {
            let response = ApiError::from(error).into_response();
            assert_eq!(response.status().as_u16(), status);
            let header = response.headers().get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(header.as_deref(), retry);
        }
    }

    #[tokio::test]
    async fn the_cause_of_our_own_failure_is_never_sent() {
        let error = ApiError::from(Error::Io("/var/lib/salus/record.db: permission denied".into()));
        assert!(error.cause().unwrap().contains("record.db"));
        for response in [error.problem(Some("/api/v1/people"), Some("r1")), error.outcome()] {
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            assert!(!text.contains("record.db") && text.contains("Something went wrong"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_problem_names_kind_place_and_request() {
        let error = ApiError::invalid("Two things are wrong.").at("people[2].name", "is missing");
        let response = error.problem(Some("/api/v1/people"), Some("r1"));
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap(), @r#"{"type":"urn:salus:problem:invalid","title":"The content is not valid","status":422,"detail":"Two things are wrong.","instance":"/api/v1/people","requestId":"r1","errors":[{"field":"people[2].name","detail":"is missing"}]}"#);
    }
}
