//! An export of many people: each person's record goes in, lines of NDJSON come out, and at the end a report.

use crate::anonymity::{AnonymityReport, QuasiIdentifiers, Row, anonymity};
use crate::plan::{Mode, Plan};
use crate::resource::{Deidentifier, Summary};
use salus_fhir::json::Value;
use serde::Serialize;
use std::collections::HashSet;

/// One resource of the export. It is about somebody still, so it has no `Debug`.
pub struct Line {
    /// Its type, by which files are named.
    pub type_name: String,
    /// The resource as one line of JSON.
    pub json: String,
}

/// What an export was made by and what came of it; nothing in it is about one person.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportReport {
    /// The method.
    pub mode: Mode,
    /// The method's name in words.
    pub method: &'static str,
    /// What was done to the resources.
    pub summary: Summary,
    /// How many people look alike.
    pub anonymity: AnonymityReport,
}

/// An export that is being made.
pub struct Export {
    plan: Plan,
    quasi: QuasiIdentifiers,
    k: usize,
    rows: Vec<Row>,
    summary: Summary,
    shared: HashSet<(String, String)>,
}

impl Export {
    /// An empty export by this plan. Its people are to be `k` to a class.
    pub fn new(plan: Plan, quasi: QuasiIdentifiers, k: usize) -> Self {
        Self { plan, quasi, k, rows: Vec::new(), summary: Summary::default(), shared: HashSet::new() }
    }

    /// Takes one person's whole record, what it refers to included; what another person's record brought already (a
    /// doctor, a hospital) is not given a second time.
    pub fn person(&mut self, person_id: &str, record: &[Value]) -> Vec<Line> {
        let mut deidentifier = Deidentifier::new(&self.plan, person_id, record);
        let mut lines = Vec::with_capacity(record.len());
        for resource in record {
            let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (type_name, id) = (text("resourceType"), text("id"));
            if type_name == "Patient" && id == person_id {
                self.rows.push(self.quasi.row(resource, self.plan.today));
            }
            if !self.shared.insert((type_name.clone(), id)) {
                continue;
            }
            if let Some(plain) = deidentifier.resource(resource) {
                lines.push(Line { type_name, json: plain.to_string() });
            }
        }
        self.summary.add(&deidentifier.summary);
        lines
    }

    /// What was done so far.
    pub fn report(&self) -> ExportReport {
        ExportReport {
            mode: self.plan.mode,
            method: self.plan.mode.title(),
            summary: self.summary.clone(),
            anonymity: anonymity(&self.quasi, &self.rows, self.k),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudonym::Key;
    use serde_json::json;

    #[test]
    fn shared_resources_come_once_and_everybody_is_counted() {
        let plan = Plan::new(Mode::SafeHarbor, Key::from_bytes(&[3; 32]), jiff::civil::date(2026, 1, 1));
        let mut export = Export::new(plan, QuasiIdentifiers::default(), 2);
        let doctor = json!({"resourceType": "Practitioner", "id": "d1", "active": true});
        let person = |id: &str| json!({"resourceType": "Patient", "id": id, "gender": "male", "birthDate": "1980-01-01"});
        let first = export.person("p1", &[person("p1"), doctor.clone()]);
        let second = export.person("p2", &[person("p2"), doctor]);
        let types = |lines: &[Line]| lines.iter().map(|line| line.type_name.clone()).collect::<Vec<_>>();
        assert_eq!(types(&first), ["Patient", "Practitioner"]);
        assert_eq!(types(&second), ["Patient"]);
        let report = export.report();
        assert_eq!((report.summary.resources, report.anonymity.people, report.anonymity.smallest), (3, 2, 2));
        assert!(!first[0].json.contains("1980-01-01") && !first[0].json.contains("p1"));
    }
}
