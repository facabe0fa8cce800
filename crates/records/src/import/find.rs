//! Which files are meant by a list of paths.

use super::ImportError;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The files named, and below each folder those that look like records, in the order of their names.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ImportError> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if metadata.is_dir() {
            collect(path, &mut found, &mut seen)?;
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// Looks through a folder that was not `seen` yet: a link may lead back to where one came from.
fn collect(folder: &Path, found: &mut Vec<PathBuf>, seen: &mut HashSet<PathBuf>) -> Result<(), ImportError> {
    let real = folder.canonicalize().map_err(|error| unreadable(folder, &error))?;
    if !seen.insert(real) {
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, found, seen)?;
        } else if looks_like_records(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn looks_like_records(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".json", ".ndjson", ".jsonl", ".hl7", ".xml"].iter().any(|ending| name.ends_with(ending))
}

fn unreadable(path: &Path, error: &std::io::Error) -> ImportError {
    ImportError::Path(format!("cannot read {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_what_looks_like_records_and_files_give_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("below");
        std::fs::create_dir(&below).unwrap();
        for name in ["b.json", "a.NDJSON", "c.json.gz", "read.me", "below/d.jsonl", "e.hl7", "f.XML"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = files(&[folder.path().to_path_buf(), folder.path().join("read.me")]).unwrap();
        let names: Vec<_> = found.iter().filter_map(|path| path.strip_prefix(folder.path()).ok()).collect();
        let expect = ["a.NDJSON", "b.json", "below/d.jsonl", "c.json.gz", "e.hl7", "f.XML", "read.me"];
        assert_eq!(names, expect.map(Path::new));
        assert!(files(&[folder.path().join("absent")]).is_err());
    }

    #[test]
    fn a_link_back_is_not_followed_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(files(&[folder.path().to_path_buf()]).unwrap().len(), 1);
    }
}
