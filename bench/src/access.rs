//! `salus bench access`: what a policy adds to a search, next to the same search without one.

use crate::Failure;
use crate::measure::Times;
use crate::report::{Gate, Report};
use salus_access::consent::{Asker, Said, said_by};
use salus_access::{Purpose, Relationship, Role, Scopes, Subject};
use salus_core::{SystemClock, SystemRng, Timestamp};
use salus_fhir::search::Query;
use salus_store::{Batch, Expect, Op, Page, Records, Store, StoreConfig};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Resources in one transaction while the store is filled.
const BATCH: usize = 1_000;
/// How often each search is done with each policy, and as often without.
const ROUNDS: usize = 300;
/// Of so many patients of a clinician one has a consent.
const CONSENTED: usize = 5;
/// The app through which the clinician looks.
const SCOPES: &str = "user/Patient.rs user/Observation.rs user/Condition.rs user/MedicationRequest.rs";
/// The moment of the run, for consents with a period.
const NOW: &str = "2026-01-05T08:00:00Z";

/// The searches, each within one patient.
const SEARCHES: [(&str, &[(&str, &str)]); 3] = [
    ("Observation", &[("code", "http://loinc.org|8867-4"), ("date", "ge2000"), ("_sort", "-date")]),
    ("Observation", &[("category", "laboratory")]),
    ("Condition", &[]),
];

/// Somebody with a policy, and the names of what is measured about them.
struct Person {
    added: &'static str,
    p50: &'static str,
    subject: Arc<Subject>,
}

/// Fills a store with `resources`, then searches it with and without policies, taking turns.
pub async fn run(folder: &Path, resources: usize, mut said: impl FnMut(&str)) -> Result<Report, Failure> {
    let mut report = Report::here();
    let folder = tempfile::tempdir_in(folder)?;
    let store =
        Store::open(StoreConfig::at(folder.path()), Arc::new(SystemClock), Arc::new(SystemRng)).await?;
    said("the filling of a store");
    let patients = fill(&store, resources).await?;
    report.baseline("patients", patients.len() as f64, "");
    said("searches with and without a policy");
    for person in people(&patients)? {
        measure(&mut report, &store, &person).await?;
    }
    store.close().await;
    Ok(report)
}

/// Fills a store; the ids of its patients.
async fn fill(store: &Store, resources: usize) -> Result<Vec<String>, Failure> {
    let records = store.system("fill a store to measure it");
    let mut bodies = salus_demo::population(1, usize::MAX).flatten().take(resources);
    let mut patients = Vec::new();
    loop {
        let batch: Vec<Value> = bodies.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(patients);
        }
        let of_type = batch.iter().filter(|body| body["resourceType"] == "Patient");
        patients.extend(of_type.filter_map(|body| body["id"].as_str().map(str::to_owned)));
        let ops = batch.into_iter().map(|resource| Op::Put { resource, expect: Expect::Any }).collect();
        records.write(Batch { ops, ..Batch::default() }).await?;
    }
}

/// A person, a caregiver of three, and a clinician of up to two hundred, some of whom said what they do not want seen,
/// looking through an app.
fn people(patients: &[String]) -> Result<Vec<Person>, Failure> {
    let subject = |role: Role, relationship: Relationship, count: usize| {
        let patients = patients.iter().take(count).map(|id| (id.clone(), relationship)).collect();
        Subject::new("measured", "Somebody", vec![role], patients)
    };
    let mut clinician = subject(Role::Clinician, Relationship::InCare, 200);
    let now: Timestamp = NOW.parse()?;
    let references = ["Practitioner/measured".to_owned()];
    let asker = Asker { references: &references, purpose: Purpose::Treatment, now };
    let mut consents = Said::default();
    for (number, patient) in clinician.patients.keys().step_by(CONSENTED).enumerate() {
        consents.and(said_by(&consent(patient, number), &asker));
    }
    let policy = std::mem::take(&mut clinician.policy);
    clinician.policy = policy.obeying(consents).within(Scopes::parse(SCOPES).bound(None));
    Ok(vec![
        Person {
            p50: "person.p50",
            added: "person.to_system",
            subject: Arc::new(subject(Role::Person, Relationship::Oneself, 1)),
        },
        Person {
            p50: "caregiver.p50",
            added: "caregiver.to_system",
            subject: Arc::new(subject(Role::Caregiver, Relationship::Child, 3)),
        },
        Person { p50: "clinician.p50", added: "clinician.to_system", subject: Arc::new(clinician) },
    ])
}

