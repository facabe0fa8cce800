use crate::house::*;
use salus_access::{Purpose, Role, Subject};
use salus_core::{Clock, Timestamp};
use salus_store::{
    AuditAction, AuditFilter, AuditOutcome, Batch, Damage, Error, HistoryPage, HistoryScope, Lookup, Note,
    Origin, Page, Retention, Retired,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

pub async fn every_look_and_write_stands_in_the_chain(house: House) {
    let store = house.open().await;
    let records = system(&store);
    put(&records, patient("p", "Ivanova")).await;
    put(&records, patient("p", "Petrova")).await;
    put(&records, observation("o", "p", "1", "2026-01-01", 1.0)).await;
    found(&person(&store, &["p"]), "Observation", "o").await;
    found(&person(&store, &["q"]), "Observation", "o").await;
    ids(&person(&store, &["p"]), "Observation", &[]).await;
    delete(&records, "Observation", "o").await.unwrap();
    put(&records, patient("other", "Sidorova")).await;
    close(store).await;

    let store = house.open().await;
    let trail = store.audit_trail("p", 0, 100).await.unwrap();
    let told: Vec<_> = trail
        .iter()
        .map(|entry| (entry.actor.as_str(), entry.action, entry.type_name.as_deref(), entry.log.is_some()))
        .collect();
    let (system, me) = ("system: a story", "account-1");
    use AuditAction::{Create, Delete, Denied, Read, Search, Update};
    assert_eq!(
        told,
        [
            (system, Create, Some("Patient"), true),
            (system, Update, Some("Patient"), true),
            (system, Create, Some("Observation"), true),
            (me, Read, Some("Observation"), false),
            (me, Denied, Some("Observation"), false),
            (me, Search, Some("Observation"), false),
            (system, Delete, Some("Observation"), true),
        ]
    );
    let report = store.verify_audit().await.unwrap();
    assert_eq!((report.entries, report.broken_at), (8, None));
}

pub async fn a_changed_entry_breaks_the_chain(house: House) {
    let store = house.open().await;
    for number in 0..5 {
        put(&system(&store), patient(&number.to_string(), "Ivanova")).await;
    }
    let before = store.verify_audit().await.unwrap();
    close(store).await;

    // Whoever can write the file changes who it was in the third entry: the name has one place in the file.
    let path = house.dir().join("record.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 3", []).unwrap();
    drop(connection);

    let store = house.open().await;
    let report = store.verify_audit().await.unwrap();
    assert_eq!(report.broken_at, Some(3));
    assert_ne!(report.head, before.head);
}

pub async fn every_way_to_tamper_is_found(house: House) {
    let store = house.open().await;
    for number in 0..9 {
        put(&system(&store), patient(&number.to_string(), "Ivanova")).await;
    }
    let me = person(&store, &["3"]).seen_from(&Origin { client: Some("web".into()), ..Origin::default() });
    found(&me, "Patient", "3").await;
    let anchors = [store.audit_anchor().await.unwrap()];
    assert_eq!((anchors[0].seq, anchors[0].hash.len()), (10, 64));
    put(&system(&store), patient("late", "Ivanova")).await;
    let whole = store.verify_audit_against(&anchors, &|_, _| ()).await.unwrap();
    assert_eq!((whole.entries, whole.anchors, whole.damage), (11, 1, None));
    close(store).await;
    let aside = tempfile::tempdir().unwrap();
    copy_files(&house.dir(), aside.path());

    const MOVE: &str = "UPDATE audit SET seq = 100 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5;
        UPDATE audit SET seq = 5 WHERE seq = 100;";
    for (what, sql, broken_at, damage) in [
        ("changed: who", "UPDATE audit SET actor = 'nobody' WHERE seq = 3", 3, Damage::Altered),
        ("changed: when", "UPDATE audit SET at = at + 1 WHERE seq = 3", 3, Damage::Altered),
        ("changed: how it ended", "UPDATE audit SET outcome = 4 WHERE seq = 3", 3, Damage::Altered),
        ("changed: from where", "UPDATE audit SET capacity = '{}' WHERE seq = 10", 10, Damage::Altered),
        ("changed: whose", "UPDATE audit SET patient = 7 WHERE seq = 10", 10, Damage::Altered),
        ("changed: the detail", "UPDATE audit SET detail = x'00' WHERE seq = 10", 10, Damage::Detail),
        (
            "changed: the detail's digest",
            "UPDATE audit SET detail_digest = NULL WHERE seq = 10",
            10,
            Damage::Altered,
        ),
        ("changed: the rule", "UPDATE audit SET rule = 1 WHERE seq = 10", 10, Damage::Altered),
        ("taken out", "DELETE FROM audit WHERE seq = 5", 5, Damage::Altered),
        ("taken off the beginning", "DELETE FROM audit WHERE seq < 3", 1, Damage::Beginning),
        ("moved", MOVE, 4, Damage::Altered),
        ("cut off the end, before the anchor", "DELETE FROM audit WHERE seq > 8", 9, Damage::Truncated),
        (
            "put in",
            "INSERT INTO audit (seq, at, actor, action, typ, target, patient, n, first, last, hash)
            VALUES (12, 1, 'nobody', 1, 0, 0, 0, 1, 0, 0, zeroblob(32))",
            12,
            Damage::Altered,
        ),
    ] {
        put_back(aside.path(), &house.dir());
        let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        drop(connection);
        let store = house.open().await;
        let report = store.verify_audit_against(&anchors, &|_, _| ()).await.unwrap();
        assert_eq!((report.broken_at, report.damage), (Some(broken_at), Some(damage)), "{what}");
        close(store).await;
    }
}

pub async fn a_chain_written_anew_does_not_fit_its_anchors(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    let first = store.audit_anchor().await.unwrap();
    found(&person(&store, &["p"]), "Patient", "p").await;
    let second = store.audit_anchor().await.unwrap();
    close(store).await;

    // Whoever has the whole machine makes a chain that fits itself: without the look.
    let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
    connection.execute("DELETE FROM audit WHERE seq = 2", []).unwrap();
    drop(connection);
    let store = house.open().await;
    put(&system(&store), patient("q", "Ivanova")).await;
    assert_eq!(store.verify_audit().await.unwrap().damage, None);
    let report = store.verify_audit_against(&[second, first], &|_, _| ()).await.unwrap();
    assert_eq!((report.broken_at, report.damage, report.anchors), (Some(2), Some(Damage::Rewritten), 1));
}

pub async fn an_entry_tells_who_where_why_and_what(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    let origin = Origin {
        address: Some("192.0.2.7".parse().unwrap()),
        request_id: Some("r-1".into()),
        client: Some("web".into()),
        purpose: Some(Purpose::FamilyRequest),
    };
    let me = person(&store, &["p"]).seen_from(&origin);
    found(&me, "Observation", "o").await;
    ids(&me, "Observation", &[("code", "1"), ("patient", "p")]).await;
    let trail = store.audit_trail("p", 0, 100).await.unwrap();
    let [_, _, read, search] = trail.as_slice() else { panic!("{}", trail.len()) };
    assert_eq!((read.address.as_deref(), read.request_id.as_deref()), (Some("192.0.2.7"), Some("r-1")));
    assert_eq!((read.client.as_deref(), read.purpose.as_deref()), (Some("web"), Some("FAMRQT")));
    assert_eq!((read.roles.as_slice(), read.patient.as_deref()), (&["person".to_owned()][..], Some("p")));
    assert_eq!(read.detail, json!({"id": "o", "version": 1}));
    assert_eq!(search.detail, json!({"query": "code=1&patient=Patient/p"}));
    assert_eq!((search.count, search.outcome), (1, AuditOutcome::Success));
}

pub async fn what_is_not_allowed_is_on_file_with_the_one_it_is_about(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    put(&system(&store), patient("q", "Petrova")).await;
    put(&system(&store), observation("o", "p", "1", "2026-01-01", 1.0)).await;
    put(&system(&store), observation("gone", "p", "1", "2026-01-01", 1.0)).await;
    delete(&system(&store), "Observation", "gone").await.unwrap();
    let file = system(&store).put_blob(Some("p"), "a letter".into()).await.unwrap();
    let me = person(&store, &["q"]);
    let mut seen = store.audit_trail("p", 0, 100).await.unwrap().last().unwrap().seq;
    let instance = || HistoryScope::Instance("Observation".into(), "o".into());

    assert!(is_absent(&me, "Observation", "o").await);
    assert!(is_absent(&me, "Observation", "gone").await);
    assert!(matches!(me.read_version("Observation", "o", 1).await, Ok(Lookup::Absent)));
    assert!(me.history(instance(), HistoryPage::default()).await.unwrap().is_empty());
    assert!(ids(&me, "Observation", &[("patient", "p")]).await.is_empty());
    assert!(ids(&me, "Patient", &[("_id", "p")]).await.is_empty());
    assert!(me.everything("p", Page::first(10)).await.unwrap().matches.is_empty());
    let Err(Error::NotFound) = me.get_blob(&file).await else { panic!() };
    let Err(Error::Denied) = me.put_blob(Some("p"), "mine".into()).await else { panic!() };
    let Err(Error::Denied) = write(&me, put_of(observation("o", "p", "1", "2026-01-01", 2.0))).await else {
        panic!()
    };
    let Err(Error::Denied) = write(&me, put_of(observation("new", "p", "1", "2026-01-01", 2.0))).await else {
        panic!()
    };
    let Err(Error::Denied) = delete(&me, "Observation", "o").await else { panic!() };
    let filter = AuditFilter { patient: Some("p".into()), ..AuditFilter::default() };
    let Err(Error::Denied) = me.audit(&filter, 10).await.map(drop) else { panic!() };

    for attempt in [
        "read",
        "read",
        "vread",
        "history",
        "search",
        "search",
        "everything",
        "read-file",
        "write-file",
        "update",
        "create",
        "delete",
        "search",
    ] {
        let entry = store.audit_trail("p", seen, 1).await.unwrap().remove(0);
        assert_eq!(
            (entry.action, entry.outcome),
            (AuditAction::Denied, AuditOutcome::MinorFailure),
            "{attempt}"
        );
        assert_eq!((entry.actor.as_str(), &entry.detail["attempt"]), ("account-1", &json!(attempt)));
        seen = entry.seq;
    }
    assert!(store.audit_trail("p", seen, 1).await.unwrap().is_empty());
    // Who is nobody's concern stays so: a search for somebody who is not there tells nothing of anybody.
    assert!(ids(&me, "Observation", &[("patient", "nobody")]).await.is_empty());
    assert!(store.audit_trail("nobody", 0, 1).await.unwrap().is_empty());
}

pub async fn after_an_erasure_the_details_are_gone_and_the_chain_is_whole(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    put(&system(&store), patient("q", "Petrova")).await;
    let mut note = Note::of(AuditAction::Answer).about("p");
    note.detail = json!({"question": "a marker in the words of a question"});
    system(&store).note(note).await.unwrap();
    let told = store.audit_trail("p", 0, 100).await.unwrap().pop().unwrap();
    assert_eq!(told.detail["question"], "a marker in the words of a question");
    store.erase_patient("p", "the registrar").await.unwrap();

    let trail = store.audit_trail("p", 0, 100).await.unwrap();
    assert_eq!(trail.len(), 3);
    for entry in &trail {
        assert_eq!((&entry.detail, entry.patient.as_deref()), (&json!({}), None));
        assert!(entry.is_about_patient);
    }
    assert_eq!(store.audit_trail("q", 0, 1).await.unwrap()[0].detail, json!({"id": "q", "version": 1}));
    assert_eq!(store.verify_audit().await.unwrap().damage, None);
    close(store).await;
    let details: i64 = rusqlite::Connection::open(house.dir().join("record.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM audit WHERE detail IS NOT NULL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(details, 1, "those of the one who stays");
}

pub async fn what_is_past_its_time_goes_and_a_checkpoint_stands_for_it(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("p", "Ivanova")).await;
    found(&person(&store, &["p"]), "Patient", "p").await;
    let anchors = [store.audit_anchor().await.unwrap()];
    house.clock.advance_seconds(1_000);
    let later = house.clock.now();
    put(&system(&store), patient("p", "Petrova")).await;
    found(&person(&store, &["p"]), "Patient", "p").await;
    house.clock.advance_seconds(1_000);

    let forever = Timestamp::UNIX_EPOCH;
    let keep_all = Retention { looks_since: forever, details_since: forever, entries_since: forever };
    assert_eq!(store.retire_audit(keep_all).await.unwrap(), Retired::default());
    let looks = Retention { looks_since: later, ..keep_all };
    assert_eq!(store.retire_audit(looks).await.unwrap(), Retired { details: 1, entries: 0 });
    let all = Retention { looks_since: later, details_since: later, entries_since: later };
    assert_eq!(store.retire_audit(all).await.unwrap(), Retired { details: 0, entries: 2 });
    assert_eq!(store.retire_audit(all).await.unwrap(), Retired::default());

    let kept: Vec<_> =
        store.audit_log(0, 10).await.unwrap().iter().map(|entry| (entry.seq, entry.action)).collect();
    use AuditAction::{Checkpoint, Read, Update};
    assert_eq!(kept, [(3, Update), (4, Read), (5, Checkpoint)]);
    let anchors = [anchors[0].clone(), store.audit_anchor().await.unwrap()];
    let report = store.verify_audit_against(&anchors, &|_, _| ()).await.unwrap();
    assert_eq!((report.first, report.entries, report.anchors, report.damage), (3, 5, 1, None));
    close(store).await;

    // Whoever takes more off than the checkpoint says is found out.
    let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
    connection.execute("DELETE FROM audit WHERE seq = 3", []).unwrap();
    drop(connection);
    let store = house.open().await;
    assert_eq!(store.verify_audit().await.unwrap().damage, Some(Damage::Beginning));
}

pub async fn notes_are_part_of_their_write(house: House) {
    let store = house.open().await;
    let note = || Note { actor: Some("a1".into()), ..Note::of(AuditAction::SignIn) };
    let batch = Batch { notes: vec![note()], ..Batch::create(patient("p", "Ivanova")) };
    system(&store).write(batch).await.unwrap();
    let batch = Batch { notes: vec![note()], ..Batch::create(patient("p", "Ivanova")) };
    assert!(system(&store).write(batch).await.is_err(), "there is a p already");
    let told = store.audit_log(0, 10).await.unwrap();
    let told: Vec<_> = told.iter().map(|entry| (entry.actor.as_str(), entry.action)).collect();
    assert_eq!(told, [("system: a story", AuditAction::Create), ("a1", AuditAction::SignIn)]);
}

pub async fn the_chain_is_searched_by_those_who_may(house: House) {
    let store = house.open().await;
    for id in ["p", "q"] {
        put(&system(&store), patient(id, "Ivanova")).await;
        found(&person(&store, &[id]), "Patient", id).await;
    }
    house.clock.advance_seconds(60);
    found(&person(&store, &["q"]), "Patient", "p").await;
    let subject = |roles| Arc::new(Subject::new("boss", "Boss", roles, BTreeMap::new()));
    let boss = store.as_user(subject(vec![Role::Admin]));
    let doctor = store.as_user(subject(vec![Role::Clinician]));
    let all = AuditFilter::default();
    let of_p = || AuditFilter { patient: Some("p".into()), ..AuditFilter::default() };
    let Err(Error::Denied) = doctor.audit(&all, 10).await.map(drop) else { panic!() };
    let Err(Error::Denied) = person(&store, &["p"]).audit(&all, 10).await.map(drop) else { panic!() };

    for (filter, expect) in [
        (all.clone(), vec![7, 6, 5, 4, 3, 2, 1]),
        (of_p(), vec![5, 2, 1]),
        (
            AuditFilter { actor: Some("account-1".into()), actions: vec![AuditAction::Read], ..of_p() },
            vec![2],
        ),
        (AuditFilter { outcome: Some(AuditOutcome::MinorFailure), ..of_p() }, vec![5]),
        (AuditFilter { from: Some(house.clock.now()), ..of_p() }, vec![5]),
        (AuditFilter { to: Some(house.clock.now()), before: Some(2), ..of_p() }, vec![1]),
        (AuditFilter { type_name: Some("Observation".into()), ..of_p() }, vec![]),
    ] {
        let newest = Some(filter.before.unwrap_or(8));
        let found = boss.audit(&AuditFilter { before: newest, ..filter.clone() }, 10).await.unwrap();
        let found: Vec<u64> = found.iter().map(|entry| entry.seq).collect();
        assert_eq!(found, expect, "{filter:?}");
    }
    let own = person(&store, &["p"]).audit(&AuditFilter { before: Some(8), ..of_p() }, 1).await.unwrap();
    assert_eq!(own[0].detail["attempt"], "read");
    let last = store.audit_log(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((last.action, last.type_name.as_deref()), (AuditAction::Search, Some("AuditEvent")));
    assert_eq!((last.actor.as_str(), last.patient.as_deref()), ("account-1", Some("p")));
}

pub async fn the_chain_holds_no_name(house: House) {
    let store = house.open().await;
    put(&system(&store), patient("maria-the-patient", "Ivanova")).await;
    found(&person(&store, &["maria-the-patient"]), "Patient", "maria-the-patient").await;
    close(store).await;
    let connection = rusqlite::Connection::open(house.dir().join("record.db")).unwrap();
    let mut rows = connection.prepare("SELECT * FROM audit").unwrap();
    let columns = rows.column_count();
    let mut rows = rows.query([]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            let shown = format!("{:?}", row.get_ref(column).unwrap());
            let bytes = row.get_ref(column).unwrap().as_bytes().unwrap_or_default().to_vec();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!shown.contains("maria") && !text.contains("maria"), "{shown}");
        }
        count += 1;
    }
    assert_eq!(count, 2);
}
