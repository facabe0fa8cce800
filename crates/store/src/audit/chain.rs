//! The chain: how entries are hashed, and how it is found out that somebody changed them.

use super::{AuditAction, AuditQuery, AuditRow, Head, NewAudit};
use crate::Error;
use crate::backend::{Backend, PreparedOp};
use aws_lc_rs::digest::{Context, SHA256, digest};
use salus_core::Timestamp;

/// The head of the chain at a moment, kept where whoever can change the record cannot change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The newest entry then; 0 = there was none.
    pub seq: u64,
    /// Its hash, hex.
    pub hash: String,
    /// When.
    pub at: Timestamp,
}

/// What [`crate::Store::verify_audit`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// The number of the newest entry that fits.
    pub entries: u64,
    /// The first entry that is there: above 1 where entries were taken off when their time was over.
    pub first: u64,
    /// The hash of the newest entry, hex: kept elsewhere, it proves later that nothing before it was changed.
    pub head: String,
    /// How many of the anchors the chain fits.
    pub anchors: usize,
    /// The first entry that does not fit the chain; none = the chain is whole.
    pub broken_at: Option<u64>,
    /// How it does not fit.
    pub damage: Option<Damage>,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// An entry was changed, taken out, put in, or moved.
    Altered,
    /// The detail beside an entry is not the one that was written.
    Detail,
    /// The chain fits itself and not what was anchored: it was written anew after the last anchor that fits.
    Rewritten,
    /// The chain ends before what was anchored.
    Truncated,
    /// Its beginning is missing, and no checkpoint says that it may be.
    Beginning,
}

/// The hash of an entry: SHA-256 over the hash before and the entry, each field at a fixed width or with its length.
///
/// Rule 2 covers what rule 1 covered, and the outcome, the capacity, whose the detail is, and the detail's digest.
pub(crate) fn link(rule: u8, before: &[u8; 32], seq: u64, entry: &NewAudit, log: (u64, u64)) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(&seq.to_be_bytes());
    context.update(&entry.at.to_be_bytes());
    context.update(&(entry.actor.len() as u64).to_be_bytes());
    context.update(entry.actor.as_bytes());
    context.update(&[entry.action.code()]);
    context.update(&entry.typ.to_be_bytes());
    context.update(&entry.target.to_be_bytes());
    context.update(&entry.patient.to_be_bytes());
    context.update(&entry.count.to_be_bytes());
    context.update(&log.0.to_be_bytes());
    context.update(&log.1.to_be_bytes());
    context.update(&entry.digest);
    if rule > 1 {
        context.update(&[rule, entry.outcome.code()]);
        context.update(&(entry.capacity.0.len() as u64).to_be_bytes());
        context.update(entry.capacity.0.as_bytes());
        context.update(&entry.pat.to_be_bytes());
        context.update(&[u8::from(entry.detail_digest.is_some())]);
        context.update(&entry.detail_digest.unwrap_or_default());
    }
    finish(context)
}

/// The digest of what a run of ops wrote.
pub(crate) fn digest_of(ops: &[PreparedOp]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for op in ops {
        let body = op.sealed.as_ref().map_or(&[][..], |sealed| &sealed.bytes);
        context.update(&op.name.typ.to_be_bytes());
        context.update(&op.version.to_be_bytes());
        context.update(&(body.len() as u64).to_be_bytes());
        context.update(body);
    }
    finish(context)
}

/// The digest of a sealed detail.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// Walks the whole chain, and holds it against what was anchored. `progress` is told how far it is, and of how many.
pub(crate) async fn verify(
    backend: &dyn Backend,
    anchors: &[Anchor],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<AuditReport, Error> {
    const STEP: u32 = 5_000;
    let last = backend.audit_head().await?.seq;
    let begin = beginning(backend).await?;
    let mut anchors: Vec<&Anchor> = anchors.iter().filter(|anchor| anchor.seq > begin.seq).collect();
    anchors.sort_by_key(|anchor| anchor.seq);
    let mut walk =
        Walk { head: begin, first: begin.seq + 1, fitting: 0, fits_to: begin.seq, anchors: &anchors };
    loop {
        let rows = backend.audit_rows(walk.head.seq, None, STEP).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if let Some(damage) = walk.step(&row) {
                return Ok(walk.broken(damage));
            }
        }
        progress(walk.head.seq, last);
    }
    let is_short = walk.anchors.get(walk.fitting).is_some();
    Ok(if is_short { walk.broken(Damage::Truncated) } else { walk.whole() })
}

