//! An app, and what it asks for, as a person sees it.

use salus_access::scope::{Grant, SmartScope};
use salus_auth::oauth::client::origin_of;
use salus_auth::oauth::scope::{changes, is_optional};
use salus_auth::oauth::{Client, Filed};
use serde::Serialize;

/// An app.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppSummary {
    /// Its id.
    id: String,
    /// What it calls itself.
    name: String,
    /// Where it comes from, as far as that can be told: the origin of its page, or the scheme that opens it.
    comes_from: String,
    /// Its web site, as it says itself.
    site: Option<String>,
    /// Whether somebody who runs this Salus vouches for it.
    is_vouched_for: bool,
}

impl AppSummary {
    /// `address` is where its answer goes, where that is known: an app may have several.
    pub(crate) fn of(client: &Filed<Client>, address: Option<&str>) -> Self {
        let address = address.or(client.redirect_uris.first().map(String::as_str)).unwrap_or_default();
        let scheme = || address.split(':').next().unwrap_or_default().to_owned();
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            comes_from: origin_of(address).unwrap_or_else(scheme),
            site: client.site.clone(),
            is_vouched_for: client.is_vouched_for,
        }
    }
}

/// One thing an app asks for.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Permission {
    /// The scope, to be sent back where it is left ticked.
    scope: String,
    /// What the app can do with it, as the rest of a sentence that begins with "The app can".
    words: String,
    /// Which group it belongs to.
    kind: PermissionKind,
    /// Whether the person may leave it out.
    is_optional: bool,
}

/// The groups of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PermissionKind {
    /// Who the person is.
    Identity,
    /// Looking at a record.
    Look,
    /// Changing a record.
    Change,
    /// For how long.
    Stay,
}

impl From<&SmartScope> for Permission {
    fn from(scope: &SmartScope) -> Self {
        let kind = match &scope.grant {
            Grant::Resources(_) if changes(scope) => PermissionKind::Change,
            Grant::Resources(_) => PermissionKind::Look,
            Grant::OfflineAccess | Grant::OnlineAccess => PermissionKind::Stay,
            _ => PermissionKind::Identity,
        };
        Self { scope: scope.to_string(), words: scope.words(), kind, is_optional: is_optional(scope) }
    }
}
