//! The one file of an upload form.

use axum::extract::Multipart;
use bytes::Bytes;
use salus_http::ApiError;

/// The largest upload, in bytes, the form around it included.
pub(super) const MOST_BYTES: usize = 101 * 1024 * 1024;

/// A file as it was sent.
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) bytes: Bytes,
}

/// The form of an upload, for the documentation.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Takes the field `file` out of the form.
pub(super) async fn file(mut form: Multipart) -> Result<Upload, ApiError> {
    while let Some(field) = form.next_field().await? {
        if field.name() != Some("file") {
            continue;
        }
        let name = shown_name(field.file_name().unwrap_or_default());
        let bytes = field.bytes().await?;
        if bytes.is_empty() {
            return Err(ApiError::invalid("The file is empty.").at("file", "is empty"));
        }
        return Ok(Upload { name, bytes });
    }
    Err(ApiError::invalid("The form has no file.").at("file", "is missing"))
}

/// The last part of a path, without control characters, and not endless.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    let clean = clean.trim();
    if clean.is_empty() { "Document".to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_without_their_paths() {
        for (sent, shown) in [
            ("Labs.pdf", "Labs.pdf"),
            ("C:\\Users\\maria\\Labs.pdf", "Labs.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\u{0}b\n.txt", "ab.txt"),
            ("", "Document"),
            ("dir/", "Document"),
        ] {
            assert_eq!(shown_name(sent), shown);
        }
    }
}
