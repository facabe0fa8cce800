//! What the R4 definitions say: types and their elements, search parameters, value sets, invariants.
//!
//! Everything is read once, on first use, from the tables in `tables/`; all text stays in the binary, so what
//! is handed out is `'static`. Search parameters are compiled for one resource type at a time.

mod invariant;
mod param;
mod path;
mod structure;
mod table;
mod value_set;

pub use invariant::{Invariant, invariants};
pub use param::{
    Component, ParamKind, SearchParam, compartment_params, principal_date, principal_dates, search_param,
    search_params,
};
pub use path::{Path, Step};
pub use structure::{
    ElementDef, Field, Kind, TypeDef, is_internal, is_resource_type, is_subtype, resource_types, type_def,
};
pub use value_set::{ValueSet, value_set};
