//! `POST /fhir/r4`: a batch, each entry for itself, or a transaction, all or nothing.

use crate::exchange::Exchange;
use crate::reply::Reply;
use crate::{incoming, transaction};
use bytes::Bytes;
use http::HeaderMap;
use salus_fhir::json::Value;
use salus_fhir::{Issue, IssueCode};
use salus_http::ApiError;

/// The most entries of a bundle that is carried out.
pub(crate) const MOST_ENTRIES: usize = 5_000;

pub(crate) async fn handle(exchange: Exchange, headers: HeaderMap, body: Bytes) -> Result<Reply, ApiError> {
    let mut bundle = incoming::resource(&headers, &body)?;
    drop(body);
    incoming::of_type("Bundle", &bundle)?;
    let entries = match bundle.get_mut("entry").map(Value::take) {
        None => Vec::new(),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(incoming::wrong(IssueCode::Structure, "entry is an array.", "Bundle.entry")),
    };
    if entries.len() > MOST_ENTRIES {
        return Err(too_many(entries.len()));
    }
    match bundle.get("type").and_then(Value::as_str) {
        Some("batch") => transaction::batch(&exchange, entries).await,
        Some("transaction") => transaction::transaction(&exchange, entries).await,
        _ => {
            let words =
                "Only a Bundle of type batch or transaction is carried out; store others as POST Bundle.";
            Err(incoming::wrong(IssueCode::NotSupported, words, "Bundle.type"))
        }
    }
}

fn too_many(entries: usize) -> ApiError {
    let words = format!("A Bundle has at most {MOST_ENTRIES} entries here; this one has {entries}.");
    ApiError::too_large().with_issues(vec![Issue::error(IssueCode::TooCostly, words).at("Bundle.entry")])
}

#[cfg(test)]
mod tests {
    use crate::testing::{create, fhir, ids, patient, weight};
    use salus_http::testing::TestClient;
    use serde_json::{Value, json};

    const MOTHER: &str = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0";
    const CHILD: &str = "urn:uuid:1c3151bd-1cbf-4d64-b04d-cd9187a4c6e1";

    fn bundle(kind: &str, entries: Value) -> Value {
        json!({"resourceType": "Bundle", "type": kind, "entry": entries})
    }

