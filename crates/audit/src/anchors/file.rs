//! Anchors in a file, one a line. The file only grows; it belongs on another disk, best on one that can only be appended to.

use super::{line, of_line};
use salus_store::Anchor;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Error, ErrorKind, Write};
use std::path::Path;

/// Adds an anchor to the file; it is on the disk when this returns.
///
/// # Errors
/// What the machine says.
pub fn append(path: &Path, anchor: &Anchor) -> Result<(), Error> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{}\n", line(anchor)).as_bytes())?;
    file.sync_all()
}

/// The anchors of a file, as they were added. A last line without its end was cut off and is passed over.
///
/// # Errors
/// Where the file cannot be read, or a line is no anchor; the text tells which.
pub fn read(path: &Path) -> Result<Vec<Anchor>, Error> {
    let mut lines = BufReader::new(File::open(path)?);
    let (mut anchors, mut text) = (Vec::new(), String::new());
    for number in 1.. {
        text.clear();
        if lines.read_line(&mut text)? == 0 || !text.ends_with('\n') {
            break;
        }
        anchors.push(of_line(&text).map_err(|error| {
            let text = format!("line {number} of {} is no anchor: {error}", path.display());
            Error::new(ErrorKind::InvalidData, text)
        })?);
    }
    Ok(anchors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_read_and_what_was_cut_off_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("anchors.jsonl");
        let at = "2026-01-05T08:00:00Z".parse().unwrap();
        let anchors: Vec<_> = (1..4).map(|seq| Anchor { seq, hash: format!("{seq:064x}"), at }).collect();
        for anchor in &anchors {
            append(&path, anchor).unwrap();
        }
        assert_eq!(read(&path).unwrap(), anchors);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        assert_eq!(read(&path).unwrap(), anchors[..2]);
        std::fs::write(&path, "{}\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("line 1"));
    }
}
