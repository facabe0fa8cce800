//! Vital signs, laboratory values and smoking.

use super::{LOINC, SNOMED, UCUM, concept, hl7, number, present};
use crate::chart::{Chart, Row};
use crate::shared;
use jiff::civil::Date;
use serde_json::{Value, json};

const ANALYTES: &str = include_str!("../tables/analytes.txt");
const PANELS: &str = include_str!("../tables/panels.txt");

/// What is measured, with the limits of what is usual.
pub(crate) struct Analyte {
    /// `hba1c`
    pub(crate) key: &'static str,
    /// LOINC code and its display.
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
    /// What people call it.
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    /// Limits as written, for the sex asked for; empty where there is none.
    pub(crate) low: &'static str,
    pub(crate) high: &'static str,
}

/// The analyte with this key, with the limits for women or men.
pub(crate) fn analyte(key: &str, gender: &str) -> Option<Analyte> {
    let row = Row::all(ANALYTES).find(|row| row.kind() == key)?;
    let limit = |cell: &'static str| match cell.split_once(':') {
        Some((women, men)) => {
            if gender == "female" {
                women
            } else {
                men
            }
        }
        None => cell,
    };
    Some(Analyte {
        key: row.kind(),
        code: row.cell(1),
        display: row.cell(2),
        name: row.cell(3),
        unit: row.cell(4),
        ucum: row.cell(5),
        low: limit(row.cell(6)),
        high: limit(row.cell(7)),
    })
}

/// Every analyte, with the limits for women.
pub(crate) fn all_analytes() -> Vec<Analyte> {
    Row::all(ANALYTES).filter_map(|row| analyte(row.kind(), "female")).collect()
}

impl Analyte {
    /// `L`, `H` or `N` as HL7 codes it; nothing where there are no limits.
    pub(crate) fn flag(&self, value: &str) -> Option<(&'static str, &'static str)> {
        let parse = |text: &str| text.parse::<f64>().ok();
        let value = parse(value)?;
        if parse(self.low).is_some_and(|low| value < low) {
            return Some(("L", "Low"));
        }
        if parse(self.high).is_some_and(|high| value > high) {
            return Some(("H", "High"));
        }
        (!self.low.is_empty() || !self.high.is_empty()).then_some(("N", "Normal"))
    }

    /// The limits as a laboratory prints them.
    pub(crate) fn range(&self) -> String {
        match (self.low, self.high) {
            ("", "") => String::new(),
            ("", high) => format!("up to {high}"),
            (low, "") => format!("{low} or more"),
            (low, high) => format!("{low} - {high}"),
        }
    }

    /// A value in the unit of the analyte.
    pub(crate) fn quantity(&self, value: &str) -> Value {
        json!({"value": number(value), "unit": self.unit, "system": UCUM, "code": self.ucum})
    }

    fn reference_range(&self) -> Vec<Value> {
        let limit = |text: &str| (!text.is_empty()).then(|| self.quantity(text));
        let range = json!({"low": limit(self.low), "high": limit(self.high), "text": self.range()});
        if self.range().is_empty() { Vec::new() } else { vec![present(range)] }
    }
}

/// `labs | day | panel | name=value …`: the values, and the report that holds them.
pub(super) fn labs(chart: &mut Chart<'_>, row: &Row<'_>) -> Vec<Value> {
    let date = chart.day(row.cell(1));
    let gender = chart.person.cell(3);
    let mut resources = Vec::new();
    let mut results = Vec::new();
    for (key, value) in row.pairs(3) {
        let Some(analyte) = analyte(key, gender) else { continue };
        let id = chart.next_id(analyte.key);
        results.push(json!({"reference": format!("Observation/{id}"), "display": analyte.name}));
        let mut observation = observation(chart, &id, &analyte, date, "laboratory", "Laboratory");
        observation["valueQuantity"] = analyte.quantity(value);
        observation["performer"] = json!([shared::organization("northlight-lab")]);
        if let Some((code, display)) = analyte.flag(value) {
            observation["interpretation"] = json!([hl7("v3-ObservationInterpretation", code, display)]);
            observation["referenceRange"] = analyte.reference_range().into();
        }
        resources.push(observation);
    }
    let panel = Row::all(PANELS).find(|panel| panel.kind() == row.cell(2));
    if let Some(panel) = panel {
        resources.push(json!({
            "resourceType": "DiagnosticReport",
            "id": chart.next_id(&format!("report-{}", panel.kind())),
            "status": "final",
            "category": [hl7("v2-0074", "LAB", "Laboratory")],
            "code": concept(LOINC, panel.cell(1), panel.cell(2)),
            "subject": chart.subject(),
            "effectiveDateTime": date.to_string(),
            "issued": format!("{date}T16:00:00Z"),
            "performer": [shared::organization("northlight-lab")],
            "result": results,
        }));
    }
    resources
}

