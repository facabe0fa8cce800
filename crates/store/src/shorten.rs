//! Bodies without what their row says anyway.
//!
//! The id of the resource, the id of its patient and the time of the version are random digits that no dictionary
//! compresses, and they are known to whoever opens the body. Before compression each of them is replaced,
//! wherever it stands, by one control character; compact JSON has no control characters of its own.

/// The texts that are known from the row.
pub(crate) struct Known<'a> {
    pub(crate) id: &'a str,
    pub(crate) patient_id: &'a str,
    /// As `meta.lastUpdated` has it.
    pub(crate) last_updated: &'a str,
}

/// Shorter texts are not worth it, and would tear others apart.
const LEAST: usize = 12;

impl Known<'_> {
    /// The body without the known texts.
    pub(crate) fn leave_out(&self, body: &str) -> String {
        let mut short = body.to_owned();
        for (text, mark) in self.marks() {
            if text.len() >= LEAST && short.contains(text) {
                short = short.replace(text, mark);
            }
        }
        short
    }

    /// The body with the known texts.
    pub(crate) fn put_in(&self, short: &str) -> String {
        let mut body = short.to_owned();
        for (text, mark) in self.marks().into_iter().rev() {
            if body.contains(mark) {
                body = body.replace(mark, text);
            }
        }
        body
    }

    fn marks(&self) -> [(&str, &'static str); 3] {
        [(self.id, "\u{1}"), (self.patient_id, "\u{2}"), (self.last_updated, "\u{3}")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_comes_back() {
        let bodies = [
            "",
            r#"{"id":"0190f1e6-5c1c-7b6e-9d3a-0123456789ab","subject":{"reference":"Patient/maria-lindqvist"}}"#,
            r#"{"id":"maria-lindqvist","meta":{"lastUpdated":"2026-01-05T08:00:00Z"},"name":"maria-lindqvist-maria-lindqvist"}"#,
        ];
        let ids = [
            "0190f1e6-5c1c-7b6e-9d3a-0123456789ab",
            "maria-lindqvist",
            "maria-lindqvist-maria-lindqvist",
            "1",
            "",
        ];
        for body in bodies {
            for id in ids {
                for patient_id in ids {
                    let known = Known { id, patient_id, last_updated: "2026-01-05T08:00:00Z" };
                    let short = known.leave_out(body);
                    assert!(short.len() <= body.len());
                    assert_eq!(known.put_in(&short), body);
                }
            }
        }
        let known = Known { id: ids[0], patient_id: ids[1], last_updated: "" };
        assert_eq!(
            known.leave_out(bodies[1]),
            "{\"id\":\"\u{1}\",\"subject\":{\"reference\":\"Patient/\u{2}\"}}"
        );
    }
}
