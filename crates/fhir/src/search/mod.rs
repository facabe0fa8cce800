//! Search: what a resource can be found by, what a query asks for, and whether the two meet.
//!
//! [`extract()`] turns a resource into [`IndexEntry`]s by extractors compiled once from the definitions;
//! [`Query::parse`] turns parameters into [`Filter`]s; [`matches()`] brings them together in memory. A store
//! answers the same question from its index and must give the same answer: `matches` is its oracle.
//!
//! Every comparison is between one filter value and one entry (`:not` and `:missing` look at all entries of
//! the parameter), so an index needs one row for each entry and nothing else.

mod convert;
mod entry;
mod error;
mod extract;
mod include;
mod matches;
mod normalise;
mod number;
mod parse;
mod plan;
mod query;
mod text;
mod value;

pub use entry::{IndexEntry, IndexValue};
pub use error::{QueryError, QueryErrorKind};
pub use extract::extract_param;
pub(crate) use extract::walk;
pub use matches::{approximate_number, approximate_range, matches, matches_filter, matches_value};
pub use normalise::normalise;
pub use plan::extract;
pub use query::{Filter, FilterValue, Include, Modifier, Prefix, Query, Sort, Summary, TotalMode};
pub use value::escape;
