//! From a filter to the index rows that answer it.

use crate::index::{Keys, number_ord, stored_as, string_norm};
use salus_fhir::defs::{ParamKind, SearchParam};
use salus_fhir::search::{Filter, FilterValue, Modifier, Prefix};
use salus_fhir::temporal::TimeRange;

/// Any of some rows of the index: what a filter asks for, or more than that.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    /// Which rows.
    pub(crate) finds: Finds,
    /// Whether the rows find nothing that the filter would not.
    pub(crate) exact: bool,
    /// Whether the rows of every resource stand under [`crate::index::SHARED`] besides their patients.
    pub(crate) also_shared: bool,
}

/// Rows that find resources.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Finds {
    /// All rows of these keys; their `ord` is the principal date.
    Keyed(Vec<i64>),
    /// The rows inside one of these spans; their `ord` is a value.
    Spans(Vec<Span>),
    /// The strings under a key that start with a text.
    Prefixes(Vec<(i64, String)>),
    /// Resources by id. They have no rows; their names are looked up.
    Ids(Vec<String>),
}

/// The rows of a key whose `ord` lies in `from..=to` and whose `hi`, where it has one, is not below `min_end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) k: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) min_end: i64,
}

impl Span {
    /// All rows of a key.
    pub(crate) fn all(k: i64) -> Self {
        Self { k, from: i64::MIN, to: i64::MAX, min_end: i64::MIN }
    }
}

/// How much longer than its first microsecond `meta.lastUpdated` may last; its rows have no `hi`.
const INSTANT: i64 = 1_000_000;

/// The rows that find everything the filter asks for; `None` where the index cannot help.
pub(crate) fn clause(type_name: &str, filter: &Filter, keys: &Keys) -> Option<Clause> {
    let param = filter.param;
    if param.code == "_id" {
        return ids(filter);
    }
    if param.code == "_lastUpdated" {
        return last_updated(filter, keys.whole(type_name, param.code));
    }
    let mut keyed = Vec::new();
    let mut spans = Vec::new();
    let mut prefixes = Vec::new();
    for stored in stored_as(type_name, param) {
        let at = At { type_name, param: stored, keys };
        for value in &filter.values {
            match at.rows(filter.modifier.as_ref(), value)? {
                Rows::Keyed(found) => keyed.extend(found),
                Rows::Span(span) => spans.push(span),
                Rows::Prefix(k, text) => prefixes.push((k, text)),
            }
        }
    }
    let finds = match (keyed.is_empty(), spans.is_empty(), prefixes.is_empty()) {
        (false, true, true) => Finds::Keyed(sorted(keyed)),
        (true, false, true) => Finds::Spans(spans),
        (true, true, false) => Finds::Prefixes(prefixes),
        _ => return None,
    };
    Some(Clause {
        finds,
        exact: filter.modifier.is_none() && filter.values.iter().all(is_local_reference),
        also_shared: crate::index::is_also_shared(type_name, param.code),
    })
}

/// A local reference has a key of its own and nothing else has that key; a token's system is not in its key,
/// a date's rows are only bounded, a string is shortened.
fn is_local_reference(value: &FilterValue) -> bool {
    matches!(value, FilterValue::Reference { type_name: Some(_), id: Some(_), .. })
}

fn ids(filter: &Filter) -> Option<Clause> {
    if filter.modifier.is_some() {
        return None;
    }
    let ids = filter.values.iter().map(|value| match value {
        FilterValue::Token { code: Some(code), .. } => Some(code.clone()),
        _ => None,
    });
    Some(Clause { finds: Finds::Ids(ids.collect::<Option<_>>()?), exact: false, also_shared: false })
}

fn last_updated(filter: &Filter, k: i64) -> Option<Clause> {
    if filter.modifier.is_some() {
        return None;
    }
    let spans = filter.values.iter().map(|value| match value {
        FilterValue::Date { prefix, range } => {
            let Span { from, to, min_end, .. } = date_span(k, *prefix, *range);
            let from = from.max(min_end.saturating_sub(INSTANT));
            Some(Span { k, from, to, min_end: i64::MIN })
        }
        _ => None,
    });
    Some(Clause { finds: Finds::Spans(spans.collect::<Option<_>>()?), exact: false, also_shared: false })
}

fn sorted(mut keys: Vec<i64>) -> Vec<i64> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

enum Rows {
    Keyed(Vec<i64>),
    Span(Span),
    Prefix(i64, String),
}

/// The parameter whose rows are looked for.
struct At<'a> {
    type_name: &'a str,
    param: &'static SearchParam,
    keys: &'a Keys,
}

