//! `DELETE /fhir/r4/{type}?…`: deletes the one resource that a search finds.

use super::{delete, the_one};
use crate::exchange::Exchange;
use crate::parameters::criteria;
use crate::reply::Reply;
use crate::type_name;
use axum::extract::RawQuery;
use http::StatusCode;
use salus_http::{ApiError, Path};
use salus_store::Expect;

pub(crate) async fn handle(
    exchange: Exchange,
    Path(type_name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Reply, ApiError> {
    run(&exchange, &type_name, &query.unwrap_or_default()).await
}

/// Deletes what the search finds: 204, also where it finds nothing; 412 where it finds several.
pub(crate) async fn run(exchange: &Exchange, type_name: &str, query: &str) -> Result<Reply, ApiError> {
    let type_name = type_name::known(type_name)?;
    let query = criteria(type_name, query, &exchange.base)?;
    match the_one(exchange, &query).await? {
        Some(stored) => {
            delete::delete(exchange, type_name, &stored.id, Expect::Version(stored.version)).await
        }
        None => Ok(Reply::empty(StatusCode::NO_CONTENT)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};

    #[tokio::test]
    async fn none_one_or_several() {
        let (_app, admin) = fhir().await;
        let path = "/fhir/r4/Patient?identifier=http://x.example/ids|Ito";
        assert_eq!(admin.delete(path).await.status(), 204);
        let first = create(&admin, &patient("Ito")).await;
        let second = create(&admin, &patient("Ito")).await;
        assert_eq!(admin.delete(path).await.status(), 412);
        admin.delete(&format!("/fhir/r4/Patient/{first}")).await;
        assert_eq!(admin.delete(path).await.status(), 204);
        assert_eq!(admin.get(&format!("/fhir/r4/Patient/{second}")).await.status(), 410);
        assert_eq!(admin.delete("/fhir/r4/Patient").await.status(), 400);
    }
}
