//! What a `Reference.reference` text points at.
//!
//! Only the text is looked at: whether an absolute URL is this server's own is known to whoever knows the
//! server's base, and [`Reference::parse_with_base`] is told.

/// A reference, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reference<'a> {
    /// `Patient/1` or `Patient/1/_history/2`: a resource of this server.
    Local {
        /// The resource type.
        type_name: &'a str,
        /// The logical id.
        id: &'a str,
        /// The version, where the reference names one.
        version: Option<&'a str>,
    },
    /// Any other URL or URI.
    Absolute(&'a str),
    /// `#x`: a resource contained in the one that refers to it. Holds `x`; empty for `#`, the container itself.
    Fragment(&'a str),
    /// `urn:uuid:…` or `urn:oid:…`, whole: a name that has a meaning within one bundle.
    Uuid(&'a str),
    /// `Patient?identifier=…`: a search that stands for the one resource it finds. Legal in transactions only.
    Conditional {
        /// The resource type.
        type_name: &'a str,
        /// What stands after the question mark.
        query: &'a str,
    },
}

impl<'a> Reference<'a> {
    /// Takes a reference apart. Any text has a reading: what is nothing else is [`Reference::Absolute`].
    pub fn parse(text: &'a str) -> Reference<'a> {
        if let Some(id) = text.strip_prefix('#') {
            return Reference::Fragment(id);
        }
        if text.starts_with("urn:uuid:") || text.starts_with("urn:oid:") {
            return Reference::Uuid(text);
        }
        if let Some((type_name, query)) = text.split_once('?')
            && is_type_name(type_name)
        {
            return Reference::Conditional { type_name, query };
        }
        local(text).unwrap_or(Reference::Absolute(text))
    }

    /// As [`Reference::parse`], and a URL below `base` (such as `https://salus.example/fhir/r4`) is local.
    pub fn parse_with_base(text: &'a str, base: &str) -> Reference<'a> {
        let below = text.strip_prefix(base.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        Reference::parse(below.unwrap_or(text))
    }

    /// Type and id at the end of an absolute `http(s)` URL such as `https://elsewhere.example/fhir/Patient/1`.
    pub fn trailing(self) -> Option<(&'a str, &'a str)> {
        let Reference::Absolute(url) = self else { return None };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return None;
        }
        let url = url.split_once("/_history/").map_or(url, |(before, _)| before);
        let (rest, id) = url.rsplit_once('/')?;
        let (_, type_name) = rest.rsplit_once('/')?;
        (is_type_name(type_name) && is_id(id)).then_some((type_name, id))
    }
}

/// Whether a text is a legal FHIR id: 1 to 64 letters, digits, `-` and `.`.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

fn local(text: &str) -> Option<Reference<'_>> {
    let (type_name, rest) = text.split_once('/')?;
    let (id, version) = match rest.split_once("/_history/") {
        Some((id, version)) => (id, Some(version)),
        None => (rest, None),
    };
    let legal = is_type_name(type_name) && is_id(id) && version.is_none_or(is_id);
    legal.then_some(Reference::Local { type_name, id, version })
}

/// The shape of a type's name, not whether there is such a type.
fn is_type_name(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_one_reading() {
        let local = |type_name, id, version| Reference::Local { type_name, id, version };
        let table = [
            ("Patient/1", local("Patient", "1", None)),
            ("Patient/a-b.C9/_history/3", local("Patient", "a-b.C9", Some("3"))),
            ("#med", Reference::Fragment("med")),
            ("#", Reference::Fragment("")),
            (
                "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0",
                Reference::Uuid("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"),
            ),
            ("urn:oid:1.2.3", Reference::Uuid("urn:oid:1.2.3")),
            (
                "Patient?identifier=s|1",
                Reference::Conditional { type_name: "Patient", query: "identifier=s|1" },
            ),
            ("http://x.example/Patient/1", Reference::Absolute("http://x.example/Patient/1")),
            (
                "http://x.example/Patient?identifier=1",
                Reference::Absolute("http://x.example/Patient?identifier=1"),
            ),
            ("patient/1", Reference::Absolute("patient/1")),
            ("Patient/", Reference::Absolute("Patient/")),
            ("Patient/a_b", Reference::Absolute("Patient/a_b")),
            ("Patient/1/2", Reference::Absolute("Patient/1/2")),
            ("Patient", Reference::Absolute("Patient")),
            ("", Reference::Absolute("")),
        ];
        for (text, expected) in table {
            assert_eq!(Reference::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn an_url_below_the_base_is_local() {
        let base = "https://salus.example/fhir/r4";
        let table = [
            (
                "https://salus.example/fhir/r4/Patient/1",
                Reference::Local { type_name: "Patient", id: "1", version: None },
            ),
            (
                "https://salus.example/fhir/r44/Patient/1",
                Reference::Absolute("https://salus.example/fhir/r44/Patient/1"),
            ),
            ("Patient/1", Reference::Local { type_name: "Patient", id: "1", version: None }),
        ];
        for (text, expected) in table {
            assert_eq!(Reference::parse_with_base(text, base), expected, "{text}");
        }
    }

    #[test]
    fn a_foreign_url_shows_its_type_and_id() {
        let table = [
            ("https://x.example/fhir/Patient/1", Some(("Patient", "1"))),
            ("https://x.example/fhir/Patient/1/_history/2", Some(("Patient", "1"))),
            ("https://x.example/fhir/patient/1", None),
            ("ftp://x.example/Patient/1", None),
            ("Patient/1", None),
        ];
        for (text, expected) in table {
            assert_eq!(Reference::parse(text).trailing(), expected, "{text}");
        }
    }

    #[test]
    fn an_id_has_1_to_64_letters_digits_dashes_and_dots() {
        assert!(is_id("a") && is_id(&"9".repeat(64)) && is_id("A-b.c"));
        assert!(!is_id("") && !is_id(&"9".repeat(65)) && !is_id("a/b") && !is_id("ä") && !is_id("a_b"));
    }
}
