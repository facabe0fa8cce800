//! Signing in: an e-mail address and a password become a session.

use crate::account::normal_email;
use crate::audit::{self, Outcome};
use crate::lockout::Attempt;
use crate::method::{Method, Proof, amr};
use crate::second_step::HalfOpen;
use crate::sessions::{Session, USER_SESSION, deletion, owned};
use crate::token::{Credential, fresh_session};
use crate::{Account, Auth, Error};
use jiff::SignedDuration;
use salus_core::Secret;
use salus_store::{Batch, Conflict, Written};
use std::net::IpAddr;

/// What somebody typed, and from where. Has no `Debug`.
pub struct SignIn<'a> {
    /// As typed.
    pub email: &'a str,
    /// As typed: not a character is changed.
    pub password: Secret<String>,
    /// Where the request comes from.
    pub address: Option<IpAddr>,
    /// What the browser says it is.
    pub agent: &'a str,
}

/// A session that has just begun.
pub struct NewSession {
    /// The value of the cookie; it is shown this once.
    pub secret: Secret<String>,
    /// What is stored of it.
    pub session: Session,
    /// Whose it is.
    pub account: Account,
}

/// What a right password opens.
pub enum Opening {
    /// A session.
    Open(Box<NewSession>),
    /// The second step, which the account asks for.
    HalfOpen(HalfOpen),
}

/// Why there is no session, by what the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address, the password or the account is wrong; which one is never told.
    #[error("The e-mail address or the password is not right.")]
    Refused,
    /// What was shown at a second step is not right, or no longer.
    #[error("This is not right, or no longer. Try again, or choose another way.")]
    Wrong,
    /// Too many attempts. Nothing was looked at.
    #[error("There were too many attempts. Wait {} seconds.", .0.as_secs().max(1))]
    Wait(SignedDuration),
    /// Something else.
    #[error(transparent)]
    Other(#[from] Error),
}

const MOST_AGENT_CHARS: usize = 200;

impl Auth {
    /// Checks the password and begins a session, or leaves it half open where the account asks for a second step.
    /// Every outcome is audited.
    ///
    /// # Errors
    /// [`SignInError`]; it does not tell which part was wrong.
    pub async fn sign_in(&self, typed: SignIn<'_>) -> Result<Opening, SignInError> {
        let email = normal_email(typed.email);
        let counted_as = email.clone().unwrap_or_else(|| typed.email.chars().take(254).collect());
        let attempt = Attempt { email: &counted_as, address: typed.address };
        self.inner.lockout.admit(attempt, self.now()).await.map_err(SignInError::Wait)?;

        let account = match &email {
            Some(email) => self.account_by_email(email).await?,
            None => None,
        };
        let hash = account.as_ref().filter(|account| account.is_active);
        let hash = hash.map(|account| account.password_hash.expose().as_str());
        let is_right = self.inner.passwords.verify(typed.password.clone(), hash).await?;
        let account = match account {
            Some(account) if is_right => account,
            other => {
                self.audit_refusal(other.as_ref(), typed.address).await?;
                return Err(SignInError::Refused);
            }
        };

        self.inner.lockout.succeeded(attempt, self.now()).await;
        if self.inner.passwords.is_outdated(account.password_hash.expose())
            && let Err(cause) = self.renew_hash(account.clone(), typed.password).await
        {
            tracing::warn!(error = %cause, "a password hash could not be renewed");
        }
        if let Some(half_open) = self.half_open_for(&account, Method::Password, typed.agent).await? {
            let event = audit::sign_in(Outcome::FirstStep, Some(&account.id), &amr(&[Method::Password]));
            self.write_event(event, typed.address).await?;
            return Ok(Opening::HalfOpen(half_open));
        }
        let new = self.begin_session(account, &[Method::Password], typed.address, typed.agent).await?;
        Ok(Opening::Open(Box::new(new)))
    }

