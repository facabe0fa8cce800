//! From the parameters of a request to a [`Query`].

use super::error::{QueryError, QueryErrorKind};
use super::include::include;
use super::query::{Filter, Modifier, Query, Sort, Summary, TotalMode};
use super::value::{filter_value, split};
use crate::defs::{ParamKind, SearchParam, is_resource_type, search_param, search_params, type_def};

impl Query {
    /// Reads parameters as they come out of a URL (decoded). Parameters are joined by AND, the commas in one
    /// by OR.
    ///
    /// # Errors
    /// The first parameter that does not exist, is not supported or is misused. A parameter without a value is
    /// an error too: a filter that was meant must never be dropped.
    pub fn parse(resource_type: &str, pairs: &[(String, String)]) -> Result<Query, QueryError> {
        let (query, ignored) = Query::parse_lenient(resource_type, pairs)?;
        match ignored.into_iter().next() {
            Some(unknown) => Err(unknown),
            None => Ok(query),
        }
    }

    /// As [`Query::parse`], but parameters that do not exist are left out and told.
    ///
    /// # Errors
    /// The first parameter that is not supported or is misused.
    pub fn parse_lenient(
        resource_type: &str,
        pairs: &[(String, String)],
    ) -> Result<(Query, Vec<QueryError>), QueryError> {
        if !is_resource_type(resource_type) {
            return Err(QueryError::invalid("_type", format!("there is no resource type {resource_type}")));
        }
        let mut query = Query::all(resource_type);
        let mut seen = Vec::new();
        let mut ignored = Vec::new();
        for (name, text) in pairs {
            if ONCE.contains(&name.as_str()) {
                if seen.contains(&name.as_str()) {
                    return Err(QueryError::invalid(name, "may be given once only"));
                }
                seen.push(name.as_str());
            }
            if query.filters.len() + query.includes.len() + query.revincludes.len() > MOST_PARAMETERS {
                return Err(QueryError::invalid(
                    name,
                    format!("is one of more than {MOST_PARAMETERS} parameters"),
                ));
            }
            match query.read(name, text) {
                Err(error) if error.kind == QueryErrorKind::Unknown => ignored.push(error),
                result => result?,
            }
        }
        Ok((query, ignored))
    }

    fn read(&mut self, name: &str, text: &str) -> Result<(), QueryError> {
        if text.is_empty() {
            return Err(QueryError::invalid(name, "has no value"));
        }
        match name {
            "_sort" => self.sort = sort(&self.resource_type, text)?,
            "_count" => self.count = Some(count(text)?),
            "_total" => self.total = total(text)?,
            "_summary" => self.summary = summary(text)?,
            "_elements" => self.elements = elements(&self.resource_type, text)?,
            "_include" | "_include:iterate" => {
                self.includes.push(include(&self.resource_type, name, text)?);
            }
            "_revinclude" | "_revinclude:iterate" => {
                self.revincludes.push(include(&self.resource_type, name, text)?);
            }
            _ => self.filters.push(filter(&self.resource_type, name, text)?),
        }
        Ok(())
    }
}

/// So many values may be joined by commas.
const MOST_VALUES: usize = 1_000;
/// So many parameters may filter and include.
const MOST_PARAMETERS: usize = 100;

const ONCE: [&str; 5] = ["_sort", "_count", "_total", "_summary", "_elements"];

/// What FHIR has and Salus has not.
const NOT_SUPPORTED: [(&str, &str); 9] = [
    ("_has", "reverse chaining is not supported"),
    ("_text", "searching the narrative is not supported"),
    ("_content", "searching all text is not supported"),
    ("_list", "searching by a list is not supported"),
    ("_filter", "filter expressions are not supported"),
    ("_query", "named queries are not supported"),
    ("_contained", "contained resources cannot be searched"),
    ("_containedType", "contained resources cannot be searched"),
    ("_type", "one resource type is searched at a time"),
];

fn filter(resource_type: &str, name: &str, text: &str) -> Result<Filter, QueryError> {
    let (code, modifier) = match name.split_once(':') {
        Some((code, modifier)) => (code, Some(modifier)),
        None => (name, None),
    };
    if let Some((_, reason)) = NOT_SUPPORTED.iter().find(|(known, _)| *known == code) {
        return Err(QueryError::not_supported(name, *reason));
    }
    if name.contains('.') {
        return Err(QueryError::not_supported(name, "chained search is not supported"));
    }
    let param = find(resource_type, code, name)?;
    if param.kind == ParamKind::Special {
        return Err(QueryError::not_supported(name, "Salus cannot search by this parameter"));
    }
    let modifier = modifier.map(|modifier| read_modifier(param, modifier, name, text)).transpose()?;
    if matches!(modifier, Some(Modifier::Missing(_))) {
        return Ok(Filter { param, modifier, values: Vec::new() });
    }
    let texts = split(text, ',');
    if texts.len() > MOST_VALUES {
        return Err(QueryError::invalid(name, format!("has more than {MOST_VALUES} values")));
    }
    if texts.iter().any(|text| text.is_empty()) {
        return Err(QueryError::invalid(name, "has an empty value between its commas"));
    }
    let values = texts.into_iter().map(|text| filter_value(param, modifier.as_ref(), text, name));
    Ok(Filter { param, values: values.collect::<Result<_, _>>()?, modifier })
}

