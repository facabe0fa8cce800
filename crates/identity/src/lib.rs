//! Showing who one is, and who everybody is: accounts, second factors, passkeys and codes, and the OAuth 2.1, OpenID
//! Connect and SMART endpoints.
//!
//! The HTTP face of `auth`, which decides. What it must never do: decide who somebody is, or what they may see.
//!
//! Start reading at `api/mod.rs`.

mod api;
#[cfg(test)]
mod testing;

use salus_http::Capability;

/// What the server mounts.
pub fn capability() -> Capability {
    Capability::new("identity", api::routes())
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
