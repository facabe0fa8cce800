//! Facts: each resource of a person's record as a short text and the few values answers are made of.
//!
//! Flattening is pure. What is marked as entered in error is no fact at all. The text of a fact holds
//! every number, date and name that an answer may say about it: citations quote it, and the check of an
//! answer compares against it.

mod clinical;
mod medicine;
mod money;
mod observation;
mod other;
pub(crate) mod read;
pub(crate) mod said;

use crate::when::When;
use crate::words::stems;
use salus_fhir::json::Value;
use std::collections::HashMap;

/// Where a fact stands: one version of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceKey {
    /// Resource type.
    pub type_name: String,
    /// Logical id.
    pub id: String,
    /// Version.
    pub version: u64,
}

/// The code systems that concepts are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// LOINC: analytes and vital signs.
    Loinc,
    /// SNOMED CT: conditions, allergies, procedures.
    Snomed,
    /// RxNorm: medicines.
    RxNorm,
    /// CVX: vaccines.
    Cvx,
    /// ICD-10 and its national editions: conditions.
    Icd10,
    /// Any other.
    Other,
}

/// A code in a system.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The system.
    pub system: System,
    /// The code.
    pub code: String,
}

/// The kind of thing a fact tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A measurement or finding.
    Observation,
    /// An illness or problem.
    Condition,
    /// A medicine: asked for, taken or handed out.
    Medicine,
    /// An allergy or intolerance.
    Allergy,
    /// A vaccination.
    Immunization,
    /// A surgery or another procedure.
    Procedure,
    /// A visit or a stay.
    Encounter,
    /// A report over several results, or an imaging study.
    Report,
    /// An insurance cover.
    Coverage,
    /// A bill or a statement of benefits.
    Bill,
    /// An illness of a relative.
    Family,
    /// Who the person is.
    Person,
    /// An uploaded document.
    Document,
    /// A plan, a goal, or anything else.
    Other,
}

/// Whether a fact holds today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds, or it happened.
    Current,
    /// It held once.
    Past,
    /// It is planned.
    Planned,
    /// Somebody suspects it.
    Unconfirmed,
    /// The record says that it is not so.
    Refuted,
}

/// A measured value.
#[derive(Clone, Default, PartialEq)]
pub struct Measure {
    /// As it is said: "6.8 %", "138/75 mmHg", "Former smoker".
    pub shown: String,
    /// The number, where it is one.
    pub number: Option<f64>,
    /// Its unit, as it is said.
    pub unit: Option<String>,
    /// Lower end of the reference range stated in the resource.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The range as it is said: "4.0–5.6".
    pub range: Option<String>,
    /// What the laboratory marked it as.
    pub mark: Option<Mark>,
}

/// The laboratory's own interpretation (HL7 v3 ObservationInterpretation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// N
    Normal,
    /// L
    Low,
    /// LL
    CriticallyLow,
    /// H
    High,
    /// HH
    CriticallyHigh,
    /// A or AA
    Abnormal,
}

/// A part of a measurement: the systolic pressure of a blood pressure.
#[derive(Clone)]
pub struct Part {
    /// Its codes.
    pub codes: Vec<Code>,
    /// Its name as stems.
    pub stems: Vec<String>,
    /// Its value.
    pub measure: Measure,
}

/// One fact.
#[derive(Clone)]
pub struct Fact {
    /// The resource it was made of.
    pub source: ResourceKey,
    /// What it tells of.
    pub kind: Kind,
    /// Its name in plain words where the tables know one, else as recorded.
    pub title: String,
    /// Its name as recorded.
    pub recorded: String,
    /// Its codes.
    pub codes: Vec<Code>,
    /// The words of all its names, as stems.
    pub stems: Vec<String>,
    /// When it happened, began or was recorded.
    pub date: Option<When>,
    /// When it ended.
    pub end: Option<When>,
    /// Whether it holds.
    pub standing: Standing,
    /// Its value.
    pub measure: Option<Measure>,
    /// Parts of its value.
    pub parts: Vec<Part>,
    /// Dosage, reactions, outcome: what stands beside the name in a list.
    pub detail: Option<String>,
    /// How grave: the criticality of an allergy, the severity of a condition.
    pub gravity: Option<String>,
    /// Where it happened.
    pub place: Option<String>,
    /// With whom.
    pub who: Option<String>,
    /// Everything in short sentences.
    pub text: String,
}

/// What flattening needs of other resources.
#[derive(Default)]
pub struct Context {
    /// Medication resources by "Medication/id".
    pub medications: HashMap<String, Value>,
}

/// The fact a resource tells, or `None` if it was entered in error or is of no interest to a reader.
pub fn flatten(resource: &Value, version: u64, context: &Context) -> Option<Fact> {
    let type_name = read::text(resource, "resourceType")?;
    let id = read::text(resource, "id")?;
    let status = read::text(resource, "status").unwrap_or_default();
    if status == "entered-in-error" || read::has_code(resource, "verificationStatus", "entered-in-error") {
        return None;
    }
    let source = ResourceKey { type_name: type_name.to_owned(), id: id.to_owned(), version };
    let mut fact = match type_name {
        "Observation" => observation::observation(resource, source)?,
        "Condition" => clinical::condition(resource, source),
        "AllergyIntolerance" => clinical::allergy(resource, source),
        "Immunization" => clinical::immunization(resource, source),
        "Procedure" => clinical::procedure(resource, source),
        "Encounter" => clinical::encounter(resource, source)?,
        "DiagnosticReport" | "ImagingStudy" => clinical::report(resource, source),
        "MedicationRequest" | "MedicationStatement" | "MedicationDispense" | "MedicationAdministration" => {
            medicine::medicine(resource, source, context)?
        }
        "Coverage" => money::coverage(resource, source),
        "ExplanationOfBenefit" | "Claim" => money::bill(resource, source),
        "FamilyMemberHistory" => other::family(resource, source),
        "Patient" => other::person(resource, source),
        "DocumentReference" => other::document(resource, source),
        "CarePlan" | "Goal" | "ServiceRequest" | "Appointment" | "Device" | "CareTeam" | "Flag"
        | "RiskAssessment" | "DetectedIssue" | "NutritionOrder" | "Communication" | "Specimen" => {
            other::other(resource, source)
        }
        _ => return None,
    };
    if fact.stems.is_empty() {
        fact.stems = stems(&format!("{} {}", fact.title, fact.recorded));
    }
    Some(fact)
}

impl Fact {
    fn new(source: ResourceKey, kind: Kind) -> Self {
        Self {
            source,
            kind,
            title: String::new(),
            recorded: String::new(),
            codes: Vec::new(),
            stems: Vec::new(),
            date: None,
            end: None,
            standing: Standing::Current,
            measure: None,
            parts: Vec::new(),
            detail: None,
            gravity: None,
            place: None,
            who: None,
            text: String::new(),
        }
    }

    /// Orders facts in time; facts without a date come first.
    pub fn order(&self) -> i64 {
        self.date.as_ref().map_or(i64::MIN, |date| date.order)
    }

    /// The plain name, with the recorded one in brackets where they differ.
    pub(crate) fn named(&self) -> String {
        said::named(&self.title, &self.recorded)
    }
}
