//! What ought to be found, worked out in memory.

use super::world::World;
use salus_access::{AccessPolicy, Action, Denial, Elements, Rule};
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

/// Every resource as somebody may see it, and what of it they may see.
pub struct Eyes<'a> {
    oracle: &'a Oracle,
    policy: Option<&'a AccessPolicy>,
    searched: BTreeMap<String, Value>,
    read: BTreeMap<String, Value>,
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

    /// Somebody's eyes; without a policy, everybody's.
    pub fn eyes<'a>(&'a self, policy: Option<&'a AccessPolicy>) -> Eyes<'a> {
        let through = |action| {
            let seen =
                self.all.iter().filter_map(|(name, body)| Some((name.clone(), see(policy, action, body)?)));
            seen.collect()
        };
        Eyes { oracle: self, policy, searched: through(Action::Search), read: through(Action::Read) }
    }
}

/// A resource as a policy shows it: an element is shown if one of the rules that give the resource shows it, and one of
/// every bound; nothing is shown that a denial takes.
fn see(policy: Option<&AccessPolicy>, action: Action, body: &Value) -> Option<Value> {
    let Some(policy) = policy else { return Some(body.clone()) };
    let is_given = |rule: &&Rule| AccessPolicy::of(vec![(*rule).clone()]).decide(action, body).is_allowed();
    let is_taken = |denial: &Denial| {
        let alone = |rule: &Rule, exceptions: Vec<Rule>| {
            let denial = Denial { rule: rule.clone(), exceptions };
            !AccessPolicy::everything().without([denial]).decide(action, body).is_allowed()
        };
        let frees = |exception: &Rule| !alone(&denial.rule, vec![exception.clone()]);
        alone(&denial.rule, Vec::new()) && !denial.exceptions.iter().any(frees)
    };
    if policy.denials.iter().any(is_taken) {
        return None;
    }
    let mut seen = body.clone();
    for list in std::iter::once(&policy.rules).chain(&policy.bounds) {
        let hidden: Vec<&Elements> = list.iter().filter(is_given).map(|rule| &rule.hidden).collect();
        let (first, others) = hidden.split_first()?;
        others.iter().fold((*first).clone(), |all, other| all.and(other)).redact(&mut seen);
    }
    Some(seen)
}

impl Eyes<'_> {
    /// What a query finds for them, sorted by name.
    pub fn matching(&self, query: &Query) -> Vec<String> {
        self.searched.iter().filter(|(_, body)| matches(query, body)).map(|(name, _)| name.clone()).collect()
    }

    /// A resource as a search shows it.
    pub fn searched(&self, name: &str) -> &Value {
        &self.searched[name]
    }

    /// A resource as reading shows it.
    pub fn read(&self, name: &str) -> &Value {
        &self.read[name]
    }

    /// Whether resources come in the order asked for; a missing value comes last.
    pub fn is_ordered(&self, names: &[String], sort: &[Sort]) -> bool {
        names.windows(2).all(|pair| self.compare(&pair[0], &pair[1], sort) != Ordering::Greater)
    }

    /// What a query includes with these matches, sorted by name.
    pub fn included(&self, query: &Query, found: &[String]) -> Vec<String> {
        let mut seen: BTreeSet<String> = found.iter().cloned().collect();
        let mut frontier = found.to_vec();
        let mut included = BTreeSet::new();
        let mut bodies = &self.searched;
        let mut is_first = true;
        while !frontier.is_empty() {
            let mut next = BTreeSet::new();
            for include in query.includes.iter().filter(|include| is_first || include.iterate) {
                for source in frontier.iter().filter(|source| is_meant(&include.source, source)) {
                    next.extend(targets(&bodies[source], include));
                }
            }
            for include in query.revincludes.iter().filter(|include| is_first || include.iterate) {
                for (source, body) in self.read.iter().filter(|(source, _)| is_meant(&include.source, source))
                {
                    if targets(body, include).iter().any(|target| frontier.contains(target)) {
                        next.insert(source.clone());
                    }
                }
            }
            next.retain(|name| self.read.contains_key(name) && !seen.contains(name));
            seen.extend(next.iter().cloned());
            included.extend(next.iter().cloned());
            frontier = next.into_iter().collect();
            bodies = &self.read;
            is_first = false;
        }
        included.into_iter().collect()
    }

    /// The readable part of a patient's compartment, sorted by name.
    pub fn compartment(&self, patient: &str) -> Vec<String> {
        let inside =
            |name: &&String| compartment::patients(&self.oracle.all[*name]).iter().any(|id| id == patient);
        self.read.keys().filter(inside).cloned().collect()
    }

    /// What is shared, readable, and referred to from these resources, sorted by name.
    pub fn shared_targets(&self, sources: &[Stored]) -> Vec<String> {
        let any = Include { source: None, param: None, target: None, iterate: false };
        let targets: BTreeSet<String> =
            sources.iter().flat_map(|source| targets(&self.read[&name(source)], &any)).collect();
        let is_shared = |target: &String| {
            self.read.contains_key(target) && compartment::patients(&self.oracle.all[target]).is_empty()
        };
        targets.into_iter().filter(is_shared).collect()
    }

    /// An entry of a history as they see it, none where they do not: of a deletion, whether they might read what was
    /// deleted.
    pub fn entry(&self, version: &Version, all: &[Version]) -> Option<(u64, Option<Value>)> {
        let shown = match version.event {
            Event::Deleted => all.iter().find(|other| {
                (&other.type_name, &other.id, other.version + 1)
                    == (&version.type_name, &version.id, version.version)
            }),
            Event::Created | Event::Updated => Some(version),
        };
        let body = shown?.resource.as_ref()?.json().unwrap();
        let seen = see(self.policy, Action::Read, &body)?;
        Some((version.seq, (version.event != Event::Deleted).then_some(seen)))
    }

    fn compare(&self, one: &str, two: &str, sort: &[Sort]) -> Ordering {
        for Sort { param, descending } in sort {
            let (one, two) = (key(&self.searched[one], param), key(&self.searched[two], param));
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

fn targets(body: &Value, include: &Include) -> BTreeSet<String> {
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
