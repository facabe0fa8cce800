//! De-identification: what of a record names a person, and the record without it.
//!
//! Pure values in, values out. The rules are those of the HIPAA Safe Harbor method (45 CFR 164.514(b)(2)), for FHIR
//! resources by a table of types and paths, for free text by recognisers without a trained model. With dates shifted
//! instead of cut the result is no longer Safe Harbor but material for Expert Determination; [`Mode`] says which.
//!
//! What it must never do: I/O; keep what it was given; put a text into an error or a `Debug`.
//!
//! Start reading at [`recognise`], then [`Deidentifier`] and [`Export`]; [`evaluate`] measures the recognisers.

mod anonymity;
pub mod evaluate;
mod export;
mod finding;
pub mod generate;
mod known;
mod pattern;
mod plan;
mod pseudonym;
mod recognise;
mod replace;
mod resource;
mod tables;

pub use anonymity::{
    AnonymityReport, Quasi, QuasiIdentifiers, Row as AnonymityRow, ageband, anonymity, page as anonymity_page,
};
pub use export::{Export, ExportReport, Line};
pub use finding::{Family, Finding, Kind};
pub use known::Known;
pub use plan::{Mode, Plan};
pub use pseudonym::{Key, Pseudonyms};
pub use recognise::{recognise, recognise_with};
pub use replace::{Replacing, deidentify_text};
pub use resource::{Deidentifier, Summary};
