//! The XML of a document as a tree of our own: no comments, no prefixes, nothing deeper or larger than it may be.

use super::CcdaError;
use roxmltree::{Document, Node, ParsingOptions};

/// The namespace of CDA.
const CDA: &str = "urn:hl7-org:v3";
/// The namespace of its extensions; their elements are named `sdtc:name` here.
const SDTC: &str = "urn:hl7-org:sdtc";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Documents are some forty levels deep; narrative tables add a few.
const MAX_DEPTH: usize = 128;
const MAX_NODES: u32 = 2_000_000;

/// An element of the document.
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Child>,
}

/// What an element holds, in order.
pub(super) enum Child {
    Element(Element),
    Text(String),
}

/// Reads the text of a document.
pub(super) fn parse(text: &str) -> Result<Element, CcdaError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => CcdaError::Doctype,
        roxmltree::Error::NodesLimitReached => CcdaError::TooLarge,
        other => CcdaError::NotXml { line: other.pos().row, column: other.pos().col },
    })?;
    let root = document.root_element();
    if root.tag_name().namespace() != Some(CDA) || root.tag_name().name() != "ClinicalDocument" {
        return Err(CcdaError::NotCda);
    }
    build(root, 0)
}

fn build(node: Node<'_, '_>, depth: usize) -> Result<Element, CcdaError> {
    if depth == MAX_DEPTH {
        return Err(CcdaError::TooDeep);
    }
    let local = node.tag_name().name();
    let name = match node.tag_name().namespace() {
        Some(CDA) => local.to_owned(),
        Some(SDTC) => format!("sdtc:{local}"),
        _ => format!("?:{local}"),
    };
    let attributes = node
        .attributes()
        .filter(|attribute| matches!(attribute.namespace(), None | Some(XSI)))
        .map(|attribute| {
            let prefix = if attribute.namespace().is_some() { "xsi:" } else { "" };
            (format!("{prefix}{}", attribute.name()), attribute.value().to_owned())
        })
        .collect();
    let mut children = Vec::new();
    for child in node.children() {
        if child.is_element() {
            children.push(Child::Element(build(child, depth + 1)?));
        } else if child.is_text() {
            children.extend(child.text().map(|text| Child::Text(text.to_owned())));
        }
    }
    Ok(Element { name, attributes, children })
}

impl Element {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// An attribute that says something.
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(held, _)| held == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// Why there is no value.
    pub(super) fn null(&self) -> Option<&str> {
        self.attr("nullFlavor")
    }

    /// The data type of a value, without its prefix.
    pub(super) fn data_type(&self) -> Option<&str> {
        self.attr("xsi:type").map(|name| name.rsplit(':').next().unwrap_or(name))
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.attr(name).is_some_and(|value| value == "true" || value == "1")
    }

    pub(super) fn children(&self) -> &[Child] {
        &self.children
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    pub(super) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.elements().filter(move |element| element.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    /// The first element at this path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// A child that is not there only to say that it is not known.
    pub(super) fn stated(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name && element.null().is_none())
    }

    /// An attribute of a child.
    pub(super) fn of(&self, child: &str, attribute: &str) -> Option<&str> {
        self.child(child)?.attr(attribute)
    }

    /// `code` of the child `code`.
    pub(super) fn code(&self) -> Option<&str> {
        self.of("code", "code")
    }

    pub(super) fn templates(&self) -> impl Iterator<Item = &str> {
        self.all("templateId").filter_map(|template| template.attr("root"))
    }

    /// The mood: `EVN` where nothing is said.
    pub(super) fn mood(&self) -> &str {
        self.attr("moodCode").unwrap_or("EVN")
    }

    pub(super) fn is_negated(&self) -> bool {
        self.is_true("negationInd")
    }

    /// All text below, with single spaces.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        self.gather(&mut text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn gather(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(part) => text.push_str(part),
                Child::Element(element) => {
                    let is_inline = matches!(element.name.as_str(), "content" | "sub" | "sup" | "linkHtml");
                    if !is_inline {
                        text.push(' ');
                    }
                    element.gather(text);
                    if !is_inline {
                        text.push(' ');
                    }
                }
            }
        }
    }

    /// The first element inside.
    #[cfg(test)]
    pub(super) fn into_first(self) -> Option<Element> {
        self.children.into_iter().find_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    /// How many elements it is, with all below.
    pub(super) fn size(&self) -> usize {
        1 + self.elements().map(Element::size).sum::<usize>()
    }

    /// This element and all below it.
    pub(super) fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Element)) {
        visit(self);
        self.elements().for_each(|element| element.walk(visit));
    }
}
