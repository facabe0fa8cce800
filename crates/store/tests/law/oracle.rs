//! What ought to be found, worked out in memory.

use super::world::World;
use salus_access::{Action, Subject};
use salus_fhir::defs::{self, ParamKind, SearchParam};
use salus_fhir::json::Value;
use salus_fhir::search::{Include, IndexValue, Query, Sort, extract, extract_param, matches, normalise};
use salus_fhir::{compartment, search};
use salus_store::{Event, Stored, Version};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// `Type/id`.
pub fn name(stored: &Stored) -> String {
    format!("{}/{}", stored.type_name, stored.id)
}

/// Every resource there is.
pub struct Oracle {
    all: BTreeMap<String, Value>,
}

impl Oracle {
    pub async fn of(world: &World) -> Self {
        let records = world.system();
        let mut all = BTreeMap::new();
        for (type_name, id) in world.names() {
            if let Some(stored) = records.read(&type_name, &id).await.unwrap() {
                all.insert(name(&stored), stored.json().unwrap());
            }
        }
        Self { all }
    }

    /// What a query finds for everybody, sorted by name.
    pub fn matching(&self, query: &Query) -> Vec<String> {
        self.all.iter().filter(|(_, body)| matches(query, body)).map(|(name, _)| name.clone()).collect()
    }

    /// Those of them that somebody may read.
    pub fn readable(&self, subject: &Subject, names: &[String]) -> Vec<String> {
        names.iter().filter(|name| self.may_read(subject, name)).cloned().collect()
    }

    /// Whether resources come in the order asked for; a missing value comes last.
    pub fn is_ordered(&self, names: &[String], sort: &[Sort]) -> bool {
        names.windows(2).all(|pair| self.compare(&pair[0], &pair[1], sort) != Ordering::Greater)
    }

    /// What a query includes with these matches, sorted by name.
    pub fn included(&self, subject: &Subject, query: &Query, found: &[String]) -> Vec<String> {
        let mut seen: BTreeSet<String> = found.iter().cloned().collect();
        let mut frontier = found.to_vec();
        let mut included = BTreeSet::new();
        let mut is_first = true;
        while !frontier.is_empty() {
            let mut next = BTreeSet::new();
            for include in query.includes.iter().filter(|include| is_first || include.iterate) {
                for source in frontier.iter().filter(|source| is_meant(&include.source, source)) {
                    next.extend(self.targets(source, include));
                }
            }
            for include in query.revincludes.iter().filter(|include| is_first || include.iterate) {
                for (source, _) in self.all.iter().filter(|(source, _)| is_meant(&include.source, source)) {
                    if self.targets(source, include).iter().any(|target| frontier.contains(target)) {
                        next.insert(source.clone());
                    }
                }
            }
            next.retain(|name| {
                self.all.contains_key(name) && self.may_read(subject, name) && !seen.contains(name)
            });
            seen.extend(next.iter().cloned());
            included.extend(next.iter().cloned());
            frontier = next.into_iter().collect();
            is_first = false;
        }
        included.into_iter().collect()
    }

    /// The readable part of a patient's compartment, sorted by name.
    pub fn compartment(&self, subject: &Subject, patient: &str) -> Vec<String> {
        let inside = self.all.iter().filter(|(name, body)| {
            compartment::patients(body).iter().any(|id| id == patient) && self.may_read(subject, name)
        });
        inside.map(|(name, _)| name.clone()).collect()
    }

    /// What is shared, readable, and referred to from these resources, sorted by name.
    pub fn shared_targets(&self, subject: &Subject, sources: &[Stored]) -> Vec<String> {
        let any = Include { source: None, param: None, target: None, iterate: false };
        let targets: BTreeSet<String> =
            sources.iter().flat_map(|source| self.targets(&name(source), &any)).collect();
        let shared = |target: &String| {
            self.all.get(target).is_some_and(|body| compartment::patients(body).is_empty())
                && self.may_read(subject, target)
        };
        targets.into_iter().filter(shared).collect()
    }

    /// Whether somebody may see an entry of a history: of a deletion, whether they might read what was deleted.
    pub fn may_see(&self, subject: &Subject, version: &Version, all: &[Version]) -> bool {
        let shown = match version.event {
            Event::Deleted => all.iter().find(|other| {
                (&other.type_name, &other.id, other.version + 1)
                    == (&version.type_name, &version.id, version.version)
            }),
            Event::Created | Event::Updated => Some(version),
        };
        let body = shown.and_then(|version| version.resource.as_ref()).map(|stored| stored.json().unwrap());
        body.is_some_and(|body| subject.policy.decide(Action::Read, &body).is_allowed())
    }

    fn may_read(&self, subject: &Subject, name: &str) -> bool {
        subject.policy.decide(Action::Read, &self.all[name]).is_allowed()
    }

    fn targets(&self, source: &str, include: &Include) -> BTreeSet<String> {
        let body = &self.all[source];
        let entries = match include.param {
            Some(param) => extract_param(body, param),
            None => extract(body),
        };
        let local = entries.into_iter().filter_map(|entry| match entry.value {
            IndexValue::Reference { type_name: Some(type_name), id: Some(id), .. } => {
                Some(format!("{type_name}/{id}"))
            }
            _ => None,
        });
        local.filter(|target| is_meant(&include.target, target)).collect()
    }

    fn compare(&self, one: &str, two: &str, sort: &[Sort]) -> Ordering {
        for Sort { param, descending } in sort {
            let (one, two) = (key(&self.all[one], param), key(&self.all[two], param));
            let order = match (&one, &two) {
                (Some(one), Some(two)) if *descending => two.partial_cmp(one).unwrap(),
                (Some(one), Some(two)) => one.partial_cmp(two).unwrap(),
                (one, two) => one.is_none().cmp(&two.is_none()),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

fn is_meant(wanted: &Option<String>, name: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| name.split('/').next() == Some(wanted))
}

/// The smallest value, as a number or as a text.
fn key(body: &Value, param: &'static SearchParam) -> Option<(f64, String)> {
    if param.code == "_id" {
        return body["id"].as_str().map(|id| (0.0, id.to_owned()));
    }
    assert!(
        defs::search_param(param.resource_type, param.code).is_some() && param.kind != ParamKind::Composite
    );
    let keys = extract_param(body, param).into_iter().filter_map(|entry| match entry.value {
        search::IndexValue::Token { code: Some(code), .. } => Some((0.0, code.to_lowercase())),
        IndexValue::Text(text) => Some((0.0, normalise(&text))),
        IndexValue::Date(range) => (range.start != i64::MIN).then_some((range.start as f64, String::new())),
        IndexValue::Quantity { value, .. } => Some((value, String::new())),
        _ => None,
    });
    keys.min_by(|one, two| one.partial_cmp(two).unwrap())
}
