//! An app is opened from within Salus, for the patient on the screen (SMART's EHR launch).

use super::refusal::{Code, OAuthError};
use super::shelf::{Filed, Kept, Link, addition, find, write};
use crate::token::{LAUNCH_PREFIX, fresh, stored_id};
use crate::{Auth, Error};
use jiff::SignedDuration;
use salus_access::Subject;
use salus_core::{Secret, Timestamp};
use serde::{Deserialize, Serialize};

/// An app asks at once.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A launch as it is stored, under the SHA-256 of its letters. It is gone with the decision.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Launch {
    account: Link,
    /// The patient on the screen.
    pub patient_id: String,
    /// The visit on the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter_id: Option<String>,
    pub(crate) expires_at: Timestamp,
}

impl Kept for Launch {
    const TYPE: &'static str = "OAuthLaunch";
}

impl Auth {
    /// What to hand to an app as `launch`; it is good for whoever opened it, once, for ten minutes.
    ///
    /// # Errors
    /// `access_denied` where the patient is none of theirs.
    pub async fn open_launch(
        &self,
        subject: &Subject,
        patient: &str,
        encounter: Option<&str>,
    ) -> Result<Secret<String>, OAuthError> {
        if !subject.patients.contains_key(patient) {
            return Err(Code::AccessDenied.because("This record is not open to you.").into());
        }
        let (secret, id) = fresh(&**self.inner.store.rng(), LAUNCH_PREFIX);
        let launch = Launch {
            account: Link::account(&subject.account),
            patient_id: patient.to_owned(),
            encounter_id: encounter.map(str::to_owned),
            expires_at: self.now() + LIFE,
        };
        write(&self.inner.store.system("open an app for a patient"), vec![addition(&id, &launch)?]).await?;
        Ok(secret)
    }

    /// The launch behind the letters, if it is not over and was opened by this account. Where nobody is known yet, it is
    /// looked at again when somebody decides.
    pub(super) async fn launch_of(
        &self,
        letters: &str,
        account: Option<&str>,
    ) -> Result<Option<Filed<Launch>>, Error> {
        let records = self.inner.store.system("read a launch");
        let launch = find::<Launch>(&records, &stored_id(letters)).await?;
        Ok(launch.filter(|launch| {
            self.now() < launch.expires_at && account.is_none_or(|account| launch.account.id() == account)
        }))
    }
}
