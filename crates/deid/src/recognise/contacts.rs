//! Telephone and fax numbers, e-mail, web and network addresses.

use super::{Hit, after, before};
use crate::finding::Kind;
use crate::pattern::rule;
use std::net::{IpAddr, Ipv6Addr};

// The North American plan: area and exchange begin with 2 to 9.
rule!(
    NORTH_AMERICAN,
    r"(?i)(?:\+?1[-. ]{0,2})?(?:\([2-9]\d{2}\) ?[-.]? ?|\b[2-9]\d{2}[-. /]{1,2})[2-9]\d{2}[-. ]\d{4}\b(?:[ ,;]{0,2}(?:x|ext|extn|extension)\.?:? ?\d{1,6}\b)?"
);
rule!(INTERNATIONAL, r"(?:\+|\b00)[1-9]\d{0,2}(?:[ .-]?\(0\))?(?:[ .-]?\(?\d{1,5}\)?){2,6}\b");
rule!(
    NATIONAL,
    r"(?:\(0\d{2,5}\) ?\d{3,4}[ -]?\d{3,4}|\b0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4}|\b0\d{4} ?\d{6}|\b0\d(?:[ .]\d{2}){4})\b"
);
rule!(
    LABELLED,
    r"(?i)\b(?:(?:tele)?phone|phone|ph|tel|cell(?:ular)?|mobile|mob|home|work|office|call(?:ed|ing)?(?: (?:me|us|her|him|them|back))?(?: at)?|contact(?: (?:number|no))?|reached at|reach (?:me|him|her|them|us) at|pager|pgr|page|beeper|fax|facsimile|hotline|telefon|tel\.?nr|téléphone|teléfono|handy|ext|extension|voicemail|text)\b(?: ?(?:number|no|nr|#|is|at))*[.:#]* ?(\+?\(?\d[\d() ./-]{1,18}\d)(?:[ ,]{0,2}(?:x|ext|extension)\.? ?\d{1,6})?"
);
rule!(SEVEN, r"\b[2-9]\d{2}-\d{4}\b");
rule!(FAX, r"(?i)\b(?:fax|facsimile|telefax|fx)\b[^\n]{0,16}$");
rule!(
    LINE_WORD,
    r"(?i)\b(?:phone|tel|telephone|call|called|cell|mobile|pager|ext|number|contact|reach|reached|at|fax|text)\b[^\n]{0,14}$"
);
rule!(
    EMAIL,
    r"(?i)[a-z0-9][a-z0-9._%+'-]*\s?(?:@|\(at\)|\[at\])\s?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b"
);
rule!(
    URL,
    r#"(?i)\b(?:(?:https?|ftp|sftp|mailto|file)://?[^\s<>"'\])}]+|www\.[^\s<>"'\])},;]+|(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}(?:com|org|net|edu|gov|mil|int|info|health|care|hospital|clinic|doctor|io|app|me|eu|uk|us|ca|de|fr|es|it|nl|ch|at|au|nz|in|br|mx|se|no|dk|fi|pl|ie|be|pt|example|test)(?:/[^\s<>"'\])},;]*)?\b)"#
);
rule!(IP4, r"\b(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?\b");
rule!(IP6, r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:%\w+)?");
rule!(VERSION, r"(?i)(?:\bv|version|release|firmware|build|section)\.? ?$");

