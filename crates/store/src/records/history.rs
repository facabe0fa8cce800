//! What was, version by version.

use super::{Caller, Records};
use crate::Error;
use crate::audit::AuditAction;
use crate::backend::{LogRange, LogRow, LogScope};
use crate::index::SHARED;
use crate::resource::{Event, HistoryPage, HistoryScope, Stored, Version};
use crate::store::timestamp;
use salus_access::{Action, Given, Scope};
use salus_fhir::defs;
use serde_json::json;
use std::collections::BTreeSet;

impl Records {
    /// A page of history, newest first; the `seq` of its last entry is the `before` of the next page.
    pub async fn history(&self, scope: HistoryScope, page: HistoryPage) -> Result<Vec<Version>, Error> {
        let Some(log_scope) = self.log_scope(&scope).await? else { return Ok(Vec::new()) };
        let wanted = usize::try_from(page.count).unwrap_or(usize::MAX);
        let mut range = LogRange {
            scope: log_scope,
            before: page.before,
            since: page.since.map(|since| since.as_millisecond()),
            limit: page.count.clamp(1, 1_000),
        };
        let mut versions = Vec::new();
        let mut seen = Vec::new();
        let mut hidden = None;
        loop {
            let rows = self.inner.backend.history(range.clone()).await?;
            let Some(last) = rows.last() else { break };
            range.before = Some(last.seq);
            for row in rows {
                if versions.len() == wanted {
                    break;
                }
                let name = hidden.is_none().then(|| row.clone());
                match self.version_of(&scope, row).await? {
                    Some((version, stored)) => {
                        seen.extend(stored);
                        versions.push(version);
                    }
                    None => hidden = hidden.or(name),
                }
            }
            if versions.len() == wanted {
                break;
            }
        }
        let type_name = match &scope {
            HistoryScope::System | HistoryScope::Patient(_) => None,
            HistoryScope::Type(type_name) | HistoryScope::Instance(type_name, _) => Some(type_name.as_str()),
        };
        if let (HistoryScope::Instance(..), true, Some(row)) = (&scope, versions.is_empty(), hidden) {
            self.note_hidden(AuditAction::History, &row).await?;
            return Ok(versions);
        }
        let detail = match &scope {
            HistoryScope::Instance(_, id) => json!({"id": id}),
            HistoryScope::System | HistoryScope::Type(_) | HistoryScope::Patient(_) => json!({}),
        };
        self.note_given(AuditAction::History, type_name, seen.iter(), &detail).await?;
        Ok(versions)
    }

    /// The entry of a history for a log entry, if the caller may see it; and what tells whose it is.
    async fn version_of(
        &self,
        scope: &HistoryScope,
        row: LogRow,
    ) -> Result<Option<(Version, Option<Stored>)>, Error> {
        let type_name = self.inner.types.name(row.name.typ);
        let is_hidden = matches!(self.caller, Caller::User(_)) || matches!(scope, HistoryScope::Patient(_));
        if is_hidden && defs::is_internal(type_name) {
            return Ok(None);
        }
        let body = match row.event {
            Event::Deleted => {
                // Who might read what was deleted may know that it was.
                let before =
                    self.inner.backend.version(row.name.clone(), row.version.saturating_sub(1)).await?;
                match before {
                    Some(before) => self.inner.open_row(&before).await?,
                    None => None,
                }
            }
            Event::Created | Event::Updated => self.inner.open_row(&row).await?,
        };
        let Some(body) = body else { return Ok(None) };
        let Some(body) = self.caller.shown(Action::Read, body)? else { return Ok(None) };
        let version = Version {
            event: row.event,
            type_name: type_name.to_owned(),
            id: row.name.id,
            version: row.version,
            at: timestamp(row.at),
            seq: row.seq,
            resource: (row.event != Event::Deleted).then(|| body.clone()),
        };
        Ok(Some((version, Some(body))))
    }

    /// Which part of the log to look at; none where the caller can see nothing of it.
    async fn log_scope(&self, scope: &HistoryScope) -> Result<Option<LogScope>, Error> {
        let typ = match scope {
            HistoryScope::Instance(type_name, id) => {
                return Ok(self.inner.name(type_name, id).ok().map(LogScope::Resource));
            }
            HistoryScope::Patient(id) => {
                let key = self.inner.ring.find(id).await?;
                return Ok(key.map(|key| LogScope::Patients(vec![key.pat], None)));
            }
            HistoryScope::Type(type_name) => Some(self.inner.types.number(type_name)?),
            HistoryScope::System => None,
        };
        let everything = typ.map_or(LogScope::All, LogScope::Type);
        let Some(patients) = self.visible_patients(scope) else { return Ok(Some(everything)) };
        let mut pats = Vec::new();
        for id in patients.ids {
            pats.extend(self.inner.ring.find(id).await?.map(|key| key.pat));
        }
        if patients.shared {
            pats.push(SHARED);
        }
        Ok((!pats.is_empty()).then_some(LogScope::Patients(pats, typ)))
    }

    /// Whose resources the caller can see at all; none = anybody's.
    fn visible_patients(&self, scope: &HistoryScope) -> Option<Visible<'_>> {
        let types: Vec<&str> = match scope {
            HistoryScope::Type(type_name) | HistoryScope::Instance(type_name, _) => vec![type_name],
            HistoryScope::System | HistoryScope::Patient(_) => defs::resource_types().collect(),
        };
        let mut visible = Visible::default();
        for type_name in types {
            let filter = self.caller.filter(Action::Read, type_name);
            if filter.is_nothing() {
                continue;
            }
            // What is visible is visible to the rules, and to each bound: the narrowest of them is enough to look by.
            let narrowest =
                filter.parts().iter().filter_map(Visible::of).min_by_key(|part| part.ids.len())?;
            visible.ids.extend(narrowest.ids);
            visible.shared |= narrowest.shared;
        }
        Some(visible)
    }
}

#[derive(Default)]
struct Visible<'a> {
    ids: BTreeSet<&'a str>,
    shared: bool,
}

impl<'a> Visible<'a> {
    /// Whose resources some rules give; none = anybody's.
    fn of(given: &Given<'a>) -> Option<Self> {
        let mut visible = Self::default();
        for rule in given.rules() {
            match &rule.scope {
                Scope::Everyone => return None,
                Scope::Patients(ids) => visible.ids.extend(ids.iter().map(String::as_str)),
                Scope::Shared => visible.shared = true,
            }
        }
        Some(visible)
    }
}
