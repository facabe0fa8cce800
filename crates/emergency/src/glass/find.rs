//! Finding the person who lies there: by id, or by name and birth date. Nobody is listed: one person, or none.

use crate::words::{all, text};
use salus_fhir::json::Value;
use salus_fhir::search::{Query, escape, normalise};
use salus_http::ApiError;
use salus_store::{Page, Records};

/// Who is meant.
pub(crate) enum Wanted {
    /// By the id of the Patient.
    Id(String),
    /// By what stands on a card in their pocket.
    Described { name: String, birth_date: String, identifier: Option<String> },
}

/// Who was found.
pub(crate) enum Found {
    /// The Patient.
    One(Box<Value>),
    Nobody,
    /// More than one; what was said does not tell them apart.
    Several,
}

/// Looks for the person.
pub(crate) async fn find(records: &Records, wanted: &Wanted) -> Result<Found, ApiError> {
    match wanted {
        Wanted::Id(id) => Ok(match records.read("Patient", id).await? {
            Some(stored) => Found::One(Box::new(stored.json()?)),
            None => Found::Nobody,
        }),
        Wanted::Described { name, birth_date, identifier } => {
            let mut pairs = vec![("birthdate".to_owned(), birth_date.clone())];
            pairs.extend(name.split_whitespace().map(|word| ("name".to_owned(), escape(word))));
            pairs.extend(identifier.iter().map(|value| ("identifier".to_owned(), escape(value))));
            let query = Query::parse("Patient", &pairs)
                .map_err(|_| ApiError::invalid("This name or birth date cannot be looked for."))?;
            let page = records.search(&query, Page::first(20)).await?;
            let mut meant = Vec::new();
            for stored in page.matches {
                let patient = stored.json()?;
                if is_called(&patient, name) {
                    meant.push(patient);
                }
            }
            Ok(match (meant.len(), meant.pop()) {
                (1, Some(patient)) => Found::One(Box::new(patient)),
                (0, _) => Found::Nobody,
                _ => Found::Several,
            })
        }
    }
}

/// Whether each word is a whole word of one of the person's names: a search by its beginning would find strangers.
fn is_called(patient: &Value, name: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    for name in all(patient, "name") {
        let parts = all(name, "given").iter().filter_map(Value::as_str).chain(text(name, "family"));
        let parts = parts.chain(text(name, "text"));
        words.extend(parts.flat_map(str::split_whitespace).map(normalise));
    }
    name.split_whitespace().all(|word| words.contains(&normalise(word)))
}
