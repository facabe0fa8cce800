//! The values of `_include` and `_revinclude`.

use super::error::QueryError;
use super::query::Include;
use crate::defs::{ParamKind, SearchParam, is_resource_type, search_param, search_params};

/// `Type:param`, `Type:param:Target`, `Type:*` or `*`.
pub(super) fn include(resource_type: &str, name: &str, text: &str) -> Result<Include, QueryError> {
    let iterate = name.ends_with(":iterate");
    if text == "*" {
        return Ok(Include { source: None, param: None, target: None, iterate });
    }
    let mut parts = text.splitn(3, ':');
    let (Some(source), Some(code)) = (parts.next(), parts.next()) else {
        return Err(QueryError::invalid(
            name,
            "takes `Type:parameter`, `Type:parameter:Target`, `Type:*` or `*`",
        ));
    };
    let target = parts.next();
    for type_name in [Some(source), target].into_iter().flatten() {
        if !is_resource_type(type_name) {
            return Err(QueryError::invalid(name, "one of its parts should be a resource type and is none"));
        }
    }
    if name == "_include" && source != resource_type {
        let message =
            format!("only {resource_type} is searched; what is included is followed by `_include:iterate`");
        return Err(QueryError::invalid(name, message));
    }
    let param = match code {
        "*" => None,
        code => Some(reference_param(source, code, target, name)?),
    };
    Ok(Include { source: Some(source.to_owned()), param, target: target.map(str::to_owned), iterate })
}

fn reference_param(
    source: &str,
    code: &str,
    target: Option<&str>,
    name: &str,
) -> Result<&'static SearchParam, QueryError> {
    let param = search_param(source, code).filter(|param| param.kind == ParamKind::Reference);
    let Some(param) = param else {
        let references = search_params(source).iter().filter(|param| param.kind == ParamKind::Reference);
        let known: Vec<&str> = references.map(|param| param.code).collect();
        return Err(QueryError::invalid(name, format!("{source} refers through {}", known.join(", "))));
    };
    match target {
        Some(target) if !param.targets.is_empty() && !param.targets.contains(&target) => Err(
            QueryError::invalid(name, format!("{source}.{code} refers to {} only", param.targets.join(", "))),
        ),
        _ => Ok(param),
    }
}
