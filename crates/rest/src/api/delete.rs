//! `DELETE /fhir/r4/{type}/{id}`: the resource is gone, its history stays.

use super::{exists, instance, no_such_version, not_allowed};
use crate::conditions::Conditions;
use crate::exchange::Exchange;
use crate::reply::Reply;
use http::{HeaderMap, StatusCode};
use salus_http::{ApiError, Path};
use salus_store::{Batch, Conflict, Error, Expect, Lookup, Op};

pub(crate) async fn handle(
    exchange: Exchange,
    Path((type_name, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Reply, ApiError> {
    run(&exchange, &type_name, &id, &Conditions::of_headers(&headers)?).await
}

/// Deletes it: 204, also where there is nothing to delete.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    conditions: &Conditions,
) -> Result<Reply, ApiError> {
    let (type_name, id) = instance(type_name, id)?;
    delete(exchange, type_name, id, conditions.expect()).await
}

/// Deletes a resource, if it is what is expected. To whoever cannot read it, it does not exist.
pub(super) async fn delete(
    exchange: &Exchange,
    type_name: &str,
    id: &str,
    expect: Expect,
) -> Result<Reply, ApiError> {
    let op = Op::Delete { type_name: type_name.to_owned(), id: id.to_owned(), expect };
    let done = Reply::empty(StatusCode::NO_CONTENT);
    match exchange.records().write(Batch::of(op)).await {
        Ok(written) => {
            let version = written.first().map(|written| (written.version, written.last_updated));
            Ok(Reply { version: version.filter(|(version, _)| *version > 0), ..done })
        }
        Err(Error::Denied) => match exchange.records().lookup(type_name, id).await? {
            Lookup::Found(_) => Err(not_allowed()),
            Lookup::Gone { .. } | Lookup::Absent if matches!(expect, Expect::Version(_)) => {
                Err(no_such_version())
            }
            Lookup::Gone { .. } | Lookup::Absent => Ok(done),
        },
        Err(Error::Conflict(Conflict::Version { current: 0, .. })) => Err(no_such_version()),
        Err(Error::Conflict(Conflict::Exists { .. })) => Err(exists()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient};

    #[tokio::test]
    async fn deleting_twice_is_no_error() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let path = format!("/fhir/r4/Patient/{id}");
        assert_eq!(admin.with_header("if-match", "W/\"7\"").delete(&path).await.status(), 412);
        assert_eq!(admin.with_header("if-none-match", "*").delete(&path).await.status(), 412);
        let first = admin.delete(&path).await;
        assert_eq!((first.status(), first.header("etag")), (204, "W/\"2\"".to_owned()));
        assert_eq!(admin.delete(&path).await.status(), 204);
        assert_eq!(admin.delete("/fhir/r4/Patient/none").await.status(), 204);
        assert_eq!(admin.get(&path).await.status(), 410);
    }

    #[tokio::test]
    async fn what_one_cannot_read_is_not_there_to_be_deleted() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        assert_eq!(maria.delete(&format!("/fhir/r4/Patient/{foreign}")).await.status(), 204);
        assert_eq!(admin.get(&format!("/fhir/r4/Patient/{foreign}")).await.status(), 200);
        let careful = maria.with_header("if-match", "W/\"1\"");
        let hidden = careful.delete(&format!("/fhir/r4/Patient/{foreign}")).await;
        let absent = careful.delete("/fhir/r4/Patient/none").await;
        assert_eq!((hidden.status(), hidden.text()), (412, absent.text()));
        let own = maria.delete(&format!("/fhir/r4/Patient/{}", maria.patient())).await;
        assert_eq!(own.status(), 403);
    }
}
