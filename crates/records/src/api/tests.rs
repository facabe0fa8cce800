//! Stories over the whole application: files in, answers out.

use salus_http::testing::{TestApp, TestClient};
use salus_store::Store;
use serde_json::{Value, json};
use std::sync::Arc;

async fn maria() -> (TestApp, TestClient) {
    let app = TestApp::with_capabilities(|| vec![crate::capability(crate::Reader::Here)]).await;
    let maria = app.person("maria").await;
    (app, maria)
}

fn lab_report() -> Vec<u8> {
    use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
    let lines: [(f32, f32, &str); 10] = [
        (72.0, 780.0, "Laboratory report"),
        (72.0, 750.0, "Collected: 4 December 2025"),
        (72.0, 700.0, "Ferritin"),
        (240.0, 700.0, "18"),
        (300.0, 700.0, "ng/mL"),
        (400.0, 700.0, "15 - 150"),
        (72.0, 680.0, "HbA1c"),
        (240.0, 680.0, "5.7"),
        (300.0, 680.0, "%"),
        (72.0, 640.0, "The knee shows a small tear of the meniscus."),
    ];
    let mut pdf = Pdf::new();
    let [catalog, tree, page, font, content] = [1, 2, 3, 4, 5].map(Ref::new);
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids([page]).count(1);
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut sheet = pdf.page(page);
    sheet.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(tree).contents(content);
    sheet.resources().fonts().pair(Name(b"F1"), font);
    sheet.finish();
    let mut drawn = Content::new();
    for (x, y, text) in lines {
        drawn.begin_text().set_font(Name(b"F1"), 11.0);
        drawn.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]).show(Str(text.as_bytes())).end_text();
    }
    pdf.stream(content, &drawn.finish());
    pdf.finish()
}

async fn ask(client: &TestClient, person: &str, question: &str) -> Value {
    let response =
        client.post(&format!("/api/v1/people/{person}/questions"), &json!({ "question": question })).await;
    assert_eq!(response.status(), 200, "{}", response.text());
    response.json()
}

#[tokio::test]
async fn an_uploaded_report_is_read_and_quoted_at_its_place() {
    let (app, maria) = maria().await;
    let path = format!("/api/v1/people/{}/documents", maria.patient());
    let response = maria.upload(&path, "Labs.pdf", "application/octet-stream", &lab_report()).await;
    assert_eq!(response.status(), 202, "{}", response.text());
    let document = response.json();
    assert_eq!(
        (&document["state"], &document["contentType"]),
        (&json!("received"), &json!("application/pdf"))
    );
    app.settle().await;

    let listed = maria.get(&path).await.json();
    let item = &listed[0];
    assert_eq!(
        (&item["state"], &item["pages"], &item["date"]),
        (&json!("read"), &json!(1), &json!("2025-12-04"))
    );
    let id = item["id"].as_str().unwrap();
    let content = maria.get(&format!("/api/v1/documents/{id}/content")).await;
    assert_eq!(
        (content.bytes().as_ref(), content.header("content-type")),
        (lab_report().as_slice(), "application/pdf".to_owned())
    );

    let answer = ask(&maria, maria.patient(), "What is my ferritin?").await;
    assert_eq!(answer["kind"], "quoted", "{answer}");
    let citation = &answer["citations"][0];
    assert_eq!(citation["source"]["kind"], "document");
    assert_eq!(citation["source"]["id"], id);
    assert_eq!(citation["quote"], "Ferritin\t18\tng/mL\t15 - 150");
    let place = &citation["source"]["boxes"][0];
    let measure = |name: &str| place[name].as_f64().unwrap();
    assert!((measure("x") - 72.0 / 595.0).abs() < 0.01, "{place}");
    assert!(measure("y") < 142.0 / 842.0 && measure("y") + measure("height") > 142.0 / 842.0, "{place}");

    let gone = maria.delete(&format!("/api/v1/documents/{id}")).await;
    assert_eq!(gone.status(), 204);
    assert_eq!(maria.delete(&format!("/api/v1/documents/{id}")).await.status(), 204);
    let answer = ask(&maria, maria.patient(), "What is my ferritin?").await;
    assert_eq!(answer["kind"], "notFound", "what was deleted is quoted no more: {answer}");
}

