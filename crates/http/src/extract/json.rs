//! A JSON body.

use crate::ApiError;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON body, in either direction.
///
/// Reading one asks for a JSON content type (415), stops at the route's body limit (413), and answers 400 with line and
/// column where the text is no JSON or is nested more than 128 deep, 422 with the field where it is not the JSON wanted.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type("Send this as application/json."));
        }
        parse(&read_body(request, state).await?).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The whole body, up to the route's limit.
pub(crate) async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        _ => ApiError::bad_request("The body ended before it was complete."),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|cause| {
        ApiError::bad_request(format!("The body is not UTF-8 text from byte {} on.", cause.valid_up_to()))
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        match (cause.is_data(), path.as_str()) {
            (false, _) => unreadable(&cause),
            (true, ".") => ApiError::invalid(cause.to_string()).at("", cause.to_string()),
            (true, _) => ApiError::invalid(format!("`{path}`: {cause}")).at(path, cause.to_string()),
        }
    })?;
    reader.end().map_err(|cause| unreadable(&cause))?;
    Ok(value)
}

fn unreadable(cause: &serde_json::Error) -> ApiError {
    ApiError::bad_request(format!("The body is not JSON: {cause}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[derive(serde::Deserialize)]
    struct Question {
        #[serde(rename = "question")]
        _question: String,
        #[serde(default, rename = "about")]
        _about: Vec<Place>,
    }

    #[derive(serde::Deserialize)]
    struct Place {
        #[serde(rename = "page")]
        _page: u32,
    }

    #[track_caller]
    fn check(content_type: Option<&str>, body: impl Into<Body>, status: u16, needle: &str) {
        let mut request = Request::builder().method("POST");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let request = request.body(body.into()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(Json::<Question>::from_request(request, &()));
        let (found, text) = match outcome {
            Ok(_) => (200, String::new()),
            Err(error) => {
                let response = error.problem(None, None);
                let status = response.status().as_u16();
                let body = runtime.block_on(axum::body::to_bytes(response.into_body(), 100_000)).unwrap();
                (status, String::from_utf8(body.to_vec()).unwrap())
            }
        };
        assert_eq!(found, status, "{text}");
        assert!(text.contains(needle), "{text}");
    }

    #[test]
    fn a_rejection_says_what_and_where() {
        let json = Some("application/json; charset=utf-8");
        check(json, r#"{"question":"?"}"#, 200, "");
        check(Some("application/fhir+json"), r#"{"question":"?"}"#, 200, "");
        check(None, "{}", 415, "application/json");
        check(Some("text/plain"), "{}", 415, "application/json");
        check(Some("application/x-www-form-urlencoded"), "question=1", 415, "application/json");
        check(json, "", 400, "line 1 column 0");
        check(json, r#"{"question":"#, 400, "line 1 column 12");
        check(json, r#"{"question":"?"} x"#, 400, "trailing characters");
        check(json, vec![b'"', 0xC3, 0x28, b'"'], 400, "byte 1");
        check(json, r#"{"about":[]}"#, 422, r#""field":"","detail":"missing field"#);
        check(json, "{}", 422, "missing field `question`");
        check(
            json,
            r#"{"question":"?","about":[{"page":1},{"page":-2}]}"#,
            422,
            r#""field":"about[1].page""#,
        );
        check(json, r#"{"question":"?","question":"!"}"#, 422, "duplicate field");
        check(json, format!("{{\"x\":{}", "[".repeat(1_000_000)), 400, "EOF while parsing");
        check(json, vec![b' '; 3 * 1024 * 1024], 413, "too-large");
    }

    #[test]
    fn nesting_is_bounded_where_it_costs_stack() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (depth, is_read) in [(100, true), (1_000, false), (1_000_000, false)] {
            assert_eq!(parse::<serde_json::Value>(nested(depth).as_bytes()).is_ok(), is_read, "{depth}");
        }
    }
}
