//! What the API of the record sends: plain title first, the medical term beside it, and always the source.

use crate::document::State;
use crate::facts::{Code, Fact, Measure, Standing, System};
use salus_http::people::PersonSummary;
use serde::Serialize;
use utoipa::ToSchema;

/// One version of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceRef {
    /// Resource type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Logical id.
    pub id: String,
    /// Version.
    pub version: u64,
}

/// A condition.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConditionItem {
    #[serde(flatten)]
    common: Common,
    /// Day of its end, or of what is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<String>,
    active: bool,
    source: SourceRef,
}

/// A medicine.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedicineItem {
    #[serde(flatten)]
    common: Common,
    #[serde(skip_serializing_if = "Option::is_none")]
    dosage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<String>,
    active: bool,
    source: SourceRef,
}

/// An allergy or intolerance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AllergyItem {
    #[serde(flatten)]
    common: Common,
    #[serde(skip_serializing_if = "Option::is_none")]
    criticality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reaction: Option<String>,
    source: SourceRef,
}

/// A vaccination.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImmunizationItem {
    #[serde(flatten)]
    common: Common,
    source: SourceRef,
}

/// A visit or a stay.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EncounterItem {
    #[serde(flatten)]
    common: Common,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<String>,
    source: SourceRef,
}

/// What all entries have.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Common {
    /// In plain words where there are any.
    title: String,
    /// The medical term, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    term: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'static str>,
    /// `active`, `past`, `planned`, `unconfirmed`, `refuted`.
    status: &'static str,
    /// A FHIR date, as precise as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    /// What stands beside the title in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Where a value lies against the reference range that its resource states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResultStatus {
    /// Below it.
    Low,
    /// Within it.
    InRange,
    /// Above it.
    High,
    /// No range is stated, or the result is no number.
    Unknown,
}

/// One measurement.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultPoint {
    /// When it was measured.
    pub date: String,
    /// The number; of a blood pressure the upper one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The lower number of a blood pressure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_value: Option<f64>,
    /// The result in words, where it is more or less than one number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Lower end of the reference range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of the reference range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Where the value lies.
    pub status: ResultStatus,
    /// The Observation.
    pub source: SourceRef,
}

/// All measurements of one thing, oldest first.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResultGroup {
    /// LOINC code, or the name where there is none.
    pub code: String,
    /// As recorded.
    pub title: String,
    /// In plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain_title: Option<String>,
    /// The unit of the latest measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The latest measurement.
    pub latest: ResultPoint,
    /// All of them.
    pub points: Vec<ResultPoint>,
}

/// The record at a glance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Glance {
    pub(crate) person: PersonSummary,
    pub(crate) allergies: Vec<AllergyItem>,
    pub(crate) conditions: Vec<ConditionItem>,
    pub(crate) medicines: Vec<MedicineItem>,
    pub(crate) results: Vec<ResultGroup>,
    pub(crate) immunizations: Vec<ImmunizationItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_encounter: Option<EncounterItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upcoming_encounter: Option<EncounterItem>,
    pub(crate) documents: u64,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineItem {
    pub(crate) date: String,
    /// `condition`, `medicine`, `result`, `immunization`, `encounter`, `procedure`, `report`, `document`, `bill`, `other`.
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    pub(crate) source: SourceRef,
}

/// A page of the timeline, newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timeline {
    pub(crate) items: Vec<TimelineItem>,
    /// Pass it as `before` for the items before these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// An uploaded document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentItem {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) content_type: String,
    pub(crate) size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pages: Option<u64>,
    pub(crate) state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) uploaded_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date: Option<String>,
}

impl Common {
    fn of(fact: &Fact) -> Self {
        let code = fact.codes.first();
        Self {
            title: fact.title.clone(),
            term: (!fact.recorded.eq_ignore_ascii_case(&fact.title) && !fact.recorded.is_empty())
                .then(|| fact.recorded.clone()),
            code: code.map(|code| code.code.clone()),
            system: code.and_then(system_url),
            status: match fact.standing {
                Standing::Current => "active",
                Standing::Past => "past",
                Standing::Planned => "planned",
                Standing::Unconfirmed => "unconfirmed",
                Standing::Refuted => "refuted",
            },
            date: fact.date.as_ref().map(crate::when::When::iso),
            detail: fact.detail.clone(),
        }
    }
}

