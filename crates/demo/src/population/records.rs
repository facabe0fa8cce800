//! The resources of one person of a population.

use super::{LAST_DAY, Maker, ORGANIZATIONS, PRACTITIONERS};
use crate::resources::{CVX, ICD10, LOINC, RXNORM, SNOMED, UCUM, coding, concept, hl7};
use jiff::civil::Date;
use serde_json::{Value, json};

impl Maker<'_> {
    pub(super) fn encounter(&mut self, day: Date) -> (String, Value) {
        let encounter = self.id_for("e");
        let reason = self.phrase();
        let resource = json!({
            "resourceType": "Encounter",
            "id": encounter,
            "text": narrative(&reason),
            "status": "finished",
            "class": coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "ambulatory"),
            "type": [concept(SNOMED, "185349003", "Encounter for check up")],
            "subject": self.subject(),
            "participant": [{"individual": self.practitioner()}],
            "period": {"start": day.to_string(), "end": day.to_string()},
            "reasonCode": [{"text": reason}],
            "serviceProvider": self.organization(),
        });
        (encounter, resource)
    }

    pub(super) fn patient(&mut self) -> Value {
        let gender = self.pick(&["female", "male"]);
        let born = LAST_DAY
            .saturating_sub(jiff::Span::new().days(i64::try_from(self.between(400, 33_000)).unwrap_or(0)));
        json!({
            "resourceType": "Patient",
            "id": self.id,
            "identifier": [{"system": "urn:oid:2.16.840.1.113883.19.6", "value": self.id.to_uppercase()}],
            "active": true,
            "name": [{
                "use": "official",
                "given": [self.pick(&self.words.given)],
                "family": self.pick(&self.words.family),
            }],
            "telecom": [{"system": "phone", "value": format!("+1 555 {:04}", self.below(10_000))}],
            "gender": gender,
            "birthDate": born.to_string(),
            "address": [{
                "line": [format!("{} {}", 1 + self.below(200), self.pick(&self.words.streets))],
                "city": self.pick(&self.words.cities),
                "postalCode": format!("{:05}", 10_000 + self.below(80_000)),
                "country": "US",
            }],
            "generalPractitioner": [self.practitioner()],
            "managingOrganization": self.organization(),
        })
    }

    pub(super) fn problem(&mut self) -> Value {
        let row = self.row(&self.words.problems);
        let (day, text) = (self.day().to_string(), self.phrase());
        json!({
            "resourceType": "Condition",
            "id": self.id_for("c"),
            "text": narrative(&text),
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                "code": self.pick(&["active", "active", "resolved"]),
            }]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed",
            }]},
            "category": [hl7("condition-category", "problem-list-item", "Problem List Item")],
            "code": {
                "coding": [coding(SNOMED, row.cell(1), row.cell(2)), coding(ICD10, row.cell(3), row.cell(4))],
                "text": row.cell(2),
            },
            "subject": self.subject(),
            "onsetDateTime": day,
            "recordedDate": day,
            "recorder": self.practitioner(),
            "note": [{"text": text}],
        })
    }

    pub(super) fn allergy(&mut self) -> Value {
        let row = self.row(&self.words.allergies);
        json!({
            "resourceType": "AllergyIntolerance",
            "id": self.id_for("a"),
            "clinicalStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                "code": "active",
            }]},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                "code": "confirmed",
            }]},
            "category": [row.cell(3)],
            "criticality": self.pick(&["low", "high"]),
            "code": concept(SNOMED, row.cell(1), row.cell(2)),
            "patient": self.subject(),
            "recordedDate": self.day().to_string(),
            "note": [{"text": self.phrase()}],
        })
    }

    pub(super) fn observation(&mut self, day: Date, encounter: &str) -> Value {
        let analyte = &self.words.analytes[self.below(self.words.analytes.len())];
        let limit = |text: &str, other: f64| text.parse::<f64>().unwrap_or(other);
        let (low, high) = (limit(analyte.low, 20.0), limit(analyte.high, 180.0));
        let spread = (high - low).abs().max(1.0);
        let value = (low + spread * (self.below(1600) as f64 / 1000.0 - 0.3)).max(0.1);
        let value = if spread < 20.0 { format!("{value:.1}") } else { format!("{value:.0}") };
        let quantity = |value: &str| analyte.quantity(value);
        let text = format!("{}: {value} {}", analyte.name, analyte.unit);
        let mut observation = json!({
            "resourceType": "Observation",
            "id": self.id_for("o"),
            "text": narrative(&text),
            "status": "final",
            "category": [hl7("observation-category", "laboratory", "Laboratory")],
            "code": {"coding": [coding(LOINC, analyte.code, analyte.display)], "text": analyte.name},
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": format!("{day}T{:02}:{:02}:00Z", 7 + self.below(11), self.below(60)),
            "issued": format!("{day}T18:{:02}:{:02}.000Z", self.below(60), self.below(60)),
            "performer": [self.organization()],
            "valueQuantity": quantity(&value),
        });
        if let Some((code, display)) = analyte.flag(&value) {
            let mut range = json!({"text": analyte.range()});
            for (name, limit) in [("low", analyte.low), ("high", analyte.high)] {
                if !limit.is_empty() {
                    range[name] = quantity(limit);
                }
            }
            observation["interpretation"] = json!([hl7("v3-ObservationInterpretation", code, display)]);
            observation["referenceRange"] = json!([range]);
        }
        observation
    }

    pub(super) fn pressure(&mut self, day: Date, encounter: &str) -> Value {
        let (systolic, diastolic) = (self.between(98, 172), self.between(58, 104));
        let component = |code: &str, display: &str, value: usize| {
            json!({
                "code": concept(LOINC, code, display),
                "valueQuantity": {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"},
            })
        };
        json!({
            "resourceType": "Observation",
            "id": self.id_for("o"),
            "text": narrative(&format!("Blood pressure {systolic}/{diastolic} mmHg")),
            "status": "final",
            "category": [hl7("observation-category", "vital-signs", "Vital Signs")],
            "code": concept(LOINC, "85354-9", "Blood pressure panel with all children optional"),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": format!("{day}T{:02}:{:02}:00Z", 7 + self.below(11), self.below(60)),
            "performer": [self.practitioner()],
            "component": [
                component("8480-6", "Systolic blood pressure", systolic),
                component("8462-4", "Diastolic blood pressure", diastolic),
            ],
        })
    }

    pub(super) fn report(&mut self, day: Date, encounter: &str, results: Vec<Value>) -> Value {
        let text = self.phrase();
        json!({
            "resourceType": "DiagnosticReport",
            "id": self.id_for("r"),
            "text": narrative(&text),
            "status": "final",
            "category": [hl7("v2-0074", "LAB", "Laboratory")],
            "code": concept(LOINC, "11502-2", "Laboratory report"),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "effectiveDateTime": day.to_string(),
            "issued": format!("{day}T19:00:00Z"),
            "performer": [self.organization()],
            "result": results,
            "conclusion": text,
        })
    }

    pub(super) fn prescription(&mut self, day: Date, encounter: &str) -> Value {
        let row = self.row(&self.words.medicines);
        json!({
            "resourceType": "MedicationRequest",
            "id": self.id_for("m"),
            "text": narrative(row.cell(2)),
            "status": self.pick(&["active", "completed", "completed", "stopped"]),
            "intent": "order",
            "medicationCodeableConcept": concept(RXNORM, row.cell(1), row.cell(2)),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "authoredOn": day.to_string(),
            "requester": self.practitioner(),
            "dosageInstruction": [{
                "text": format!("Take one by mouth {} times a day. {}", 1 + self.below(3), self.phrase()),
                "timing": {"repeat": {"frequency": 1 + self.below(3), "period": 1, "periodUnit": "d"}},
            }],
            "dispenseRequest": {"numberOfRepeatsAllowed": self.below(5)},
        })
    }

    pub(super) fn vaccine(&mut self) -> Value {
        let row = self.row(&self.words.vaccines);
        json!({
            "resourceType": "Immunization",
            "id": self.id_for("i"),
            "text": narrative(row.cell(2)),
            "status": "completed",
            "vaccineCode": concept(CVX, row.cell(1), row.cell(2)),
            "patient": self.subject(),
            "occurrenceDateTime": self.day().to_string(),
            "primarySource": true,
            "lotNumber": format!("{:06X}", self.below(0xFF_FFFF)),
            "performer": [{"actor": self.practitioner()}],
            "note": [{"text": self.phrase()}],
        })
    }

    pub(super) fn procedure(&mut self, day: Date, encounter: &str) -> Value {
        let row = self.row(&self.words.procedures);
        let text = self.phrase();
        json!({
            "resourceType": "Procedure",
            "id": self.id_for("x"),
            "text": narrative(&text),
            "status": "completed",
            "code": concept(SNOMED, row.cell(1), row.cell(2)),
            "subject": self.subject(),
            "encounter": {"reference": format!("Encounter/{encounter}")},
            "performedDateTime": day.to_string(),
            "performer": [{"actor": self.practitioner()}],
            "note": [{"text": text}],
        })
    }

    pub(super) fn bill(&mut self, day: Date, encounter: &str) -> Value {
        let charged = self.between(80, 900);
        let money = |amount: usize| json!({"value": amount, "currency": "USD"});
        let total = |code: &str, display: &str, amount: usize| {
            let category = hl7("adjudication", code, display);
            json!({"category": category, "amount": money(amount)})
        };
        json!({
            "resourceType": "ExplanationOfBenefit",
            "id": self.id_for("b"),
            "status": "active",
            "type": hl7("claim-type", "professional", "Professional"),
            "use": "claim",
            "patient": self.subject(),
            "billablePeriod": {"start": day.to_string(), "end": day.to_string()},
            "created": day.to_string(),
            "insurer": self.organization(),
            "provider": self.organization(),
            "outcome": "complete",
            "insurance": [{"focal": true, "coverage": {"display": "Health plan"}}],
            "item": [{
                "sequence": 1,
                "productOrService": concept(SNOMED, "185349003", "Encounter for check up"),
                "encounter": [{"reference": format!("Encounter/{encounter}")}],
                "net": money(charged),
            }],
            "total": [
                total("submitted", "Submitted Amount", charged),
                total("benefit", "Benefit Amount", charged * self.between(60, 100) / 100),
            ],
        })
    }

    /// Those whom every person of the population refers to.
    pub(super) fn staff(&mut self) -> Vec<Value> {
        let practitioner = |index: usize| {
            json!({
                "resourceType": "Practitioner",
                "id": self.staff_id("practitioner", index),
                "active": true,
                "name": [{
                    "prefix": ["Dr."],
                    "given": [self.pick(&self.words.given)],
                    "family": self.pick(&self.words.family),
                }],
            })
        };
        let organization = |index: usize| {
            json!({
                "resourceType": "Organization",
                "id": self.staff_id("organization", index),
                "active": true,
                "name": format!("{} Clinic", self.pick(&self.words.cities)),
            })
        };
        (0..PRACTITIONERS).map(practitioner).chain((0..ORGANIZATIONS).map(organization)).collect()
    }
}

fn narrative(text: &str) -> Value {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    json!({
        "status": "generated",
        "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{text}</p></div>"),
    })
}
