//! An archive in pieces of a few megabytes, handed over as they fill.

use bytes::Bytes;
use std::io::{Error, Write};
use tokio::sync::mpsc;

/// A piece's size, in bytes.
const SIZE: usize = 8 << 20;

/// Where an archive is written that somebody else keeps.
pub(super) struct Parts {
    filling: Vec<u8>,
    full: mpsc::Sender<Bytes>,
}

impl Parts {
    /// The writer, and the end at which pieces come out.
    pub(super) fn new() -> (Self, mpsc::Receiver<Bytes>) {
        let (full, pieces) = mpsc::channel(1);
        (Self { filling: Vec::with_capacity(SIZE), full }, pieces)
    }

    /// Hands the last piece over.
    pub(super) async fn end(self) -> Result<(), Error> {
        if self.filling.is_empty() {
            return Ok(());
        }
        self.full.send(self.filling.into()).await.map_err(|_| gone())
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let fits = bytes.len().min(SIZE - self.filling.len());
        self.filling.extend_from_slice(bytes.get(..fits).unwrap_or_default());
        if self.filling.len() == SIZE {
            let full = std::mem::replace(&mut self.filling, Vec::with_capacity(SIZE));
            self.full.blocking_send(full.into()).map_err(|_| gone())?;
        }
        Ok(fits)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn gone() -> Error {
    Error::other("nobody keeps the archive any more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn pieces_join_to_what_was_written() {
        for length in [0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE + 7] {
            let written: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let (mut parts, mut pieces) = Parts::new();
            let all = written.clone();
            let writing = tokio::task::spawn_blocking(move || {
                all.chunks(100_000).for_each(|chunk| parts.write_all(chunk).unwrap());
                parts
            });
            let ending = tokio::spawn(async move { writing.await.unwrap().end().await.unwrap() });
            let mut joined = Vec::new();
            while let Some(piece) = pieces.recv().await {
                assert!(piece.len() <= SIZE);
                joined.extend_from_slice(&piece);
            }
            ending.await.unwrap();
            assert!(joined == written, "{length}");
        }
    }
}
