//! The vectors of a document's passages as they are kept: a line that names the network, then a row each.

use salus_retrieval::Rounded;

/// The vectors of a document, in the order of its passages.
pub(crate) struct KeptVectors {
    /// The network they are of.
    pub(crate) print: String,
    pub(crate) rows: Vec<Rounded>,
}

impl KeptVectors {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let rows: Vec<Vec<u8>> = self.rows.iter().map(Rounded::to_bytes).collect();
        let width = rows.first().map_or(0, Vec::len);
        let head = format!("{} {width}\n", self.print);
        [head.into_bytes(), rows.concat()].concat()
    }

    /// What was kept; `None` for something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (print, width) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
        let (rows, width) = (&bytes[end + 1..], width.parse::<usize>().ok()?);
        if width == 0 || !rows.len().is_multiple_of(width) {
            return rows.is_empty().then(|| Self { print: print.to_owned(), rows: Vec::new() });
        }
        let rows = rows.chunks_exact(width).map(Rounded::from_bytes).collect::<Option<_>>()?;
        Some(Self { print: print.to_owned(), rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_nothing_else_is() {
        for rows in [vec![], vec![vec![0.5, -1.0]], vec![vec![0.5, -1.0], vec![0.1, 0.0]]] {
            let rows: Vec<Rounded> = rows.iter().map(|row| Rounded::of(row)).collect();
            let bytes = KeptVectors { print: "ab".to_owned(), rows: rows.clone() }.to_bytes();
            let read = KeptVectors::from_bytes(&bytes).unwrap();
            assert!(read.print == "ab" && read.rows == rows);
        }
        for bytes in [&b""[..], b"no line", b"ab\n", b"ab x\n", b"ab 6\n12345", b"ab 0\n1"] {
            assert!(KeptVectors::from_bytes(bytes).is_none());
        }
    }
}
