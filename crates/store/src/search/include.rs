//! `_include` and `_revinclude`: what the matches refer to, and what refers to them.

use super::Search;
use crate::backend::Name;
use crate::records::shown;
use crate::{Error, Stored};
use salus_access::RowFilter;
use salus_fhir::defs::{self, ParamKind, SearchParam};
use salus_fhir::json::Value;
use salus_fhir::search::{
    Filter, FilterValue, Include, IndexEntry, IndexValue, Query, extract, extract_param,
};
use salus_fhir::{Issue, IssueCode, compartment};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A page brings at most so many resources along.
const MOST: usize = 10_000;

/// A resource by type and id.
type Reference = (String, String);

impl Search<'_> {
    /// What a query includes with these matches: each resource once, none of the matches, all of it readable.
    pub(super) async fn included(&self, query: &Query, matches: &[Stored]) -> Result<Vec<Stored>, Error> {
        let mut seen: HashSet<Reference> = matches.iter().map(name).collect();
        let mut included: Vec<Stored> = Vec::new();
        let mut frontier: Vec<Stored> = matches.to_vec();
        let mut is_first = true;
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for include in query.includes.iter().filter(|include| is_first || include.iterate) {
                next.extend(self.follow(include, &frontier, &mut seen).await?);
            }
            for include in query.revincludes.iter().filter(|include| is_first || include.iterate) {
                next.extend(self.follow_back(include, &frontier, &mut seen).await?);
            }
            included.extend(next.iter().cloned());
            if included.len() > MOST {
                let text =
                    format!("this page would include more than {MOST} resources; ask for fewer at a time");
                return Err(Error::Invalid(vec![Issue::error(IssueCode::TooCostly, text)]));
            }
            frontier = next;
            is_first = false;
        }
        Ok(included)
    }

    /// The resources of nobody's compartment that these refer to.
    pub(super) async fn shared_targets(&self, sources: &[Stored]) -> Result<Vec<Stored>, Error> {
        let mut seen: HashSet<Reference> = sources.iter().map(name).collect();
        let any = Include { source: None, param: None, target: None, iterate: false };
        let mut found = self.follow(&any, sources, &mut seen).await?;
        let mut shared = Vec::new();
        for stored in found.drain(..) {
            if compartment::patients(&stored.json()?).is_empty() {
                shared.push(stored);
            }
        }
        Ok(shared)
    }

    /// What an `_include` leads to from these resources.
    async fn follow(
        &self,
        include: &Include,
        sources: &[Stored],
        seen: &mut HashSet<Reference>,
    ) -> Result<Vec<Stored>, Error> {
        let mut names = Vec::new();
        for source in sources.iter().filter(|source| is_meant(include.source.as_ref(), &source.type_name)) {
            for target in references(include.param, &source.json()?) {
                let is_new = is_meant(include.target.as_ref(), &target.0) && !seen.contains(&target);
                if let (true, Ok(name)) = (is_new, self.inner.name(&target.0, &target.1)) {
                    seen.insert(target);
                    names.push(name);
                }
            }
        }
        self.readable(names, seen).await
    }

    /// The current versions of resources, as far as they may be read.
    async fn readable(&self, names: Vec<Name>, seen: &mut HashSet<Reference>) -> Result<Vec<Stored>, Error> {
        let mut found = Vec::new();
        if names.is_empty() {
            return Ok(found);
        }
        let mut rows: HashMap<String, RowFilter<'_>> = HashMap::new();
        for row in self.inner.backend.newest(names).await?.into_iter().flatten() {
            let Some(stored) = self.inner.open_row(&row).await? else { continue };
            let type_name = stored.type_name.clone();
            let rows = rows.entry(type_name).or_insert_with_key(|type_name| self.rows(type_name));
            if let Some(shown) = shown(rows, stored)? {
                seen.insert(name(&shown));
                found.push(shown);
            }
        }
        Ok(found)
    }

    /// What a `_revinclude` leads to from these resources.
    async fn follow_back(
        &self,
        include: &Include,
        targets: &[Stored],
        seen: &mut HashSet<Reference>,
    ) -> Result<Vec<Stored>, Error> {
        let mut found = Vec::new();
        for param in reverse_params(include) {
            let values = targets.iter().filter(|target| {
                is_meant(include.target.as_ref(), &target.type_name) && may_refer_to(param, &target.type_name)
            });
            let values: Vec<FilterValue> = values.map(reference_to).collect();
            if values.is_empty() {
                continue;
            }
            let filter = Filter { param, modifier: None, values };
            let query = Query { filters: vec![filter], ..Query::all(param.resource_type) };
            for stored in self.all(&query).await? {
                if seen.insert(name(&stored)) {
                    found.push(stored);
                }
            }
        }
        Ok(found)
    }
}

fn name(stored: &Stored) -> Reference {
    (stored.type_name.clone(), stored.id.clone())
}

/// `None` means any.
fn is_meant(wanted: Option<&String>, type_name: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == type_name)
}

fn may_refer_to(param: &SearchParam, type_name: &str) -> bool {
    param.targets.is_empty() || param.targets.contains(&type_name)
}

fn reference_to(target: &Stored) -> FilterValue {
    FilterValue::Reference {
        type_name: Some(target.type_name.clone()),
        id: Some(target.id.clone()),
        url: None,
    }
}

/// What a resource refers to on this server, through one parameter or through all.
fn references(param: Option<&'static SearchParam>, body: &Value) -> BTreeSet<Reference> {
    let entries: Vec<IndexEntry> = match param {
        Some(param) => extract_param(body, param),
        None => extract(body),
    };
    let local = entries.into_iter().filter_map(|entry| match entry.value {
        IndexValue::Reference { type_name: Some(type_name), id: Some(id), .. } => Some((type_name, id)),
        _ => None,
    });
    local.collect()
}

/// The reference parameters through which a `_revinclude` looks.
fn reverse_params(include: &Include) -> Vec<&'static SearchParam> {
    if let Some(param) = include.param {
        return vec![param];
    }
    let types = defs::resource_types().filter(|type_name| is_meant(include.source.as_ref(), type_name));
    let params = types.flat_map(defs::search_params);
    params.filter(|param| param.kind == ParamKind::Reference).collect()
}
