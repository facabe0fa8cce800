//! Where a browser goes in the end: a path of this very site, and nothing that leads elsewhere.

use url::Url;

const MOST_CHARS: usize = 2_000;

/// The path, with its query and fragment; none where it is no path of our own.
pub(super) fn own_path(typed: &str) -> Option<&str> {
    let is_plain = typed.len() <= MOST_CHARS && typed.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if !is_plain || !typed.starts_with('/') {
        return None;
    }
    // A browser reads addresses by the same standard as `Url`: whatever leaves the site there leaves it here.
    let site = Url::parse("https://salus.invalid").ok()?;
    let there = site.join(typed).ok()?;
    (there.origin() == site.origin()).then_some(typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_v3_7_2_nobody_is_sent_to_another_site() {
        let long = format!("/{}", "a".repeat(2_000));
        for (typed, is_own) in [
            ("/", true),
            ("/me", true),
            ("/people/1/documents?page=2#top", true),
            ("/a//b", true),
            ("", false),
            ("me", false),
            ("//evil.example", false),
            ("///evil.example", false),
            ("/\\evil.example", false),
            ("\\\\evil.example", false),
            ("https://evil.example/", false),
            ("javascript:alert(1)", false),
            ("/\t/evil.example", false),
            ("/\n/evil.example", false),
            ("/me\r\nset-cookie: a=b", false),
            (" /me", false),
            ("/mé", false),
            (long.as_str(), false),
        ] {
            assert_eq!(own_path(typed).is_some(), is_own, "{typed:?}");
        }
    }
}
