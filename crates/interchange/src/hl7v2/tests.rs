//! Messages as a whole: those at hand, two of our own written out, and any bytes.

mod results;
mod snippets;

use super::{Message, read};
use proptest::prelude::*;
use salus_fhir::validate;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The one message of a text whose lines are its segments.
fn message(lines: &str) -> Message {
    let mut messages = read(lines.as_bytes()).unwrap();
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

/// What a message of these segments becomes; the header is put before them.
fn converted(kind: &str, segments: &str) -> crate::Converted {
    let header = format!("MSH|^~\\&|APP|FAC|||20240301120000+0100||{kind}|C1|P|2.5.1");
    message(&format!("{header}\n{segments}")).to_fhir()
}

/// A segment with these fields, by their numbers.
fn segment(name: &str, fields: &[(usize, &str)]) -> String {
    let last = fields.iter().map(|(number, _)| *number).max().unwrap_or_default();
    let mut parts = vec![name];
    parts.resize(last + 1, "");
    for (number, text) in fields {
        parts[*number] = text;
    }
    parts.join("|")
}

fn of_type<'v>(resources: &'v [Value], type_name: &str) -> Vec<&'v Value> {
    resources.iter().filter(|resource| resource["resourceType"] == type_name).collect()
}

fn errors(resource: &Value) -> Vec<String> {
    let issues = validate(resource);
    issues
        .iter()
        .filter(|issue| issue.is_error())
        .map(|issue| format!("{}: {}", issue.expression.as_deref().unwrap_or_default(), issue.diagnostics))
        .collect()
}

/// The files at hand, by name.
fn shared() -> BTreeMap<String, Vec<u8>> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("SALUS_SHARED_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join("hl7v2")) else {
        println!("skipped: no shared data");
        return BTreeMap::new();
    };
    let paths = files.map(|file| file.unwrap().path());
    paths
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn every_message_at_hand_becomes_valid_resources() {
    let mut faults = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, bytes) in shared() {
        for message in read(&bytes).unwrap() {
            let converted = message.to_fhir();
            let all: Vec<&Value> = converted.resources.iter().chain(&converted.mentioned).collect();
            assert!(!all.is_empty(), "{name}");
            let names: HashSet<String> = all
                .iter()
                .map(|resource| format!("{}/{}", resource["resourceType"], resource["id"]))
                .collect();
            assert_eq!(names.len(), all.len(), "{name}: two resources of one id");
            for resource in all {
                *counts.entry(resource["resourceType"].as_str().unwrap().to_owned()).or_default() += 1;
                faults.extend(errors(resource).into_iter().map(|error| format!("{name}: {error}")));
                faults.extend(dangling(resource, &names).map(|to| format!("{name}: {to} is not there")));
            }
        }
    }
    println!("{counts:?}");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The references of a resource that lead to nothing of the message; a replaced document may lie elsewhere.
