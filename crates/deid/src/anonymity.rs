//! How many people look alike by what an export still tells of them (Sweeney, "k-anonymity", 2002), and how many
//! different values of something sensitive each such class has (Machanavajjhala and others, "l-diversity", 2007).

mod page;

use crate::resource::zip3;
use jiff::civil::Date;
use salus_fhir::json::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use page::page;

/// Something an export tells that others know of a person too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quasi {
    /// The age in bands of ten years, the last of them 90 and over.
    AgeBand,
    /// `Patient.gender`
    Sex,
    /// The first three digits of the ZIP code, as Safe Harbor allows them.
    Zip3,
    /// `Address.state`
    State,
    /// Race, by US Core.
    Race,
    /// Ethnicity, by US Core.
    Ethnicity,
}

/// Which are looked at.
pub struct QuasiIdentifiers(pub Vec<Quasi>);

impl Default for QuasiIdentifiers {
    fn default() -> Self {
        Self(vec![Quasi::AgeBand, Quasi::Sex, Quasi::Zip3, Quasi::Ethnicity])
    }
}

impl QuasiIdentifiers {
    /// What a Patient says of each, "unknown" where it says nothing.
    pub fn row(&self, patient: &Value, today: Date) -> Row {
        let value = |quasi: &Quasi| told(patient, *quasi, today).unwrap_or_else(|| "unknown".to_owned());
        Row { values: self.0.iter().map(value).collect(), sensitive: None }
    }
}

/// One person's values.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Of each quasi-identifier.
    pub values: Vec<String>,
    /// Of the sensitive attribute, if one is looked at.
    pub sensitive: Option<String>,
}

/// How many people share what is told of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AnonymityReport {
    /// What was looked at.
    pub quasi_identifiers: Vec<Quasi>,
    /// The k asked for.
    pub k: usize,
    /// People.
    pub people: usize,
    /// Classes of people who look alike.
    pub classes: usize,
    /// People in the smallest class: the k that is reached. 0 without people.
    pub smallest: usize,
    /// The share of people in classes smaller than the k asked for.
    pub share_below: f64,
    /// Size of class → how many classes have it.
    pub histogram: BTreeMap<usize, usize>,
    /// The fewest different sensitive values in a class, where such values were given.
    pub l_diversity: Option<usize>,
}

/// Counts the classes.
pub fn anonymity(quasi: &QuasiIdentifiers, rows: &[Row], k: usize) -> AnonymityReport {
    let mut classes: BTreeMap<&[String], (usize, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows {
        let class = classes.entry(&row.values).or_default();
        class.0 += 1;
        class.1.extend(row.sensitive.as_deref());
    }
    let mut histogram: BTreeMap<usize, usize> = BTreeMap::new();
    classes.values().for_each(|(size, _)| *histogram.entry(*size).or_default() += 1);
    let below: usize = classes.values().map(|(size, _)| *size).filter(|size| *size < k).sum();
    let has_sensitive = rows.iter().any(|row| row.sensitive.is_some());
    AnonymityReport {
        quasi_identifiers: quasi.0.clone(),
        k,
        people: rows.len(),
        classes: classes.len(),
        smallest: histogram.keys().next().copied().unwrap_or_default(),
        share_below: below as f64 / rows.len().max(1) as f64,
        histogram,
        l_diversity: classes.values().map(|(_, values)| values.len()).min().filter(|_| has_sensitive),
    }
}

/// `30–39`, and `90+` from 90 on.
pub fn ageband(birth: &str, today: Date) -> Option<String> {
    let year: i16 = birth.get(..4)?.parse().ok()?;
    let born = birth.parse::<Date>().ok().or_else(|| Date::new(year, 7, 1).ok())?;
    let age = i64::from(today.year() - born.year())
        - i64::from((today.month(), today.day()) < (born.month(), born.day()));
    Some(match age {
        90.. => "90+".to_owned(),
        age => format!("{}–{}", age.max(0) / 10 * 10, age.max(0) / 10 * 10 + 9),
    })
}

fn told(patient: &Value, quasi: Quasi, today: Date) -> Option<String> {
    let address = patient.get("address").and_then(|list| list.get(0));
    match quasi {
        Quasi::AgeBand => ageband(patient.get("birthDate")?.as_str()?, today),
        Quasi::Sex => patient.get("gender")?.as_str().map(str::to_owned),
        Quasi::Zip3 => zip3(address?),
        Quasi::State => address?.get("state")?.as_str().map(str::to_owned),
        Quasi::Race => us_core(patient, "us-core-race"),
        Quasi::Ethnicity => us_core(patient, "us-core-ethnicity"),
    }
}

/// The code of the OMB category in a US Core extension.
fn us_core(patient: &Value, name: &str) -> Option<String> {
    let extensions =
        |value: &Value| value.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
    let url = format!("http://hl7.org/fhir/us/core/StructureDefinition/{name}");
    let found = extensions(patient)
        .into_iter()
        .find(|extension| extension.get("url").and_then(Value::as_str) == Some(&url))?;
    let category = extensions(&found)
        .into_iter()
        .find(|part| part.get("url").and_then(Value::as_str) == Some("ombCategory"))?;
    category.get("valueCoding")?.get("code")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::json;

    fn row(values: [&str; 2], sensitive: &str) -> Row {
        Row { values: values.map(str::to_owned).to_vec(), sensitive: Some(sensitive.to_owned()) }
    }

    #[test]
    fn classes_are_counted() {
        let quasi = QuasiIdentifiers(vec![Quasi::AgeBand, Quasi::Sex]);
        let rows = [
            row(["30–39", "female"], "a"),
            row(["30–39", "female"], "b"),
            row(["30–39", "female"], "a"),
            row(["40–49", "male"], "a"),
        ];
        let report = anonymity(&quasi, &rows, 3);
        assert_eq!((report.people, report.classes, report.smallest), (4, 2, 1));
        assert_eq!((report.share_below, report.l_diversity), (0.25, Some(1)));
        assert_eq!(report.histogram, BTreeMap::from([(1, 1), (3, 1)]));
        let nobody = anonymity(&quasi, &[], 3);
        assert_eq!((nobody.smallest, nobody.share_below, nobody.l_diversity), (0, 0.0, None));
    }

    #[test]
    fn a_patient_tells_its_quasi_identifiers() {
        let patient = json!({
            "birthDate": "1990-06-15",
            "gender": "female",
            "address": [{"postalCode": "03601", "state": "NH"}],
        });
        let row = QuasiIdentifiers::default().row(&patient, date(2026, 6, 14));
        assert_eq!(row.values, ["30–39", "female", "000", "unknown"]);
        assert_eq!(ageband("1990-06-15", date(2030, 6, 15)).as_deref(), Some("40–49"));
        assert_eq!(ageband("1930", date(2026, 1, 1)).as_deref(), Some("90+"));
    }
}