fn system_url(code: &Code) -> Option<&'static str> {
    Some(match code.system {
        System::Loinc => "http://loinc.org",
        System::Snomed => "http://snomed.info/sct",
        System::RxNorm => "http://www.nlm.nih.gov/research/umls/rxnorm",
        System::Cvx => "http://hl7.org/fhir/sid/cvx",
        System::Icd10 => "http://hl7.org/fhir/sid/icd-10",
        System::Other => return None,
    })
}

impl SourceRef {
    pub(crate) fn of(fact: &Fact) -> Self {
        let source = &fact.source;
        Self { type_name: source.type_name.clone(), id: source.id.clone(), version: source.version }
    }
}

fn end_date(fact: &Fact) -> Option<String> {
    fact.end.as_ref().map(crate::when::When::iso)
}

impl ConditionItem {
    pub(crate) fn of(fact: &Fact) -> Self {
        let common =
            Common { detail: fact.gravity.clone().or_else(|| fact.detail.clone()), ..Common::of(fact) };
        let active = fact.standing == Standing::Current;
        Self { common, end_date: end_date(fact), active, source: SourceRef::of(fact) }
    }
}

impl MedicineItem {
    pub(crate) fn of(fact: &Fact) -> Self {
        Self {
            common: Common { detail: None, ..Common::of(fact) },
            dosage: fact.detail.clone(),
            end_date: end_date(fact),
            active: fact.standing == Standing::Current,
            source: SourceRef::of(fact),
        }
    }
}

impl AllergyItem {
    pub(crate) fn of(fact: &Fact) -> Self {
        Self {
            common: Common { detail: None, ..Common::of(fact) },
            criticality: fact.gravity.clone(),
            reaction: fact.detail.clone(),
            source: SourceRef::of(fact),
        }
    }
}

impl ImmunizationItem {
    pub(crate) fn of(fact: &Fact) -> Self {
        Self { common: Common::of(fact), source: SourceRef::of(fact) }
    }
}

impl EncounterItem {
    pub(crate) fn of(fact: &Fact) -> Self {
        Self {
            common: Common { detail: fact.gravity.clone(), ..Common::of(fact) },
            end_date: end_date(fact),
            reason: fact.detail.clone(),
            place: fact.place.clone(),
            who: fact.who.clone(),
            source: SourceRef::of(fact),
        }
    }
}

impl ResultPoint {
    /// A measurement with a date; one without cannot be placed.
    pub(crate) fn of(fact: &Fact, measure: &Measure) -> Option<Self> {
        let is_whole = fact.measure.as_ref() == Some(measure);
        let second = |code: &str| {
            let part = fact.parts.iter().find(|part| part.codes.iter().any(|held| held.code == code));
            part.and_then(|part| part.measure.number)
        };
        let second_value = if is_whole { second("8462-4") } else { None };
        Some(Self {
            date: fact.date.as_ref()?.iso(),
            value: measure.number,
            second_value,
            text: (measure.number.is_none() || second_value.is_some()).then(|| measure.shown.clone()),
            unit: measure.unit.clone(),
            low: measure.low,
            high: measure.high,
            status: measure.status(),
            source: SourceRef::of(fact),
        })
    }
}

impl Measure {
    /// Where the value lies against the range or the mark of its own resource.
    pub(crate) fn status(&self) -> ResultStatus {
        use crate::facts::Mark;
        let Some(number) = self.number else { return ResultStatus::Unknown };
        if self.high.is_some_and(|high| number > high) {
            return ResultStatus::High;
        }
        if self.low.is_some_and(|low| number < low) {
            return ResultStatus::Low;
        }
        match self.mark {
            Some(Mark::High | Mark::CriticallyHigh) => ResultStatus::High,
            Some(Mark::Low | Mark::CriticallyLow) => ResultStatus::Low,
            Some(Mark::Normal) => ResultStatus::InRange,
            _ if self.low.is_some() || self.high.is_some() => ResultStatus::InRange,
            _ => ResultStatus::Unknown,
        }
    }
}