fn find(resource_type: &str, code: &str, name: &str) -> Result<&'static SearchParam, QueryError> {
    search_param(resource_type, code).ok_or_else(|| {
        let known: Vec<&str> = search_params(resource_type).iter().map(|param| param.code).collect();
        QueryError::unknown(
            name,
            format!("{resource_type} has no such parameter; it has {}", known.join(", ")),
        )
    })
}

fn read_modifier(
    param: &SearchParam,
    modifier: &str,
    name: &str,
    text: &str,
) -> Result<Modifier, QueryError> {
    let read = match (modifier, param.kind) {
        ("missing", _) => return missing(name, text),
        ("exact", ParamKind::String) => Modifier::Exact,
        ("contains", ParamKind::String) => Modifier::Contains,
        ("not", ParamKind::Token) => Modifier::Not,
        ("text", ParamKind::Token) => Modifier::Text,
        ("of-type", ParamKind::Token) if reads_identifiers(param) => Modifier::OfType,
        ("identifier", ParamKind::Reference) => Modifier::Identifier,
        ("above", ParamKind::Uri) => Modifier::Above,
        ("below", ParamKind::Uri) => Modifier::Below,
        ("above" | "below" | "in" | "not-in", ParamKind::Token) => {
            return Err(QueryError::not_supported(name, "this modifier needs a terminology server"));
        }
        ("above" | "below", ParamKind::Reference) => {
            return Err(QueryError::not_supported(name, "hierarchies of references are not supported"));
        }
        (target, ParamKind::Reference)
            if is_resource_type(target) && (param.targets.is_empty() || param.targets.contains(&target)) =>
        {
            Modifier::Type(target.to_owned())
        }
        _ => {
            let allowed = format!("this modifier does not fit; allowed are {}", allowed_modifiers(param));
            return Err(QueryError::invalid(name, allowed));
        }
    };
    Ok(read)
}

fn missing(name: &str, text: &str) -> Result<Modifier, QueryError> {
    match text {
        "true" => Ok(Modifier::Missing(true)),
        "false" => Ok(Modifier::Missing(false)),
        _ => Err(QueryError::invalid(name, "takes `true` or `false`")),
    }
}

fn reads_identifiers(param: &SearchParam) -> bool {
    param.paths.iter().any(|path| path.type_name == "Identifier")
}

fn allowed_modifiers(param: &SearchParam) -> String {
    let mut allowed = vec![":missing".to_owned()];
    match param.kind {
        ParamKind::String => allowed.extend([":exact", ":contains"].map(str::to_owned)),
        ParamKind::Uri => allowed.extend([":above", ":below"].map(str::to_owned)),
        ParamKind::Token => {
            allowed.extend([":not", ":text"].map(str::to_owned));
            allowed.extend(reads_identifiers(param).then(|| ":of-type".to_owned()));
        }
        ParamKind::Reference => {
            allowed.push(":identifier".to_owned());
            allowed.extend(param.targets.iter().map(|target| format!(":{target}")));
        }
        ParamKind::Date
        | ParamKind::Composite
        | ParamKind::Quantity
        | ParamKind::Number
        | ParamKind::Special => {}
    }
    allowed.join(", ")
}

fn sort(resource_type: &str, text: &str) -> Result<Vec<Sort>, QueryError> {
    let keys = text.split(',').map(|key| {
        let (code, descending) = key.strip_prefix('-').map_or((key, false), |code| (code, true));
        let param = search_param(resource_type, code).ok_or_else(|| {
            QueryError::invalid("_sort", format!("{resource_type} has no parameter of one of these names"))
        })?;
        if matches!(param.kind, ParamKind::Composite | ParamKind::Special) {
            return Err(QueryError::invalid("_sort", "composite and special parameters have no order"));
        }
        Ok(Sort { param, descending })
    });
    keys.collect()
}

fn count(text: &str) -> Result<u32, QueryError> {
    text.parse().map_err(|_| QueryError::invalid("_count", "takes a whole number, 0 or more"))
}

fn total(text: &str) -> Result<TotalMode, QueryError> {
    match text {
        "none" => Ok(TotalMode::None),
        "estimate" => Ok(TotalMode::Estimate),
        "accurate" => Ok(TotalMode::Accurate),
        _ => Err(QueryError::invalid("_total", "takes `none`, `estimate` or `accurate`")),
    }
}

