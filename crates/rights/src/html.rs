//! Text inside HTML.

/// Text that means itself in HTML, between tags and inside quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_v1_2_1_what_people_wrote_is_no_markup() {
        for (text, expect) in [
            ("Maria", "Maria"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"x\" & 'y'", "&quot;x&quot; &amp; &#39;y&#39;"),
        ] {
            assert_eq!(escape(text), expect);
        }
    }
}
