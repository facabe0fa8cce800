//! The one error of the API, and its two shapes: `application/problem+json` (RFC 9457), and a FHIR
//! `OperationOutcome` under `/fhir`.
//!
//! **Invariant:** the cause of a 5xx is logged and never sent; what is absent and what is not allowed look the same.

mod from;
mod shape;

pub use shape::{FieldProblem, Problem};

use http::StatusCode;
use salus_auth::Method;
use salus_fhir::Issue;
use std::borrow::Cow;

/// Why a request was not answered as it hoped. Made by the named functions, or `From` another crate's error.
#[derive(Clone)]
pub struct ApiError(Box<Content>);

#[derive(Clone)]
struct Content {
    status: StatusCode,
    /// The last part of the problem's `type`.
    slug: &'static str,
    title: &'static str,
    detail: Option<Cow<'static, str>>,
    fields: Vec<FieldProblem>,
    issues: Vec<Issue>,
    /// What they can step up with.
    factors: Vec<&'static str>,
    retry_after_s: Option<u64>,
    /// For the log alone.
    cause: Option<String>,
}

/// One line of the table of kinds: slug, status, title.
type Kind = (&'static str, StatusCode, &'static str);

const BAD_REQUEST: Kind = ("bad-request", StatusCode::BAD_REQUEST, "The request cannot be read");
const UNAUTHENTICATED: Kind = ("unauthenticated", StatusCode::UNAUTHORIZED, "Sign in first");
const REFUSED: Kind = ("sign-in-refused", StatusCode::UNAUTHORIZED, "Sign-in refused");
const FORBIDDEN: Kind = ("forbidden", StatusCode::FORBIDDEN, "This is not allowed");
const STEP_UP: Kind = ("step-up-required", StatusCode::FORBIDDEN, "Show once more that it is you");
const SECOND_FACTOR: Kind = ("second-factor-needed", StatusCode::FORBIDDEN, "Set up a second step first");
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

    /// 403: they have to show once more who they are, by one of `factors`, and may then send the request again.
    pub fn step_up_required(factors: &[Method]) -> Self {
        let mut error = Self::of(STEP_UP).because("This needs you to show once more that it is you.");
        error.0.factors = factors.iter().map(|factor| factor.code()).collect();
        error
    }

    /// 403: their role asks for a second factor, and they have none yet.
    pub(crate) fn second_factor_needed() -> Self {
        Self::of(SECOND_FACTOR)
            .because("Your part in this Salus asks for a second step. Set one up under Me.")
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
        error.0.issues = issues;
        error
    }

    /// 429: the next request is welcome in so many seconds.
    pub fn too_many_requests(retry_after_s: u64) -> Self {
        Self::of(TOO_MANY).after(retry_after_s)
    }

    /// 500: `cause` is for the log, without health data; it is never sent.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut error = Self::of(INTERNAL);
        error.0.cause = Some(cause.into());
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
        self.0.fields.push(FieldProblem { field: field.into(), detail: detail.into() });
        self
    }

    /// Replaces the issues that the `OperationOutcome` form carries.
    #[must_use]
    pub fn with_issues(mut self, issues: Vec<Issue>) -> Self {
        self.0.issues = issues;
        self
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What to write into the log where there is something to repair.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
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
        let mut error = Self::of(kind);
        error.0.status = status;
        error
    }

    fn of((slug, status, title): Kind) -> Self {
        let (detail, retry_after_s, cause) = (None, None, None);
        let (fields, issues, factors) = (Vec::new(), Vec::new(), Vec::new());
        Self(Box::new(Content { status, slug, title, detail, fields, issues, factors, retry_after_s, cause }))
    }

    fn wait(wait: jiff::SignedDuration) -> Self {
        Self::too_many_requests(u64::try_from(wait.as_secs()).unwrap_or(1))
    }

    fn because(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    fn after(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds.max(1));
        self
    }
}

impl std::fmt::Debug for ApiError {
    /// Status and kind alone: a detail may quote the request.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApiError({} {})", self.0.status.as_u16(), self.0.slug)
    }
}
