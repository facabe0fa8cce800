//! What codes of HL7 v2 are in FHIR, as the tables say.

use std::collections::HashMap;
use std::sync::LazyLock;

type Codes = HashMap<(&'static str, &'static str), &'static str>;

static CODES: LazyLock<Codes> = LazyLock::new(|| triples(include_str!("tables/codes.tsv")));

static WORDS: LazyLock<Codes> = LazyLock::new(|| triples(include_str!("tables/words.tsv")));

static SYSTEMS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    rows(include_str!("tables/systems.tsv")).filter_map(|row| row.split_once('\t')).collect()
});

static SEGMENTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    rows(include_str!("tables/segments.tsv")).filter_map(|row| row.split_once('\t')).collect()
});

fn rows(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn triples(text: &'static str) -> Codes {
    let rows = rows(text).filter_map(|row| {
        let (table, rest) = row.split_once('\t')?;
        let (code, other) = rest.split_once('\t')?;
        Some(((table, code), other))
    });
    rows.collect()
}

/// The words of a code that stands alone, by the number of its table.
pub(super) fn words(table: &'static str, code: &str) -> Option<&'static str> {
    let words: &HashMap<(&str, &str), &'static str> = &WORDS;
    words.get(&(table, code)).copied()
}

/// The FHIR code for a code of a table.
pub(super) fn code(table: &'static str, v2: &str) -> Option<&'static str> {
    let v2 = v2.trim();
    let codes: &HashMap<(&str, &str), &'static str> = &CODES;
    let upper = v2.to_ascii_uppercase();
    codes.get(&(table, v2)).or_else(|| codes.get(&(table, upper.as_str()))).copied()
}

/// The URI of a code system that is known everywhere, by its name in HL7 v2 or as an OID.
pub(super) fn system(name: &str) -> Option<String> {
    let upper = name.trim().to_ascii_uppercase();
    if let Some(uri) = SYSTEMS.get(upper.as_str()) {
        return Some((*uri).to_owned());
    }
    let table = upper.strip_prefix("HL7").map(|table| table.trim_start_matches('-'));
    let is_table = |table: &&str| table.len() == 4 && table.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(table) = table.filter(is_table) {
        return Some(format!("http://terminology.hl7.org/CodeSystem/v2-{table}"));
    }
    is_oid(&upper).then(|| format!("urn:oid:{upper}"))
}

/// What a segment without a mapping holds.
pub(super) fn segment(name: &str) -> Option<&'static str> {
    SEGMENTS.get(name).copied()
}

/// Is this an OID as FHIR takes it?
pub(super) fn is_oid(text: &str) -> bool {
    let mut arcs = text.split('.');
    let is_arc = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|byte| byte.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    arcs.next().is_some_and(|first| matches!(first, "0" | "1" | "2"))
        && text.contains('.')
        && arcs.all(is_arc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_mapped() {
        for (table, v2, fhir) in [
            ("gender", "F", Some("female")),
            ("gender", "f", Some("female")),
            ("gender", "?", None),
            ("class", "I", Some("IMP")),
            ("flag", "<", Some("<")),
            ("flag", ">", Some(">")),
            ("flag", "HH", Some("HH")),
            ("observation", "C", Some("corrected")),
            ("telecom", "Internet", Some("email")),
            ("appointment", "Booked", Some("booked")),
            ("absent", "F", None),
        ] {
            assert_eq!(code(table, v2), fhir, "{table} {v2}");
        }
    }

    #[test]
    fn systems_are_named_by_their_uris() {
        for (name, uri) in [
            ("LN", Some("http://loinc.org")),
            ("ln", Some("http://loinc.org")),
            ("HL70078", Some("http://terminology.hl7.org/CodeSystem/v2-0078")),
            ("HL7-0078", Some("http://terminology.hl7.org/CodeSystem/v2-0078")),
            ("2.16.840.1.113883.6.1", Some("urn:oid:2.16.840.1.113883.6.1")),
            ("HL7nnnn", None),
            ("L", None),
            ("99LAB", None),
            ("2.33", Some("urn:oid:2.33")),
            ("2.5.", None),
            ("", None),
        ] {
            assert_eq!(system(name).as_deref(), uri, "{name}");
        }
    }

    #[test]
    fn codes_of_required_bindings_are_fhirs() {
        for (table, set) in [
            ("gender", "administrative-gender"),
            ("observation", "observation-status"),
            ("report", "diagnostic-report-status"),
            ("control", "request-status"),
            ("order", "request-status"),
            ("priority", "request-priority"),
            ("appointment", "appointmentstatus"),
            ("schedule", "appointmentstatus"),
            ("visit", "encounter-status"),
            ("document", "composition-status"),
            ("vaccination", "immunization-status"),
            ("address-use", "address-use"),
            ("name-use", "name-use"),
            ("telecom-use", "contact-point-use"),
            ("telecom", "contact-point-system"),
            ("allergen", "allergy-intolerance-category"),
            ("severity", "reaction-event-severity"),
            ("sensitivity", "allergy-intolerance-type"),
        ] {
            let set = salus_fhir::defs::value_set(&format!("http://hl7.org/fhir/ValueSet/{set}")).unwrap();
            let codes: Vec<_> = CODES.iter().filter(|((of, _), _)| *of == table).collect();
            assert!(!codes.is_empty(), "{table}");
            for ((_, v2), fhir) in codes {
                assert!(set.has_code(fhir), "{table} {v2} {fhir}");
            }
        }
    }
}
