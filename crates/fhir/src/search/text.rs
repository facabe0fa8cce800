//! A query written back as parameters, in one canonical form.

use super::number::decimal_text;
use super::query::{Filter, FilterValue, Include, Modifier, Prefix, Query, Summary, TotalMode};
use super::value::escape;
use crate::temporal::range_text;

impl Query {
    /// The parameters that [`Query::parse`] reads as this very query (not URL-encoded).
    ///
    /// Filters come in their order; what equals the default is left out. Ids of references carry their type
    /// where there is only one, times are in UTC.
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = self.filters.iter().map(filter_pair).collect();
        let mut push = |name: &str, text: String| pairs.push((name.to_owned(), text));
        if !self.sort.is_empty() {
            let keys = self
                .sort
                .iter()
                .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.param.code));
            push("_sort", keys.collect::<Vec<_>>().join(","));
        }
        if let Some(count) = self.count {
            push("_count", count.to_string());
        }
        match self.total {
            TotalMode::None => {}
            TotalMode::Estimate => push("_total", "estimate".to_owned()),
            TotalMode::Accurate => push("_total", "accurate".to_owned()),
        }
        if self.summary != Summary::False {
            push("_summary", self.summary.as_str().to_owned());
        }
        if !self.elements.is_empty() {
            push("_elements", self.elements.join(","));
        }
        for (name, includes) in [("_include", &self.includes), ("_revinclude", &self.revincludes)] {
            for include in includes {
                let iterate = if include.iterate { ":iterate" } else { "" };
                push(&format!("{name}{iterate}"), include_text(include));
            }
        }
        pairs
    }
}

impl Summary {
    /// The word for it in `_summary`.
    pub fn as_str(self) -> &'static str {
        match self {
            Summary::False => "false",
            Summary::True => "true",
            Summary::Text => "text",
            Summary::Data => "data",
            Summary::Count => "count",
        }
    }
}

fn filter_pair(filter: &Filter) -> (String, String) {
    let name = match &filter.modifier {
        Some(modifier) => format!("{}:{}", filter.param.code, modifier_text(modifier)),
        None => filter.param.code.to_owned(),
    };
    if let Some(Modifier::Missing(missing)) = filter.modifier {
        return (name, missing.to_string());
    }
    let values = filter.values.iter().map(value_text);
    (name, values.collect::<Vec<_>>().join(","))
}

fn modifier_text(modifier: &Modifier) -> &str {
    match modifier {
        Modifier::Exact => "exact",
        Modifier::Contains => "contains",
        Modifier::Not => "not",
        Modifier::Missing(_) => "missing",
        Modifier::OfType => "of-type",
        Modifier::Above => "above",
        Modifier::Below => "below",
        Modifier::Type(target) => target,
        Modifier::Identifier => "identifier",
        Modifier::Text => "text",
    }
}

fn value_text(value: &FilterValue) -> String {
    match value {
        FilterValue::Token { system, code } => {
            let code = code.as_deref().map(escape).unwrap_or_default();
            system.as_deref().map(|system| format!("{}|{code}", escape(system))).unwrap_or(code)
        }
        FilterValue::Text(text) | FilterValue::Uri(text) => escape(text),
        FilterValue::Date { prefix, range } => prefix_text(*prefix) + &range_text(*range),
        FilterValue::Number { prefix, value, lo, hi } => {
            prefix_text(*prefix) + &decimal_text(*value, *lo, *hi)
        }
        FilterValue::Quantity { prefix, value, lo, hi, system, code } => {
            let number = prefix_text(*prefix) + &decimal_text(*value, *lo, *hi);
            if system.is_none() && code.is_none() {
                return number;
            }
            let unit = |text: &Option<String>| text.as_deref().map(escape).unwrap_or_default();
            format!("{number}|{}|{}", unit(system), unit(code))
        }
        FilterValue::Reference { type_name: Some(type_name), id: Some(id), .. } => {
            format!("{type_name}/{id}")
        }
        FilterValue::Reference { id: Some(id), .. } => id.clone(),
        FilterValue::Reference { url, .. } => url.as_deref().map(escape).unwrap_or_default(),
        FilterValue::OfType { system, code, value } => {
            format!("{}|{}|{}", escape(system), escape(code), escape(value))
        }
        FilterValue::Composite(values) => values.iter().map(value_text).collect::<Vec<_>>().join("$"),
    }
}

fn prefix_text(prefix: Prefix) -> String {
    if prefix == Prefix::Eq { String::new() } else { prefix.as_str().to_owned() }
}

fn include_text(include: &Include) -> String {
    let Some(source) = &include.source else { return "*".to_owned() };
    let code = include.param.map_or("*", |param| param.code);
    match &include.target {
        Some(target) => format!("{source}:{code}:{target}"),
        None => format!("{source}:{code}"),
    }
}