#[tokio::test]
async fn a_bad_file_says_why_and_stops_no_other() {
    let (app, maria) = maria().await;
    let path = format!("/api/v1/people/{}/documents", maria.patient());
    for (name, bytes) in [
        ("broken.pdf", &b"%PDF-1.7 nothing"[..]),
        ("photo.jpg", b"\xff\xd8\xff\xe0"),
        ("noise", b"\x00\x01\x02"),
        ("letter.txt", b"Your next visit is in May."),
    ] {
        assert_eq!(maria.upload(&path, name, "text/plain", bytes).await.status(), 202);
    }
    app.settle().await;
    let listed = maria.get(&path).await.json();
    for (name, state) in
        [("broken.pdf", "failed"), ("photo.jpg", "failed"), ("noise", "failed"), ("letter.txt", "read")]
    {
        let item = listed.as_array().unwrap().iter().find(|item| item["title"] == name).unwrap();
        assert_eq!(item["state"], state, "{item}");
        assert_eq!(item["reason"].is_string(), state != "read", "{item}");
    }
    let empty = maria.upload(&path, "empty.txt", "text/plain", b"").await;
    assert_eq!(empty.status(), 422);
}

#[tokio::test]
async fn an_upload_of_fhir_becomes_the_persons_own() {
    let (app, maria) = maria().await;
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [
        { "fullUrl": "urn:uuid:5a", "resource": { "resourceType": "Patient", "id": "elsewhere" } },
        { "resource": { "resourceType": "Organization", "id": "lab", "name": "Central Laboratory" } },
        { "resource": { "resourceType": "Medication", "id": "med", "code": { "text": "Simvastatin 20 MG" } } },
        { "resource": { "resourceType": "Observation", "id": "o", "status": "final",
            "code": { "coding": [{ "system": "http://loinc.org", "code": "4548-4" }], "text": "HbA1c" },
            "subject": { "reference": "urn:uuid:5a" }, "effectiveDateTime": "2025-12-24",
            "performer": [{ "reference": "Organization/lab" }],
            "valueQuantity": { "value": 6.8, "unit": "%" },
            "referenceRange": [{ "low": { "value": 4.0 }, "high": { "value": 5.6 } }] } },
        { "resource": { "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
            "medicationReference": { "reference": "Medication/med" }, "subject": { "reference": "urn:uuid:5a" },
            "authoredOn": "2025-12-24" } },
        { "resource": { "resourceType": "Condition", "id": "c", "nonsense": true, "subject": { "reference": "urn:uuid:5a" } } }
    ]});
    let path = format!("/api/v1/people/{}/import", maria.patient());
    let response =
        maria.upload(&path, "record.json", "application/json", bundle.to_string().as_bytes()).await;
    assert_eq!(response.status(), 202, "{}", response.text());
    let job = response.json()["jobId"].as_str().unwrap().to_owned();
    app.settle().await;
    let job = maria.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!(job["state"], "done", "{job}");

    let answer = ask(&maria, maria.patient(), "latest HbA1c").await;
    assert_eq!(
        answer["sentences"][0]["text"],
        "Your latest HbA1c was 6.8 % on 24 Dec 2025 (reference range 4.0\u{2013}5.6): high."
    );
    let source = &answer["citations"][0]["source"];
    assert_eq!((&source["kind"], &source["type"]), (&json!("resource"), &json!("Observation")));
    let answer = ask(&maria, maria.patient(), "which medicines do I take").await;
    assert!(answer.to_string().contains("Simvastatin 20 MG"), "{answer}");
    let results = maria.get(&format!("/api/v1/people/{}/results", maria.patient())).await.json();
    assert_eq!(
        (&results[0]["plainTitle"], &results[0]["latest"]["status"]),
        (&json!("HbA1c"), &json!("high"))
    );
    let result = maria.get(&format!("/api/v1/people/{}/results/4548-4", maria.patient())).await;
    assert_eq!(result.json()["points"].as_array().unwrap().len(), 1);
    assert_eq!(maria.get(&format!("/api/v1/people/{}/results/none", maria.patient())).await.status(), 404);

    for type_name in ["Organization", "Medication"] {
        let query = salus_fhir::search::Query::all(type_name);
        let found = app.app().store.system("test").search(&query, salus_store::Page::first(1)).await.unwrap();
        assert!(found.matches.is_empty(), "an upload brings in nothing that others see: {type_name}");
    }
}

