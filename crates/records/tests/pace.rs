//! How long answers take over a large record. Prints figures; run it by
//! `cargo test --release -p salus-records --test pace -- --ignored --nocapture`.

use salus_http::testing::TestApp;
use salus_records::{Library, Viewer};
use serde_json::json;
use std::time::Instant;

const DOCUMENTS: usize = 50;
const ROWS: usize = 1_000;
const RESULTS: usize = 2_000;
const WORDS: [&str; 16] = [
    "heart", "lung", "kidney", "liver", "knee", "spine", "skin", "stomach", "artery", "nerve", "muscle",
    "bone", "tendon", "retina", "thyroid", "bladder",
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and takes a minute"]
async fn answers_over_fifty_thousand_passages() {
    let app =
        TestApp::with_capabilities(|| vec![salus_records::capability(salus_records::Reader::Here)]).await;
    let maria = app.person("maria").await;
    let records = app.app().store.system("measuring");
    for number in 0..DOCUMENTS {
        let rows = (0..ROWS).map(|row| {
            let word = |step: usize| WORDS[(row / step + number) % WORDS.len()];
            format!(
                "Finding {number}-{row} of the {} near the {} was compared with the {}.\n",
                word(1),
                word(5),
                word(11)
            )
        });
        let text: String = rows.collect();
        salus_records::receive_document(app.app(), &records, maria.patient(), "Notes", text.into())
            .await
            .unwrap();
    }
    app.settle().await;
    for number in 0..RESULTS {
        let day = format!("20{:02}-{:02}-{:02}", 10 + number / 360, 1 + number / 30 % 12, 1 + number % 28);
        app.create(json!({
            "resourceType": "Observation", "status": "final", "effectiveDateTime": day,
            "subject": { "reference": format!("Patient/{}", maria.patient()) },
            "code": { "coding": [{ "system": "http://loinc.org", "code": "2339-0" }], "text": "Glucose" },
            "valueQuantity": { "value": 80 + number % 60, "unit": "mg/dL" },
        }))
        .await;
    }
    let library = Library::default();
    let viewer = Viewer::System;
    let ask = async |question: String| {
        let started = Instant::now();
        let answer = library.ask(&records, &viewer, app.clock(), maria.patient(), &question).await.unwrap();
        assert!(!answer.citations.is_empty(), "{question}");
        started.elapsed().as_secs_f64() * 1e3
    };
    println!(
        "first answer, the record read from the store: {:.0} ms",
        ask("latest glucose".to_owned()).await
    );
    let mut structured = Vec::new();
    let mut retrieved = Vec::new();
    for number in 0..100 {
        structured.push(ask(format!("glucose in 20{}", 10 + number % 5)).await);
        let word = |step: usize| WORDS[(number / step) % WORDS.len()];
        retrieved
            .push(ask(format!("finding {}-{} {} {}", number % DOCUMENTS, number, word(1), word(3))).await);
    }
    for (name, mut times) in [("structured", structured), ("retrieved", retrieved)] {
        times.sort_by(f64::total_cmp);
        println!("{name}: p50 {:.1} ms, p95 {:.1} ms, worst {:.1} ms", times[50], times[95], times[99]);
    }
}
