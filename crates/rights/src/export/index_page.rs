//! The first page of an archive: what is in it, in plain words, readable without a network.

use super::contents::Summary;
use crate::html::escape;
use salus_access::Relationship;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::people::summary;
use std::fmt::Write;

/// What the page tells.
pub(super) struct Index<'a> {
    pub(super) patient: &'a Value,
    pub(super) now: Timestamp,
    pub(super) summary: &'a Summary,
    pub(super) files: &'a [FileLine],
}

/// A file of the record.
pub(super) struct FileLine {
    /// In the archive's folder `documents`.
    pub(super) name: String,
    /// As it is shown in the record.
    pub(super) title: String,
    /// In the store.
    pub(super) blob: String,
    /// The resource that refers to it.
    pub(super) resource: String,
    /// Whether it could not be read.
    pub(super) is_missing: bool,
}

const WORDS: &str = include_str!("../tables/plain_words.tsv");

/// The page, self-contained.
pub(super) fn index_page(index: &Index<'_>) -> String {
    let person = summary("", index.patient, Relationship::Oneself, index.now);
    let mut page = String::from(HEAD);
    let born = person.birth_date.map(|born| format!(" · born {}", escape(&born))).unwrap_or_default();
    let made = index.now.strftime("%-d %b %Y, %H:%M UTC");
    let _never = write!(
        page,
        "<h1>Health record of {}</h1><p class=\"soft\">Made on {made}{born}</p>",
        escape(&person.name)
    );
    page.push_str("<h2>What is in it</h2><table><tr><th>What</th><th>Entries</th><th>File</th></tr>");
    for (type_name, count) in &index.summary.resources {
        let _never = write!(
            page,
            "<tr><td>{}</td><td>{count}</td><td><a href=\"fhir/{type_name}.ndjson\">fhir/{type_name}.ndjson</a></td></tr>",
            escape(&plain(type_name))
        );
    }
    page.push_str("</table>");
    documents(&mut page, index.files);
    page.push_str("<h2>Who looked</h2>");
    let _never = write!(
        page,
        "<p><a href=\"who-looked.csv\">who-looked.csv</a> lists {} accesses to this record.</p>",
        index.summary.accesses
    );
    if index.summary.versions > 0 {
        let _never = write!(
            page,
            "<h2>Earlier versions</h2><p><a href=\"history/versions.txt\">history/versions.txt</a> holds {} versions of \
             entries, the latest first, one a line.</p>",
            index.summary.versions
        );
    }
    page.push_str(FOOT);
    page
}

fn documents(page: &mut String, files: &[FileLine]) {
    if files.is_empty() {
        return;
    }
    page.push_str("<h2>Documents</h2><table><tr><th>Title</th><th>File</th><th>Entry</th></tr>");
    for file in files {
        let name = escape(&file.name);
        let link = match file.is_missing {
            true => "could not be read".to_owned(),
            false => format!("<a href=\"documents/{}\">{name}</a>", address(&file.name)),
        };
        let (title, resource) = (escape(&file.title), escape(&file.resource));
        let _never = write!(page, "<tr><td>{title}</td><td>{link}</td><td>{resource}</td></tr>");
    }
    page.push_str("</table>");
}

/// A file name inside a link.
fn address(name: &str) -> String {
    let mut address = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => address.push(char::from(byte)),
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}

/// What a resource type is called in plain words, with the type in brackets.
fn plain(type_name: &str) -> String {
    let rows = WORDS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    match rows.into_iter().find(|(name, _)| *name == type_name) {
        Some((_, words)) => format!("{words} ({type_name})"),
        None => type_name.to_owned(),
    }
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Health record</title>\
<style>body{font:16px/1.6 Inter,system-ui,sans-serif;color:#1B2430;background:#FBFAF7;max-width:48rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:24px;margin:0}h2{font-size:18px;margin:2rem 0 .5rem}.soft{color:#5B6675;margin:.25rem 0}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid #E4E1DA;overflow-wrap:anywhere}\
a{color:#0B6E6E}p{max-width:70ch}</style>";

const FOOT: &str = "<h2>How to read it</h2><p>The files in <b>fhir</b> hold one entry a line, in FHIR R4 (JSON), the \
form in which hospitals exchange records; <b>fhir/shared</b> holds the people, places and medicines they refer to. Another \
Salus, or any program that reads FHIR, takes them over: <code>salus import fhir</code>. The files in <b>documents</b> are \
as they were added. <b>SHA256SUMS</b> lists the checksum of every file: <code>sha256sum --check SHA256SUMS</code> tells \
whether any was changed.</p></html>";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_names_what_is_there_and_runs_nothing() {
        let summary = Summary {
            resources: [("Observation".to_owned(), 2), ("Basic".to_owned(), 1)].into(),
            ..Summary::default()
        };
        let line = FileLine {
            name: "Labs & more.pdf".to_owned(),
            title: "<b>Labs</b>".to_owned(),
            blob: String::new(),
            resource: "DocumentReference/d1".to_owned(),
            is_missing: false,
        };
        let patient = json!({ "name": [{ "text": "<script>" }], "birthDate": "1984-03-12" });
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let page = index_page(&Index { patient: &patient, now, summary: &summary, files: &[line] });
        for part in [
            "Health record of &lt;script&gt;",
            "5 Jan 2026, 08:00 UTC · born 1984-03-12",
            "Measurements and results (Observation)</td><td>2</td>",
            "<td>Basic</td>",
            "href=\"documents/Labs%20%26%20more.pdf\"",
            "&lt;b&gt;Labs&lt;/b&gt;",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<script"));
    }
}