    /// Ends the session or token that a request shows; nothing happens where it is none of ours.
    ///
    /// # Errors
    /// Whatever the store says.
    pub async fn sign_out(&self, credential: &Credential) -> Result<(), Error> {
        let Some(identity) = self.authenticate(credential).await? else { return Ok(()) };
        let account = &identity.subject.account;
        match &identity.credential {
            crate::CredentialId::Session(id) => self.end_session(account, id).await?,
            crate::CredentialId::Token(id) => self.revoke_token(account, id).await?,
            crate::CredentialId::Access(_) | crate::CredentialId::Certificate(_) => return Ok(()),
        };
        Ok(())
    }

    /// The session, the end of the sessions it replaces, and the audit entry: one transaction.
    ///
    /// `account` is as it was when they showed who they are. Where it got another password since, every session was
    /// ended with the old one, and this one does not begin.
    pub(crate) async fn begin_session(
        &self,
        account: Account,
        methods: &[Method],
        address: Option<IpAddr>,
        agent: &str,
    ) -> Result<NewSession, SignInError> {
        let records = self.inner.store.system("sign in").seen_from(&audit::origin(address));
        let (secret, id) = fresh_session(&**self.inner.store.rng());
        let now = self.now();
        let session = Session {
            id,
            account: account.id.clone(),
            created_at: now,
            seen_at: now,
            expires_at: now + SignedDuration::from_hours(self.inner.config.absolute_hours.into()),
            agent: agent.chars().filter(|c| !c.is_control()).take(MOST_AGENT_CHARS).collect(),
            address: address.map(|address| address.to_string()),
            proofs: methods.iter().map(|method| Proof { method: *method, at: now }).collect(),
        };
        let words = amr(methods);
        let mut batch = Batch::create(session.resource());
        batch.conditions.push(account.with_another_password()?);
        batch.notes.push(audit::sign_in(Outcome::SignedIn, Some(&account.id), &words));
        let others = owned(&records, USER_SESSION, &account.id).await?;
        let others = others.iter().map(Session::read).collect::<Result<Vec<_>, _>>()?;
        for id in self.superfluous(others) {
            batch.ops.push(deletion(USER_SESSION, id));
        }
        if !self.was_in_time(records.write(batch).await)? {
            let refused = audit::sign_in(Outcome::Refused, Some(&account.id), &words);
            self.write_event(refused, address).await?;
            return Err(SignInError::Refused);
        }
        Ok(NewSession { secret, session, account })
    }

