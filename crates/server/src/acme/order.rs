//! One order, from the account to the certificate.

use super::Acme;
use crate::Failure;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse,
    ChallengeType, Error, HttpClient, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use salus_outbound::Outbound;
use std::pin::Pin;
use std::time::Duration;

/// How long the authority may take to look, and then to sign; asked after a moment, then less and less often.
const RETRIES: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));

/// How an authority says that it does not know our account, or no longer.
const NO_ACCOUNT: &str = "urn:ietf:params:acme:error:accountDoesNotExist";

/// Fetches a certificate: its key and its chain, as PEM.
pub(super) async fn fetch(acme: &Acme) -> Result<String, Failure> {
    let names: Vec<_> = acme.settings.domains.iter().cloned().map(Identifier::Dns).collect();
    let new = NewOrder::new(&names);
    let mut order = match account(acme).await?.new_order(&new).await {
        Err(Error::Api(problem)) if problem.r#type.as_deref() == Some(NO_ACCOUNT) => {
            acme.shelf.forget_account()?;
            account(acme).await?.new_order(&new).await?
        }
        order => order?,
    };
    prove(acme, &mut order).await?;
    match order.poll_ready(&RETRIES).await {
        Ok(OrderStatus::Ready) => {}
        Ok(_) | Err(Error::Api(_)) => return Err(refusal(&mut order).await.into()),
        Err(error) => return Err(error.into()),
    }
    let key = order.finalize().await?;
    let chain = order.poll_certificate(&RETRIES).await?;
    Ok(format!("{key}{chain}"))
}

/// The account on the shelf, or a fresh one.
async fn account(acme: &Acme) -> Result<Account, Failure> {
    let builder: AccountBuilder = Account::builder_with_http(Box::new(Way(acme.outbound.clone())));
    if let Some(kept) = acme.shelf.account()? {
        let kept: AccountCredentials = serde_json::from_slice(&kept)?;
        return Ok(builder.from_credentials(kept).await?);
    }
    let contact: Vec<&str> = acme.settings.contact.iter().map(String::as_str).collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder.create(&new, acme.settings.directory.clone(), None).await?;
    acme.shelf.keep_account(&serde_json::to_vec(&credentials)?)?;
    Ok(account)
}

/// Lays every proof ready, and asks the authority to come and look.
async fn prove(acme: &Acme, order: &mut Order) -> Result<(), Failure> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let domain = authorization.identifier().to_string();
        let challenge = authorization.challenge(ChallengeType::TlsAlpn01);
        let mut challenge = challenge
            .ok_or_else(|| format!("the authority does not take TLS-ALPN-01 as a proof for {domain}"))?;
        acme.challenges.prepare(&domain, challenge.key_authorization().digest().as_ref())?;
        challenge.set_ready().await?;
    }
    Ok(())
}

/// What the authority says of the domains that it could not make sure of.
async fn refusal(order: &mut Order) -> String {
    let mut told = Vec::new();
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        let domain = state.identifier().to_string();
        for error in state.challenges.iter().filter_map(|challenge| challenge.error.as_ref()) {
            told.push(format!("{domain}: {}", error.detail.as_deref().unwrap_or("no reason was given")));
        }
    }
    match told.is_empty() {
        true => "the authority did not accept the order".to_owned(),
        false => format!("the authority could not make sure of {}", told.join("; ")),
    }
}

/// The house's one way out, as the protocol's library wants it.
struct Way(Outbound);

impl HttpClient for Way {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let outbound = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(never) => match never {},
            };
            let answer = outbound.send(Request::from_parts(parts, body)).await;
            let (parts, body) = answer.map_err(|error| Error::Other(Box::new(error)))?.into_parts();
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}
