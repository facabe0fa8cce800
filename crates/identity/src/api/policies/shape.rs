//! A policy on the wire.

use salus_access::stored::ACCESS_POLICY;
use salus_auth::{Account, PolicyDocument};
use salus_http::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A policy as it is written.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Policy {
    /// What it is called.
    name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What it allows and denies, at least one line.
    entry: Vec<Entry>,
}

/// One line of a policy.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Entry {
    /// A FHIR resource type, or `*`.
    resource_type: String,
    /// A search that the resources have to match: `Observation?category=laboratory`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    criteria: Option<String>,
    /// `read`, `search`, `create`, `update`, `delete`.
    interaction: Vec<String>,
    /// Elements that are not shown: `Patient.telecom`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden: Vec<String>,
    /// Elements that stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    read_only: Vec<String>,
    /// `allow` or `deny`; deny wins. Left out = allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
    /// Whose: `everyone`, `shared` (what belongs to no patient), or the `compartment`s of the account's people.
    scope: String,
}

/// A policy as it is kept.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyItem {
    /// The id to give it by.
    id: String,
    /// What it says.
    #[serde(flatten)]
    policy: Policy,
    /// The accounts that have it.
    holders: Vec<PolicyHolder>,
}

/// An account that has a policy.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyHolder {
    /// The id of the account.
    id: String,
    /// The name it shows.
    name: String,
}

impl Policy {
    pub(super) fn resource(&self) -> Result<Value, ApiError> {
        let mut resource =
            serde_json::to_value(self).map_err(|cause| ApiError::internal(cause.to_string()))?;
        resource["resourceType"] = ACCESS_POLICY.into();
        Ok(resource)
    }
}

impl PolicyItem {
    /// `accounts` are all there are.
    pub(super) fn of(document: PolicyDocument, accounts: &[Account]) -> Result<Self, ApiError> {
        let PolicyDocument { id, mut resource } = document;
        if let Some(resource) = resource.as_object_mut() {
            resource.retain(|name, _| ["name", "description", "entry"].contains(&name.as_str()));
        }
        let policy =
            serde_json::from_value(resource).map_err(|cause| ApiError::internal(cause.to_string()))?;
        let has_it = |account: &&Account| account.policies.contains(&id);
        let holder =
            |account: &Account| PolicyHolder { id: account.id.clone(), name: account.display_name.clone() };
        let holders = accounts.iter().filter(has_it).map(holder).collect();
        Ok(Self { id, policy, holders })
    }
}