/// `vitals | day | name=value …`, `bp=128/82`; with weight and height the body mass index is reckoned.
pub(super) fn vitals(chart: &mut Chart<'_>, row: &Row<'_>) -> Vec<Value> {
    let date = chart.day(row.cell(1));
    let mut resources = Vec::new();
    let (mut weight, mut height) = (None, None);
    for (key, value) in row.pairs(2) {
        if let Some((systolic, diastolic)) = value.split_once('/') {
            resources.push(pressure(chart, date, systolic, diastolic));
            continue;
        }
        match key {
            "weight" => weight = value.parse::<f64>().ok(),
            "height" => height = value.parse::<f64>().ok(),
            _ => {}
        }
        resources.extend(vital(chart, date, key, value));
    }
    if let (Some(weight), Some(height)) = (weight, height) {
        let index = weight / (height / 100.0) / (height / 100.0);
        resources.extend(vital(chart, date, "bmi", &format!("{index:.1}")));
    }
    resources
}

fn vital(chart: &mut Chart<'_>, date: Date, key: &str, value: &str) -> Option<Value> {
    let analyte = analyte(key, chart.person.cell(3))?;
    let id = chart.next_id(analyte.key);
    let mut observation = observation(chart, &id, &analyte, date, "vital-signs", "Vital Signs");
    observation["valueQuantity"] = analyte.quantity(value);
    Some(observation)
}

fn pressure(chart: &mut Chart<'_>, date: Date, systolic: &str, diastolic: &str) -> Value {
    let component = |code: &str, display: &str, value: &str| {
        json!({
            "code": concept(LOINC, code, display),
            "valueQuantity": {"value": number(value), "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
        })
    };
    present(json!({
        "resourceType": "Observation",
        "id": chart.next_id("blood-pressure"),
        "status": "final",
        "category": [hl7("observation-category", "vital-signs", "Vital Signs")],
        "code": concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
        "subject": chart.subject(),
        "encounter": chart.visit_on(date),
        "effectiveDateTime": date.to_string(),
        "performer": [shared::practitioner(chart.person.cell(10))],
        "component": [
            component("8480-6", "Systolic blood pressure", systolic),
            component("8462-4", "Diastolic blood pressure", diastolic),
        ],
    }))
}

fn observation(
    chart: &Chart<'_>,
    id: &str,
    analyte: &Analyte,
    date: Date,
    category: &str,
    shown: &str,
) -> Value {
    present(json!({
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [hl7("observation-category", category, shown)],
        "code": {
            "coding": [{"system": LOINC, "code": analyte.code, "display": analyte.display}],
            "text": analyte.name,
        },
        "subject": chart.subject(),
        "encounter": chart.visit_on(date),
        "effectiveDateTime": date.to_string(),
    }))
}

/// `smoking | day | never, former or daily`
pub(super) fn smoking(chart: &mut Chart<'_>, row: &Row<'_>) -> Value {
    let status = match row.cell(2) {
        "never" => concept(SNOMED, "266919005", "Never smoked tobacco"),
        "former" => concept(SNOMED, "8517006", "Ex-smoker"),
        _ => concept(SNOMED, "449868002", "Smokes tobacco daily"),
    };
    json!({
        "resourceType": "Observation",
        "id": chart.next_id("smoking"),
        "status": "final",
        "category": [hl7("observation-category", "social-history", "Social History")],
        "code": concept(LOINC, "72166-2", "Tobacco smoking status"),
        "subject": chart.subject(),
        "effectiveDateTime": chart.date(row.cell(1)),
        "valueCodeableConcept": status,
    })
}
