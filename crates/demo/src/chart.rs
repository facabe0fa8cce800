//! A story as rows, and what the resources made from its rows have in common.

use crate::when;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One row of a story: its kind and its cells, parted by `|`.
#[derive(Clone)]
pub(crate) struct Row<'t> {
    cells: Vec<&'t str>,
}

impl<'t> Row<'t> {
    /// The rows of a text; `#` begins a comment line.
    pub(crate) fn all(text: &'t str) -> impl Iterator<Item = Row<'t>> {
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
            .map(|line| Row { cells: line.split('|').map(str::trim).collect() })
    }

    /// The first cell.
    pub(crate) fn kind(&self) -> &'t str {
        self.cell(0)
    }

    /// A cell; empty where the row is shorter.
    pub(crate) fn cell(&self, index: usize) -> &'t str {
        self.cells.get(index).copied().unwrap_or("")
    }

    /// A cell of `name=value` pairs.
    pub(crate) fn pairs(&self, index: usize) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.cell(index).split_whitespace().filter_map(|pair| pair.split_once('='))
    }
}

/// Whose story it is and when it is told.
pub(crate) struct Chart<'t> {
    pub(crate) id: &'t str,
    pub(crate) today: Date,
    pub(crate) person: Row<'t>,
    visits: Vec<Row<'t>>,
    /// Relatives who are to be called in an emergency.
    pub(crate) contacts: Vec<Row<'t>>,
    counts: BTreeMap<String, usize>,
}

impl<'t> Chart<'t> {
    /// Begins the chart of a story, whose first row tells who it is about.
    pub(crate) fn of(id: &'t str, today: Date, story: &'t str) -> Option<Self> {
        let person = Row::all(story).next()?;
        let visits = Row::all(story).filter(|row| row.kind() == "visit").collect();
        let is_contact = |row: &Row<'_>| row.kind() == "related" && row.cell(7) == "emergency";
        let contacts = Row::all(story).filter(is_contact).collect();
        Some(Self { id, today, person, visits, contacts, counts: BTreeMap::new() })
    }

    /// A reference to the visit of that day, if there was one.
    pub(crate) fn visit_on(&self, day: Date) -> Option<Value> {
        let visit = self.visits.iter().find(|visit| self.day(visit.cell(2)) == day)?;
        self.own("Encounter", visit.cell(1))
    }

    /// `Maria Elisabet Lindqvist`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.person.cell(1), self.person.cell(2))
    }

    /// The day a cell tells.
    pub(crate) fn day(&self, cell: &str) -> Date {
        when::day(self.today, cell)
    }

    /// The day a cell tells, as FHIR writes it.
    pub(crate) fn date(&self, cell: &str) -> String {
        self.day(cell).to_string()
    }

    /// The id of the resource with this key: `maria-lindqvist-diabetes`.
    pub(crate) fn id_of(&self, key: &str) -> String {
        format!("{}-{key}", self.id)
    }

    /// An id for the next resource of a sort: `maria-lindqvist-hba1c-3`.
    pub(crate) fn next_id(&mut self, sort: &str) -> String {
        let count = self.counts.entry(sort.to_owned()).or_insert(0);
        *count += 1;
        format!("{}-{sort}-{count}", self.id)
    }

    /// A reference to the person.
    pub(crate) fn subject(&self) -> Value {
        json!({"reference": format!("Patient/{}", self.id), "display": self.name()})
    }

    /// A reference to a resource of this chart, or nothing where no key is given.
    pub(crate) fn own(&self, type_name: &str, key: &str) -> Option<Value> {
        (!key.is_empty()).then(|| json!({"reference": format!("{type_name}/{}", self.id_of(key))}))
    }
}
