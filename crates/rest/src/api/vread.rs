//! `GET /fhir/r4/{type}/{id}/_history/{version}`: a resource as it was.

use super::{instance, read};
use crate::exchange::Exchange;
use crate::parameters::{decode, without_format};
use crate::reply::Reply;
use crate::subset;
use axum::extract::RawQuery;
use salus_http::{ApiError, Path};
use salus_store::Lookup;

pub(crate) async fn handle(
    exchange: Exchange,
    Path((type_name, id, version)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, &type_name, &id, &version, &query.unwrap_or_default()).await
}

/// Reads a version; 410 where the version is a deletion.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    version: &str,
    query: &str,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(type_name, id)?;
    let view = read::view(type_name, without_format(decode(query)))?;
    let version: u64 = version.parse().map_err(|_| ApiError::not_found("version"))?;
    match exchange.records().read_version(type_name, id, version).await? {
        Lookup::Found(stored) => Ok(Reply::stored(&stored, subset::wanted(&view, &stored)?)),
        Lookup::Gone { .. } => Err(ApiError::gone(type_name)),
        Lookup::Absent => Err(ApiError::not_found("version")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};

    #[tokio::test]
    async fn each_version_is_as_it_was() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let mut changed = patient("Sato");
        changed["id"] = id.clone().into();
        admin.put(&format!("/fhir/r4/Patient/{id}"), &changed).await;
        admin.delete(&format!("/fhir/r4/Patient/{id}")).await;
        for (version, status, family) in
            [("1", 200, "Ito"), ("2", 200, "Sato"), ("3", 410, ""), ("4", 404, ""), ("x", 404, "")]
        {
            let response = admin.get(&format!("/fhir/r4/Patient/{id}/_history/{version}")).await;
            let found = response.json()["name"][0]["family"].as_str().unwrap_or_default().to_owned();
            assert_eq!((response.status(), found.as_str()), (status, family), "{version}");
        }
    }
}
