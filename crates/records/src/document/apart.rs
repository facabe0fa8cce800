//! Reading in a process of its own: what a file does to its reader, it does to nobody else.
//!
//! The reader is `salus read-document`: the file comes in through its input, its progress and the result go out as
//! lines of JSON. It has a limit of memory and of processor time, sees none of the server's settings, and is killed when
//! it is silent for too long.

use super::read::{Reading, read};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

/// Memory of one reader, and of each program that it starts.
const MEMORY_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Processor time of one reader, and of each program that it starts, in seconds.
const PROCESSOR_SECONDS: u64 = 600;
/// A page that takes longer is not waited for.
const SILENCE: Duration = Duration::from_secs(300);
/// The subcommand of `salus` that reads.
pub const READER: &str = "read-document";

/// What a reader says, a line each.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Page { done: u64, total: u64 },
    Reading(Reading),
}

/// Reads the document on the input, and writes what became of it to the output. The whole process gets limits.
///
/// # Errors
/// What the machine says.
pub fn read_apart() -> std::io::Result<()> {
    rlimit::Resource::AS.set(MEMORY_BYTES, MEMORY_BYTES)?;
    rlimit::Resource::CPU.set(PROCESSOR_SECONDS, PROCESSOR_SECONDS)?;
    rlimit::Resource::CORE.set(0, 0)?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    let sha256 = hex::encode(digest(&SHA256, &bytes));
    let reading = read(bytes, sha256, &mut |done, total| {
        let _whoever_listens = say(&Line::Page { done, total });
    });
    say(&Line::Reading(reading))
}

fn say(line: &Line) -> std::io::Result<()> {
    let mut output = std::io::stdout().lock();
    serde_json::to_writer(&mut output, line)?;
    output.write_all(b"\n")?;
    output.flush()
}

/// Has `program` read a document. `told` hears of each page.
///
/// # Errors
/// What the machine says when no process can be started.
pub(crate) async fn read_by<F>(
    program: &Path,
    bytes: Bytes,
    mut told: impl FnMut(u64, u64) -> F,
) -> std::io::Result<Reading>
where
    F: Future<Output = ()>,
{
    let mut command = Command::new(program);
    command.arg(READER).env_clear().kill_on_drop(true);
    for name in ["PATH", "TMPDIR", "LANG"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(std::io::Error::other("the reader has no input or output"));
    };
    // A reader that dies early stops listening; its silence is told below.
    let feeding = tokio::spawn(async move {
        let _heard = input.write_all(&bytes).await;
    });
    let mut lines = BufReader::new(output).lines();
    let reading = loop {
        match tokio::time::timeout(SILENCE, lines.next_line()).await {
            Err(_) => break too_long(),
            Ok(Err(_) | Ok(None)) => break broke_off(),
            Ok(Ok(Some(line))) => match serde_json::from_str(&line) {
                Ok(Line::Page { done, total }) => told(done, total).await,
                Ok(Line::Reading(reading)) => break reading,
                Err(_) => break broke_off(),
            },
        }
    };
    feeding.abort();
    let _gone = child.kill().await;
    Ok(reading)
}

fn too_long() -> Reading {
    Reading::Failed("A page of this file took longer to read than is waited for.".to_owned())
}

fn broke_off() -> Reading {
    Reading::Failed(
        "Reading this file took more memory or time than one file may have, or it is damaged in a way that stops its \
         reader. It is kept and can be looked at."
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Runs a shell script in place of the reader.
    async fn with_reader(script: &str) -> (Reading, Vec<(u64, u64)>) {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("reader");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut pages = Vec::new();
        let reading = read_by(&program, Bytes::from(vec![b'x'; 1_000_000]), |done, total| {
            pages.push((done, total));
            std::future::ready(())
        });
        let reading = reading.await.unwrap();
        (reading, pages)
    }

    #[tokio::test]
    async fn pages_are_told_and_the_result_is_taken() {
        let script =
            r#"cat >/dev/null; echo '{"page":{"done":0,"total":2}}'; echo '{"reading":{"needsYou":"why"}}'"#;
        let (reading, pages) = with_reader(script).await;
        assert!(matches!(reading, Reading::NeedsYou(why) if why == "why"));
        assert_eq!(pages, [(0, 2)]);
    }

    #[tokio::test]
    async fn a_reader_that_dies_or_talks_nonsense_fails_the_file_alone() {
        for script in ["exit 1", "kill -SEGV $$", "cat >/dev/null; echo nonsense", "cat >/dev/null"] {
            let (reading, _) = with_reader(script).await;
            assert!(matches!(reading, Reading::Failed(_)), "{script}");
        }
    }

    #[tokio::test]
    async fn a_reader_sees_no_setting_of_the_server() {
        let (reading, _) = with_reader(
            r#"n=$(env | grep -vcE "^(PATH|TMPDIR|LANG|PWD|OLDPWD|SHLVL|_)="); cat >/dev/null; echo "{\"reading\":{\"needsYou\":\"$n\"}}""#,
        )
        .await;
        assert!(matches!(reading, Reading::NeedsYou(seen) if seen == "0"));
    }
}
