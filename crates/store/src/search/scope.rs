//! Under which patients a search looks at all: where the policy and the query narrow it.

use crate::Error;
use crate::index::SHARED;
use crate::keys::Keyring;
use salus_access::{RowFilter, Scope as Whose};
use salus_fhir::defs;
use salus_fhir::search::{Filter, FilterValue, Modifier, Query};
use std::collections::BTreeSet;

/// Patients, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pats {
    /// Every patient, and what is shared.
    All,
    /// These, in ascending order.
    Only(Vec<i64>),
}

/// Where a search looks, and where the policy asks no more.
#[derive(Clone)]
pub(crate) struct Scope {
    /// Where to look.
    pub(crate) pats: Pats,
    /// Under which of them everything may be read.
    open: Pats,
}

impl Scope {
    /// What of a type the filter admits, as far as the query does not rule it out.
    pub(crate) async fn of(query: &Query, rows: &RowFilter, ring: &Keyring) -> Result<Self, Error> {
        let (mut pats, open) = match rows {
            RowFilter::Nothing => (Pats::Only(Vec::new()), Pats::Only(Vec::new())),
            RowFilter::Everything => (Pats::All, Pats::All),
            RowFilter::AnyOf(rules) => {
                let (mut all, mut some, mut open) = (false, BTreeSet::new(), BTreeSet::new());
                for rule in rules {
                    match &rule.scope {
                        Whose::Everyone => all = true,
                        Whose::Shared => drop(some.insert(SHARED)),
                        Whose::Patients(ids) => {
                            let numbers = numbers(ids, ring).await?;
                            if rule.criteria.is_none() {
                                open.extend(&numbers);
                            }
                            some.extend(numbers);
                        }
                    }
                }
                let pats = if all { Pats::All } else { Pats::Only(some.into_iter().collect()) };
                (pats, Pats::Only(open.into_iter().collect()))
            }
        };
        for filter in &query.filters {
            if let Some(ids) = owners(&query.resource_type, filter) {
                let numbers = numbers(&ids, ring).await?;
                pats = pats.and(&numbers);
            }
        }
        if query.resource_type == "Patient" {
            pats = pats.without(SHARED);
        }
        Ok(Self { pats, open })
    }

    /// Everything under these patients, for plans without a policy behind them.
    #[cfg(test)]
    pub(super) fn over(pats: Pats) -> Self {
        Self { open: pats.clone(), pats }
    }

    /// Whether all that stands under a patient may be read.
    pub(crate) fn is_open(&self, pat: i64) -> bool {
        self.open.contains(pat)
    }
}

impl Pats {
    /// Whether it is one of them.
    pub(crate) fn contains(&self, pat: i64) -> bool {
        match self {
            Self::All => true,
            Self::Only(list) => list.binary_search(&pat).is_ok(),
        }
    }

    /// What is in the compartments of these and of some of `others`: looked for under the others, unless one of
    /// them is out of scope. Then a resource may still be in scope by a second patient, under whom it is found.
    fn and(self, others: &BTreeSet<i64>) -> Self {
        match others.iter().all(|pat| self.contains(*pat)) {
            true => Self::Only(others.iter().copied().collect()),
            false => self,
        }
    }

    fn without(self, pat: i64) -> Self {
        match self {
            Self::All => Self::All,
            Self::Only(list) => Self::Only(list.into_iter().filter(|other| *other != pat).collect()),
        }
    }
}

async fn numbers(ids: &BTreeSet<String>, ring: &Keyring) -> Result<BTreeSet<i64>, Error> {
    let mut found = BTreeSet::new();
    for id in ids {
        if let Some(key) = ring.find(id).await? {
            found.insert(key.pat);
        }
    }
    Ok(found)
}

/// The patients in whose compartments a resource must be to pass the filter; `None` where it does not say.
fn owners(type_name: &str, filter: &Filter) -> Option<BTreeSet<String>> {
    let code = filter.param.code;
    if type_name == "Patient" && code == "_id" && filter.modifier.is_none() {
        let ids = filter.values.iter().map(|value| match value {
            FilterValue::Token { code: Some(id), .. } => Some(id.clone()),
            _ => None,
        });
        return ids.collect();
    }
    let belonging = defs::compartment_params(type_name);
    // `patient` is `subject`, asked for patients only.
    let says_whose = belonging.contains(&code) || (code == "patient" && belonging.contains(&"subject"));
    if !says_whose {
        return None;
    }
    let of_patients = match &filter.modifier {
        None => false,
        Some(Modifier::Type(target)) if target == "Patient" => true,
        Some(_) => return None,
    };
    let ids = filter.values.iter().map(|value| match value {
        FilterValue::Reference { type_name: None, id: Some(id), .. } if of_patients => Some(id.clone()),
        FilterValue::Reference { type_name: Some(target), id: Some(id), .. } if target == "Patient" => {
            Some(id.clone())
        }
        _ => None,
    });
    ids.collect()
}
