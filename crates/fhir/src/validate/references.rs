//! Where references may point.

use crate::defs::is_resource_type;
use crate::json::Value;
use crate::reference::Reference;
use std::collections::HashMap;

/// A resource that holds contained ones, seen as what a `#` reference can point to.
pub(super) struct Container<'a> {
    type_name: Option<&'a str>,
    /// Type by id.
    contained: HashMap<&'a str, &'a str>,
}

impl<'a> Container<'a> {
    /// What can be referred to within this resource.
    pub(super) fn of(resource: &'a Value) -> Self {
        let contained = resource["contained"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named =
            contained.iter().filter_map(|held| Some((held["id"].as_str()?, held["resourceType"].as_str()?)));
        Self { type_name: resource["resourceType"].as_str(), contained: named.collect() }
    }
}

/// Why a Reference may not stand where it stands.
pub(super) enum Fault {
    /// It contradicts itself, or points at nothing.
    Broken(String),
    /// It points at a type that the definition does not name. Published examples do so, and such data is still of use.
    OtherType(String),
}

/// May this Reference stand where only `targets` are allowed (empty: any type)? If not, why.
pub(super) fn check(reference: &Value, targets: &[&str], container: &Container<'_>) -> Result<(), Fault> {
    let text = reference["reference"].as_str();
    let stated = reference["type"].as_str().filter(|name| is_resource_type(name));
    let found = match text.map(Reference::parse) {
        Some(Reference::Local { type_name, .. } | Reference::Conditional { type_name, .. }) => {
            Some(type_name)
        }
        Some(Reference::Fragment("")) => container.type_name,
        Some(Reference::Fragment(id)) => {
            let found = container.contained.get(id);
            let broken = || Fault::Broken(format!("There is no contained resource with the id '{id}'."));
            Some(*found.ok_or_else(broken)?)
        }
        Some(absolute @ Reference::Absolute(_)) => absolute.trailing().map(|(type_name, _)| type_name),
        Some(Reference::Uuid(_)) | None => None,
    };
    if let (Some(found), Some(stated)) = (found, stated)
        && found != stated
    {
        let why = format!("The reference says it is of type {stated}, but it points to {found}.");
        return Err(Fault::Broken(why));
    }
    match found.or(stated) {
        Some(target) if !targets.is_empty() && !targets.contains(&target) => {
            let why = format!("A reference to {target} is not allowed here, only to {}.", targets.join(", "));
            Err(Fault::OtherType(why))
        }
        _ => Ok(()),
    }
}
