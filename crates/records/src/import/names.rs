//! What each resource of a file is called in the store, and references that follow.

use super::read::Entry;
use salus_core::Uid;
use salus_fhir::json::Value;
use salus_fhir::links::change_links;
use salus_fhir::reference::is_id;
use std::collections::{BTreeSet, HashMap};

/// Whose names are given.
#[derive(Clone, Copy)]
pub(super) enum Naming<'a> {
    /// The file's own: an operator's import. What has no id gets one that follows from its content and its place.
    Kept,
    /// Names within one person's record: an upload.
    Within(&'a Owner),
}

/// Whose record an upload goes into.
#[derive(Clone)]
pub struct Owner {
    /// The person's Patient id.
    pub person: String,
    /// Their day of birth, where the record knows it.
    pub born: Option<String>,
    /// The other people whose records the uploader has to do with: a file about one of them is a slip of the hand.
    pub others: BTreeSet<String>,
}

impl Naming<'_> {
    /// Gives every resource its id and lets references to `fullUrl`s (and, within a person, to the old ids) follow.
    ///
    /// # Errors
    /// Within a person: the file speaks of more than one patient, or of somebody else.
    pub(super) fn apply(self, entries: &mut [Entry]) -> Result<(), String> {
        if let Self::Within(owner) = self {
            one_patient(entries, owner)?;
        }
        let mut moved: HashMap<String, String> = HashMap::new();
        for entry in entries.iter_mut() {
            let Ok(resource) = &mut entry.resource else { continue };
            let Some(type_name) = text(resource, "resourceType").map(str::to_owned) else { continue };
            let old = text(resource, "id").map(str::to_owned);
            let full_url = entry.full_url.as_deref();
            let id = self.id(&type_name, old.as_deref(), full_url, &entry.place, resource);
            let name = format!("{type_name}/{id}");
            moved.extend(entry.full_url.clone().map(|url| (url, name.clone())));
            if let (Self::Within(_), Some(old)) = (self, old) {
                moved.insert(format!("{type_name}/{old}"), name);
            }
            if let Value::Object(members) = resource
                && (!members.contains_key("id") || matches!(self, Self::Within(_)))
            {
                members.insert("id".to_owned(), Value::String(id));
            }
        }
        let person = match self {
            Self::Within(owner) => Some(format!("Patient/{}", owner.person)),
            Self::Kept => None,
        };
        for entry in entries.iter_mut() {
            let Ok(resource) = &mut entry.resource else { continue };
            change_links(resource, &mut |_, link| match (moved.get(link), &person) {
                (Some(name), _) => Some(name.clone()),
                (None, Some(person)) if patient_of(link).is_some() => Some(person.clone()),
                (None, _) => None,
            });
        }
        Ok(())
    }

    fn id(
        self,
        type_name: &str,
        old: Option<&str>,
        full_url: Option<&str>,
        place: &str,
        resource: &Value,
    ) -> String {
        match self {
            Self::Within(owner) if type_name == "Patient" => owner.person.clone(),
            Self::Within(owner) => {
                let known = old.or(full_url).unwrap_or(place);
                Uid::named(&[&owner.person, type_name, known]).to_string()
            }
            Self::Kept => {
                let uuid = full_url.and_then(|url| url.strip_prefix("urn:uuid:")).filter(|uuid| is_id(uuid));
                let fresh = || Uid::named(&[place, &resource.to_string()]).to_string();
                old.or(uuid).map_or_else(fresh, str::to_owned)
            }
        }
    }
}

/// Refuses a file that speaks of several patients, or of one who cannot be the person.
fn one_patient(entries: &mut [Entry], owner: &Owner) -> Result<(), String> {
    let mut known: Option<String> = None;
    let mut see = |id: &str| match &known {
        _ if owner.others.contains(id) => {
            Err("is about another person whose record you keep: choose that person first".to_owned())
        }
        Some(other) if other != id => {
            Err("speaks of more than one patient: a record takes in files of one".to_owned())
        }
        Some(_) => Ok(()),
        None => {
            known = Some(id.to_owned());
            Ok(())
        }
    };
    let mut aliases: HashMap<String, String> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let Ok(resource) = &entry.resource else { continue };
        if text(resource, "resourceType") == Some("Patient") {
            let id = text(resource, "id").map_or_else(|| format!("#{index}"), str::to_owned);
            see(&id)?;
            same_birth(text(resource, "birthDate"), owner)?;
            aliases.extend(entry.full_url.clone().map(|url| (url, id)));
        }
    }
    let mut outcome = Ok(());
    for entry in entries.iter_mut() {
        let Ok(resource) = &mut entry.resource else { continue };
        change_links(resource, &mut |_, link| {
            if !aliases.contains_key(link)
                && outcome.is_ok()
                && let Some(id) = patient_of(link)
            {
                outcome = see(id);
            }
            None
        });
    }
    outcome
}

