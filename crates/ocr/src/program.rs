//! Running Tesseract: a picture through its input, a table of words from its output.
//!
//! It runs on one thread, with a clock beside it; when the time is over it is killed.

use crate::rows::Word;
use crate::{Error, Grey, Limits};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wait_timeout::ChildExt;

/// Reads pictures by Tesseract. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recogniser {
    program: PathBuf,
    languages: String,
    pub(crate) limits: Limits,
}

/// Tesseract's own names of languages, in the order they are asked for.
const LANGUAGES: [&str; 8] = ["eng", "deu", "fra", "spa", "ita", "por", "nld", "pol"];

/// Which way the letters stand, and what they are.
pub(crate) struct Standing {
    /// Clockwise quarter turns that set them upright.
    pub(crate) quarters: u8,
    /// How sure that is; above one to be trusted.
    pub(crate) confidence: f32,
    /// `Latin`, `Cyrillic`, `Han` …
    pub(crate) script: String,
    /// How sure of the script.
    pub(crate) script_confidence: f32,
}

impl Recogniser {
    /// Looks for the program and the languages it can read.
    ///
    /// # Errors
    /// [`Error::NoProgram`] where it is not installed, or knows no language.
    pub fn find(limits: Limits) -> Result<Self, Error> {
        Self::at(Path::new("tesseract"), limits)
    }

    fn at(program: &Path, limits: Limits) -> Result<Self, Error> {
        let missing = Error::NoProgram("tesseract");
        let listed = Command::new(program).arg("--list-langs").output().map_err(|_| missing.clone())?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let known: Vec<&str> = listed.lines().map(str::trim).collect();
        let languages: Vec<&str> = LANGUAGES.into_iter().filter(|name| known.contains(name)).collect();
        if languages.is_empty() {
            return Err(missing);
        }
        Ok(Self { program: program.to_owned(), languages: languages.join("+"), limits })
    }

    /// Which way the letters stand; `None` where there are too few to tell.
    pub(crate) fn standing(&self, picture: &Grey) -> Result<Option<Standing>, Error> {
        let said = match self.run(picture, &["--psm", "0", "-l", "osd"]) {
            Ok(said) => said,
            Err(Error::Failed(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let value = |name: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim_start_matches(':').trim().to_owned())
        };
        let number = |name: &str| value(name)?.parse::<f32>().ok();
        Ok((|| {
            Some(Standing {
                quarters: ((number("Rotate")? / 90.0).round() as i32).rem_euclid(4) as u8,
                confidence: number("Orientation confidence")?,
                script: value("Script")?,
                script_confidence: number("Script confidence")?,
            })
        })())
    }

    /// The words of an upright picture, as the program orders them.
    ///
    /// The page is taken for one block of lines (`--psm 6`): told to look for columns, the program leaves out cells of
    /// sparse tables.
    pub(crate) fn words(&self, picture: &Grey) -> Result<Vec<Word>, Error> {
        let said = self.run(picture, &["--psm", "6", "-l", &self.languages, "tsv"])?;
        Ok(said.lines().filter_map(word).collect())
    }

    fn run(&self, picture: &Grey, arguments: &[&str]) -> Result<String, Error> {
        let mut child = Command::new(&self.program)
            .args(["stdin", "stdout", "--dpi", "300"])
            .args(arguments)
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| Error::NoProgram("tesseract"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        std::thread::scope(|scope| {
            scope.spawn(move || input.is_some_and(|mut input| write(&mut input, picture).is_ok()));
            let said = scope.spawn(move || {
                let mut said = Vec::new();
                output.is_some_and(|mut output| output.read_to_end(&mut said).is_ok()).then_some(said)
            });
            let ended = child.wait_timeout(self.limits.time);
            if !matches!(ended, Ok(Some(_))) {
                let _gone = child.kill();
                let _gone = child.wait();
            }
            match (ended, said.join()) {
                (Ok(Some(status)), Ok(Some(said))) if status.success() => {
                    Ok(String::from_utf8_lossy(&said).into_owned())
                }
                (Ok(None), _) => Err(Error::TooSlow { seconds: self.limits.time.as_secs() }),
                _ => Err(Error::Failed("the recognition program broke off".to_owned())),
            }
        })
    }
}

/// Writes a picture in the PGM form.
fn write(to: &mut impl Write, picture: &Grey) -> std::io::Result<()> {
    write!(to, "P5\n{} {}\n255\n", picture.width(), picture.height())?;
    to.write_all(picture.pixels())
}

/// A row of the program's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn word(row: &str) -> Option<Word> {
    let cells: Vec<&str> = row.splitn(12, '\t').collect();
    let [level, _, _, _, _, _, left, top, width, height, confidence, text] = cells.as_slice() else {
        return None;
    };
    let text = text.trim();
    if *level != "5" || text.is_empty() {
        return None;
    }
    Some(Word {
        text: text.to_owned(),
        x: left.parse().ok()?,
        y: top.parse().ok()?,
        width: width.parse().ok()?,
        height: height.parse().ok()?,
        confidence: (confidence.parse::<f32>().ok()? / 100.0).clamp(0.0, 1.0),
        row: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_of_words_become_words() {
        let read = word("5\t1\t2\t1\t3\t4\t100\t200\t60\t22\t91.5\tGlucose").unwrap();
        assert_eq!((read.text.as_str(), read.x, read.y), ("Glucose", 100.0, 200.0));
        assert!((read.confidence - 0.915).abs() < 1e-6);
        for row in
            ["4\t1\t2\t1\t3\t0\t100\t200\t60\t22\t-1\t", "5\t1\t2\t1\t3\t4\t1\t2\t3\t4\t95\t ", "level", ""]
        {
            assert!(word(row).is_none(), "{row:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let found = Recogniser::at(Path::new("/nowhere/tesseract"), Limits::default());
        assert_eq!(found.err(), Some(Error::NoProgram("tesseract")));
    }
}
