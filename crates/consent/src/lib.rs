//! Whom a person opens their record to: shares, written as FHIR Consents, and everybody else who reaches it.
//!
//! A share permits somebody to look at all of a record, or at some kinds of data in it, until a day or until it is taken
//! back. What a consent means is decided in `access`, and by whom a record is reached in `auth`; here they are written,
//! listed and told in plain words.
//!
//! What it must never do: share a record that is not the caller's to share; tell whether an e-mail address has an account.
//!
//! Start reading at `api/share_record.rs`, then `share.rs`.

mod api;
mod classes;
mod share;

use salus_http::Capability;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("consent", api::routes())
}

#[cfg(test)]
mod tests {
    use salus_http::testing::TestApp;

    #[tokio::test]
    async fn strangers_are_turned_away_everywhere() {
        let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
        assert_eq!(app.open_doors(vec![crate::capability()]).await, Vec::<String>::new());
    }
}