#[tokio::test]
async fn an_imported_file_goes_when_its_import_is_over() {
    let whole = json!({ "resourceType": "Bundle", "type": "collection", "entry": [] }).to_string();
    let days = 7;
    // What is uploaded, how often a worker is lost over it, what comes of it, and whether the file is there then.
    for (bytes, lost, state, is_left) in [
        (whole.as_str(), 0, "done", false),
        (whole.as_str(), 1, "done", false),
        ("{\"resourceType\": \"Bundle\", \"entry\": [", 0, "failed", false),
        (whole.as_str(), 5, "failed", true),
    ] {
        let (app, maria) = maria().await;
        let store = &app.app().store;
        let path = format!("/api/v1/people/{}/import", maria.patient());
        let sent = maria.upload(&path, "record.json", "application/json", bytes.as_bytes()).await;
        let id = sent.json()["jobId"].as_str().unwrap().to_owned();
        let files = async || store.holdings(maria.patient()).await.unwrap().files;
        assert_eq!(files().await, 1);
        for _ in 0..lost {
            let lease = std::time::Duration::from_secs(1);
            store.claim(&["records.import"], lease).await.unwrap().unwrap();
            app.clock().advance_seconds(2);
        }
        app.settle().await;
        let job = maria.get(&format!("/api/v1/jobs/{id}")).await.json();
        assert_eq!((&job["state"], files().await), (&json!(state), u64::from(is_left)), "{job}");
        app.clock().advance_seconds(days * 86_400);
        app.settle().await;
        assert_eq!(files().await, 0);
    }
}

#[tokio::test]
async fn an_import_that_was_over_but_for_its_last_word_is_done() {
    let (app, maria) = maria().await;
    let store = &app.app().store;
    let bundle = json!({ "resourceType": "Bundle", "type": "collection", "entry": [] }).to_string();
    let path = format!("/api/v1/people/{}/import", maria.patient());
    let sent = maria.upload(&path, "record.json", "application/json", bundle.as_bytes()).await;
    let id = sent.json()["jobId"].as_str().unwrap().to_owned();
    let lease = std::time::Duration::from_secs(1);
    let job = store.claim(&["records.import"], lease).await.unwrap().unwrap();
    let over = salus_store::Progress { message: Some("0 entries taken over.".into()), ..Default::default() };
    store.progress(&job, over, lease).await.unwrap();
    let file = job.payload["file"].as_str().unwrap().parse().unwrap();
    store.system("test").delete_blob(&file).await.unwrap();
    app.clock().advance_seconds(2);
    app.settle().await;
    let job = maria.get(&format!("/api/v1/jobs/{id}")).await.json();
    assert_eq!((&job["state"], &job["message"]), (&json!("done"), &json!("0 entries taken over.")));
}

#[tokio::test]
async fn nobody_learns_of_another_persons_record() {
    let (app, maria) = maria().await;
    let john = app.person("john").await;
    let path = format!("/api/v1/people/{}/documents", maria.patient());
    let uploaded = maria.upload(&path, "Labs.pdf", "application/pdf", &lab_report()).await.json();
    app.settle().await;
    let id = uploaded["id"].as_str().unwrap();
    let whose = maria.patient();
    for path in [
        format!("/api/v1/people/{whose}/glance"),
        format!("/api/v1/people/{whose}/timeline"),
        format!("/api/v1/people/{whose}/conditions"),
        format!("/api/v1/people/{whose}/results"),
        format!("/api/v1/people/{whose}/documents"),
        format!("/api/v1/documents/{id}"),
        format!("/api/v1/documents/{id}/content"),
    ] {
        assert_eq!(john.get(&path).await.status(), 404, "{path}");
    }
    let question = json!({ "question": "What is my ferritin?" });
    assert_eq!(john.post(&format!("/api/v1/people/{whose}/questions"), &question).await.status(), 404);
    assert_eq!(john.upload(&path, "x.txt", "text/plain", b"words").await.status(), 404);
    assert_eq!(john.delete(&format!("/api/v1/documents/{id}")).await.status(), 404);
    assert_eq!(app.open_doors(vec![crate::capability(crate::Reader::Here)]).await, [] as [String; 0]);
}

