//! The custody of the keys: who wraps them, and new keys in the place of old ones, while everybody goes on working.
//!
//! The engines are the store's ([`salus_store::Store::rotate_master_key`], [`salus_store::Store::replace_patient_key`]);
//! here they are asked for, done as jobs that go on after the process died, and told how far they are.
//!
//! What it must never do: hold a key, or show one; change a key without an entry of the audit that tells who asked.
//!
//! Start reading at [`rotation`], then `api/`.

mod api;
pub mod rotation;

use salus_http::Capability;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("custody", api::routes()).job(rotation::of_master()).job(rotation::of_person())
}