impl At<'_> {
    fn rows(&self, modifier: Option<&Modifier>, value: &FilterValue) -> Option<Rows> {
        let (type_name, code) = (self.type_name, self.param.code);
        match (self.param.kind, modifier, value) {
            (ParamKind::Token, None, FilterValue::Token { code: Some(token), .. })
            | (ParamKind::Token, Some(Modifier::OfType), FilterValue::OfType { value: token, .. })
            | (
                ParamKind::Reference,
                Some(Modifier::Identifier),
                FilterValue::Token { code: Some(token), .. },
            ) => Some(Rows::Keyed(vec![self.keys.token(type_name, code, token)])),
            (ParamKind::Reference, None | Some(Modifier::Type(_)), FilterValue::Reference { .. }) => {
                self.reference(modifier, value).map(Rows::Keyed)
            }
            (ParamKind::Uri, None, FilterValue::Uri(uri)) => {
                Some(Rows::Keyed(vec![self.keys.uri(type_name, code, uri)]))
            }
            (ParamKind::Date, None, FilterValue::Date { prefix, range }) => {
                Some(Rows::Span(date_span(self.keys.whole(type_name, code), *prefix, *range)))
            }
            (ParamKind::Number | ParamKind::Quantity, None, value) => {
                number_span(self.keys.whole(type_name, code), value).map(Rows::Span)
            }
            (ParamKind::String, None | Some(Modifier::Exact), FilterValue::Text(text)) => {
                let norm = string_norm(text);
                (!norm.is_empty()).then(|| Rows::Prefix(self.keys.whole(type_name, code), norm))
            }
            (ParamKind::Composite, None, FilterValue::Composite(parts)) => {
                self.composite(parts).map(Rows::Span)
            }
            _ => None,
        }
    }

    fn reference(&self, modifier: Option<&Modifier>, value: &FilterValue) -> Option<Vec<i64>> {
        let (type_name, code) = (self.type_name, self.param.code);
        let FilterValue::Reference { type_name: target, id, url } = value else { return None };
        let Some(id) = id else {
            return url.as_deref().map(|url| vec![self.keys.uri(type_name, code, url)]);
        };
        let key = |target: &str| self.keys.reference(type_name, code, target, id);
        match (target, modifier) {
            (Some(target), _) => Some(vec![key(target)]),
            (None, Some(Modifier::Type(target))) => Some(vec![key(target)]),
            (None, _) if self.param.targets.is_empty() => None,
            (None, _) => Some(self.param.targets.iter().map(|target| key(target)).collect()),
        }
    }

    fn composite(&self, parts: &[FilterValue]) -> Option<Span> {
        let lead = match parts.first()? {
            FilterValue::Token { code: Some(code), .. } => code.clone(),
            FilterValue::Reference { type_name: Some(target), id: Some(id), .. } => format!("{target}/{id}"),
            FilterValue::Reference { url: Some(uri), .. } | FilterValue::Uri(uri) => uri.clone(),
            _ => return None,
        };
        let k = self.keys.composite(self.type_name, self.param.code, &lead);
        Some(match parts.get(1) {
            Some(FilterValue::Date { prefix, range }) => date_span(k, *prefix, *range),
            Some(value) => number_span(k, value).unwrap_or(Span::all(k)),
            None => Span::all(k),
        })
    }
}

/// Where the dates stand that compare so with a range. Of rows that start together only the longest is kept,
/// so a row's end may rule out what is too short, never what is too long.
fn date_span(k: i64, prefix: Prefix, range: TimeRange) -> Span {
    let TimeRange { start, end } = range;
    let all = Span::all(k);
    match prefix {
        Prefix::Eq => Span { from: start, to: end, ..all },
        Prefix::Gt => Span { min_end: end, ..all },
        Prefix::Ge => Span { min_end: start, ..all },
        Prefix::Lt | Prefix::Eb => Span { to: start, ..all },
        Prefix::Le => Span { to: end, ..all },
        Prefix::Sa => Span { from: end, ..all },
        Prefix::Ne | Prefix::Ap => all,
    }
}

/// The last microsecond at which a date may start that compares so with the value.
pub(super) fn latest_start(value: &FilterValue) -> i64 {
    match value {
        FilterValue::Date { prefix, range } => date_span(0, *prefix, *range).to,
        _ => i64::MAX,
    }
}

/// Where the numbers stand that compare so with a number; the unit of a quantity is not looked at.
fn number_span(k: i64, value: &FilterValue) -> Option<Span> {
    let (FilterValue::Number { prefix, value, lo, hi } | FilterValue::Quantity { prefix, value, lo, hi, .. }) =
        value
    else {
        return None;
    };
    let all = Span::all(k);
    let from = number_ord(value.min(*lo));
    let to = number_ord(value.max(*hi));
    Some(match prefix {
        Prefix::Eq => Span { from, to, ..all },
        Prefix::Gt | Prefix::Ge | Prefix::Sa => Span { from, ..all },
        Prefix::Lt | Prefix::Le | Prefix::Eb => Span { to, ..all },
        Prefix::Ne | Prefix::Ap => all,
    })
}