#[tokio::test]
async fn questions_that_are_none_are_refused_with_a_reason() {
    let (_app, maria) = maria().await;
    let path = format!("/api/v1/people/{}/questions", maria.patient());
    for (question, status) in [("", 422), ("  ?", 422), (&"why ".repeat(400), 422)] {
        assert_eq!(maria.post(&path, &json!({ "question": question })).await.status(), status);
    }
    let answer = ask(&maria, maria.patient(), "Quando ho fatto l'ultima visita?").await;
    assert_eq!(answer["kind"], "unclear");
    let answer = ask(&maria, maria.patient(), "am I allergic to penicillin?").await;
    assert_eq!((&answer["kind"], &answer["citations"]), (&json!("notFound"), &json!([])));
}

#[tokio::test]
async fn a_glance_and_a_timeline_show_what_is_there() {
    let (app, maria) = maria().await;
    let subject = json!({ "reference": format!("Patient/{}", maria.patient()) });
    for day in 1..=3 {
        app.create(json!({ "resourceType": "Encounter", "status": "finished", "class": { "code": "AMB" },
            "subject": subject, "period": { "start": format!("2025-05-0{day}T08:00:00Z") } }))
            .await;
    }
    app.create(
        json!({ "resourceType": "AllergyIntolerance", "patient": subject, "code": { "text": "Latex" } }),
    )
    .await;
    let glance = maria.get(&format!("/api/v1/people/{}/glance", maria.patient())).await;
    assert_eq!(glance.status(), 200, "{}", glance.text());
    let glance = glance.json();
    assert_eq!(glance["person"]["name"], "Maria");
    assert_eq!(glance["allergies"][0]["title"], "Latex");
    assert_eq!(glance["lastEncounter"]["date"], "2025-05-03");
    let path = format!("/api/v1/people/{}/timeline?count=2", maria.patient());
    let first = maria.get(&path).await.json();
    let next = first["next"].as_str().unwrap();
    let second = maria.get(&format!("{path}&before={next}")).await.json();
    let dates = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["date"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (dates(&first), dates(&second)),
        (vec!["2025-05-03".into(), "2025-05-02".into()], vec!["2025-05-01".to_owned()])
    );
    assert!(second["next"].is_null());
    assert_eq!(maria.get(&format!("{path}&before=nonsense")).await.status(), 400);
}

/// The questions of the house over imported Synthea people, each citation opened again.
#[tokio::test]
async fn citations_about_synthea_people_resolve() {
    let shared = std::env::var("SALUS_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let folder = std::path::PathBuf::from(format!("{shared}/fhir/synthea"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no shared data");
        return;
    };
    let app = TestApp::with_capabilities(|| vec![crate::capability(crate::Reader::Here)]).await;
    let store: &Store = &app.app().store;
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let report = crate::import::paths(store, &files[..3], Arc::new(|_| {})).await.unwrap();
    assert_eq!(report.faults(), 0);
    let records = store.system("test");
    for file in &files[..3] {
        let bundle: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let person = bundle["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
        for question in [
            "latest HbA1c",
            "which medicines do I take",
            "am I allergic to penicillin",
            "when was my last tetanus shot",
            "how has my blood pressure changed this year",
        ] {
            let answer = crate::ask(&records, app.clock(), &person, question).await.unwrap();
            for sentence in &answer.sentences {
                assert!(
                    sentence
                        .citations
                        .iter()
                        .all(|number| (1..=answer.citations.len() as u32).contains(number))
                );
            }
            for citation in &answer.citations {
                let crate::CitationSource::Resource(source) = &citation.source else {
                    panic!("no document here")
                };
                let found =
                    records.read_version(&source.type_name, &source.id, source.version).await.unwrap();
                assert!(found.found().is_some(), "{question}");
            }
        }
    }
}
