//! `GET /api/v1/documents/{id}/content`: the file itself.

use super::get_document::kept;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use salus_http::{ApiError, Caller, Path};
use salus_store::BlobId;

/// Read the file of a document, to be shown in place
#[utoipa::path(get, path = "/api/v1/documents/{id}/content", tag = "documents", operation_id = "getDocumentContent",
    params(("id" = String, Path, description = "Id of the document")),
    responses((status = 200, description = "The file as it was uploaded", body = Vec<u8>, content_type = "application/octet-stream"),
              (status = 404, body = salus_http::Problem)))]
pub(crate) async fn handle(caller: Caller, Path(id): Path<String>) -> Result<Response, ApiError> {
    let kept = kept(&caller, &id).await?;
    let blob: BlobId = kept.blob.parse()?;
    let bytes = caller.records.get_blob(&blob).await?;
    let headers = [(CONTENT_TYPE, kept.media_type), (CONTENT_DISPOSITION, shown_as(&kept.title))];
    Ok((headers, bytes).into_response())
}

/// The `Content-Disposition` of a file to be shown in place, with the name to save it by (RFC 6266, RFC 8187): once in
/// plain ASCII for old programs, once whole.
fn shown_as(title: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' };
    let plain: String = title.chars().map(plain).collect();
    let whole: String = title.bytes().map(encoded).collect();
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

fn encoded(byte: u8) -> String {
    match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::shown_as;

    #[test]
    fn asvs_v5_4_1_a_file_is_saved_under_its_name_and_nothing_else_is_said_by_it() {
        for (title, expect) in [
            ("letter.pdf", "inline; filename=\"letter.pdf\"; filename*=UTF-8''letter.pdf"),
            (
                "Brief für Léa.pdf",
                "inline; filename=\"Brief f_r L_a.pdf\"; filename*=UTF-8''Brief%20f%C3%BCr%20L%C3%A9a.pdf",
            ),
            ("a\"; x=\"b", "inline; filename=\"a__ x__b\"; filename*=UTF-8''a%22%3B%20x%3D%22b"),
            (
                "a\r\nset-cookie: x",
                "inline; filename=\"a__set-cookie_ x\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x",
            ),
        ] {
            assert_eq!(shown_as(title), expect, "{title:?}");
        }
    }
}