/// Telephone and fax.
pub(super) fn find_lines(text: &str, hits: &mut Vec<Hit>) {
    let mut add = |start: usize, end: usize, confidence, rule| {
        let is_fax = FAX.is_match(before(text, start, 28));
        let kind = if is_fax { Kind::Fax } else { Kind::Phone };
        hits.push(Hit { start, end, kind, confidence, rule });
    };
    for found in NORTH_AMERICAN.find_iter(text) {
        if !is_inside_number(text, found.start(), found.end()) {
            add(found.start(), found.end(), 93, "phone of the North American plan");
        }
    }
    for found in INTERNATIONAL.find_iter(text) {
        let digits = found.as_str().bytes().filter(u8::is_ascii_digit).count();
        let least = if found.as_str().starts_with('+') { 8 } else { 11 };
        if (least..=16).contains(&digits) && !is_inside_number(text, found.start(), found.end()) {
            add(found.start(), found.end(), 92, "phone with a country code");
        }
    }
    for found in NATIONAL.find_iter(text) {
        let digits = found.as_str().bytes().filter(u8::is_ascii_digit).count();
        if (9..=12).contains(&digits) && !is_inside_number(text, found.start(), found.end()) {
            add(found.start(), found.end(), 82, "phone with a trunk prefix");
        }
    }
    for found in LABELLED.captures_iter(text) {
        let (Some(whole), Some(number)) = (found.get(0), found.get(1)) else { continue };
        let digits = number.as_str().bytes().filter(u8::is_ascii_digit).count();
        let label = whole.as_str().to_ascii_lowercase();
        let is_short = ["ext", "pager", "pgr", "beeper", "page"].iter().any(|word| label.starts_with(word));
        if (7..=15).contains(&digits) && !is_date(number.as_str())
            || is_short
                && (3..=15).contains(&digits)
                && !is_unit(after(text, whole.end(), 8))
                && !label.starts_with("page ")
        {
            add(number.start(), whole.end(), 91, "phone after a label");
        }
    }
    for found in SEVEN.find_iter(text) {
        let is_called = LINE_WORD.is_match(before(text, found.start(), 26));
        if is_called && !is_inside_number(text, found.start(), found.end()) {
            add(found.start(), found.end(), 88, "phone without an area code");
        }
    }
}

/// E-mail, web and network addresses.
pub(super) fn find_addresses(text: &str, hits: &mut Vec<Hit>) {
    if text.contains('@') || text.contains("(at)") || text.contains("[at]") {
        for found in EMAIL.find_iter(text) {
            let (start, end) = (found.start(), found.end());
            hits.push(Hit { start, end, kind: Kind::Email, confidence: 98, rule: "e-mail address" });
        }
    }
    if text.contains('.') || text.contains("//") {
        for found in URL.find_iter(text) {
            let address = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
            let (start, end) = (found.start(), found.start() + address.len());
            hits.push(Hit { start, end, kind: Kind::Url, confidence: 94, rule: "web address" });
        }
        for found in IP4.find_iter(text) {
            let host = found.as_str().split('/').next().unwrap_or_default();
            let is_version = VERSION.is_match(before(text, found.start(), 12));
            let goes_on = after(text, found.end(), 2).starts_with('.')
                && after(text, found.end(), 2).len() > 1
                && after(text, found.end(), 2).as_bytes()[1].is_ascii_digit();
            let was_going = before(text, found.start(), 1) == ".";
            if host.parse::<IpAddr>().is_ok() && !is_version && !goes_on && !was_going {
                let (start, end) = (found.start(), found.end());
                hits.push(Hit { start, end, kind: Kind::Ip, confidence: 95, rule: "IPv4 address" });
            }
        }
    }
    if text.contains(':') {
        for found in IP6.find_iter(text) {
            let host = found.as_str().split('%').next().unwrap_or_default();
            let has_digit = host.bytes().any(|byte| byte.is_ascii_hexdigit());
            if has_digit && host.len() > 4 && host.parse::<Ipv6Addr>().is_ok() {
                let (start, end) = (found.start(), found.end());
                hits.push(Hit { start, end, kind: Kind::Ip, confidence: 95, rule: "IPv6 address" });
            }
        }
    }
}

/// Does a longer number, or a code with letters, go on before or after?
fn is_inside_number(text: &str, start: usize, end: usize) -> bool {
    let last = before(text, start, 2);
    let next = after(text, end, 2);
    let clings = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'-' | b'.' | b'/'));
    clings(last.as_bytes().last())
        || clings(next.as_bytes().first())
        || joins(last.as_bytes().last()) && last.as_bytes().first().is_some_and(u8::is_ascii_digit)
        || joins(next.as_bytes().first()) && next.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
}

fn is_date(text: &str) -> bool {
    rule!(DATE, r"^(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})");
    DATE.is_match(text)
}

fn is_unit(text: &str) -> bool {
    rule!(UNIT, r"(?i)^ ?(?:mg|mcg|ml|g|kg|cm|mm|%|units?|days?|weeks?|hours?|times)\b");
    UNIT.is_match(text)
}
