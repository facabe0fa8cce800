//! Links between the entries of a transaction, and to what they search for.

use super::entry::Entry;
use super::identity::Identity;
use crate::api::the_one;
use crate::exchange::Exchange;
use crate::incoming;
use crate::parameters::criteria;
use crate::references::relative;
use crate::type_name;
use salus_fhir::json::Value;
use salus_fhir::links::{Link, change_links};
use salus_fhir::reference::Reference;
use salus_fhir::{Issue, IssueCode, validate};
use salus_http::ApiError;
use std::collections::HashMap;

/// What links become.
pub(super) struct Links {
    /// From `fullUrl` to `Type/id`.
    by_name: HashMap<String, String>,
    /// From `Type?query` to `Type/id`.
    by_search: HashMap<String, String>,
    base: String,
}

impl Links {
    /// Learns the names of the entries, and carries out the searches that stand for references.
    ///
    /// # Errors
    /// 400 where two entries have one name, or a reference names no entry; 412 where a search does not find exactly
    /// one resource.
    pub(super) async fn learn(
        exchange: &Exchange,
        entries: &mut [Entry],
        identities: &[Option<Identity>],
    ) -> Result<Self, ApiError> {
        let by_name = names(entries, identities)?;
        let mut links = Self { by_name, by_search: HashMap::new(), base: exchange.base.clone() };
        let (mut searches, mut dangling) = (Vec::with_capacity(entries.len()), Vec::new());
        for entry in entries.iter_mut() {
            let outward = links.outward(entry);
            searches.push(outward.searches);
            dangling.extend(outward.dangling.into_iter().map(|name| names_nothing(entry, &name)));
        }
        if !dangling.is_empty() {
            dangling.truncate(MOST_TOLD);
            return Err(ApiError::bad_request("A reference names no entry.").with_issues(dangling));
        }
        for (entry, searches) in entries.iter().zip(searches) {
            for (text, name, query) in searches {
                if links.by_search.contains_key(&text) {
                    continue;
                }
                let query = criteria(type_name::known(&name)?, &query, &exchange.base)?;
                let found = the_one(exchange, &query).await?.ok_or_else(|| nothing_found(entry, &name))?;
                links.by_search.insert(text, format!("{}/{}", found.type_name, found.id));
            }
        }
        Ok(links)
    }

    /// Looks for the references of an entry that its bundle must answer otherwise than by `Type/id`.
    fn outward(&self, entry: &mut Entry) -> Outward {
        let mut outward = Outward::default();
        let Some(resource) = &mut entry.resource else { return outward };
        // A bundle inside has names of its own.
        let type_name = resource.get("resourceType").and_then(Value::as_str);
        let has_own_names = matches!(type_name, Some("Bundle" | "Parameters"));
        change_links(resource, &mut |link, text| {
            if link == Link::Uri {
                return None;
            }
            match Reference::parse_with_base(text, &self.base) {
                Reference::Conditional { type_name, query } => {
                    outward.searches.push((text.to_owned(), type_name.to_owned(), query.to_owned()));
                }
                Reference::Uuid(name) if !has_own_names && !self.by_name.contains_key(name) => {
                    outward.dangling.push(name.to_owned());
                }
                _ => {}
            }
            None
        });
        outward
    }

    /// Rewrites the links of an entry's resource.
    fn rewrite(&self, entry: &Entry, resource: &mut Value) {
        let root = entry.full_url.as_deref().and_then(server_of);
        change_links(resource, &mut |link, text| {
            // A canonical URL may well be an entry's name too; only names made for the bundle are replaced there.
            let is_name = link == Link::Reference || text.starts_with("urn:");
            if let Some(known) = self.by_name.get(text).filter(|_| is_name) {
                return Some(known.clone());
            }
            if link == Link::Uri {
                return None;
            }
            if let Some(known) = self.by_search.get(text) {
                return Some(known.clone());
            }
            let same_server = root.and_then(|root| self.by_name.get(&format!("{root}/{text}"))).cloned();
            same_server.or_else(|| relative(link, text, &self.base))
        });
    }

    /// Gives a resource its id, rewrites its links, and validates it.
    pub(super) fn ready(
        &self,
        entry: &Entry,
        identity: &Identity,
        mut resource: Value,
    ) -> Result<Value, Vec<Issue>> {
        if let Some(object) = resource.as_object_mut()
            && object.get("id").and_then(Value::as_str) != Some(&identity.id)
        {
            object.shift_insert(object.len().min(1), "id".to_owned(), Value::String(identity.id.clone()));
        }
        self.rewrite(entry, &mut resource);
        let issues = validate(&resource);
        if !issues.iter().any(Issue::is_error) {
            return Ok(resource);
        }
        let place = |issue: Issue| {
            let path = issue.expression.as_deref().and_then(|path| path.strip_prefix(identity.type_name));
            let at = format!("Bundle.entry[{}].resource{}", entry.index, path.unwrap_or_default());
            issue.at(at)
        };
        Err(issues.into_iter().map(place).collect())
    }
}

/// The most dangling references that are told.
const MOST_TOLD: usize = 100;

#[derive(Default)]
struct Outward {
    /// References that are searches: the text, the type and the query.
    searches: Vec<(String, String, String)>,
    /// `urn:uuid:…` and `urn:oid:…` that are no entry's `fullUrl`.
    dangling: Vec<String>,
}

fn names_nothing(entry: &Entry, name: &str) -> Issue {
    let words = format!("No entry that writes has the fullUrl {name}, which is referred to here.");
    Issue::error(IssueCode::NotFound, words).at(format!("Bundle.entry[{}].resource", entry.index))
}

fn names(entries: &[Entry], identities: &[Option<Identity>]) -> Result<HashMap<String, String>, ApiError> {
    let mut names = HashMap::with_capacity(entries.len());
    for (entry, identity) in entries.iter().zip(identities) {
        let (Some(url), Some(identity)) = (&entry.full_url, identity) else { continue };
        if entry.resource.is_none() {
            continue;
        }
        if names.insert(url.clone(), identity.reference()).is_some() {
            let at = format!("Bundle.entry[{}].fullUrl", entry.index);
            return Err(incoming::wrong(IssueCode::Duplicate, "Another entry has the same fullUrl.", &at));
        }
    }
    Ok(names)
}

fn nothing_found(entry: &Entry, type_name: &str) -> ApiError {
    let index = entry.index;
    let words = format!("Bundle.entry[{index}] refers to a {type_name} by a search that finds nothing.");
    ApiError::precondition_failed(words)
}

/// `http://x.example/fhir` of `http://x.example/fhir/Patient/1`.
fn server_of(full_url: &str) -> Option<&str> {
    let (type_name, id) = Reference::parse(full_url).trailing()?;
    full_url.strip_suffix(id)?.strip_suffix('/')?.strip_suffix(type_name)?.strip_suffix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_stands_before_type_and_id() {
        assert_eq!(server_of("http://x.example/fhir/Patient/1"), Some("http://x.example/fhir"));
        assert_eq!(server_of("urn:uuid:1"), None);
        assert_eq!(server_of("http://x.example/fhir/Patient/1/_history/2"), None);
    }
}
