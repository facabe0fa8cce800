//! Opening a link: who, when, and how it ended is on file, and wrong passcodes are counted for its whole life.

use super::{EMERGENCY_LINK, EmergencyLink, LinkState, MOST_ATTEMPTS, OPENING};
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::{ApiError, App};
use salus_store::{Batch, Conflict, Error, Expect, Op, Records};
use serde_json::json;
use std::net::IpAddr;

/// Somebody with a link.
pub(crate) struct Visitor {
    /// What they say who they are.
    pub(crate) recipient: String,
    pub(crate) address: Option<IpAddr>,
}

/// How a visit ends.
pub(crate) enum Opened {
    /// The link is open.
    Yes(Box<EmergencyLink>),
    /// The passcode is wrong; so many attempts are left.
    WrongPasscode(u64),
    /// There is no such link, or it is over.
    No,
}

/// How often an attempt is counted anew because another one was quicker.
const MOST_TRIES: usize = 16;

/// Opens the link with this name.
///
/// An attempt is taken before the passcode is looked at, and given back when it was right: so five attempts are five,
/// however many come at once.
pub(crate) async fn open(
    app: &App,
    secret: &str,
    passcode: Option<String>,
    visitor: &Visitor,
) -> Result<Opened, ApiError> {
    let records = app.store.system("open an emergency link");
    let id = EmergencyLink::id_of(secret);
    for _ in 0..MOST_TRIES {
        let Some(stored) = records.read(EMERGENCY_LINK, &id).await? else { return Ok(Opened::No) };
        let link = EmergencyLink::read(&stored)?;
        let over = match link.state(app.now()) {
            LinkState::Active => None,
            LinkState::Expired => Some("expired"),
            LinkState::Revoked => Some("revoked"),
            LinkState::Locked => Some("locked"),
        };
        if let Some(outcome) = over {
            note(&records, &link, visitor, outcome, app.now()).await?;
            return Ok(Opened::No);
        }
        let attempt = match &link.passcode {
            None => {
                note(&records, &link, visitor, "opened", app.now()).await?;
                return Ok(Opened::Yes(Box::new(link)));
            }
            Some(code) => Attempt { code: code.clone(), passcode: passcode.clone() },
        };
        match attempt.make(app, &records, link, visitor).await {
            Err(Error::Conflict(Conflict::Version { .. } | Conflict::Contended)) => {}
            Err(cause) => return Err(cause.into()),
            Ok(opened) => return opened,
        }
    }
    Err(ApiError::busy())
}

struct Attempt {
    code: super::passcode::Passcode,
    passcode: Option<String>,
}

impl Attempt {
    async fn make(
        self,
        app: &App,
        records: &Records,
        mut link: EmergencyLink,
        visitor: &Visitor,
    ) -> Result<Result<Opened, ApiError>, Error> {
        link.attempts_left -= 1;
        link.version = put(records, &link, Vec::new()).await?;
        let is_right = match self.passcode {
            Some(words) => self.code.is(words).await,
            None => Ok(false),
        };
        match is_right {
            Ok(true) => {
                give_back(app, records, &link, visitor).await?;
                Ok(Ok(Opened::Yes(Box::new(link))))
            }
            Ok(false) => {
                let opening = opening(&link, visitor, "wrong-passcode", app.now());
                records.write(Batch::create(opening)).await?;
                Ok(Ok(Opened::WrongPasscode(link.attempts_left)))
            }
            Err(cause) => Ok(Err(cause)),
        }
    }
}

/// Gives the attempt back and notes the opening, in one transaction.
async fn give_back(
    app: &App,
    records: &Records,
    link: &EmergencyLink,
    visitor: &Visitor,
) -> Result<(), Error> {
    for _ in 0..MOST_TRIES {
        let Some(stored) = records.read(EMERGENCY_LINK, &link.id).await? else { return Err(Error::NotFound) };
        let Ok(mut standing) = EmergencyLink::read(&stored) else { return Err(Error::NotFound) };
        standing.attempts_left = (standing.attempts_left + 1).min(MOST_ATTEMPTS);
        let opened = Op::Create { resource: opening(link, visitor, "opened", app.now()) };
        match put(records, &standing, vec![opened]).await {
            Err(Error::Conflict(_)) => {}
            other => return other.map(|_| ()),
        }
    }
    Err(Error::Busy)
}

async fn put(records: &Records, link: &EmergencyLink, more: Vec<Op>) -> Result<u64, Error> {
    let mut batch = Batch::of(Op::Put { resource: link.resource(), expect: Expect::Version(link.version) });
    batch.ops.extend(more);
    Ok(records.write(batch).await?.first().map_or(0, |written| written.version))
}

async fn note(
    records: &Records,
    link: &EmergencyLink,
    visitor: &Visitor,
    outcome: &str,
    now: Timestamp,
) -> Result<(), Error> {
    records.write(Batch::create(opening(link, visitor, outcome, now))).await.map(|_| ())
}

fn opening(link: &EmergencyLink, visitor: &Visitor, outcome: &str, now: Timestamp) -> Value {
    let mut opening = json!({
        "resourceType": OPENING,
        "patient": { "reference": format!("Patient/{}", link.patient) },
        "link": { "reference": format!("{EMERGENCY_LINK}/{}", link.id) },
        "recipient": visitor.recipient,
        "at": now.to_string(),
        "outcome": outcome,
    });
    if let Some(address) = visitor.address {
        opening["address"] = address.to_string().into();
    }
    opening
}
