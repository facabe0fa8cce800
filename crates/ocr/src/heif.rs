//! HEIC, as phones write it: opened by Debian's `heif-convert`, a program of its own.

use crate::{Error, Limits};
use std::process::{Command, Stdio};
use wait_timeout::ChildExt;

/// The picture as PNG, turned as the camera says.
pub(crate) fn as_png(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, Error> {
    let broken = |error: std::io::Error| Error::Failed(error.to_string());
    let folder = tempfile::tempdir().map_err(broken)?;
    let (from, to) = (folder.path().join("picture.heic"), folder.path().join("picture.png"));
    std::fs::write(&from, bytes).map_err(broken)?;
    let mut child = Command::new("heif-convert")
        .args([&from, &to])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Error::NoProgram("heif-convert"))?;
    let ended = child.wait_timeout(limits.time).map_err(broken)?;
    if ended.is_none() {
        let _gone = child.kill();
        let _gone = child.wait();
        return Err(Error::TooSlow { seconds: limits.time.as_secs() });
    }
    std::fs::read(&to).map_err(|_| Error::Corrupt)
}
