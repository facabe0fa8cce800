//! A ZIP written file by file on a thread of its own, with a list of checksums at its end.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use salus_core::Timestamp;
use std::io::{Error, Write};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Pieces that wait for the thread.
const WAITING: usize = 4;
/// As `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// An archive being written.
pub(super) struct Archive<W> {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<Result<W, Error>>,
}

enum Piece {
    Begin(String),
    Bytes(Bytes),
    End,
}

impl<W: Write + Send + 'static> Archive<W> {
    /// An archive of a moment, written to `out`.
    pub(super) fn new(out: W, at: Timestamp) -> Self {
        let (pieces, queue) = mpsc::channel(WAITING);
        Self { pieces, thread: tokio::task::spawn_blocking(move || run(out, at, queue)) }
    }

    /// Begins a file; what follows is in it.
    pub(super) async fn begin(&self, name: impl Into<String>) -> Result<(), Error> {
        self.send(Piece::Begin(name.into())).await
    }

    /// Goes on with the file.
    pub(super) async fn bytes(&self, bytes: impl Into<Bytes>) -> Result<(), Error> {
        self.send(Piece::Bytes(bytes.into())).await
    }

    /// A whole file.
    pub(super) async fn file(&self, name: impl Into<String>, bytes: impl Into<Bytes>) -> Result<(), Error> {
        self.begin(name).await?;
        self.bytes(bytes).await
    }

    /// Ends the archive, and gives what it was written to. Without this it is no archive.
    pub(super) async fn end(self) -> Result<W, Error> {
        // Where the thread is gone already, its own words say why.
        let _gone = self.send(Piece::End).await;
        self.thread.await.map_err(|_| Error::other("writing the archive broke off"))?
    }

    async fn send(&self, piece: Piece) -> Result<(), Error> {
        self.pieces.send(piece).await.map_err(|_| Error::other("the archive can no longer be written"))
    }
}

struct Open {
    name: String,
    digest: Context,
}

fn run<W: Write>(out: W, at: Timestamp, mut queue: mpsc::Receiver<Piece>) -> Result<W, Error> {
    let mut zip = ZipWriter::new_stream(out);
    let options = options(at);
    let (mut open, mut sums) = (None, String::new());
    while let Some(piece) = queue.blocking_recv() {
        match piece {
            Piece::Begin(name) => {
                note(open.take(), &mut sums);
                zip.start_file(name.as_str(), options)?;
                open = Some(Open { name, digest: Context::new(&SHA256) });
            }
            Piece::Bytes(bytes) => {
                zip.write_all(&bytes)?;
                if let Some(open) = &mut open {
                    open.digest.update(&bytes);
                }
            }
            Piece::End => {
                note(open.take(), &mut sums);
                zip.start_file(SUMS, options)?;
                zip.write_all(sums.as_bytes())?;
                return Ok(zip.finish()?.into_inner());
            }
        }
    }
    Err(Error::other("the archive was given up"))
}

fn note(ended: Option<Open>, sums: &mut String) {
    if let Some(Open { name, digest }) = ended {
        sums.push_str(&format!("{}  {name}\n", hex::encode(digest.finish())));
    }
}

fn options(at: Timestamp) -> SimpleFileOptions {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(at.year()).unwrap_or(1980);
    let moment = DateTime::from_date_and_time(
        year,
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true)
        .unix_permissions(0o600)
        .last_modified_time(moment.unwrap_or_default())
}
