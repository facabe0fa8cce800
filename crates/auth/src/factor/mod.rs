//! What an account can show beside its password.

use crate::Error;
use crate::method::Method;
use crate::sessions::owned;
use salus_store::Records;

/// The type of a factor in the store. It is internal.
pub const USER_FACTOR: &str = "UserFactor";

/// What the account can step up with: its second factors, or else its password.
pub(crate) async fn step_up_with(records: &Records, account: &str) -> Result<Vec<Method>, Error> {
    let mut methods = Vec::new();
    for stored in owned(records, USER_FACTOR, account).await? {
        let body = stored.json()?;
        if body["state"] == "active" {
            methods.extend(body["kind"].as_str().and_then(Method::parse));
        }
    }
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        methods.push(Method::Password);
    }
    Ok(methods)
}
