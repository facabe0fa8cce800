//! A client wishes that the person signs out here too (OpenID Connect RP-Initiated Logout). The person decides.

use super::authorize::{Asked, with_query};
use super::client::Client;
use super::form::Form;
use super::jwt;
use super::refusal::OAuthError;
use super::shelf::Filed;
use crate::Auth;

/// The wish. It ends nothing by itself.
pub struct SignOutWish {
    /// Whose wish it is, where that is known.
    pub client: Option<Filed<Client>>,
    /// Where to go after signing out, if it is an address that this client registered.
    pub then_to: Option<String>,
}

impl Auth {
    /// Reads the wish. The ID token that may come with it tells no more than which client's addresses to look at, so it
    /// may be long over.
    ///
    /// # Errors
    /// Where a parameter came twice, or whatever the store says.
    pub async fn wish_to_sign_out(&self, asked: &Asked) -> Result<SignOutWish, OAuthError> {
        let form = Form::parse(asked.query().as_bytes())?;
        let hinted = || jwt::unproven(form.get("id_token_hint")?)?.get("aud")?.as_str().map(str::to_owned);
        let id = form.get("client_id").map(str::to_owned).or_else(hinted);
        let client = match id {
            Some(id) => self.client(&id).await?,
            None => None,
        };
        let address = form.get("post_logout_redirect_uri").filter(|address| {
            client.as_ref().is_some_and(|client| client.post_logout_uris.iter().any(|known| known == address))
        });
        let then_to = address.map(|address| match form.get("state") {
            Some(state) => with_query(address, &[("state", state)]),
            None => address.to_owned(),
        });
        Ok(SignOutWish { client, then_to })
    }
}
