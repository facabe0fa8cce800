//! Numbers and codes that are somebody's alone: by what stands before them, by their shape, by their check digit.

use super::check_digits::{cpf, dea, dni, iban, luhn, nhs, nir, vin};
use super::{Hit, after, before};
use crate::finding::Kind;
use crate::pattern::{pattern, rule};
use crate::tables::{self, NUMBER_LABELS};
use regex::Regex;
use std::sync::LazyLock;

// Labels that need no sign before their number.
rule!(
    STRICT_LABEL,
    r"^(?:mrn|ssn|user ?name|user name|login|passport|plate|vin|nhs|npi|dea|serial|s/n|accession|medical record)"
);
rule!(SSN, r"\b(\d{3})([- ])(\d{2})([- ])(\d{4})\b");
rule!(MASKED_SSN, r"(?i)(?:\bxxx|\*{3})[- ]?(?:xx|\*{2})[- ]?\d{4}\b");
rule!(
    MBI,
    r"\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b"
);
rule!(NHS, r"\b\d{3}[ -]\d{3}[ -]\d{4}\b");
rule!(IBAN, r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b");
rule!(CARD, r"\b(?:\d{4}[ -]){3}\d{4}\b|\b\d{4}[ -]\d{6}[ -]\d{5}\b|\b(?:4\d{15}|5[1-5]\d{14})\b");
rule!(VIN, r"\b[A-HJ-NPR-Z0-9]{17}\b");
rule!(DEA, r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b");
rule!(DNI, r"\b(?:\d{8}|[XYZ]\d{7})-?[A-Z]\b");
rule!(NIR, r"\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d{2} ?\d{3} ?\d{3} ?\d{2}\b");
rule!(CPF, r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b");
rule!(SIN, r"\b\d{3}[ -]\d{3}[ -]\d{3}\b");
rule!(CODICE_FISCALE, r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b");
rule!(NINO, r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b");
rule!(PERSONNUMMER, r"\b(?:19|20)?\d{6}[-+]\d{4}\b");
rule!(UUID, r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b");
rule!(OID, r"\burn:oid:[0-9.]+\b|\b[0-2](?:\.\d+){6,}\b");
rule!(MAC, r"(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b");
rule!(UDI, r"\(01\)\d{14}(?:\((?:10|11|17|21|240)\)[A-Za-z0-9./-]+)*");
rule!(
    LETTERS_AND_DIGITS,
    r"\b(?:[A-Z]{1,4}[-#]?\d{6,12}|[A-Z]{2,4}\d{2,4}-\d{3,8}|\d{2,4}[A-Z]{1,3}\d{4,8}|[A-Z]{1,4}-\d{2,6}-\d{2,8})\b"
);
rule!(LONG_DIGITS, r"\b\d{7,12}\b");
rule!(HASHED, r"#\s?(\d{5,12})\b");
rule!(
    CODE_SYSTEM,
    r"(?i)(?:\b(?:snomed(?:[ -]?ct)?|loinc|icd(?:[- ]?(?:9|10|11|o))?(?:[- ]?cm)?|cpt|hcpcs|rxnorm|rxcui|cvx|ndc|atc|umls|cui|mesh|pmid|doi|nct|code|codes|concept|version|lot|isbn|drg)[ :#(=-]{0,3}(?:code )?|[|^])$"
);
rule!(
    MEASURE,
    r"(?i)^(?:[.,]\d|\s?(?:mg|mcg|µg|ug|g|kg|ml|l|dl|mmol|mol|meq|iu|units?|u|cells?|copies|cfu|/|%|mm|cm|x10|k\b|bpm|platelets|wbc|colonies|steps|dollars|usd|people|patients|years|\|))"
);
rule!(
    TAKEN_VALUE,
    r"(?i)^\d+(?:\.\d+)?(?:mg|mcg|g|ml|kg|cm|mm|%|yo|y|h|hrs?|hours?|d|days?|wks?|weeks?|mo|months?|yrs?|years?|st|nd|rd|th|am|pm|x|f|c|l|lbs?)$"
);

/// The labels of the table, each with its kind; group 1 is the number.
static LABELLED: LazyLock<Vec<(Regex, Kind)>> = LazyLock::new(|| {
    tables::rows(NUMBER_LABELS)
        .filter_map(|[label, kind]| {
            let text = format!(
                r"(?i)\b{label}\b(?:(?: ?(?:id|record|identification|identifier|no|nr|num|number|numbers|code|serial|card|policy|member|group))*(?:\.? ?[:#=]+| (?:is|was|of)\b|\.| ?№)*|s)[ \t]*(?:[:#=(]+[ \t]*)?(\d{{3}} \d{{3}} \d{{3,4}}\b|\d{{3}} \d{{2}} \d{{4}}\b|\d{{4}} \d{{4}} \d{{4}}(?: \d{{4}})?\b|[a-z0-9]*(?:[-/.][a-z]+)*[-/.]?\d[a-z0-9]*(?:[-/.][a-z0-9]+)*)"
            );
            Some((pattern(&text), Kind::of_name(kind)?))
        })
        .collect()
});

pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    for (rule, kind) in LABELLED.iter() {
        for found in rule.captures_iter(text) {
            let (Some(whole), Some(number)) = (found.get(0), found.get(1)) else { continue };
            let label = &text[whole.start()..number.start()];
            if let Some(confidence) = labelled(label, number.as_str(), *kind, after(text, number.end(), 12)) {
                let (start, end) = (number.start(), number.end());
                hits.push(Hit { start, end, kind: *kind, confidence, rule: "number after a label" });
            }
        }
    }
    by_shape(text, hits);
}

/// How sure a number after this label is somebody's.
fn labelled(label: &str, number: &str, kind: Kind, rest: &str) -> Option<u8> {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let has_sign = label.contains([':', '#', '=', '№']);
    let lower = label.to_ascii_lowercase();
    let has_word = ["number", "no.", " no ", "nr", " id", "num", "card", "serial"]
        .iter()
        .any(|word| lower.contains(word));
    let is_strict = matches!(kind, Kind::Ssn | Kind::Vehicle) || STRICT_LABEL.is_match(&lower);
    let enough = match (has_sign, has_word, is_strict) {
        (true, _, _) | (_, true, _) | (_, _, true) => 4,
        _ => 6,
    };
    let least = if kind == Kind::Ssn && number.len() == 4 { 4 } else { enough };
    let is_told = has_sign || has_word || is_strict || digits >= 6;
    let fits = number.len() >= least && digits >= 2 && digits * 3 >= number.len();
    if !fits
        || !is_told
        || TAKEN_VALUE.is_match(number)
        || MEASURE.is_match(rest)
        || is_date(number) && !(is_strict && kind == Kind::Mrn)
        || is_code(label)
    {
        return None;
    }
    // The more particular a kind, the surer: "Patient ID" is more than "ID".
    Some(match kind {
        Kind::Id if lower.starts_with("id") || lower.starts_with("uid") => 94,
        Kind::Id => 95,
        Kind::Device | Kind::Account => 96,
        _ => 97,
    })
}

fn is_code(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    lower.contains("code") || lower.contains("version")
}

fn is_date(text: &str) -> bool {
    rule!(
        DATE,
        r"(?i)^(?:\d{1,2}[-/.]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/.]?\d{2,4}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|(?:19|20)\d{2}[/.-]\d{1,2}[/.-]\d{1,2}.*)$"
    );
    DATE.is_match(text)
}

fn by_shape(text: &str, hits: &mut Vec<Hit>) {
    for found in SSN.captures_iter(text) {
        let (Some(whole), Some(area), Some(group), Some(serial)) =
            (found.get(0), found.get(1), found.get(3), found.get(5))
        else {
            continue;
        };
        let same_sign = found.get(2).map(|sign| sign.as_str()) == found.get(4).map(|sign| sign.as_str());
        let is_issued =
            !matches!(area.as_str(), "000" | "666") && group.as_str() != "00" && serial.as_str() != "0000";
        // 900-999 are taxpayers' numbers, and as much somebody's.
        if same_sign && is_issued && !clings(text, whole.start(), whole.end()) {
            add(hits, &whole, Kind::Ssn, 97, "social security number");
        }
    }
    always(text, &MASKED_SSN, hits, Kind::Ssn, 97, "social security number, masked", |_| true);
    always(text, &MBI, hits, Kind::HealthPlan, 96, "Medicare beneficiary identifier", |found| {
        found.bytes().any(|byte| byte.is_ascii_uppercase())
    });
    always(text, &NHS, hits, Kind::Id, 90, "NHS number", nhs);
    always(text, &IBAN, hits, Kind::Account, 98, "IBAN", iban);
    always(text, &CARD, hits, Kind::Account, 96, "payment card", luhn);
    always(text, &VIN, hits, Kind::Vehicle, 97, "vehicle identification number", vin);
    always(text, &DEA, hits, Kind::Licence, 96, "DEA number", dea);
    always(text, &DNI, hits, Kind::Id, 95, "DNI or NIE", dni);
    always(text, &NIR, hits, Kind::Ssn, 96, "NIR", nir);
    always(text, &CPF, hits, Kind::Id, 97, "CPF", cpf);
    always(text, &SIN, hits, Kind::Id, 90, "social insurance number", luhn);
    always(text, &CODICE_FISCALE, hits, Kind::Id, 97, "codice fiscale", |_| true);
    always(text, &NINO, hits, Kind::Id, 93, "national insurance number", |_| true);
    always(text, &PERSONNUMMER, hits, Kind::Id, 93, "personnummer", |found| {
        let digits: String = found.chars().filter(char::is_ascii_digit).collect();
        luhn(&digits[digits.len() - 10..])
    });
    always(text, &UUID, hits, Kind::Id, 98, "UUID", |_| true);
    always(text, &OID, hits, Kind::Id, 85, "object identifier", |found| {
        !found.starts_with("urn:oid:2.16.840.1.113883.6")
    });
    always(text, &MAC, hits, Kind::Device, 97, "hardware address", |_| true);
    always(text, &UDI, hits, Kind::Device, 98, "unique device identifier", |_| true);
    for found in HASHED.captures_iter(text) {
        if let Some(number) = found.get(1) {
            add(hits, &number, Kind::Id, 88, "number after #");
        }
    }
    for (rule, confidence, name) in
        [(&*LETTERS_AND_DIGITS, 80, "code of letters and digits"), (&*LONG_DIGITS, 70, "long number")]
    {
        for found in rule.find_iter(text) {
            let is_code = CODE_SYSTEM.is_match(before(text, found.start(), 24));
            let is_measured = MEASURE.is_match(after(text, found.end(), 12));
            if !is_code && !is_measured && !clings(text, found.start(), found.end()) {
                add(hits, &found, Kind::Id, confidence, name);
            }
        }
    }
}

fn always(
    text: &str,
    rule: &Regex,
    hits: &mut Vec<Hit>,
    kind: Kind,
    confidence: u8,
    name: &'static str,
    holds: impl Fn(&str) -> bool,
) {
    for found in rule.find_iter(text) {
        if holds(found.as_str()) && !clings(text, found.start(), found.end()) {
            add(hits, &found, kind, confidence, name);
        }
    }
}

/// Does the number go on, so that this is only a piece of it?
fn clings(text: &str, start: usize, end: usize) -> bool {
    let last = before(text, start, 2).as_bytes();
    let next = after(text, end, 2).as_bytes();
    let joins = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'-' | b'.' | b'/'));
    joins(next.first()) && next.get(1).is_some_and(u8::is_ascii_alphanumeric)
        || joins(last.last()) && last.first().is_some_and(u8::is_ascii_digit) && last.len() == 2
}

fn add(hits: &mut Vec<Hit>, found: &regex::Match<'_>, kind: Kind, confidence: u8, rule: &'static str) {
    hits.push(Hit { start: found.start(), end: found.end(), kind, confidence, rule });
}
