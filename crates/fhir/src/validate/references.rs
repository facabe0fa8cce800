//! Where references may point.

use crate::defs::is_resource_type;
use crate::json::Value;
use crate::reference::Reference;

/// May this Reference stand where only `targets` are allowed (empty: any type)? If not, why.
/// `container` is the resource that holds the contained ones.
pub(super) fn check(reference: &Value, targets: &[&str], container: &Value) -> Result<(), String> {
    let text = reference["reference"].as_str();
    let stated = reference["type"].as_str().filter(|name| is_resource_type(name));
    let found = match text.map(Reference::parse) {
        Some(Reference::Local { type_name, .. } | Reference::Conditional { type_name, .. }) => {
            Some(type_name)
        }
        Some(Reference::Fragment("")) => container["resourceType"].as_str(),
        Some(Reference::Fragment(id)) => Some(contained_type(id, container)?),
        Some(absolute @ Reference::Absolute(_)) => absolute.trailing().map(|(type_name, _)| type_name),
        Some(Reference::Uuid(_)) | None => None,
    };
    if let (Some(found), Some(stated)) = (found, stated)
        && found != stated
    {
        return Err(format!("The reference says it is of type {stated}, but it points to a {found}."));
    }
    match found.or(stated) {
        Some(target) if !targets.is_empty() && !targets.contains(&target) => {
            Err(format!("A reference to a {target} is not allowed here, only to {}.", targets.join(", ")))
        }
        _ => Ok(()),
    }
}

fn contained_type<'a>(id: &str, container: &'a Value) -> Result<&'a str, String> {
    let contained = container["contained"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = contained.iter().find(|resource| resource["id"] == id);
    let type_name = found.and_then(|resource| resource["resourceType"].as_str());
    type_name.ok_or_else(|| format!("There is no contained resource with the id '{id}'."))
}
