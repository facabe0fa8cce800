//! Bundles that are carried out.
//!
//! A batch is its entries, one after the other, each for itself. A transaction is one write of the store: its
//! entries are read ([`entry`]), each is told which resource it is about ([`identity`]), which no other one may be
//! ([`overlap`]), links between them are
//! rewritten and everything is validated ([`links`]), and then all is stored in the order the standard wants
//! (DELETE, POST, PUT), or nothing is. What a transaction reads (GET) is read after its writes.

mod batch;
mod entry;
mod identity;
mod links;
mod overlap;
mod single;
mod whole;

pub(crate) use batch::batch;
pub(crate) use whole::transaction;
