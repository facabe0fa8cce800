//! The keys: who wraps them, and how they are replaced.

#![expect(clippy::unwrap_used, reason = "these are tests")]

#[path = "keys/aws.rs"]
mod aws;
#[path = "keys/fake_aws.rs"]
mod fake_aws;
#[path = "keys/fake_vault.rs"]
mod fake_vault;
#[path = "keys/house.rs"]
mod house;
#[path = "keys/person.rs"]
mod person;
#[path = "keys/rewrap.rs"]
mod rewrap;
#[path = "keys/vault.rs"]
mod vault;