fn dangling<'v>(resource: &'v Value, names: &'v HashSet<String>) -> impl Iterator<Item = String> + 'v {
    let mut found = Vec::new();
    references(resource, &mut found);
    let replaced = resource["relatesTo"][0]["target"]["reference"].as_str();
    found.into_iter().filter(move |reference| {
        let (type_name, id) = reference.split_once('/').unwrap_or_default();
        !reference.starts_with('#')
            && Some(reference.as_str()) != replaced
            && !names.contains(&format!("\"{type_name}\"/\"{id}\""))
    })
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("reference").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn a_message_gives_the_same_each_time() {
    for (name, bytes) in shared() {
        for message in read(&bytes).unwrap() {
            let (once, again) = (message.to_fhir(), message.to_fhir());
            assert_eq!(once.resources, again.resources, "{name}");
            assert_eq!(once.mentioned, again.mentioned, "{name}");
        }
    }
}

/// How many results a conversion accounts for: observations, the lines of those that are texts, files and what
/// was left out as a whole.
fn accounted(converted: &crate::Converted) -> usize {
    let observations = of_type(&converted.resources, "Observation");
    let observed: usize = observations
        .iter()
        .map(|observation| observation["valueString"].as_str().map_or(1, |text| text.split('\n').count()))
        .sum();
    let reports = of_type(&converted.resources, "DiagnosticReport");
    let forms = reports.iter().filter_map(|report| report["presentedForm"].as_array()).flatten();
    let files = forms.filter(|form| form["title"] != "Notes").count();
    let documents = of_type(&converted.resources, "DocumentReference");
    let contents = documents.iter().filter_map(|document| document["content"].as_array()).flatten();
    let left_out =
        converted.left_out.iter().filter(|left| left.place.starts_with("OBX[") && left.place.ends_with(']'));
    observed + files + contents.count() + left_out.count()
}

#[test]
fn each_result_at_hand_is_accounted_for() {
    for (name, bytes) in shared() {
        for message in read(&bytes).unwrap() {
            // The text of a document, and what tells of a vaccination, go elsewhere.
            let lines = message.lines();
            if lines.iter().any(|line| line.starts_with("TXA") || line.starts_with("RXA")) {
                continue;
            }
            let count = lines.iter().filter(|line| line.starts_with("OBX")).count();
            assert_eq!(accounted(&message.to_fhir()), count, "{name}");
        }
    }
}

/// The words of a conversion, for those written out.
fn shown(converted: &crate::Converted) -> String {
    let mut text = String::new();
    for (title, resources) in [("resources", &converted.resources), ("mentioned", &converted.mentioned)] {
        writeln!(text, "== {title}").unwrap();
        for resource in resources {
            writeln!(text, "{}", serde_json::to_string_pretty(resource).unwrap()).unwrap();
        }
    }
    writeln!(text, "== left out").unwrap();
    for left in &converted.left_out {
        writeln!(text, "{}: {}", left.place, left.reason).unwrap();
    }
    text
}

const LABORATORY: &str = r"MSH|^~\&|LIS|Lakeside Laboratory^2.16.840.1.113883.19.4.6^ISO|||20240301143000+0100||ORU^R01^ORU_R01|LL-77|P|2.5.1||||||UNICODE UTF-8
PID|1||4711^^^Lakeside&2.16.840.1.113883.19.4.6&ISO^MR||Rossi^Maria^Elena^^Dr.^^L||19740712|F|||Via Roma 1^^Torino^TO^10121^IT^H||^PRN^PH^^39^011^5551234
PV1|1|O|||||77^Weber^Anna^^^Dr.
ORC|RE|P-1|F-1||CM||||20240301080000|||77^Weber^Anna^^^Dr.
OBR|1|P-1|F-1|24323-8^Comprehensive metabolic panel^LN|||20240301081500|||||||||77^Weber^Anna^^^Dr.||||||20240301142500||LAB|F
OBX|1|NM|2345-7^Glucose^LN||7.8|mmol/L^mmol/L^UCUM|3.9-6.1|H|||F
NTE|1||Not fasting.
OBX|2|NM|2160-0^Creatinine^LN||<20|umol/L^umol/L^UCUM|45 to 84|L|||C
OBX|3|SN|5804-0^Protein in urine^LN||^1^:^40||||||F
OBX|4|TX|8251-1^Comment^LN||First line.||||||F
OBX|5|TX|8251-1^Comment^LN||Second line with \T\ and \F\.||||||F
OBX|6|ED|11502-2^Laboratory report^LN||^AP^PDF^Base64^JVBERi0xLjQ=||||||F
SPM|1|^S-9||SER^Serum^HL70487|||||||||||||202403010815
";

const VACCINATION: &str = r"MSH|^~\&|EHR|Children's Clinic|||20240410||VXU^V04^VXU_V04|V-1|P|2.5.1
PID|1||88^^^Clinic^MR||Rossi^Noah^^^^^L||201801|M
NK1|1|Rossi^Maria|MTH^Mother^HL70063
ORC|RE||I-5^Clinic|||||||12^Lee^Ann
RXA|0|1|20240410||03^MMR^CVX|0.5|mL^mL^UCUM||00^New^NIP001|12^Lee^Ann|||||L123|20251231|MSD^Merck^MVX|||CP|A
RXR|SC^Subcutaneous^HL70162|LA^Left arm^HL70163
OBX|1|CE|64994-7^Eligibility^LN|1|V01^Not eligible^HL70064||||||F
OBX|2|TS|29769-7^Sheet given^LN|2|20240410||||||F
OBX|3|NM|8302-2^Height^LN|3|117|cm^cm^UCUM|||||F|||20240410
ORC|RE||9999
RXA|0|1|20230110||115^Tdap^CVX|999|||01^Historical^NIP001|||||||||00^Parental decision^NIP002||RE|A
";

#[test]
fn a_laboratory_report_is_read() {
    let converted = message(LABORATORY).to_fhir();
    assert!(
        converted.resources.iter().chain(&converted.mentioned).all(|resource| errors(resource).is_empty())
    );
    insta::assert_snapshot!(shown(&converted));
}

#[test]
fn vaccinations_are_read() {
    let converted = message(VACCINATION).to_fhir();
    assert!(
        converted.resources.iter().chain(&converted.mentioned).all(|resource| errors(resource).is_empty())
    );
    insta::assert_snapshot!(shown(&converted));
}

/// Lines that look like those of messages, and some that do not.
fn lines() -> impl Strategy<Value = String> {
    let names = proptest::sample::select(vec![
        "MSH", "PID", "PD1", "NK1", "PV1", "PV2", "MRG", "AL1", "IAM", "DG1", "PRB", "PR1", "IN1", "IN2",
        "FT1", "ORC", "OBR", "RXO", "RXE", "RXD", "RXA", "RXR", "RXC", "TQ1", "SPM", "OBX", "TXA", "SCH",
        "AIS", "AIP", "AIL", "AIG", "NTE", "ZZZ", "é",
    ]);
    let content = proptest::string::string_regex(r"[|^~\\&A-Z0-9.<+\-é \n]{0,60}").unwrap();
    (names, content).prop_map(|(name, content)| format!("{name}|{content}"))
}

/// An OBX of any type. Texts have codes of their own, so that none goes on another.
fn result(number: usize) -> impl Strategy<Value = String> {
    let kinds = ["NM", "SN", "CE", "CWE", "ST", "TX", "FT", "DT", "TM", "TS", "DTM", "ED", "RP", "XX", ""];
    let status = proptest::sample::select(vec!["F", "C", "P", "X", "U", "D", "", "?"]);
    let code =
        proptest::sample::select(vec![format!("{number}^Test"), format!("A{number}^^LN"), String::new()]);
    let value = proptest::string::string_regex(r"[0-9A-Za-z.^<>:&\-]{0,20}").unwrap();
    (proptest::sample::select(kinds.to_vec()), code, value, status).prop_map(
        move |(kind, code, value, status)| format!("OBX|{number}|{kind}|{code}||{value}||||||{status}"),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
        let headed = [b"MSH|^~\\&|".as_slice(), &bytes].concat();
        for message in read(&headed).into_iter().flatten() {
            let _ = (message.kind(), message.event(), message.sender(), message.date(), message.to_fhir());
        }
    }

    #[test]
    fn any_segments_become_valid_resources(lines in proptest::collection::vec(lines(), 0..24)) {
        let text = format!("MSH|^~\\&|A|B|||20240301||ADT^A01|1\n{}", lines.join("\n"));
        for message in read(text.as_bytes()).into_iter().flatten() {
            let converted = message.to_fhir();
            for resource in converted.resources.iter().chain(&converted.mentioned) {
                prop_assert_eq!(errors(resource), Vec::<String>::new(), "{}", text);
            }
        }
    }

    #[test]
    fn each_result_is_an_observation_a_file_or_left_out(
        results in (0..8usize).prop_flat_map(|count| (0..count).map(result).collect::<Vec<_>>())
    ) {
        let segments = format!("PID|1||1\nOBR|1||F1|1^Panel\n{}", results.join("\n"));
        let converted = converted("ORU^R01", &segments);
        prop_assert_eq!(accounted(&converted), results.len(), "{}", segments);
    }
}

#[test]
fn much_of_anything_is_read_in_its_measure() {
    let header = "MSH|^~\\&|A|B|||20240301||ORU^R01|1\n";
    for text in [
        format!("{header}PID|1||{}", "1^^^A~".repeat(90_000)),
        format!("{header}PID|1||1\nOBR|1||1|{}\n{}", "x".repeat(500_000), "OBX|1|NM|a||1\n".repeat(2_000)),
        format!("{header}{}", "|^&\\".repeat(200_000)),
        format!("{header}PID|1||{}", "1^^^A&1.2&ISO^MR\nPID|1||".repeat(15_000)),
        format!("{header}PID|1||1\n{}", "OBX|1|NM|a||1~2~3~4~5~6~7~8~9\n".repeat(10_000)),
        format!(
            "MSH|^~\\&|{}||||||ORU^R01|1\nPID|1||1\n{}",
            "x".repeat(500_000),
            "OBX|1|NM|a||1\n".repeat(2_000)
        ),
        format!("{header}OBX|1|TX|a||{}", "\\X".repeat(300_000)),
        format!("{header}PID|1||1\nOBR|1||1|a\n{}", "OBX|1|TX|a||line\n".repeat(19_000)),
    ] {
        let size: usize = read(text.as_bytes())
            .unwrap()
            .iter()
            .map(|message| {
                let converted = message.to_fhir();
                let all = converted.resources.iter().chain(&converted.mentioned);
                all.map(|resource| resource.to_string().len()).sum::<usize>()
            })
            .sum();
        assert!(size < 20_000_000, "{size} bytes of {}", text.len());
    }
}
