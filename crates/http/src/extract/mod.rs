//! What handlers take from a request, with rejections that name the field and the place.

mod json;
mod parts;
mod upload;

pub use json::Json;
pub use parts::{ClientAddress, Path, Query};
pub use upload::Upload;