/// What a patient may have said: nothing confidential, no HbA1c, or no more than a year of it.
fn consent(patient: &str, number: usize) -> Value {
    let confidential =
        json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
    let hba1c = json!([{"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}]);
    let exception = match number % 3 {
        0 => json!({"type": "deny", "securityLabel": confidential}),
        1 => json!({"type": "deny", "code": hba1c}),
        _ => json!({"type": "deny", "dataPeriod": {"end": "1990"}}),
    };
    json!({
        "resourceType": "Consent", "status": "active", "patient": {"reference": format!("Patient/{patient}")},
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "provision": {"type": "permit", "period": {"start": "2025"}, "provision": [exception]},
    })
}

/// The same searches of somebody and of the system, one after the other.
async fn measure(report: &mut Report, store: &Store, person: &Person) -> Result<(), Failure> {
    let with = store.as_user(person.subject.clone());
    let without = store.system("measure searching without a policy");
    let (mut times_with, mut times_without) = (Times::default(), Times::default());
    let patients = person.subject.patients.keys().cycle().take(ROUNDS);
    let mut found = 0;
    for (round, patient) in patients.enumerate() {
        for (type_name, filters) in SEARCHES {
            let query = query(type_name, filters, patient)?;
            if round % 2 == 0 {
                found += timed(&mut times_with, &with, &query).await?;
                timed(&mut times_without, &without, &query).await?;
            } else {
                timed(&mut times_without, &without, &query).await?;
                found += timed(&mut times_with, &with, &query).await?;
            }
        }
    }
    if found == 0 {
        return Err(format!("{} saw nothing to measure", person.p50).into());
    }
    let (with, without) = (times_with.percentile_ms(0.5), times_without.percentile_ms(0.5));
    report.baseline(person.p50, with, "ms");
    report.gated(person.added, with / without.max(1e-9), "×", Gate::AtMost(1.2));
    Ok(())
}

async fn timed(times: &mut Times, records: &Records, query: &Query) -> Result<usize, Failure> {
    Ok(times.of(records.search(query, Page::first(20))).await?.matches.len())
}

fn query(type_name: &str, filters: &[(&str, &str)], patient: &str) -> Result<Query, Failure> {
    let whose = ("patient", patient);
    let pairs =
        std::iter::once(&whose).chain(filters).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Ok(Query::parse(type_name, &pairs.collect::<Vec<_>>())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_access::AccessPolicy;

    #[tokio::test]
    async fn every_search_of_everybody_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let report = run(folder.path(), 2_000, |_| {}).await.unwrap();
        let names: Vec<_> = report.figures.iter().map(|figure| figure.name).collect();
        let both = ["person", "caregiver", "clinician"]
            .map(|who| [format!("{who}.p50"), format!("{who}.to_system")]);
        let expect: Vec<String> =
            ["patients".to_owned()].into_iter().chain(both.into_iter().flatten()).collect();
        assert_eq!(names, expect);
        assert!(report.figures.iter().all(|figure| figure.value > 0.0));
    }

    #[test]
    fn a_clinician_is_denied_some_of_it() {
        let ids: Vec<String> = (0..200).map(|number| format!("p{number}")).collect();
        let people = people(&ids).unwrap();
        let policies: Vec<&AccessPolicy> = people.iter().map(|person| &person.subject.policy).collect();
        assert_eq!(policies[2].denials.len(), 200 / CONSENTED);
        assert!(policies[0].denials.is_empty() && policies[2].bounds.len() == 1);
    }
}