/// Refuses a patient born on another day than the person; a date that is less exact only has to agree as far as it
/// goes.
fn same_birth(theirs: Option<&str>, owner: &Owner) -> Result<(), String> {
    match (theirs, &owner.born) {
        (Some(theirs), Some(born)) if !theirs.starts_with(born.as_str()) && !born.starts_with(theirs) => {
            Err(format!("is about somebody born on {theirs}, and this person was born on {born}"))
        }
        _ => Ok(()),
    }
}

/// The id in `Patient/id`, also at the end of a URL.
fn patient_of(link: &str) -> Option<&str> {
    let (before, id) = link.rsplit_once("Patient/")?;
    (is_id(id) && (before.is_empty() || before.ends_with('/'))).then_some(id)
}

fn text<'v>(resource: &'v Value, key: &str) -> Option<&'v str> {
    resource.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(full_url: &str, resource: Value) -> Entry {
        let full_url = (!full_url.is_empty()).then(|| full_url.to_owned());
        Entry { full_url, ..Entry::told("entry[0]".to_owned(), Ok(resource)) }
    }

    fn maria() -> Owner {
        let others = BTreeSet::from(["noah".to_owned()]);
        Owner { person: "maria".to_owned(), born: Some("1974-07-12".to_owned()), others }
    }

    fn named(naming: Naming<'_>, mut entries: Vec<Entry>) -> Result<Vec<Value>, String> {
        naming.apply(&mut entries)?;
        Ok(entries.into_iter().filter_map(|entry| entry.resource.ok()).collect())
    }

    #[test]
    fn an_import_keeps_ids_and_makes_urns_real() {
        let entries = vec![
            entry("urn:uuid:11111111-1111-4111-8111-111111111111", json!({"resourceType": "Patient"})),
            entry(
                "",
                json!({"resourceType": "Condition", "id": "c",
                       "subject": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"}}),
            ),
        ];
        let named = named(Naming::Kept, entries).unwrap();
        assert_eq!(named[0]["id"], "11111111-1111-4111-8111-111111111111");
        assert_eq!(named[1]["id"], "c");
        assert_eq!(named[1]["subject"]["reference"], "Patient/11111111-1111-4111-8111-111111111111");
    }

    #[test]
    fn what_has_no_name_gets_the_same_one_each_time() {
        let once = || named(Naming::Kept, vec![entry("", json!({"resourceType": "Patient"}))]).unwrap();
        assert_eq!(once(), once());
        assert!(is_id(once()[0]["id"].as_str().unwrap()));
    }

    #[test]
    fn an_upload_becomes_the_persons_own() {
        let entries = vec![
            entry("http://clinic.example/Patient/7", json!({"resourceType": "Patient", "id": "7"})),
            entry("", json!({"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/7"}})),
            entry(
                "",
                json!({"resourceType": "Condition", "id": "c",
                       "subject": {"reference": "http://clinic.example/Patient/7"},
                       "encounter": {"reference": "Encounter/e"}}),
            ),
        ];
        let named = named(Naming::Within(&maria()), entries).unwrap();
        assert_eq!(named[0]["id"], "maria");
        assert_eq!(named[2]["subject"]["reference"], "Patient/maria");
        assert_eq!(
            named[2]["encounter"]["reference"],
            format!("Encounter/{}", named[1]["id"].as_str().unwrap())
        );
        assert_ne!(named[1]["id"], "e");
    }

    #[test]
    fn an_upload_of_two_patients_is_refused() {
        let of = |id: &str| json!({"resourceType": "Condition", "subject": {"reference": format!("Patient/{id}")}});
        let two = vec![entry("", of("1")), entry("", of("2"))];
        assert!(named(Naming::Within(&maria()), two).unwrap_err().contains("more than one patient"));
        let noah = vec![entry("", of("noah"))];
        assert!(named(Naming::Within(&maria()), noah).unwrap_err().contains("another person"));
        let one = vec![entry("", of("1")), entry("", of("1"))];
        assert!(named(Naming::Within(&maria()), one).is_ok());
    }

    #[test]
    fn an_upload_about_somebody_of_another_age_is_refused() {
        for (born, is_taken) in
            [("1974-07-12", true), ("1974", true), ("1974-07-13", false), ("2018-01-02", false)]
        {
            let patient = json!({"resourceType": "Patient", "id": "x", "birthDate": born});
            assert_eq!(named(Naming::Within(&maria()), vec![entry("", patient)]).is_ok(), is_taken, "{born}");
        }
    }
}
