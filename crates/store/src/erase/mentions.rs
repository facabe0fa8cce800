//! Where others speak of a patient: what an erasure leaves.

use super::STEP;
use crate::Error;
use crate::backend::{LogRange, LogScope};
use crate::records::Caller;
use crate::resource::Event;
use crate::search::Search;
use crate::store::{Inner, Store};
use salus_access::Action;
use salus_fhir::defs::{self, ParamKind};
use salus_fhir::search::Query;
use std::collections::{BTreeSet, HashSet};

impl Store {
    /// The resources of others, and of nobody, that refer to a patient: type and id, each once.
    ///
    /// Salus' own types are not among them. What has no search parameter for its reference is not found: no table tells where it stands.
    pub async fn mentions(&self, patient_id: &str) -> Result<BTreeSet<(String, String)>, Error> {
        let Some(key) = self.inner.ring.find(patient_id).await? else { return Ok(BTreeSet::new()) };
        let mut found = self.inner.mentions_in_compartment(key.pat).await?;
        let anybody = Caller::System("find who mentions a patient");
        let search = Search::new(&self.inner, &anybody, Action::Read);
        for (type_name, code) in references_outside() {
            let pairs = [(code.to_owned(), format!("Patient/{patient_id}"))];
            let Ok(query) = Query::parse(type_name, &pairs) else { continue };
            let others = search.all(&query).await?.into_iter().filter(|stored| stored.pat != key.pat);
            found.extend(others.map(|stored| (stored.type_name, stored.id)));
        }
        Ok(found)
    }
}

impl Inner {
    /// What other patients own and what lies in this one's compartment too.
    async fn mentions_in_compartment(&self, pat: i64) -> Result<BTreeSet<(String, String)>, Error> {
        let mut range =
            LogRange { scope: LogScope::Patients(vec![pat], None), before: None, since: None, limit: STEP };
        let (mut seen, mut found) = (HashSet::new(), BTreeSet::new());
        loop {
            let rows = self.backend.history(range.clone()).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            range.before = Some(last.seq);
            for row in rows {
                if seen.insert(row.rid) && row.pat != pat && row.event != Event::Deleted {
                    found.insert((self.types.name(row.name.typ).to_owned(), row.name.id));
                }
            }
        }
    }
}

/// The parameters by which something outside the patient's compartment refers to a patient.
fn references_outside() -> impl Iterator<Item = (&'static str, &'static str)> {
    defs::resource_types().filter(|name| !defs::is_internal(name)).flat_map(|type_name| {
        let inside = defs::compartment_params(type_name);
        defs::search_params(type_name)
            .iter()
            .filter(move |param| !inside.contains(&param.code) && may_be_a_patient(param))
            .map(move |param| (type_name, param.code))
    })
}

fn may_be_a_patient(param: &defs::SearchParam) -> bool {
    param.kind == ParamKind::Reference && (param.targets.is_empty() || param.targets.contains(&"Patient"))
}
