//! The XHTML of narratives: a list of lines, each escaped.

use salus_fhir::json::Value;
use serde_json::json;

/// A generated narrative with a line for each entry.
pub(crate) fn lines(lines: &[String]) -> Value {
    let items: String = lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
    let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><ul>{items}</ul></div>");
    json!({ "status": "generated", "div": div })
}

/// The text as XML takes it; characters that XML has no place for are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            letter if letter.is_control() && !matches!(letter, '\t' | '\n' | '\r') => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_record_never_becomes_markup() {
        for (line, expect) in [
            ("<script>alert(1)</script>", "<li>&lt;script&gt;alert(1)&lt;/script&gt;</li>"),
            ("a & b \"c\"", "<li>a &amp; b &quot;c&quot;</li>"),
            ("null\u{0}byte\u{1b}", "<li>nullbyte</li>"),
        ] {
            let narrative = lines(&[line.to_owned()]);
            assert!(narrative["div"].as_str().unwrap().contains(expect), "{narrative}");
        }
    }
}
