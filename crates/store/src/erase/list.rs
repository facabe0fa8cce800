//! The list of the erased: what keeps a person gone when an older copy of the data is put back.
//!
//! It is a small file that only grows, kept apart from what is backed up. A line is the number a record had, a keyed
//! digest of the patient's id, and when: nobody is named. A line is on the disk before anything is removed, so it is
//! also the note that an erasure has begun: opening the store finishes what a crash cut off.

use crate::Error;
use crate::hash::KeyedHash;
use salus_core::Timestamp;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const HEAD: &str = "# Records that were erased: number, keyed digest, when. Keep this file out of backups.\n";

/// A record that was erased, or is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    /// The number under which its rows stood. It is never given again.
    pub(crate) pat: i64,
    /// Of the patient's id.
    pub(crate) digest: i64,
}

/// The file, and what stands in it.
pub(crate) struct ErasureList {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    entries: Vec<Entry>,
    numbers: HashSet<i64>,
    digests: HashSet<i64>,
}

impl Known {
    fn add(&mut self, entry: Entry) {
        if self.numbers.insert(entry.pat) {
            self.entries.push(entry);
        }
        self.digests.insert(entry.digest);
    }
}

impl ErasureList {
    /// Reads the list; one that is not there is empty. A last line without its end was never answered for: it goes.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(Error::Unusable(format!(
                    "the list of erased records {} cannot be read: {error}",
                    path.display()
                )));
            }
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(whole as u64)?;
            file.sync_all()?;
        }
        let mut known = Known::default();
        let lines = text.get(..whole).unwrap_or_default().lines();
        for (line, number) in lines.zip(1..).filter(|(line, _)| !line.starts_with('#')) {
            known.add(parse(line).ok_or_else(|| unreadable(path, number))?);
        }
        Ok(Self { path: path.to_owned(), known: Mutex::new(known) })
    }

    /// Notes that a record is erased; it is on the disk when this returns.
    pub(crate) fn add(&self, entry: Entry, at: Timestamp) -> Result<(), Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.numbers.contains(&entry.pat) {
            return Ok(());
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.path)?;
        let head = if file.metadata()?.len() == 0 { HEAD } else { "" };
        let line = format!("{head}{} {:016x} {at}\n", entry.pat, entry.digest.cast_unsigned());
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        if let (false, Some(dir)) = (head.is_empty(), self.path.parent()) {
            File::open(dir)?.sync_all()?;
        }
        known.add(entry);
        Ok(())
    }

    /// All of it, in the order of erasure.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }

    /// The highest number in the list; 0 = none.
    pub(crate) fn last_pat(&self) -> i64 {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.numbers.iter().copied().max().unwrap_or(0)
    }

    /// Whether the record with this number is erased, or its erasure has begun.
    pub(crate) fn has(&self, pat: i64) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).numbers.contains(&pat)
    }

    /// Whether a record of this patient was ever erased.
    pub(crate) fn names(&self, hash: &KeyedHash, patient_id: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        !known.digests.is_empty() && known.digests.contains(&digest(hash, patient_id))
    }
}

/// How a patient is called in the list.
pub(crate) fn digest(hash: &KeyedHash, patient_id: &str) -> i64 {
    hash.of(&["erased/patient", patient_id])
}

fn parse(line: &str) -> Option<Entry> {
    let mut parts = line.split_ascii_whitespace();
    let (pat, digest) = (parts.next()?.parse().ok()?, u64::from_str_radix(parts.next()?, 16).ok()?);
    (pat > 0).then_some(Entry { pat, digest: digest.cast_signed() })
}

fn unreadable(path: &Path, line: usize) -> Error {
    Error::Unusable(format!(
        "line {line} of the list of erased records {} cannot be read; without it somebody who was erased may come back",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("erased.log")
    }

    #[test]
    fn what_was_added_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let list = ErasureList::open(&at(&dir)).unwrap();
        assert_eq!((list.last_pat(), list.has(3)), (0, false));
        let hash = KeyedHash::new([7; 16]);
        for (pat, id) in [(3, "maria"), (9, "john"), (3, "maria")] {
            let entry = Entry { pat, digest: digest(&hash, id) };
            list.add(entry, Timestamp::UNIX_EPOCH).unwrap();
        }
        let again = ErasureList::open(&at(&dir)).unwrap();
        assert_eq!(again.entries(), list.entries());
        assert_eq!((again.entries().len(), again.last_pat(), again.has(3)), (2, 9, true));
        assert!(again.names(&hash, "john") && !again.names(&hash, "anna"));
        let text = std::fs::read_to_string(at(&dir)).unwrap();
        assert!(!text.contains("maria") && !text.contains("john"), "{text}");
    }

    #[test]
    fn a_line_cut_off_goes_and_a_damaged_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        for (text, expect) in [
            ("", Ok(0)),
            ("# head\n3 00000000000000ff 1970-01-01T00:00:00Z\n", Ok(1)),
            ("# head\n3 00000000000000ff 1970-01-01T00:00:00Z\n4 00000", Ok(1)),
            ("# he", Ok(0)),
            ("# head\n3 zz 1970-01-01T00:00:00Z\n", Err("line 2")),
            ("0 00000000000000ff 1970-01-01T00:00:00Z\n", Err("line 1")),
        ] {
            std::fs::write(at(&dir), text).unwrap();
            match (ErasureList::open(&at(&dir)), expect) {
                (Ok(list), Ok(count)) => assert_eq!(list.entries().len(), count, "{text:?}"),
                (Err(Error::Unusable(why)), Err(needle)) => assert!(why.contains(needle), "{why}"),
                _ => panic!("{text:?}"),
            }
        }
    }
}
