//! `htmlChecks()`: whether a narrative is the limited XHTML that FHIR allows (FHIR R4, "Narrative", §2.4.2).

/// Elements of HTML 4.0 chapters 7 to 11 (without 9.4) and 15, links and images.
const ELEMENTS: [&str; 62] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
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
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
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
    "center",
    "font",
    "map",
    "area",
    "del",
    "ins",
    "dir",
    "basefont",
];
const ATTRIBUTES: [&str; 43] = [
    "abbr",
    "align",
    "alt",
    "axis",
    "bgcolor",
    "border",
    "cellhalign",
    "cellpadding",
    "cellspacing",
    "cellvalign",
    "char",
    "charoff",
    "cite",
    "class",
    "colspan",
    "compact",
    "coords",
    "dir",
    "frame",
    "headers",
    "height",
    "href",
    "id",
    "lang",
    "longdesc",
    "name",
    "noshade",
    "rowspan",
    "rules",
    "scope",
    "shape",
    "size",
    "span",
    "src",
    "start",
    "style",
    "summary",
    "title",
    "type",
    "usemap",
    "valign",
    "value",
    "width",
];

/// Whether the text is one well-formed `div` of allowed elements and attributes, with something to read or see.
pub(super) fn is_narrative(text: &str) -> bool {
    check(text.trim()).is_some()
}

fn check(text: &str) -> Option<()> {
    let mut open: Vec<&str> = Vec::new();
    let mut has_content = false;
    let mut rest = text.strip_prefix("<div").map(|_| text)?;
    loop {
        let Some(at) = rest.find('<') else {
            return (rest.trim().is_empty() && open.is_empty() && has_content).then_some(());
        };
        let (content, tag) = rest.split_at(at);
        if !content.trim().is_empty() {
            // Text stands inside the div, and its ampersands begin entities.
            if open.is_empty() || !entities_are_whole(content) {
                return None;
            }
            has_content = true;
        }
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->")?.1;
            continue;
        }
        let end = tag_end(tag)?;
        let inner = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inner.strip_prefix('/') {
            if open.pop()? != name.trim_end() {
                return None;
            }
            if open.is_empty() && !rest.trim().is_empty() {
                return None;
            }
            continue;
        }
        let (inner, closed) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let name = inner.split(char::is_whitespace).next()?;
        if !ELEMENTS.contains(&name) {
            return None;
        }
        check_attributes(&inner[name.len()..])?;
        has_content |= name == "img";
        if !closed {
            open.push(name);
        }
    }
}

/// Where the `>` of a tag is: not inside an attribute's quotes.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.char_indices().find_map(|(at, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return Some(at),
            None => {}
        }
        None
    })
}

fn check_attributes(text: &str) -> Option<()> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        let is_namespace = name == "xmlns" || name.starts_with("xmlns:") || name == "xml:lang";
        if !is_namespace && !ATTRIBUTES.contains(&name) {
            return None;
        }
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        let is_link = matches!(name, "href" | "src");
        if is_link && value.trim_start().to_ascii_lowercase().starts_with("javascript:") {
            return None;
        }
        rest = after.trim_start();
    }
    Some(())
}

fn entities_are_whole(text: &str) -> bool {
    text.split('&').skip(1).all(|part| {
        part.split_once(';').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::is_narrative;

    #[test]
    fn narrative_is_told_from_what_could_run() {
        let good = [
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>A &lt; B<br/></p></div>",
            "<div><a href='#x' title=\"a > b\">x</a><!-- <script> --></div>",
            "<div><img src='#a' alt='x'/></div>",
        ];
        let bad = [
            "",
            "text",
            "<div></div>",
            "<div>open",
            "<div><p>x</div></p>",
            "<div><script>x</script></div>",
            "<div onclick=\"x\">x</div>",
            "<div><a href=\" JavaScript:x\">x</a></div>",
            "<div>a & b</div>",
            "<div>x</div><div>y</div>",
            "<p>x</p>",
        ];
        for text in good {
            assert!(is_narrative(text), "{text}");
        }
        for text in bad {
            assert!(!is_narrative(text), "{text}");
        }
    }
}