/// Where the chain begins: after what the newest checkpoint vouches for.
async fn beginning(backend: &dyn Backend) -> Result<Head, Error> {
    let actions = vec![AuditAction::Checkpoint.code()];
    let newest = backend.audit_find(AuditQuery { actions, limit: 1, ..AuditQuery::default() }).await?;
    Ok(newest.first().map_or(Head::EMPTY, |row| Head { seq: row.log.1, hash: row.entry.digest }))
}

/// How far the chain was found whole.
struct Walk<'a> {
    head: Head,
    first: u64,
    /// How many anchors fit.
    fitting: usize,
    /// The place of the last anchor that fits.
    fits_to: u64,
    anchors: &'a [&'a Anchor],
}

impl Walk<'_> {
    /// Goes on to an entry; tells what is wrong with it.
    fn step(&mut self, row: &AuditRow) -> Option<Damage> {
        if row.seq != self.head.seq + 1 {
            let is_beginning = self.head.seq + 1 == self.first && row.seq > self.first;
            return Some(if is_beginning { Damage::Beginning } else { Damage::Altered });
        }
        let is_of_its_rule = match row.rule {
            1 => is_as_rule_1_knew(&row.entry),
            super::RULE => true,
            _ => false,
        };
        if !is_of_its_rule || row.hash != link(row.rule, &self.head.hash, row.seq, &row.entry, row.log) {
            return Some(Damage::Altered);
        }
        if row.entry.detail.as_ref().is_some_and(|detail| Some(sha256(detail)) != row.entry.detail_digest) {
            return Some(Damage::Detail);
        }
        while let Some(anchor) = self.anchors.get(self.fitting).filter(|anchor| anchor.seq == row.seq) {
            if anchor.hash != hex::encode(row.hash) {
                return Some(Damage::Rewritten);
            }
            self.fitting += 1;
            self.fits_to = row.seq;
        }
        self.head = Head { seq: row.seq, hash: row.hash };
        None
    }

    fn whole(&self) -> AuditReport {
        AuditReport {
            entries: self.head.seq,
            first: self.first,
            head: hex::encode(self.head.hash),
            anchors: self.fitting,
            broken_at: None,
            damage: None,
        }
    }

    fn broken(&self, damage: Damage) -> AuditReport {
        let at = if damage == Damage::Rewritten { self.fits_to } else { self.head.seq };
        AuditReport { broken_at: Some(at + 1), damage: Some(damage), ..self.whole() }
    }
}

/// What rule 1 did not cover must not be there.
fn is_as_rule_1_knew(entry: &NewAudit) -> bool {
    entry.outcome.code() == 0
        && entry.capacity.0.is_empty()
        && entry.pat == 0
        && entry.detail.is_none()
        && entry.detail_digest.is_none()
}

fn finish(context: Context) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_stay_what_they_were() {
        let mut entry = NewAudit::of(1_700_000_000_000_000, "account-1".to_owned(), AuditAction::Read);
        (entry.typ, entry.target, entry.patient, entry.count) = (7, -5, 9, 1);
        // Worked out beside Salus, from the fields as rule 1 lists them.
        let rule_1 = "417d9164c9431676be75899238d0423004c909cdc93226409a5361e8d2a0ce8e";
        assert_eq!(hex::encode(link(1, &[0; 32], 1, &entry, (0, 0))), rule_1);
        assert!(is_as_rule_1_knew(&entry));
        assert_ne!(hex::encode(link(2, &[0; 32], 1, &entry, (0, 0))), rule_1);
    }

    #[test]
    fn an_entry_of_rule_1_beside_one_of_rule_2_is_one_chain() {
        let old = NewAudit::of(1, "a".to_owned(), AuditAction::Read);
        let new = NewAudit::of(2, "b".to_owned(), AuditAction::Denied);
        let first = link(1, &[0; 32], 1, &old, (0, 0));
        let second = link(2, &first, 2, &new, (0, 0));
        let mut walk = Walk { head: Head::EMPTY, first: 1, fitting: 0, fits_to: 0, anchors: &[] };
        let rows = [(1, 1, old, first), (2, 2, new, second)];
        for (seq, rule, entry, hash) in rows {
            let row = AuditRow { seq, rule, entry, log: (0, 0), hash };
            assert_eq!(walk.step(&row), None, "{seq}");
        }
        assert_eq!(walk.whole().entries, 2);
    }
}
