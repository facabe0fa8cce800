//! Everything of a kind.

use crate::account::USER_ACCOUNT;
use crate::{Account, Auth, Error};
use salus_fhir::search::Query;
use salus_store::{Records, Stored};

/// Everything of a type that matches; all of it where `pairs` is empty.
pub(crate) async fn every(
    records: &Records,
    type_name: &str,
    pairs: &[(&str, String)],
) -> Result<Vec<Stored>, Error> {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let query = Query::parse(type_name, &pairs).map_err(|cause| Error::Broken(cause.to_string()))?;
    Ok(records.search_all(&query).await?.matches)
}

impl Auth {
    /// All accounts.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn every_account(&self) -> Result<Vec<Account>, Error> {
        let records = self.inner.store.system("list the accounts");
        every(&records, USER_ACCOUNT, &[]).await?.iter().map(Account::read).collect()
    }
}
