//! The emergency: the card with what a stranger must know to help, links that share it, and breaking the glass.
//!
//! - The card and the International Patient Summary are pure functions of what was read of a record, through the
//!   reader's own door.
//! - A link (SMART Health Link) opens one of them to whoever has a code and a passcode, until it ends; each opening is on
//!   file.
//! - Breaking the glass opens the emergency view of one person to a verified helper for a while. The person is told in the
//!   same transaction, outside of Salus as soon as a job can, and reviews it afterwards.
//!
//! What it must never do: open more than the person agreed to; open anything without telling them; say that there is none
//! of something that the record does not speak of.
//!
//! Start reading at `card/mod.rs`, then `ips/mod.rs`, `link/mod.rs` and `glass/mod.rs`; each operation is a file under
//! `api/`.

mod api;
mod card;
mod contacts;
mod glass;
mod ips;
mod link;
mod record;
mod words;

use salus_http::Capability;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("emergency", api::routes()).job(glass::tell::finder()).job(glass::tell::messenger())
}
