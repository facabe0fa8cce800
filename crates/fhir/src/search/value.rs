//! The text of one search value, read by the kind of its parameter.

use super::error::QueryError;
use super::normalise::normalise;
use super::number::{Decimal, decimal};
use super::query::{FilterValue, Modifier, Prefix};
use crate::defs::{ParamKind, SearchParam, is_resource_type};
use crate::reference::{Reference, is_id};
use crate::temporal::time_range;

/// Splits at a separator, except where a backslash stands before it.
pub(super) fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        if !escaped && character == separator {
            parts.push(&text[start..at]);
            start = at + separator.len_utf8();
        }
        escaped = !escaped && character == '\\';
    }
    parts.push(&text[start..]);
    parts
}

/// Takes the backslash from `\,`, `\|`, `\$` and `\\`; any other stays.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next @ (',' | '|' | '$' | '\\')) if character == '\\' => {
                plain.push(next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    plain
}

/// A text as one value of a search parameter: with a backslash before `,`, `|`, `$` and `\`, which part values.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, ',' | '|' | '$' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Reads one value, still escaped. `name` is the parameter as it was written, for the error.
pub(super) fn filter_value(
    param: &SearchParam,
    modifier: Option<&Modifier>,
    text: &str,
    name: &str,
) -> Result<FilterValue, QueryError> {
    match modifier {
        Some(Modifier::Identifier) => return token(text, name),
        Some(Modifier::OfType) => return of_type(text, name),
        Some(Modifier::Text) => return string(text, false, name),
        _ => {}
    }
    if param.kind == ParamKind::Composite {
        return composite(param, text, name);
    }
    if let Some(Modifier::Type(target)) = modifier {
        return match reference(text, &[target]) {
            FilterValue::Reference { type_name: Some(other), .. } if other != *target => {
                Err(QueryError::invalid(name, "the value is of another type than the modifier"))
            }
            value => Ok(value),
        };
    }
    plain(param.kind, &param.targets, modifier == Some(&Modifier::Exact), text, name)
}

fn plain(
    kind: ParamKind,
    targets: &[&str],
    is_exact: bool,
    text: &str,
    name: &str,
) -> Result<FilterValue, QueryError> {
    match kind {
        ParamKind::Token => token(text, name),
        ParamKind::String => string(text, is_exact, name),
        ParamKind::Date => date(text, name),
        ParamKind::Number => number(text, name),
        ParamKind::Quantity => quantity(text, name),
        ParamKind::Reference => Ok(reference(text, targets)),
        ParamKind::Uri => Ok(FilterValue::Uri(unescape(text))),
        ParamKind::Composite | ParamKind::Special => {
            Err(QueryError::not_supported(name, "Salus cannot search by this parameter"))
        }
    }
}

fn token(text: &str, name: &str) -> Result<FilterValue, QueryError> {
    let parts = split(text, '|');
    let (system, code) = match parts[..] {
        [code] => (None, Some(unescape(code))),
        [system, ""] if !system.is_empty() => (Some(unescape(system)), None),
        [system, code] if !code.is_empty() => (Some(unescape(system)), Some(unescape(code))),
        _ => return Err(QueryError::invalid(name, "takes `code`, `system|code`, `|code` or `system|`")),
    };
    Ok(FilterValue::Token { system, code })
}

fn of_type(text: &str, name: &str) -> Result<FilterValue, QueryError> {
    match split(text, '|')[..] {
        [system, code, value] if !system.is_empty() && !code.is_empty() && !value.is_empty() => {
            Ok(FilterValue::OfType { system: unescape(system), code: unescape(code), value: unescape(value) })
        }
        _ => Err(QueryError::invalid(
            name,
            "takes `system|code|value`: system and code of the type, and the identifier",
        )),
    }
}

fn string(text: &str, is_exact: bool, name: &str) -> Result<FilterValue, QueryError> {
    let text = unescape(text);
    if !is_exact && normalise(&text).is_empty() {
        return Err(QueryError::invalid(name, "needs a letter or a digit to look for"));
    }
    Ok(FilterValue::Text(text))
}

fn date(text: &str, name: &str) -> Result<FilterValue, QueryError> {
    let (prefix, rest) = prefix(text);
    let range = time_range(rest).ok_or_else(|| {
        let wanted = "takes a date such as 2024, 2024-03, 2024-03-01 or 2024-03-01T10:30:00Z";
        QueryError::invalid(name, format!("{wanted}, after one of the prefixes {}", prefixes()))
    })?;
    Ok(FilterValue::Date { prefix, range })
}

fn number(text: &str, name: &str) -> Result<FilterValue, QueryError> {
    let (prefix, rest) = prefix(text);
    let Decimal { value, lo, hi } = decimal(rest).ok_or_else(|| {
        let wanted = "takes a number such as 5, 5.40 or 1e-3";
        QueryError::invalid(name, format!("{wanted}, after one of the prefixes {}", prefixes()))
    })?;
    Ok(FilterValue::Number { prefix, value, lo, hi })
}

fn quantity(text: &str, name: &str) -> Result<FilterValue, QueryError> {
    let parts = split(text, '|');
    let (prefix, amount) = prefix(parts[0]);
    let (system, code) = match parts[1..] {
        [] => (None, None),
        [system, code] => (filled(system), filled(code)),
        _ => (None, Some(String::new())),
    };
    match decimal(amount) {
        Some(Decimal { value, lo, hi }) if code.as_deref() != Some("") => {
            Ok(FilterValue::Quantity { prefix, value, lo, hi, system, code })
        }
        _ => {
            let wanted = "takes `number`, `number|system|code` or `number||unit`";
            Err(QueryError::invalid(name, format!("{wanted}, after one of the prefixes {}", prefixes())))
        }
    }
}

/// An id alone is one of the only target type, if there is but one.
fn reference(text: &str, targets: &[&str]) -> FilterValue {
    let text = unescape(text);
    if let Reference::Local { type_name, id, version: None } = Reference::parse(&text)
        && is_resource_type(type_name)
    {
        let (type_name, id) = (Some(type_name.to_owned()), Some(id.to_owned()));
        return FilterValue::Reference { type_name, id, url: None };
    }
    let type_name = match targets {
        [only] => Some((*only).to_owned()),
        _ => None,
    };
    if is_id(&text) {
        return FilterValue::Reference { type_name, id: Some(text), url: None };
    }
    FilterValue::Reference { type_name: None, id: None, url: Some(text) }
}

fn composite(param: &SearchParam, text: &str, name: &str) -> Result<FilterValue, QueryError> {
    let parts = split(text, '$');
    if parts.len() != param.components.len() || parts.iter().any(|part| part.is_empty()) {
        let codes: Vec<&str> = param.components.iter().map(|component| component.code).collect();
        return Err(QueryError::invalid(name, format!("takes one value for each of {}", codes.join("$"))));
    }
    let values = param.components.iter().zip(parts).map(|(component, part)| {
        plain(component.kind, &[], false, part, &format!("{name} ({})", component.code))
    });
    values.collect::<Result<_, _>>().map(FilterValue::Composite)
}

fn prefix(text: &str) -> (Prefix, &str) {
    let found = Prefix::ALL.into_iter().find(|prefix| text.starts_with(prefix.as_str()));
    found.map_or((Prefix::Eq, text), |prefix| (prefix, &text[2..]))
}

fn prefixes() -> String {
    Prefix::ALL.map(Prefix::as_str).join(", ")
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| unescape(text))
}
