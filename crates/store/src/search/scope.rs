//! Under which patients a search looks at all: where the policy and the query narrow it.

use crate::Error;
use crate::index::SHARED;
use crate::keys::Keyring;
use salus_access::{Given, RowFilter, Scope as Whose};
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
    /// Under which of them everything may be read, but for what is denied of single patients.
    open: Pats,
}

impl Scope {
    /// What of a type the filter admits, as far as the query does not rule it out.
    ///
    /// Each part of the filter (the rules, and every bound) has to give a resource, so looking under the patients of
    /// one of them finds it: of the one with the fewest.
    pub(crate) async fn of(query: &Query, rows: &RowFilter<'_>, ring: &Keyring) -> Result<Self, Error> {
        let owners = query.filters.iter().filter_map(|filter| owners(&query.resource_type, filter));
        let asked = owners.min_by_key(BTreeSet::len);
        let everything = Reach { pats: Pats::All, open: Pats::All };
        let mut reach = match &asked {
            Some(asked) if rows.parts().is_empty() => {
                Reach { pats: Pats::of(asked, ring).await?, ..everything }
            }
            _ => everything,
        };
        for part in rows.parts() {
            let other = Reach::of(part, asked.as_ref(), ring).await?;
            reach = Reach { pats: reach.pats.or_fewer(other.pats), open: reach.open.and(other.open) };
        }
        if rows.hides() || !rows.denies_by_patient() {
            // A row says nothing of what is hidden, nor of what is denied whosever it is.
            reach.open = Pats::Only(Vec::new());
        }
        if query.resource_type == "Patient" {
            reach.pats = reach.pats.without(SHARED);
        }
        Ok(Self { pats: reach.pats, open: reach.open })
    }

    /// Everything under these patients, for plans without a policy behind them.
    #[cfg(test)]
    pub(super) fn over(pats: Pats) -> Self {
        Self { open: pats.clone(), pats }
    }

    /// Whether everything may be read, wherever it stands, but for what is denied of single patients.
    pub(crate) fn is_all_open(&self) -> bool {
        self.open == Pats::All
    }

    /// Whether all that stands under a patient may be read, but for what is denied of single patients.
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

    async fn of(ids: &BTreeSet<String>, ring: &Keyring) -> Result<Self, Error> {
        Ok(Self::Only(numbers(ids.iter(), ring).await?.into_iter().collect()))
    }

    /// Those of the two that are fewer.
    fn or_fewer(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Only(own), Self::Only(others)) if others.len() < own.len() => other,
            (Self::Only(_), _) => self,
            (Self::All, _) => other,
        }
    }

    /// Those in both.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, pats) | (pats, Self::All) => pats,
            (Self::Only(list), other) => {
                Self::Only(list.into_iter().filter(|pat| other.contains(*pat)).collect())
            }
        }
    }

    fn without(self, pat: i64) -> Self {
        match self {
            Self::All => Self::All,
            Self::Only(list) => Self::Only(list.into_iter().filter(|other| *other != pat).collect()),
        }
    }
}

/// Where one part of a filter reaches.
struct Reach {
    /// Under which patients to look.
    pats: Pats,
    /// Under which of them it gives everything.
    open: Pats,
}

impl Reach {
    /// Where rules reach. Where all that is asked for is within their patients, only that far. Otherwise what is asked
    /// for may still be in reach by a second patient, under whom it is found.
    async fn of(given: &Given<'_>, asked: Option<&BTreeSet<String>>, ring: &Keyring) -> Result<Self, Error> {
        // A clinician has hundreds of patients, and asks for one: sets are made of what is asked for where that is enough.
        let gives = |id: &String, is_open: bool| {
            given.rules().any(|rule| match &rule.scope {
                Whose::Everyone => !is_open,
                Whose::Shared => false,
                Whose::Patients(patients) => (!is_open || rule.is_unconditional()) && patients.contains(id),
            })
        };
        if let Some(asked) = asked.filter(|asked| asked.iter().all(|id| gives(id, false))) {
            let open = numbers(asked.iter().filter(|id| gives(id, true)), ring).await?;
            return Ok(Self {
                pats: Pats::of(asked, ring).await?,
                open: Pats::Only(open.into_iter().collect()),
            });
        }
        let (mut everyone, mut pats, mut open) = (false, BTreeSet::new(), BTreeSet::new());
        for rule in given.rules() {
            match &rule.scope {
                Whose::Everyone => everyone = true,
                Whose::Shared => drop(pats.insert(SHARED)),
                Whose::Patients(patients) => {
                    let numbers = numbers(patients.iter(), ring).await?;
                    if rule.is_unconditional() {
                        open.extend(&numbers);
                    }
                    pats.extend(numbers);
                }
            }
        }
        let pats = if everyone { Pats::All } else { Pats::Only(pats.into_iter().collect()) };
        Ok(Self { pats, open: Pats::Only(open.into_iter().collect()) })
    }
}

async fn numbers(ids: impl Iterator<Item = &String>, ring: &Keyring) -> Result<BTreeSet<i64>, Error> {
    let mut found = BTreeSet::new();
    for id in ids {
        if let Some(key) = ring.find(id).await? {
            found.insert(key.pat);
        }
    }
    Ok(found)
}

/// The patients that a query names as those whose resources it is about.
pub(crate) fn named_patients(query: &Query) -> BTreeSet<String> {
    query.filters.iter().filter_map(|filter| owners(&query.resource_type, filter)).flatten().collect()
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