fn summary(text: &str) -> Result<Summary, QueryError> {
    match text {
        "false" => Ok(Summary::False),
        "true" => Ok(Summary::True),
        "text" => Ok(Summary::Text),
        "data" => Ok(Summary::Data),
        "count" => Ok(Summary::Count),
        _ => Err(QueryError::invalid("_summary", "takes `true`, `false`, `text`, `data` or `count`")),
    }
}

fn elements(resource_type: &str, text: &str) -> Result<Vec<String>, QueryError> {
    let definition = type_def(resource_type);
    let names = text.split(',').map(|name| {
        let is_known = definition.is_some_and(|definition| definition.element(name).is_some());
        is_known.then(|| name.to_owned()).ok_or_else(|| {
            QueryError::invalid(
                "_elements",
                format!("takes names of elements at the root of {resource_type}"),
            )
        })
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> (String, String) {
        let (name, value) = text.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    }

    fn parse(resource_type: &str, text: &str) -> Result<Query, QueryError> {
        Query::parse(resource_type, &text.split('&').map(pair).collect::<Vec<_>>())
    }

    #[test]
    fn a_query_written_back_is_canonical_and_reads_the_same() {
        let table = [
            ("Patient", "family=eve", "family=eve"),
            ("Patient", "family:exact=O\\,Hara\\\\", "family:exact=O\\,Hara\\\\"),
            ("Patient", "name=a|b$c", "name=a\\|b\\$c"),
            ("Patient", "family:contains=a,b", "family:contains=a,b"),
            ("Patient", "gender:not=male", "gender:not=male"),
            ("Patient", "gender:missing=true", "gender:missing=true"),
            ("Patient", "identifier=s|1,|2,3,t|", "identifier=s|1,|2,3,t|"),
            ("Patient", "identifier:of-type=s|MR|1", "identifier:of-type=s|MR|1"),
            ("Patient", "birthdate=ge2024-03-01&birthdate=lt2025", "birthdate=ge2024-03-01&birthdate=lt2025"),
            ("Patient", "birthdate=eq2024", "birthdate=2024"),
            ("Observation", "date=2024-03-01T10:00:00+01:00", "date=2024-03-01T09:00:00Z"),
            ("Observation", "value-quantity=gt5.40|http://u|mg", "value-quantity=gt5.40|http://u|mg"),
            ("Observation", "value-quantity=5||mg", "value-quantity=5||mg"),
            ("Observation", "value-quantity=ap5e2", "value-quantity=ap5e2"),
            ("RiskAssessment", "probability=sa0.8", "probability=sa0.8"),
            ("Observation", "subject=Patient/1,2", "subject=Patient/1,2"),
            ("Observation", "subject:Patient=1", "subject:Patient=Patient/1"),
            ("Observation", "subject:identifier=s|1", "subject:identifier=s|1"),
            ("Observation", "patient=1", "patient=Patient/1"),
            ("Observation", "subject=http://x.example/Patient/1", "subject=http://x.example/Patient/1"),
            ("Observation", "code:text=body mass", "code:text=body mass"),
            ("Observation", "code-value-quantity=s|c$gt5", "code-value-quantity=s|c$gt5"),
            ("ValueSet", "url:below=http://x/v", "url:below=http://x/v"),
            ("Patient", "_id=1&_lastUpdated=gt2024&_tag=s|c", "_id=1&_lastUpdated=gt2024&_tag=s|c"),
            ("Patient", "_count=5&_sort=-birthdate,_id", "_sort=-birthdate,_id&_count=5"),
            ("Patient", "_total=accurate&_summary=data", "_total=accurate&_summary=data"),
            ("Patient", "_total=none&_summary=false&_elements=name,birthDate", "_elements=name,birthDate"),
            ("Observation", "_include=Observation:subject:Patient", "_include=Observation:subject:Patient"),
            (
                "Observation",
                "_include:iterate=Patient:link&_include=*",
                "_include:iterate=Patient:link&_include=*",
            ),
            (
                "Patient",
                "_revinclude=Observation:subject&_revinclude:iterate=Provenance:*",
                "_revinclude=Observation:subject&_revinclude:iterate=Provenance:*",
            ),
        ];
        for (resource_type, text, expected) in table {
            let query = parse(resource_type, text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let pairs = query.to_pairs();
            let written: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            assert_eq!(written.join("&"), expected, "{text}");
            assert!(Query::parse(resource_type, &pairs).unwrap() == query, "{text} changed");
        }
    }

    #[test]
    fn a_misuse_names_the_parameter_and_says_what_is_right() {
        use QueryErrorKind::{Invalid, NotSupported, Unknown};
        let table = [
            ("Patient", "shoe-size=5", Unknown, "birthdate"),
            ("Patient", "family", Invalid, "has no value"),
            ("Patient", "family=a,,b", Invalid, "empty value"),
            ("Patient", "family= ", Invalid, "letter"),
            ("Patient", "gender:exact=male", Invalid, ":missing, :not, :text"),
            ("Patient", "gender:of-type=a|b|c", Invalid, "allowed are"),
            ("Patient", "identifier:of-type=a|b", Invalid, "system|code|value"),
            ("Patient", "birthdate:contains=2", Invalid, "allowed are :missing"),
            ("Patient", "birthdate=1.1.2020", Invalid, "prefixes"),
            ("Patient", "birthdate=zz2020", Invalid, "such as"),
            ("Patient", "gender:missing=maybe", Invalid, "true"),
            ("Patient", "gender=|", Invalid, "system|code"),
            ("Patient", "identifier=a|b|c", Invalid, "system|code"),
            ("Observation", "subject:Practitioner=1", Invalid, "allowed are"),
            ("Observation", "subject:Patient=Group/1", Invalid, "another type"),
            ("Observation", "value-quantity=5|mg", Invalid, "number||unit"),
            ("Observation", "value-quantity=five", Invalid, "number"),
            ("Observation", "code-value-quantity=a$", Invalid, "code$value-quantity"),
            ("Observation", "code-value-quantity=a$b$c", Invalid, "code$value-quantity"),
            ("Observation", "code:in=http://x", NotSupported, "terminology"),
            ("Observation", "code:below=a", NotSupported, "terminology"),
            ("Observation", "subject.name=a", NotSupported, "chained"),
            ("Observation", "subject:Patient.name=a", NotSupported, "chained"),
            ("Patient", "_has:Observation:subject:code=a", NotSupported, "reverse"),
            ("Patient", "_filter=a", NotSupported, "filter"),
            ("Location", "near=1|2", NotSupported, "cannot"),
            ("Patient", "_sort=shoe-size", Invalid, "Patient"),
            ("Observation", "_sort=code-value-quantity", Invalid, "no order"),
            ("Patient", "_count=-1", Invalid, "whole number"),
            ("Patient", "_count=1&_count=2", Invalid, "once"),
            ("Patient", "_total=yes", Invalid, "accurate"),
            ("Patient", "_summary=yes", Invalid, "data"),
            ("Patient", "_elements=shoeSize", Invalid, "root of Patient"),
            ("Observation", "_include=subject", Invalid, "Type:parameter"),
            ("Observation", "_include=Observation:code", Invalid, "subject"),
            ("Observation", "_include=Patient:link", Invalid, "iterate"),
            ("Observation", "_include=Observation:encounter:Patient", Invalid, "Encounter"),
            ("Patient", "_revinclude=Nothing:subject", Invalid, "resource type"),
            ("Nothing", "_id=1", Invalid, "Nothing"),
        ];
        for (resource_type, text, kind, part) in table {
            let text = if text.contains('=') { text.to_owned() } else { format!("{text}=") };
            let error = parse(resource_type, &text).err().unwrap_or_else(|| panic!("{text} was accepted"));
            assert_eq!(error.kind, kind, "{text}: {error}");
            assert!(error.message.contains(part), "{text}: {error}");
            let name = text.rsplit('&').next().unwrap().split('=').next().unwrap();
            assert!(error.parameter.starts_with(name) || resource_type == "Nothing", "{text}: {error}");
        }
    }

    #[test]
    fn a_query_has_an_end() {
        let ids = |count: usize| vec!["1"; count].join(",");
        assert!(parse("Patient", &format!("_id={}", ids(1_000))).is_ok());
        assert!(parse("Patient", &format!("_id={}", ids(1_001))).is_err());
        assert!(parse("Patient", &vec!["_id=1"; 100].join("&")).is_ok());
        assert!(parse("Patient", &vec!["_id=1"; 102].join("&")).is_err());
    }

    #[test]
    fn lenience_leaves_out_what_does_not_exist_and_nothing_else() {
        let pairs = ["shoe-size=5", "gender=male"].map(pair);
        let (query, ignored) = Query::parse_lenient("Patient", &pairs).unwrap();
        assert_eq!((query.filters.len(), ignored.len()), (1, 1));
        assert_eq!(ignored[0].parameter, "shoe-size");
        assert!(Query::parse_lenient("Patient", &[pair("gender:exact=male")]).is_err());
    }

    #[test]
    fn what_is_shown_of_a_query_holds_no_value() {
        let query = parse("Patient", "family=Secret&birthdate=1970-01-01").unwrap();
        assert_eq!(format!("{:?}", query.filters), "[family (1 values), birthdate (1 values)]");
        assert!(!parse("Patient", "birthdate=Secret").unwrap_err().to_string().contains("Secret"));
    }
}
