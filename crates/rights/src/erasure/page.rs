//! The certificate as a page to print and to file.

use super::certificate::Certificate;
use crate::html::escape;
use std::fmt::Write;

impl Certificate {
    /// One self-contained HTML page.
    pub fn page(&self) -> String {
        let said = &self.statement;
        let mut rows = String::new();
        let mut row = |what: &str, value: &str| {
            let _never = write!(rows, "<tr><th>{}</th><td>{}</td></tr>", escape(what), escape(value));
        };
        row("Asked for by", &format!("{} ({})", words(&said.requested_as), said.requested_by));
        row("Asked for on", &said.requested_at);
        row("Erased on", &said.erased_at);
        row("Carried out by", &said.carried_out_by);
        row("Record", &format!("SHA-256 {} with salt {}", said.record.sha256, said.record.salt));
        for one in &said.erased.resources {
            row(&format!("Erased: {}", one.type_name), &one.count.to_string());
        }
        let erased = &said.erased;
        row("Versions", &format!("{} ({} bytes, sealed)", erased.versions, erased.version_bytes));
        row("Files", &format!("{} ({} bytes)", erased.files, erased.file_bytes));
        row("Rows of the search index", &erased.index_rows.to_string());
        row("Pieces of background work", &erased.jobs.to_string());
        row("Keys destroyed", &erased.keys.to_string());
        row("Accounts that listed the record", &erased.accounts_unlinked.to_string());
        row("Accounts closed", &erased.accounts_closed.to_string());
        row("Entries of others that mention the person", &said.kept.mentions.to_string());
        row("… in which that was blackened", &said.kept.mentions_redacted.to_string());
        row(
            "Audit before",
            &format!("{} entries, head {}", said.audit_before.entries, said.audit_before.head),
        );
        row("Audit after", &format!("{} entries, head {}", said.audit_after.entries, said.audit_after.head));
        row("Digest", &self.digest);
        row("Signature (JWS, EdDSA)", &self.jws);
        format!("{HEAD}<p class=\"id\">{}</p><table>{rows}</table>{FOOT}", escape(&said.id))
    }
}

fn words(requested_as: &str) -> &str {
    match requested_as {
        "self" => "the person themselves",
        "parent" => "a parent",
        "admin" => "an administrator",
        other => other,
    }
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Certificate of erasure</title>\
<style>body{font:15px/1.5 Inter,system-ui,sans-serif;color:#1B2430;max-width:44rem;margin:3rem auto;padding:0 1rem}\
h1{font-size:24px;margin:0}.id{color:#5B6675;margin:0 0 1.5rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid #E4E1DA;overflow-wrap:anywhere}\
th{font-weight:600;width:38%}p{max-width:70ch}@media print{body{margin:0}}</style>\
<h1>Certificate of erasure</h1>";

const FOOT: &str = "<p>The key of this record was destroyed. No copy of its sealed data can be opened any more, and the \
list of erased records keeps it from coming back with an older copy of the data. The list of accesses is kept; it names \
no patient.</p><p>To check that your record is meant, compute the SHA-256 of the salt, a colon and your record's number. \
To check the signature, verify the JWS with the key of the installation, which it publishes under \
/api/v1/certificate-keys.</p></html>";