    fn post(full_url: &str, resource: Value) -> Value {
        let url = resource["resourceType"].clone();
        json!({"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": url}})
    }

    fn request(method: &str, url: &str) -> Value {
        json!({"request": {"method": method, "url": url}})
    }

    fn statuses(bundle: &Value) -> Vec<&str> {
        let entries = bundle["entry"].as_array().unwrap();
        entries.iter().map(|entry| &entry["response"]["status"].as_str().unwrap()[..3]).collect()
    }

    async fn count(client: &TestClient, type_name: &str) -> Value {
        client.get(&format!("/fhir/r4/{type_name}?_summary=count")).await.json()["total"].clone()
    }

    #[tokio::test]
    async fn links_within_a_transaction_lead_to_what_was_stored_also_in_a_circle() {
        let (_app, admin) = fhir().await;
        let person = |family: &str, other: &str| {
            let mut person = patient(family);
            person["link"] = json!([{"other": {"reference": other}, "type": "seealso"}]);
            person["text"] = json!({"status": "generated", "div":
                format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"{other}\">x</a></div>")});
            person
        };
        let entries = json!([post(MOTHER, person("Ito", CHILD)), post(CHILD, person("Sato", MOTHER))]);
        let response = admin.post("/fhir/r4", &bundle("transaction", entries)).await;
        let answer = response.json();
        assert_eq!((response.status(), statuses(&answer)), (200, vec!["201", "201"]), "{answer}");
        let ids = ids(&answer);
        for (one, other) in [(0, 1), (1, 0)] {
            let stored = admin.get(&format!("/fhir/r4/Patient/{}", ids[one])).await.json();
            let expected = format!("Patient/{}", ids[other]);
            assert_eq!(stored["link"][0]["other"]["reference"], expected);
            assert!(stored["text"]["div"].as_str().unwrap().contains(&format!("href=\"{expected}\"")));
        }
    }

    #[tokio::test]
    async fn one_fault_and_nothing_is_stored() {
        let (_app, admin) = fhir().await;
        let bad = json!({"resourceType": "Patient", "gender": "f"});
        let id = create(&admin, &patient("Sato")).await;
        let mut stale = request("PUT", &format!("Patient/{id}"));
        stale["resource"] = patient("Sato");
        stale["resource"]["id"] = id.clone().into();
        stale["request"]["ifMatch"] = "W/\"9\"".into();
        let mut only_new = stale.clone();
        only_new["request"] = json!({"method": "PUT", "url": format!("Patient/{id}"), "ifNoneMatch": "*"});
        let mut unnamed = request("PUT", "Patient/q");
        unnamed["resource"] = patient("Sato");
        let missing = weight("Patient?identifier=http://x.example/ids|nobody", 70);
        for (second, status, place) in [
            (post(CHILD, bad), 422, "Bundle.entry[1].resource.gender"),
            (post(MOTHER, patient("Sato")), 400, "Bundle.entry[1].fullUrl"),
            (post(CHILD, missing), 412, ""),
            (stale, 412, ""),
            (only_new, 412, ""),
            (unnamed, 400, "Bundle.entry[1].resource.id"),
            (request("PATCH", "Patient/1"), 400, "Bundle.entry[1].request.method"),
            (request("DELETE", "UserAccount/1"), 404, ""),
            (json!({"resource": patient("Sato")}), 400, "Bundle.entry[1].request"),
        ] {
            let entries = json!([post(MOTHER, patient("Ito")), second]);
            let response = admin.post("/fhir/r4", &bundle("transaction", entries.clone())).await;
            assert_eq!(response.status(), status, "{entries} {}", response.text());
            let outcome = response.json();
            let at = outcome["issue"][0]["expression"][0].as_str().unwrap_or_default();
            assert_eq!(at, place, "{outcome}");
        }
        assert_eq!(count(&admin, "Patient").await, 1);
    }

    fn careful(full_url: &str, resource: Value, family: &str) -> Value {
        let mut entry = post(full_url, resource);
        entry["request"]["ifNoneExist"] = format!("identifier=http://x.example/ids|{family}").into();
        entry
    }

    #[tokio::test]
    async fn creates_of_the_same_under_one_search_are_one() {
        let (_app, admin) = fhir().await;
        let mut second = careful(CHILD, patient("Ito"), "Ito");
        second["resource"]["id"] = "unused".into();
        second["request"]["ifNoneExist"] =
            "?identifier=http%3A%2F%2Fx.example%2Fids%7CIto&_format=json".into();
        let entries = json!([
            careful(MOTHER, patient("Ito"), "Ito"),
            second,
            post("urn:uuid:a", weight(MOTHER, 70)),
            post("urn:uuid:b", weight(CHILD, 71)),
        ]);
        let answer = admin.post("/fhir/r4", &bundle("transaction", entries)).await.json();
        assert_eq!(statuses(&answer), ["201", "200", "201", "201"], "{answer}");
        let ids = ids(&answer);
        assert_eq!(ids[0], ids[1]);
        for place in [2, 3] {
            let subject = &answer["entry"][place]["resource"]["subject"]["reference"];
            assert_eq!(*subject, json!(format!("Patient/{}", ids[0])));
        }
        assert_eq!(count(&admin, "Patient").await, 1);
    }

    #[tokio::test]
    async fn no_two_entries_are_about_one_resource() {
        let (_app, admin) = fhir().await;
        let id = create(&admin, &patient("Sato")).await;
        let by_id = format!("Patient/{id}");
        let put = |url: &str, family: &str, id: Option<&str>| {
            let mut entry = request("PUT", url);
            entry["resource"] = patient(family);
            if let Some(id) = id {
                entry["resource"]["id"] = id.into();
            }
            entry
        };
        let mut other = patient("Ito");
        other["active"] = true.into();
        let (sato, ito) =
            ("Patient?identifier=http://x.example/ids|Sato", "Patient?identifier=http://x.example/ids|Ito");
        let table = [
            (careful(MOTHER, patient("Ito"), "Ito"), careful(CHILD, other, "Ito")),
            (careful(MOTHER, patient("Ito"), "Ito"), put(ito, "Ito", None)),
            (careful(MOTHER, patient("Sato"), "Sato"), request("DELETE", &by_id)),
            (put(ito, "Ito", None), put(ito, "Ito", None)),
            (put(ito, "Ito", Some("a")), put(ito, "Ito", Some("b"))),
            (put(&by_id, "Sato", Some(&id)), request("DELETE", &by_id)),
            (put(&by_id, "Sato", Some(&id)), put(&by_id, "Sato", Some(&id))),
            (put(&by_id, "Sato", Some(&id)), put(sato, "Sato", None)),
            (put(&by_id, "Sato", Some(&id)), request("DELETE", sato)),
            (put("Patient/new", "Ito", Some("new")), request("DELETE", "Patient/new")),
            (put("Patient/new", "Ito", Some("new")), put(ito, "Ito", Some("new"))),
            (request("DELETE", &by_id), request("DELETE", sato)),
            (request("DELETE", "Patient?family=sato"), request("DELETE", sato)),
        ];
        for (one, other) in table {
            for (first, second) in [(&one, &other), (&other, &one)] {
                let entries = json!([first, post("urn:uuid:a", patient("Abe")), second]);
                let response = admin.post("/fhir/r4", &bundle("transaction", entries.clone())).await;
                let issue = response.json()["issue"][0].clone();
                assert_eq!((response.status(), &issue["code"]), (400, &json!("duplicate")), "{entries}");
                let words = issue["diagnostics"].as_str().unwrap();
                assert!(words.contains("Bundle.entry[0] and Bundle.entry[2]"), "{words}");
            }
        }
        assert_eq!(count(&admin, "Patient").await, 1);
    }

    #[tokio::test]
    async fn a_name_that_no_entry_has_is_told() {
        let (_app, admin) = fhir().await;
        let mut deletion = request("DELETE", "Patient/none");
        deletion["fullUrl"] = CHILD.into();
        let mut contained = weight(MOTHER, 70);
        contained["contained"] = json!([{"resourceType": "Patient", "link":
            [{"other": {"reference": CHILD}, "type": "seealso"}]}]);
        for referring in [weight(CHILD, 70), contained] {
            let entries =
                json!([post(MOTHER, patient("Ito")), post("urn:uuid:a", referring), deletion.clone()]);
            let response = admin.post("/fhir/r4", &bundle("transaction", entries)).await;
            let issue = response.json()["issue"][0].clone();
            assert_eq!(response.status(), 400, "{issue}");
            assert_eq!(issue["expression"][0], "Bundle.entry[1].resource");
            assert!(issue["diagnostics"].as_str().unwrap().contains(CHILD), "{issue}");
        }
        let document = json!({"resourceType": "Bundle", "type": "collection", "entry":
            [{"fullUrl": CHILD, "resource": patient("Ito")}, {"resource": weight(CHILD, 70)}]});
        let entries = json!([post(MOTHER, document)]);
        let response = admin.post("/fhir/r4", &bundle("transaction", entries)).await;
        assert_eq!(response.status(), 200, "{}", response.text());
        assert_eq!((count(&admin, "Patient").await, count(&admin, "Bundle").await), (0.into(), 1.into()));
    }

    #[tokio::test]
    async fn deletes_come_before_creates_before_updates_before_reads() {
        let (_app, admin) = fhir().await;
        let old = create(&admin, &patient("Ito")).await;
        let mut update = patient("Sato");
        update["id"] = "sato".into();
        let mut update = post("http://x.example/fhir/Patient/sato", update);
        update["request"] = json!({"method": "PUT", "url": "Patient/sato"});
        let entries = json!([
            request("GET", "Patient?_sort=family"),
            update,
            post(MOTHER, patient("Abe")),
            request("DELETE", &format!("Patient/{old}")),
            request("GET", &format!("Patient/{old}")),
        ]);
        let answer = admin.post("/fhir/r4", &bundle("transaction", entries)).await.json();
        assert_eq!(statuses(&answer), ["200", "201", "201", "204", "410"], "{answer}");
        let found = &answer["entry"][0]["resource"];
        assert_eq!(ids(found), [answer["entry"][2]["resource"]["id"].as_str().unwrap(), "sato"]);
        assert_eq!(answer["entry"][4]["response"]["outcome"]["resourceType"], "OperationOutcome");
    }

    #[tokio::test]
    async fn conditions_and_searches_as_references() {
        let (_app, admin) = fhir().await;
        let known = create(&admin, &patient("Ito")).await;
        let entries = json!([
            careful(MOTHER, patient("Ito"), "Ito"),
            careful(CHILD, patient("Sato"), "Sato"),
            post("urn:uuid:a", weight(MOTHER, 70)),
            post("urn:uuid:b", weight("Patient?identifier=http://x.example/ids|Ito", 71)),
            request("DELETE", "Patient?family=nobody"),
        ]);
        let answer = admin.post("/fhir/r4", &bundle("transaction", entries)).await.json();
        assert_eq!(statuses(&answer), ["200", "201", "201", "201", "204"], "{answer}");
        for place in [2, 3] {
            let reference = &answer["entry"][place]["resource"]["subject"]["reference"];
            assert_eq!(*reference, json!(format!("Patient/{known}")));
        }
        assert_eq!(count(&admin, "Patient").await, 2);
    }

    #[tokio::test]
    async fn relative_links_beside_a_foreign_server_stay_together() {
        let (_app, admin) = fhir().await;
        let entries = json!([
            post("http://x.example/fhir/Patient/1", patient("Ito")),
            post("http://x.example/fhir/Observation/2", weight("Patient/1", 70)),
            post("http://y.example/fhir/Observation/3", weight("Patient/1", 70)),
        ]);
        let answer = admin.post("/fhir/r4", &bundle("transaction", entries)).await.json();
        let subject = |place: usize| answer["entry"][place]["resource"]["subject"]["reference"].clone();
        let id = answer["entry"][0]["resource"]["id"].as_str().unwrap();
        assert_eq!((subject(1), subject(2)), (json!(format!("Patient/{id}")), json!("Patient/1")));
    }

    #[tokio::test]
    async fn in_a_batch_each_entry_stands_for_itself() {
        let (_app, admin) = fhir().await;
        let entries = json!([
            post(MOTHER, patient("Ito")),
            post(CHILD, json!({"resourceType": "Patient", "gender": "f"})),
            request("GET", "Patient/none"),
            request("GET", "Patient?family=ito"),
            request("GET", "http://salus.test/fhir/r4/Patient?shoe-size=5"),
            json!({}),
            request("POST", "Patient/$merge/x"),
        ]);
        let response =
            admin.with_header("prefer", "return=minimal").post("/fhir/r4", &bundle("batch", entries)).await;
        let answer = response.json();
        assert_eq!(answer["type"], "batch-response");
        assert_eq!(statuses(&answer), ["201", "422", "404", "200", "400", "400", "400"], "{answer}");
        assert_eq!(answer["entry"][0].get("resource"), None);
        assert_eq!(ids(&answer["entry"][3]["resource"]).len(), 1);
    }

    #[tokio::test]
    async fn a_transaction_obeys_the_policy_of_who_sends_it() {
        let (app, admin) = fhir().await;
        let maria = app.person("maria").await;
        let foreign = create(&admin, &patient("Ito")).await;
        let mut own = weight(&format!("Patient/{}", maria.patient()), 70);
        own["performer"] = json!([{"reference": format!("Patient/{}", maria.patient())}]);
        let both = json!([
            post("urn:uuid:a", own.clone()),
            post("urn:uuid:b", weight(&format!("Patient/{foreign}"), 70))
        ]);
        assert_eq!(maria.post("/fhir/r4", &bundle("transaction", both)).await.status(), 403);
        assert_eq!(count(&admin, "Observation").await, 0);
        let entries = json!([post("urn:uuid:a", own), request("DELETE", &format!("Patient/{foreign}"))]);
        let answer = maria.post("/fhir/r4", &bundle("transaction", entries)).await.json();
        assert_eq!(statuses(&answer), ["201", "204"]);
        assert_eq!(admin.get(&format!("/fhir/r4/Patient/{foreign}")).await.status(), 200);
    }

    #[tokio::test]
    async fn too_many_entries_are_refused_before_any_is_carried_out() {
        let (_app, admin) = fhir().await;
        for kind in ["batch", "transaction"] {
            let mut entries = vec![json!({}); super::MOST_ENTRIES];
            entries.push(post(MOTHER, patient("Ito")));
            let response = admin.post("/fhir/r4", &bundle(kind, entries.into())).await;
            let issue = response.json()["issue"][0].clone();
            assert_eq!((response.status(), &issue["code"]), (413, &json!("too-costly")), "{kind}");
            let words = issue["diagnostics"].as_str().unwrap();
            assert!(words.contains("5000") && words.contains("5001"), "{words}");
        }
        assert_eq!(count(&admin, "Patient").await, 0);
    }

    #[tokio::test]
    async fn other_bundles_are_not_carried_out() {
        let (_app, admin) = fhir().await;
        for kind in ["document", "history", ""] {
            assert_eq!(admin.post("/fhir/r4", &bundle(kind, json!([]))).await.status(), 400, "{kind}");
        }
        assert_eq!(admin.post("/fhir/r4", &patient("Ito")).await.status(), 400);
        let empty = admin.post("/fhir/r4", &bundle("transaction", json!([]))).await;
        assert_eq!((empty.status(), empty.json()["type"].as_str()), (200, Some("transaction-response")));
    }
}
