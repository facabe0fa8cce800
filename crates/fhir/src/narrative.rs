//! The XHTML of a narrative: well-formed, of the allowed elements, and unable to run anything (R4, invariants
//! txt-1 and txt-2).

use roxmltree::{Document, Node, ParsingOptions};

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// The elements that R4's narrative schema allows: HTML 4.0 chapters 7–11 (except 4 of 9) and 15, `a` and `img`.
const ELEMENTS: [&str; 56] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "bdo",
    "area",
];

/// Attributes that run a script all begin so.
const HANDLER: &str = "on";

/// Is this a legal narrative? If not, why.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let xml = without_entities(text);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: 200_000, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&xml, options)
        .map_err(|error| format!("The narrative is not well-formed XHTML: {error}."))?;
    let root = document.root_element();
    if root.tag_name().name() != "div" || root.tag_name().namespace() != Some(XHTML) {
        return Err(format!("The narrative must be one <div xmlns=\"{XHTML}\"> element."));
    }
    if !root.descendants().any(has_content) {
        return Err("The narrative must hold some text or an image.".to_owned());
    }
    root.descendants().filter(Node::is_element).try_for_each(check_element)
}

fn has_content(node: Node<'_, '_>) -> bool {
    node.has_tag_name("img")
        || node.has_tag_name((XHTML, "img"))
        || node.text().is_some_and(|text| !text.trim().is_empty())
}

fn check_element(element: Node<'_, '_>) -> Result<(), String> {
    let name = element.tag_name().name();
    if !ELEMENTS.contains(&name) || element.tag_name().namespace() != Some(XHTML) {
        return Err(format!("The element <{name}> is not allowed in a narrative."));
    }
    for attribute in element.attributes() {
        let is_script = match attribute.name() {
            "href" => has_scheme(attribute.value(), &["javascript:", "vbscript:", "data:"]),
            "src" => has_scheme(attribute.value(), &["javascript:", "vbscript:"]),
            _ => false,
        };
        if attribute.name().to_ascii_lowercase().starts_with(HANDLER) || is_script {
            return Err(format!("The attribute {} of <{name}> may run a script.", attribute.name()));
        }
    }
    Ok(())
}

/// Browsers pass over blanks and control characters before and in a scheme.
fn has_scheme(url: &str, schemes: &[&str]) -> bool {
    let bare: String =
        url.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).take(16).collect();
    schemes.iter().any(|scheme| bare.to_ascii_lowercase().starts_with(scheme))
}

/// XHTML has some 250 named characters that XML does not know; for our purpose each is one character.
fn without_entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(';') {
            Some((name, rest)) if is_foreign_entity(name) => {
                plain.push('\u{A0}');
                plain.push_str(rest);
            }
            _ => {
                plain.push('&');
                plain.push_str(part);
            }
        }
    }
    plain
}

fn is_foreign_entity(name: &str) -> bool {
    (2..=8).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !matches!(name, "lt" | "gt" | "amp" | "quot" | "apos")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narratives() {
        let div = |inside: &str| format!("<div xmlns=\"{XHTML}\">{inside}</div>");
        for (text, expect) in [
            (div("<p>Born&nbsp;1970 &lt; <b>x</b></p>"), Ok(())),
            (div("<img src=\"#a\" alt=\"x\"/>"), Ok(())),
            (div(" \n "), Err("must hold some text")),
            (div("<script>alert(1)</script>"), Err("<script> is not allowed")),
            (div("<p onclick=\"x()\">a</p>"), Err("onclick of <p>")),
            (div("<a href=\" java\nscript:x\">a</a>"), Err("href of <a>")),
            (div("<a href=\"data:text/html,x\">a</a>"), Err("href of <a>")),
            (div("<img src=\"data:image/png;base64,AAAA\"/>"), Ok(())),
            (div("<p>a"), Err("not well-formed")),
            ("<div>a</div>".to_owned(), Err("must be one <div")),
            ("a".to_owned(), Err("not well-formed")),
            (div("<x:p xmlns:x=\"y\">a</x:p>"), Err("<p> is not allowed")),
            (format!("<!DOCTYPE d [<!ENTITY e \"a\">]>{}", div("&e;")), Err("not well-formed")),
        ] {
            let found = check(&text);
            match expect {
                Ok(()) => assert_eq!(found, Ok(()), "{text}"),
                Err(part) => {
                    assert!(found.as_ref().is_err_and(|why| why.contains(part)), "{text}: {found:?}")
                }
            }
        }
    }

    #[test]
    fn deep_nesting_is_answered() {
        let deep = format!("<div xmlns=\"{XHTML}\">{}", "<p>".repeat(100_000));
        assert!(check(&deep).is_err());
    }
}