    /// Whether a session was written before its account got another password.
    pub(crate) fn was_in_time(
        &self,
        written: Result<Vec<Written>, salus_store::Error>,
    ) -> Result<bool, Error> {
        match written {
            Ok(_) => Ok(true),
            Err(salus_store::Error::Conflict(Conflict::Condition { .. })) => Ok(false),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The sessions that ended, and those unused for longest beyond what an account may have with one more.
    fn superfluous(&self, mut sessions: Vec<Session>) -> Vec<String> {
        let now = self.now();
        let idle = self.inner.config.idle();
        sessions.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
        let keep = self.inner.config.sessions_by_account.saturating_sub(1);
        let is_over = |session: &Session| now >= session.expires_at || now >= session.seen_at + idle;
        let (over, alive): (Vec<_>, Vec<_>) = sessions.into_iter().partition(is_over);
        over.into_iter().chain(alive.into_iter().skip(keep)).map(|session| session.id).collect()
    }

    async fn audit_refusal(&self, account: Option<&Account>, address: Option<IpAddr>) -> Result<(), Error> {
        let account = account.map(|account| account.id.as_str());
        let records = self.inner.store.system("refuse a sign-in").seen_from(&audit::origin(address));
        Ok(records.note(audit::sign_in(Outcome::Refused, account, &["pwd"])).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Door, MARIA, PASSWORD};

    #[tokio::test]
    async fn the_right_password_opens_and_everything_else_is_refused_alike() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let session = door.sign_in(MARIA).await;
        assert_eq!(door.who(&session).await.unwrap().subject.account, account);
        for (email, password) in [
            (MARIA, "teapot gravel onward"),
            (MARIA, ""),
            ("john@example.org", PASSWORD),
            ("not an address", PASSWORD),
            ("", ""),
        ] {
            let refused = door.try_sign_in(email, password).await.err().map(|error| error.to_string());
            assert_eq!(
                refused.as_deref(),
                Some("The e-mail address or the password is not right."),
                "{email}"
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_address_waits_as_a_known_one_does() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let mut waits = Vec::new();
        for email in [MARIA, "john@example.org"] {
            for _ in 0..7 {
                match door.try_sign_in(email, "teapot gravel onward").await {
                    Err(SignInError::Wait(wait)) => waits.push(wait.as_secs()),
                    Err(SignInError::Refused) => waits.push(0),
                    _ => waits.push(-1),
                }
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1]);
    }

    #[tokio::test]
    async fn a_session_ends_unused_and_ends_in_any_case() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let idle = door.sign_in(MARIA).await;
        door.clock.advance_seconds(1_799);
        assert!(door.who(&idle).await.is_some(), "used within the half hour");
        door.clock.advance_seconds(1_799);
        assert!(door.who(&idle).await.is_some(), "used within the half hour again");
        door.clock.advance_seconds(1_800);
        assert!(door.who(&idle).await.is_none(), "unused for half an hour");

        let busy = door.sign_in(MARIA).await;
        for _ in 0..48 {
            assert!(door.who(&busy).await.is_some());
            door.clock.advance_seconds(900);
        }
        assert!(door.who(&busy).await.is_none(), "twelve hours old");
    }

    #[tokio::test]
    async fn signing_out_ends_this_session_alone() {
        let door = Door::open().await;
        door.create(MARIA).await.unwrap();
        let (here, there) = (door.sign_in(MARIA).await, door.sign_in(MARIA).await);
        assert!(door.who(&here).await.is_some());
        door.auth.sign_out(&here).await.unwrap();
        assert!(door.who(&here).await.is_none());
        assert!(door.who(&there).await.is_some());
    }

    #[tokio::test]
    async fn the_session_unused_for_longest_gives_way() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let first = door.sign_in(MARIA).await;
        for _ in 0..20 {
            door.clock.advance_seconds(1);
            door.sign_in(MARIA).await;
        }
        assert!(door.who(&first).await.is_none());
        assert_eq!(door.auth.sessions(&account).await.unwrap().len(), 20);
    }

    #[tokio::test]
    async fn asvs_v16_3_1_both_outcomes_are_audited_without_what_was_typed() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        door.sign_in(MARIA).await;
        let _refused = door.try_sign_in("hunter2-is-my-password", "x").await;
        let events = door.sign_ins().await;
        let outcomes: Vec<_> = events.iter().map(|event| event.outcome.code()).collect();
        assert_eq!(outcomes, [0, 4]);
        assert_eq!(
            (events[0].actor.as_str(), &events[0].detail["methods"][0]),
            (account.as_str(), &"pwd".into())
        );
        assert_eq!(events[1].actor, "system: refuse a sign-in");
        assert!(!events[1].detail.to_string().contains("hunter2"));
    }

    #[tokio::test]
    async fn a_token_reads_and_does_no_more_than_its_scope() {
        use crate::TokenScope;
        use salus_access::{Action, Role};
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        door.play(&account, &[Role::Admin]).await;
        let patient = serde_json::json!({ "resourceType": "Patient", "id": "p1" });
        for (scope, may_write) in [(TokenScope::Read, false), (TokenScope::Write, true)] {
            let token = door.auth.issue_token(&account, "sync", scope, Some(1)).await.unwrap();
            let credential = Credential::Bearer(token.token);
            let policy = door.who(&credential).await.unwrap().subject.policy.clone();
            assert!(policy.decide(Action::Read, &patient).is_allowed());
            assert_eq!(policy.decide(Action::Update, &patient).is_allowed(), may_write);
            door.clock.advance_seconds(86_400);
            assert!(door.who(&credential).await.is_none(), "a day is over");
            assert!(door.auth.revoke_token(&account, &token.stored.id).await.unwrap());
            assert!(!door.auth.revoke_token(&account, &token.stored.id).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_hash_of_yesterday_is_renewed() {
        let door = Door::open().await;
        let account = door.create(MARIA).await.unwrap();
        let dearer = door.reopened_with_passes(2);
        dearer.sign_in(MARIA).await;
        let hash = dearer.auth.account(&account).await.unwrap().unwrap().password_hash;
        assert!(hash.expose().contains("t=2"));
        dearer.sign_in(MARIA).await;
    }

    #[tokio::test]
    async fn a_renewed_hash_does_not_bring_an_old_password_back() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        let before = door.auth.account(&id).await.unwrap().unwrap();
        let new = "lantern orchard quietly moving";
        door.auth.reset_password(&id, Secret::new(new.to_owned()), None).await.unwrap();
        assert!(door.auth.renew_hash(before, Secret::new(PASSWORD.to_owned())).await.is_err());
        assert!(door.try_sign_in(MARIA, PASSWORD).await.is_err());
        assert!(door.try_sign_in(MARIA, new).await.is_ok());
    }

    #[tokio::test]
    async fn asvs_v7_4_3_a_password_of_a_moment_ago_begins_no_session() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        let begin = async |account: Account| {
            let began = door.auth.begin_session(account, &[Method::Password], None, "test").await;
            match began {
                Ok(_) => true,
                Err(SignInError::Refused) => false,
                Err(error) => panic!("{error}"),
            }
        };
        let read = async || door.auth.account(&id).await.unwrap().unwrap();
        let before = read().await;
        door.play(&id, &[salus_access::Role::Caregiver]).await;
        assert!(begin(before.clone()).await, "other changes keep nobody out");
        door.auth.renew_hash(read().await, Secret::new(PASSWORD.to_owned())).await.unwrap();
        assert!(begin(before.clone()).await, "it is the same password, hashed anew");
        let new = Secret::new("lantern orchard quietly moving".to_owned());
        door.auth.reset_password(&id, new.clone(), None).await.unwrap();
        assert!(!begin(before).await);
        assert!(door.auth.sessions(&id).await.unwrap().is_empty());
        assert_eq!(door.sign_ins().await.last().unwrap().outcome.code(), 4);

        // As accounts were written before they had a word for their password.
        let older = Account { credential: None, ..read().await };
        door.auth.replace(&older, "test").await.unwrap();
        assert!(begin(older.clone()).await);
        door.auth.reset_password(&id, new, None).await.unwrap();
        assert!(!begin(older).await);
    }

    #[tokio::test]
    async fn a_new_password_ends_a_sign_in_between_its_two_steps() {
        let door = Door::open().await;
        let id = door.create(MARIA).await.unwrap();
        let app = door.with_totp(&id).await;
        door.clock.advance_seconds(60);
        let half = door.half_open(MARIA).await;
        let new = Secret::new("lantern orchard quietly moving".to_owned());
        door.auth.reset_password(&id, new, None).await.unwrap();
        let shown = crate::Shown::Totp(Secret::new(app.code(0)));
        assert!(matches!(door.auth.second_step(&half.secret, shown, None).await, Err(SignInError::Refused)));
        assert!(door.auth.sessions(&id).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_another_process_ends_is_over_here_a_moment_later() {
        let here = Door::open().await;
        let account = here.create(MARIA).await.unwrap();
        let there = here.reopened_with_passes(1);
        let sessions = [here.sign_in(MARIA).await, here.sign_in(MARIA).await];
        for session in &sessions {
            assert!(here.who(session).await.is_some());
        }
        there.auth.sign_out(&sessions[0]).await.unwrap();
        here.eventually_nobody(&sessions[0]).await;
        assert!(here.who(&sessions[1]).await.is_some());
        let closed = crate::AccountChange { is_active: Some(false), ..crate::AccountChange::default() };
        there.change(&account, closed).await;
        here.eventually_nobody(&sessions[1]).await;
    }
}
