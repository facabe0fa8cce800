//! The text of a section: as XHTML for a Narrative, and as plain words.

use super::tree::{Child, Element};

/// The text as the `div` of a Narrative; none where there are no words.
pub(super) fn xhtml(text: &Element) -> Option<String> {
    let mut body = String::new();
    children(text, &mut body);
    let words = text.words();
    // Text that stands where no table and no list has text is not lost for that.
    if letters(&body) != words.chars().filter(|letter| !letter.is_whitespace()).count() {
        body.clear();
        plain(text).lines().for_each(|line| wrapped("p", "", &mut body, |out| escape(line, out)));
    }
    (!words.is_empty()).then(|| format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div>"))
}

/// How many letters XHTML of ours shows.
fn letters(xhtml: &str) -> usize {
    let (mut count, mut is_tag, mut is_entity) = (0, false, false);
    for letter in xhtml.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if is_tag => {}
            '&' => {
                is_entity = true;
                count += 1;
            }
            ';' if is_entity => is_entity = false,
            _ if is_entity || letter.is_whitespace() => {}
            _ => count += 1,
        }
    }
    count
}

fn children(element: &Element, out: &mut String) {
    for child in element.children() {
        match child {
            Child::Text(text) => escape(text, out),
            Child::Element(element) => one(element, out),
        }
    }
}

/// Elements that may stand only where a table has them; anywhere else, what they hold is kept without them.
fn one(element: &Element, out: &mut String) {
    let (tag, attributes) = match element.name() {
        "paragraph" => ("p", String::new()),
        "content" | "footnote" => (style(element), String::new()),
        "br" => {
            out.push_str("<br/>");
            return;
        }
        "list" if element.attr("listType") == Some("ordered") => return list("ol", element, out),
        "list" => return list("ul", element, out),
        "linkHtml" => match element.attr("href").filter(|href| is_plain_link(href)) {
            Some(href) => {
                let mut attribute = " href=\"".to_owned();
                escape(href, &mut attribute);
                ("a", attribute + "\"")
            }
            None => ("span", String::new()),
        },
        "table" => return table(element, out),
        name @ ("sub" | "sup") => (name, String::new()),
        "caption" => ("b", String::new()),
        "renderMultiMedia" | "footnoteRef" => ("span", String::new()),
        _ => return children(element, out),
    };
    wrapped(tag, &attributes, out, |out| children(element, out));
}

fn wrapped(tag: &str, attributes: &str, out: &mut String, inner: impl FnOnce(&mut String)) {
    out.push_str(&format!("<{tag}{attributes}>"));
    inner(out);
    out.push_str(&format!("</{tag}>"));
}

fn list(tag: &str, element: &Element, out: &mut String) {
    if let Some(caption) = element.child("caption") {
        wrapped("p", "", out, |out| one(caption, out));
    }
    if element.child("item").is_none() {
        return;
    }
    wrapped(tag, "", out, |out| {
        element.all("item").for_each(|item| wrapped("li", "", out, |out| children(item, out)));
    });
}

fn table(element: &Element, out: &mut String) {
    wrapped("table", "", out, |out| {
        if let Some(caption) = element.child("caption") {
            wrapped("caption", "", out, |out| children(caption, out));
        }
        rows(element, out);
        for part in element.elements() {
            if let tag @ ("thead" | "tbody" | "tfoot") = part.name() {
                wrapped(tag, "", out, |out| rows(part, out));
            }
        }
    });
}

fn rows(part: &Element, out: &mut String) {
    for row in part.all("tr") {
        wrapped("tr", "", out, |out| {
            for cell in row.elements() {
                if let tag @ ("td" | "th") = cell.name() {
                    wrapped(tag, &spans(cell), out, |out| children(cell, out));
                }
            }
        });
    }
}

fn spans(cell: &Element) -> String {
    let spans = ["colspan", "rowspan"].into_iter().filter_map(|name| {
        let value = cell.attr(name).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(format!(" {name}=\"{value}\""))
    });
    spans.collect()
}

fn style(element: &Element) -> &'static str {
    let style = element.attr("styleCode").unwrap_or_default();
    let has = |name: &str| style.split_whitespace().any(|code| code.eq_ignore_ascii_case(name));
    match () {
        () if has("Bold") => "b",
        () if has("Italics") => "i",
        () if has("Underline") => "u",
        () => "span",
    }
}

fn is_plain_link(href: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| href.to_ascii_lowercase().starts_with(scheme))
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter => out.push(letter),
        }
    }
}

/// The text as plain words: a line for each row, item and paragraph.
pub(super) fn plain(text: &Element) -> String {
    let mut out = String::new();
    lines(text, &mut out);
    let lines = out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines = lines.map(|line| line.trim_matches(['|', ' ']).to_owned());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn lines(element: &Element, out: &mut String) {
    for child in element.children() {
        match child {
            // Line breaks of the file are not line breaks of the text.
            Child::Text(text) => out.push_str(&text.replace(['\n', '\r'], " ")),
            Child::Element(inner) => {
                let is_line =
                    matches!(inner.name(), "paragraph" | "item" | "list" | "table" | "tr" | "caption" | "br");
                if is_line {
                    out.push('\n');
                }
                if matches!(inner.name(), "td" | "th") {
                    out.push(' ');
                }
                lines(inner, out);
                if is_line {
                    out.push('\n');
                }
                if matches!(inner.name(), "td" | "th") {
                    out.push_str(" | ");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ccda::tests::element;

    #[test]
    fn the_text_of_a_section_is_readable_both_ways() {
        for (xml, html, words) in [
            ("<text>No &amp; none</text>", "No &amp; none", "No & none"),
            (
                "<text><table><caption>All</caption><thead><tr><th>What</th><th colspan=\"2\">When</th></tr></thead>\
                 <tbody><tr ID=\"r1\"><td>Flu</td><td><content styleCode=\"Bold\">2010</content></td></tr></tbody></table></text>",
                "<table><caption>All</caption><thead><tr><th>What</th><th colspan=\"2\">When</th></tr></thead>\
                 <tbody><tr><td>Flu</td><td><b>2010</b></td></tr></tbody></table>",
                "All\nWhat | When\nFlu | 2010",
            ),
            (
                "<text><list listType=\"ordered\"><item>a</item><item>b<br/>c</item></list></text>",
                "<ol><li>a</li><li>b<br/>c</li></ol>",
                "a\nb\nc",
            ),
            (
                "<text><paragraph>H<sub>2</sub>O</paragraph><linkHtml href=\"javascript:x()\">go</linkHtml></text>",
                "<p>H<sub>2</sub>O</p><span>go</span>",
                "H2O\ngo",
            ),
            (
                "<text><linkHtml href=\"https://example.org/?a=1&amp;b\">go</linkHtml></text>",
                "<a href=\"https://example.org/?a=1&amp;b\">go</a>",
                "go",
            ),
            (
                "<text><table>above<tbody><tr>beside<td>Flu; a &amp; b</td></tr></tbody></table></text>",
                "<p>above</p><p>beside Flu; a &amp; b</p>",
                "above\nbeside Flu; a & b",
            ),
        ] {
            let text = element(xml);
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{html}</div>");
            assert_eq!(xhtml(&text), Some(div), "{xml}");
            assert_eq!(plain(&text), words, "{xml}");
        }
        assert_eq!(xhtml(&element("<text> <paragraph/> </text>")), None);
    }
}
