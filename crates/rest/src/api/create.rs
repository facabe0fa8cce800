//! `POST /fhir/r4/{type}`: a new resource under an id of the server's choice; with `If-None-Exist`, only if a
//! search finds nothing.

use super::{not_allowed, the_one};
use crate::conditions::Conditions;
use crate::exchange::Exchange;
use crate::parameters::criteria;
use crate::reply::Reply;
use crate::{incoming, type_name};
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::json::Value;
use salus_http::{ApiError, Path};
use salus_store::{Batch, Conflict, Error};

/// How often a search is repeated because somebody created what it looks for in the meantime.
pub(crate) const MOST_TRIES: usize = 3;

pub(crate) async fn handle(
    exchange: Exchange,
    Path(type_name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, ApiError> {
    let type_name = type_name::known(&type_name)?;
    let resource = incoming::resource_of(type_name, &headers, &body)?;
    run(&exchange, type_name, resource, &Conditions::of_headers(&headers)?).await
}

/// Creates it: 201, or 200 where `If-None-Exist` found it, or 412 where it found several. An id that the
/// resource brings is not used.
pub(crate) async fn run(
    exchange: &Exchange,
    type_name: &str,
    mut resource: Value,
    conditions: &Conditions,
) -> Result<Reply, ApiError> {
    let type_name = type_name::known(type_name)?;
    incoming::of_type(type_name, &resource)?;
    if let Some(object) = resource.as_object_mut() {
        object.shift_remove("id");
    }
    let resource = incoming::checked(resource, &exchange.base)?;
    let Some(text) = &conditions.if_none_exist else {
        return create(exchange, resource, Vec::new()).await?.or_busy();
    };
    let query = criteria(type_name, text, &exchange.base)?;
    for _ in 0..MOST_TRIES {
        if let Some(stored) = the_one(exchange, &query).await? {
            return Ok(Reply::existing(exchange, &stored));
        }
        if let Attempt::Done(reply) = create(exchange, resource.clone(), vec![query.clone()]).await? {
            return Ok(reply);
        }
    }
    Err(ApiError::busy())
}

/// What came of trying to create.
pub(super) enum Attempt {
    Done(Reply),
    /// Somebody else has just created what must not exist.
    Overtaken,
}

impl Attempt {
    pub(super) fn or_busy(self) -> Result<Reply, ApiError> {
        match self {
            Attempt::Done(reply) => Ok(reply),
            Attempt::Overtaken => Err(ApiError::busy()),
        }
    }
}

/// Stores a new resource, unless one of the conditions finds something.
pub(super) async fn create(
    exchange: &Exchange,
    resource: Value,
    conditions: Vec<salus_fhir::search::Query>,
) -> Result<Attempt, ApiError> {
    let copy = exchange.copy(&resource);
    let batch = Batch { conditions, ..Batch::create(resource) };
    match exchange.records().write(batch).await {
        Ok(written) => {
            let written =
                written.first().ok_or_else(|| ApiError::internal("a write of one op told of none"))?;
            Ok(Attempt::Done(Reply::written(exchange, written, copy)))
        }
        Err(Error::Conflict(Conflict::Condition { .. })) => Ok(Attempt::Overtaken),
        Err(Error::Denied) => Err(not_allowed()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, patient, weight};
    use http::Method;
    use serde_json::json;

    #[tokio::test]
    async fn a_new_resource_gets_an_id_of_the_servers_choice() {
        let (_app, admin) = fhir().await;
        let mut resource = patient("Ito");
        resource["id"] = "mine".into();
        let response = admin.post("/fhir/r4/Patient", &resource).await;
        let stored = response.json();
        let id = stored["id"].as_str().unwrap();
        assert_eq!((response.status(), response.header("etag")), (201, "W/\"1\"".to_owned()));
        assert_eq!(response.header("location"), format!("http://salus.test/fhir/r4/Patient/{id}/_history/1"));
        assert_ne!(id, "mine");
        assert_eq!(admin.get(&format!("/fhir/r4/Patient/{id}")).await.json(), stored);
    }

    #[tokio::test]
    async fn every_fault_is_told_with_its_place() {
        let (_app, admin) = fhir().await;
        let resource =
            json!({"resourceType": "Patient", "gender": "f", "shoeSize": 5, "birthDate": "spring"});
        let response = admin.post("/fhir/r4/Patient", &resource).await;
        let outcome = response.json();
        let mut places: Vec<&str> = outcome["issue"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|issue| issue["expression"][0].as_str())
            .collect();
        places.sort_unstable();
        assert_eq!(
            (response.status(), places),
            (422, vec!["Patient.birthDate", "Patient.gender", "Patient.shoeSize"])
        );
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        let (_app, admin) = fhir().await;
        let fhir_json = Some("application/fhir+json");
        let deep = "[".repeat(100_000);
        for (path, content_type, body, status) in [
            ("Patient", fhir_json, "{\"resourceType\":\"Patient\"", 400),
            ("Patient", fhir_json, deep.as_str(), 400),
            ("Patient", fhir_json, "{\"resourceType\":\"Patient\",\"active\":true,\"active\":true}", 400),
            ("Patient", fhir_json, "{\"resourceType\":\"Observation\"}", 400),
            ("Patient", fhir_json, "{\"resourceType\":\"UserAccount\"}", 400),
            ("Patient", fhir_json, "[]", 400),
            ("Patient", Some("application/fhir+xml"), "<Patient/>", 415),
            ("Patient", None, "{}", 415),
            ("UserAccount", fhir_json, "{\"resourceType\":\"UserAccount\"}", 404),
        ] {
            let path = format!("/fhir/r4/{path}");
            let response = admin.send(Method::POST, &path, content_type, body.to_owned()).await;
            assert_eq!(response.status(), status, "{}: {}", &body[..body.len().min(60)], response.text());
            assert_eq!(response.json()["resourceType"], "OperationOutcome");
        }
    }

    #[tokio::test]
    async fn too_much_is_too_much() {
        let (_app, admin) = fhir().await;
        let large = vec![b' '; 17 * 1024 * 1024];
        let response =
            admin.send(Method::POST, "/fhir/r4/Patient", Some("application/fhir+json"), large).await;
        assert_eq!(
            (response.status(), response.json()["issue"][0]["code"].as_str()),
            (413, Some("too-long"))
        );
    }

    #[tokio::test]
    async fn if_none_exist_creates_once() {
        let (_app, admin) = fhir().await;
        let careful = admin.with_header("if-none-exist", "identifier=http://x.example/ids|Ito");
        let first = careful.post("/fhir/r4/Patient", &patient("Ito")).await;
        let second = careful.post("/fhir/r4/Patient", &patient("Ito")).await;
        assert_eq!((first.status(), second.status()), (201, 200));
        assert_eq!(first.json()["id"], second.json()["id"]);
        create(&admin, &patient("Ito")).await;
        assert_eq!(careful.post("/fhir/r4/Patient", &patient("Ito")).await.status(), 412);
        let vague = admin.with_header("if-none-exist", "");
        assert_eq!(vague.post("/fhir/r4/Patient", &patient("Ito")).await.status(), 400);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn if_none_exist_holds_also_for_those_who_come_at_once() {
        let (_app, admin) = fhir().await;
        let careful = admin.with_header("if-none-exist", "identifier=http://x.example/ids|Ito");
        let come = || {
            let careful = careful.clone();
            tokio::spawn(async move { careful.post("/fhir/r4/Patient", &patient("Ito")).await.status() })
        };
        let all: Vec<_> = (0..16).map(|_| come()).collect();
        let mut created = 0;
        for one in all {
            match one.await.unwrap() {
                201 => created += 1,
                status => assert!(status == 200 || status == 503, "{status}"),
            }
        }
        assert_eq!(created, 1);
    }

    #[tokio::test]
    async fn the_answer_is_as_preferred() {
        let (_app, admin) = fhir().await;
        let minimal =
            admin.with_header("prefer", "return=minimal").post("/fhir/r4/Patient", &patient("a")).await;
        assert_eq!((minimal.status(), minimal.text().as_str()), (201, ""));
        let outcome = admin.with_header("prefer", "return=OperationOutcome");
        let outcome = outcome.post("/fhir/r4/Patient", &patient("b")).await.json();
        assert_eq!(outcome["issue"][0]["severity"], "information");
    }

    #[tokio::test]
    async fn a_link_to_this_server_becomes_relative() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Ito")).await;
        let observation = weight(&format!("http://salus.test/fhir/r4/Patient/{id}"), 70);
        let stored = admin.post("/fhir/r4/Observation", &observation).await.json();
        assert_eq!(stored["subject"]["reference"], format!("Patient/{id}"));
    }

    #[tokio::test]
    async fn nobody_writes_into_a_strangers_record() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let stranger = create(&admin, &patient("Ito")).await;
        for (who, status) in [(maria.patient(), 201), (stranger.as_str(), 403), ("none", 403)] {
            let mut own = weight(&format!("Patient/{who}"), 70);
            own["performer"] = json!([{"reference": format!("Patient/{who}")}]);
            assert_eq!(maria.post("/fhir/r4/Observation", &own).await.status(), status, "{who}");
        }
    }
}
