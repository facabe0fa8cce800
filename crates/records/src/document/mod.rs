//! Documents: what their bytes are, the text they show, and the passages that are searched and quoted.

mod apart;
mod dated;
mod docx;
mod layer;
mod page;
mod passages;
mod read;
mod reference;
mod scan;
#[cfg(test)]
mod scan_tests;
mod sent;
mod sniff;

pub(crate) use apart::read_by;
pub use apart::{READER, read_apart};
pub(crate) use dated::dated;
pub use layer::BoundingBox;
pub(crate) use layer::Layer;
#[cfg(test)]
pub(crate) use layer::LayerPage;
pub(crate) use passages::{Piece, pieces};
pub(crate) use read::{Reading, read};
pub(crate) use reference::{Kept, State};
pub(crate) use sniff::{Content, sniff};
