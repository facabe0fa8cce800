//! Functions on strings (FHIRPath §5.6). Positions and lengths count characters.

use super::{Function, Invocation};
use crate::fhirpath::error::{Error, fails};
use crate::fhirpath::eval::single_value;
use crate::fhirpath::item::{Collection, Item, System};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;

/// A pattern that compiles to more than this is refused.
const MAX_PATTERN: usize = 1024 * 1024;

pub(super) fn call<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let text = match single_value(input)? {
        None => return Ok(Vec::new()),
        Some(System::String(text)) => text,
        Some(other) => {
            return fails(format!("{:?}() takes a String, not a {}", call.call.function, other.type_name()));
        }
    };
    let of = |text: String| call.answer(System::String(text.into()));
    let count = |count: usize| Ok(vec![Item::count(count)]);
    match call.call.function {
        Function::Length => return count(text.chars().count()),
        Function::Upper => return of(text.to_uppercase()),
        Function::Lower => return of(text.to_lowercase()),
        Function::Trim => return of(text.trim().to_owned()),
        Function::ToChars => {
            call.evaluator.spend(text.len())?;
            return Ok(text.chars().map(|c| Item::text(c.to_string())).collect());
        }
        Function::Substring => return substring(call, &text),
        _ => {}
    }
    let Some(argument) = call.text(0)? else { return Ok(Vec::new()) };
    match call.call.function {
        Function::StartsWith => call.verdict(text.starts_with(&*argument)),
        Function::EndsWith => call.verdict(text.ends_with(&*argument)),
        Function::Contains => call.verdict(text.contains(&*argument)),
        Function::IndexOf => position(&text, text.find(&*argument)),
        Function::LastIndexOf => position(&text, text.rfind(&*argument)),
        Function::Matches | Function::MatchesFull => {
            let pattern = pattern(call, &argument)?;
            call.evaluator.spend(text.len() / 16)?;
            call.verdict(pattern.is_match(&text))
        }
        Function::ReplaceMatches => {
            let Some(substitution) = call.text(1)? else { return Ok(Vec::new()) };
            if argument.is_empty() {
                return of(text.into_owned());
            }
            let pattern = pattern(call, &argument)?;
            let hits = pattern.find_iter(&text).count();
            call.evaluator.spend_text(hits.saturating_mul(substitution.len()))?;
            of(pattern.replace_all(&text, &*substitution).into_owned())
        }
        Function::Replace => {
            let Some(substitution) = call.text(1)? else { return Ok(Vec::new()) };
            let hits = text.matches(&*argument).count();
            call.evaluator.spend_text(hits.saturating_mul(substitution.len()))?;
            of(text.replace(&*argument, &substitution))
        }
        Function::Split => {
            call.evaluator.spend(text.len())?;
            Ok(text.split(&*argument).map(|part| Item::text(part.to_owned())).collect())
        }
        Function::Encode => encode(&text, &argument).map_or(Ok(Vec::new()), of),
        Function::Decode => decode(&text, &argument).map_or(Ok(Vec::new()), of),
        Function::Escape => escape(&text, &argument).map_or(Ok(Vec::new()), of),
        _ => unescape(&text, &argument).map_or(Ok(Vec::new()), of),
    }
}

/// The strings of a collection as one, with a separator between them.
pub(super) fn join<'a>(call: &Invocation<'_, '_, 'a>, input: &[Item<'a>]) -> Result<Collection<'a>, Error> {
    let separator = call.text(0)?.unwrap_or_default();
    let mut texts: Vec<Cow<'a, str>> = Vec::with_capacity(input.len());
    for item in input {
        match item.system() {
            Some(System::String(text)) => texts.push(text),
            _ => return fails("join() takes Strings"),
        }
    }
    call.evaluator.spend_text(texts.len().saturating_mul(separator.len()))?;
    call.answer(System::String(texts.join(&*separator).into()))
}

/// A pattern where `.` matches a line end too; it matches anywhere, or the whole where `full`.
pub(super) fn compile(pattern: &str, full: bool) -> Result<Regex, Error> {
    let anchored = if full { format!("^(?:{pattern})$") } else { pattern.to_owned() };
    match RegexBuilder::new(&anchored).dot_matches_new_line(true).size_limit(MAX_PATTERN).build() {
        Ok(regex) => Ok(regex),
        Err(_) => fails("this is no regular expression that can be used"),
    }
}

/// The pattern compiled with the expression, or now.
fn pattern<'a>(call: &Invocation<'_, '_, 'a>, text: &str) -> Result<Cow<'a, Regex>, Error> {
    match &call.call.pattern {
        Some(pattern) => Ok(Cow::Borrowed(pattern)),
        None => {
            // Compiling is dear: more than a hundred times in one evaluation is too often.
            call.evaluator.spend(20_000)?;
            compile(text, call.call.function == Function::MatchesFull).map(Cow::Owned)
        }
    }
}

fn position<'a>(text: &str, found: Option<usize>) -> Result<Collection<'a>, Error> {
    Ok(vec![match found {
        Some(at) => Item::count(text[..at].chars().count()),
        None => Item::integer(-1),
    }])
}

fn substring<'a>(call: &Invocation<'_, '_, 'a>, text: &str) -> Result<Collection<'a>, Error> {
    let (Some(start), length) = (call.integer(0)?, call.integer(1)?) else { return Ok(Vec::new()) };
    let Ok(start) = usize::try_from(start) else { return Ok(Vec::new()) };
    if start >= text.chars().count() {
        return Ok(Vec::new());
    }
    let length = length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or(0));
    let part: String = text.chars().skip(start).take(length).collect();
    call.answer(System::String(part.into()))
}

fn encode(text: &str, format: &str) -> Option<String> {
    match format {
        "base64" => Some(STANDARD.encode(text)),
        "urlbase64" => Some(URL_SAFE.encode(text)),
        "hex" => Some(hex::encode(text)),
        _ => None,
    }
}

fn decode(text: &str, format: &str) -> Option<String> {
    let bytes = match format {
        "base64" => STANDARD.decode(text).ok()?,
        "urlbase64" => URL_SAFE.decode(text).ok()?,
        "hex" => hex::decode(text).ok()?,
        _ => return None,
    };
    String::from_utf8(bytes).ok()
}

/// `&` first, so that what it brings in is not escaped again; taken back in the reverse order.
const HTML: [(&str, &str); 5] =
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")];

fn escape(text: &str, target: &str) -> Option<String> {
    match target {
        "html" => {
            Some(HTML.into_iter().fold(text.to_owned(), |text, (plain, name)| text.replace(plain, name)))
        }
        "json" => {
            let quoted = serde_json::to_string(text).ok()?;
            Some(quoted.get(1..quoted.len() - 1)?.to_owned())
        }
        _ => None,
    }
}

fn unescape(text: &str, target: &str) -> Option<String> {
    match target {
        "html" => Some(
            HTML.into_iter().rev().fold(text.to_owned(), |text, (plain, name)| text.replace(name, plain)),
        ),
        // A quote that is escaped already for the expression may stand here bare.
        "json" => serde_json::from_str(&format!("\"{text}\"")).ok().or_else(|| Some(text.to_owned())),
        _ => None,
    }
}
