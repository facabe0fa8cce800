//! Telling of an emergency outside of Salus, in the background: the person, and the contacts whom they chose to be told.
//!
//! The first job comes with the transaction that opens the emergency. It finds out whom to tell, and writes down each
//! with a job of their own, which sends the message and writes down how that ended. Both may run twice: who was told is
//! not told again, except where a process dies between a message and the word that it was taken.

use super::Access;
use super::message::{SUBJECT, letter, sms};
use super::notice::{Addressee, EMERGENCY_NOTICE, Notice, NoticeState, notice};
use crate::contacts::named;
use crate::words::{all, text};
use salus_auth::emergency::EMERGENCY_ACCESS;
use salus_auth::{Channel, OutreachError};
use salus_fhir::json::Value;
use salus_http::people::name;
use salus_http::{ApiError, App, JobError, JobHandler};
use salus_store::{AuditAction, Batch, Error, Expect, Job, NewJob, Note, Op, Records};
use serde_json::json;

const TELL: &str = "emergency.tell";
const DELIVER: &str = "emergency.deliver";
/// It is tried for about a day.
const ATTEMPTS: u32 = 32;
/// Before other work: people are to be told at once.
const PRIORITY: i32 = 10;

/// The job that comes with an emergency.
pub(crate) fn tell(access: &Access) -> NewJob {
    let payload = json!({ "access": access.id, "person": access.patient });
    NewJob { priority: PRIORITY, max_attempts: ATTEMPTS, ..NewJob::new(TELL, payload) }
}

/// Finds out whom to tell.
pub(crate) fn finder() -> JobHandler {
    JobHandler::new(TELL, |app, job| async move { unless_erased(find_out(&app, &job).await) })
}

/// Tells one of them.
pub(crate) fn messenger() -> JobHandler {
    JobHandler::new(DELIVER, |app, job| async move { unless_erased(deliver(&app, &job).await) })
}

/// Why a job did not come to its end.
enum Stopped {
    Job(JobError),
    Store(Error),
}

