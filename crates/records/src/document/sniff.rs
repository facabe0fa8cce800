//! What a file is, told from its bytes: names and headers may lie.

use super::docx::is_docx;
use crate::import::looks_like_ccda;
use salus_fhir::json::Value;
use salus_ocr::Kind;

/// What Salus can do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Pdf,
    Text,
    /// One FHIR resource or bundle.
    FhirJson,
    /// One FHIR resource a line.
    FhirNdjson,
    /// A Word document.
    Docx,
    /// HL7 v2 messages.
    Hl7v2,
    /// A C-CDA document.
    Ccda,
    /// A gzip stream of something else.
    Gzip,
    /// A photo, a scan, a screenshot.
    Picture(salus_ocr::Kind),
    /// Anything else.
    Unknown,
}

impl Content {
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain; charset=utf-8",
            Self::FhirJson => "application/fhir+json",
            Self::FhirNdjson => "application/fhir+ndjson",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Hl7v2 => "x-application/hl7-v2+er7",
            Self::Ccda => "application/xml",
            Self::Gzip => "application/gzip",
            Self::Picture(Kind::Jpeg) => "image/jpeg",
            Self::Picture(Kind::Png) => "image/png",
            Self::Picture(Kind::Tiff) => "image/tiff",
            Self::Picture(Kind::WebP) => "image/webp",
            Self::Picture(Kind::Heif) => "image/heic",
            Self::Unknown => "application/octet-stream",
        }
    }
}

/// Tells what the bytes are.
pub(crate) fn sniff(bytes: &[u8]) -> Content {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Content::Gzip;
    }
    if let Some(kind) = salus_ocr::kind(bytes) {
        return Content::Picture(kind);
    }
    if is_docx(bytes) {
        return Content::Docx;
    }
    if salus_pdf::is_pdf(bytes) {
        return Content::Pdf;
    }
    if salus_interchange::hl7v2::is_hl7v2(bytes) {
        return Content::Hl7v2;
    }
    if looks_like_ccda(bytes) {
        return Content::Ccda;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Content::Unknown };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || text.contains('\0') {
        return Content::Unknown;
    }
    if text.starts_with('{') && text.contains("\"resourceType\"") {
        return if is_ndjson(text) { Content::FhirNdjson } else { Content::FhirJson };
    }
    Content::Text
}

/// Whether the first line is a whole JSON object and another one follows.
fn is_ndjson(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    lines.next().is_some_and(|second| second.starts_with('{'))
        && salus_fhir::json::parse(first.as_bytes()).is_ok_and(|value: Value| value.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_bytes() {
        let one = "{\"resourceType\":\"Patient\",\"id\":\"a\"}";
        for (bytes, expect) in [
            (b"%PDF-1.7 ...".as_slice(), Content::Pdf),
            (b"junk before\n%PDF-1.4", Content::Pdf),
            (b"\x1f\x8b\x08", Content::Gzip),
            (b"\xff\xd8\xff\xe0", Content::Picture(Kind::Jpeg)),
            (b"\x89PNG\r\n", Content::Picture(Kind::Png)),
            (b"MSH|^~\\&|LAB|M\xfcller", Content::Hl7v2),
            (b"\x0bMSH|^~\\&|LAB\rPID|1", Content::Hl7v2),
            (b"FHS|^~\\&|LAB", Content::Hl7v2),
            (b"<?xml version=\"1.0\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">", Content::Ccda),
            (b"<html>", Content::Text),
            (b"Dear Dr. Miller,", Content::Text),
            (b"\x00\x01\x02", Content::Unknown),
            (b"\xfe\xfe", Content::Unknown),
            (b"   ", Content::Unknown),
            (one.as_bytes(), Content::FhirJson),
            (format!("{one}\n{one}\n").as_bytes(), Content::FhirNdjson),
            (format!("\u{feff}{one}\n").as_bytes(), Content::FhirJson),
            (b"{\n\"resourceType\":\"Patient\"\n}", Content::FhirJson),
            (b"{\"a\": 1}", Content::Text),
        ] {
            assert_eq!(sniff(bytes), expect, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
