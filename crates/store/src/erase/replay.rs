//! The list of the erased, done again: after a crash, and after an older copy of the data was put back.

use super::list;
use crate::Error;
use crate::backend::{Foreign, LogRange, LogScope};
use crate::store::Inner;

const ACTOR: &str = "system: keep what was erased from coming back";

impl Inner {
    /// Erases again whatever of the list is there again. It runs before anything is served.
    pub(crate) async fn replay_erasures(&self) -> Result<(), Error> {
        for entry in self.erased.entries() {
            match self.ring.by_pat(entry.pat).await? {
                Some(key) if list::digest(&self.hash, &key.patient_id) == entry.digest => {
                    tracing::warn!("a record that was erased was there again, and is erased again");
                    self.erase(&key, ACTOR).await?;
                }
                // Another installation's list, or another's keys: this number is somebody else here.
                Some(_) => {
                    tracing::warn!("the list of erased records has a line that is not about this store")
                }
                None if self.backend.holds(entry.pat).await? => {
                    tracing::warn!("rows of a record that was erased were there again, and are removed");
                    let patient_id = self.named(entry.pat).await?;
                    self.remove(entry.pat, patient_id.as_deref(), Foreign::Unknown, ACTOR).await?;
                    self.remove_files(entry.pat).await?;
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The id of the patient with a number whose key is gone, as the rows that were put back have it.
    async fn named(&self, pat: i64) -> Result<Option<String>, Error> {
        let scope = LogScope::Patients(vec![pat], Some(self.types.number("Patient")?));
        let range = LogRange { scope, before: None, since: None, limit: 100 };
        let rows = self.backend.history(range).await?;
        Ok(rows.into_iter().find(|row| row.pat == pat).map(|row| row.name.id))
    }
}