impl From<JobError> for Stopped {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<ApiError> for Stopped {
    fn from(_: ApiError) -> Self {
        Self::Job(JobError::Never("what is stored of an emergency cannot be read".to_owned()))
    }
}

/// Whoever was erased meanwhile has nobody to be told.
fn unless_erased(outcome: Result<(), Stopped>) -> Result<(), JobError> {
    match outcome {
        Ok(()) | Err(Stopped::Store(Error::NotFound)) => Ok(()),
        Err(Stopped::Store(error)) => Err(error.into()),
        Err(Stopped::Job(error)) => Err(error),
    }
}

async fn find_out(app: &App, job: &Job) -> Result<(), Stopped> {
    let records =
        app.store.system("find out whom to tell of an emergency").about(member(job, "person")).await?;
    let access = access(&records, member(job, "access")).await?;
    let patient = records.read("Patient", &access.patient).await?.ok_or(Error::NotFound)?.json()?;
    let channels = app.auth.channels();
    let mut batch = Batch::default();
    for mut notice in recipients(app, &access, &patient).await? {
        if notice.ways(&channels).is_empty() {
            notice.problem = Some(notice.unreachable(&channels));
            notice.state = NoticeState::Failed;
        } else {
            let payload = json!({ "notice": notice.id, "person": access.patient });
            let new = NewJob::new(DELIVER, payload);
            batch.jobs.push(NewJob { priority: PRIORITY, max_attempts: ATTEMPTS, ..new });
        }
        batch.ops.push(Op::Put { resource: notice.resource(), expect: Expect::Absent });
    }
    match records.write(batch).await {
        // It was found out before.
        Err(Error::Conflict(salus_store::Conflict::Exists { .. })) => Ok(()),
        outcome => Ok(outcome.map(drop)?),
    }
}

/// The person, or those who look after the record, and the contacts whom the person chose.
async fn recipients(app: &App, access: &Access, patient: &Value) -> Result<Vec<Notice>, Stopped> {
    let now = app.now();
    let holders = app.auth.holders(&access.patient).await;
    let holders = holders.map_err(|cause| JobError::Again(cause.to_string()))?;
    let mut told: Vec<Notice> = Vec::new();
    for holder in holders {
        let recipient = if holder.is_self { Addressee::Person } else { Addressee::Keeper };
        let new = notice(access, told.len(), &holder.name, recipient, now);
        told.push(Notice { email: Some(holder.email), phone: holder.phone, ..new });
    }
    if told.is_empty() {
        let by = |system: &str| {
            let found = all(patient, "telecom").iter().find(|one| text(one, "system") == Some(system))?;
            text(found, "value").map(str::to_owned)
        };
        let new = notice(access, 0, &name(patient), Addressee::Person, now);
        told.push(Notice { email: by("email"), phone: by("phone"), ..new });
    }
    for contact in named(patient).into_iter().filter(|contact| contact.is_told) {
        let is_told = told.iter().any(|one| is_same(&one.email, &contact.email));
        if !is_told && (contact.email.is_some() || contact.phone.is_some()) {
            let new = notice(access, told.len(), &contact.name, Addressee::Contact, now);
            told.push(Notice { email: contact.email, phone: contact.phone, ..new });
        }
    }
    Ok(told)
}

fn is_same(one: &Option<String>, other: &Option<String>) -> bool {
    one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

async fn deliver(app: &App, job: &Job) -> Result<(), Stopped> {
    let records = app.store.system("tell of an emergency").about(member(job, "person")).await?;
    let stored = records.read(EMERGENCY_NOTICE, member(job, "notice")).await?.ok_or(Error::NotFound)?;
    let notice = Notice::read(&stored)?;
    if notice.state != NoticeState::Waiting {
        return Ok(());
    }
    let access = access(&records, &notice.access).await?;
    let patient = records.read("Patient", &access.patient).await?.ok_or(Error::NotFound)?.json()?;
    let at = app.now();
    match send(app, &access, &notice, &name(&patient)).await {
        Ok(channel) => {
            let told =
                Notice { state: NoticeState::Told, channel: Some(channel), at, problem: None, ..notice };
            let detail = json!({ "to": told.who, "by": channel.code() });
            let note = Note { detail, ..Note::of(AuditAction::Notify).about(&told.patient) };
            Ok(keep(&records, told, Some(note)).await?)
        }
        Err(OutreachError::Again(why)) if job.attempts < job.max_attempts => {
            keep(&records, Notice { problem: Some(why.clone()), ..notice }, None).await?;
            Err(JobError::Again(why).into())
        }
        Err(OutreachError::Again(why) | OutreachError::Never(why)) => {
            let problem = Some(why.clone());
            keep(&records, Notice { state: NoticeState::Failed, at, problem, ..notice }, None).await?;
            Err(JobError::Never(why).into())
        }
    }
}

/// Sends it by the first way that takes it. Where none does, it is tried again as long as that may help.
async fn send(app: &App, access: &Access, notice: &Notice, person: &str) -> Result<Channel, OutreachError> {
    let channels = app.auth.channels();
    let origin = app.auth.issuer().as_str();
    let mut failure: Option<OutreachError> = None;
    for (channel, to) in notice.ways(&channels) {
        let text = match channel {
            Channel::Email => letter(access, notice, person, origin),
            Channel::Sms => sms(access, notice, person, origin),
        };
        match app.auth.send(channel, to, SUBJECT, &text).await {
            Ok(()) => return Ok(channel),
            Err(again @ OutreachError::Again(_)) => failure = Some(again),
            Err(never) => failure = failure.or(Some(never)),
        }
    }
    Err(failure.unwrap_or_else(|| OutreachError::Again(notice.unreachable(&channels))))
}

async fn keep(records: &Records, notice: Notice, note: Option<Note>) -> Result<(), Error> {
    let put = Op::Put { resource: notice.resource(), expect: Expect::Version(notice.version) };
    let notes = note.into_iter().collect();
    records.write(Batch { notes, ..Batch::of(put) }).await.map(drop)
}

async fn access(records: &Records, id: &str) -> Result<Access, Stopped> {
    let stored = records.read(EMERGENCY_ACCESS, id).await?.ok_or(Error::NotFound)?;
    Ok(Access::read(&stored)?)
}

fn member<'a>(job: &'a Job, name: &str) -> &'a str {
    job.payload.get(name).and_then(Value::as_str).unwrap_or_default()
}
