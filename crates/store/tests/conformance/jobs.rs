use crate::house::*;
use salus_core::Clock;
use salus_store::{Batch, Expect, Job, JobState, NewJob, Op, Progress, Store};
use serde_json::json;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);

async fn claim(store: &Store, queue: &str) -> Option<Job> {
    store.claim(&[queue], LEASE).await.unwrap()
}

pub async fn a_job_comes_with_its_batch_or_not_at_all(house: House) {
    let store = house.open().await;
    let records = system(&store);
    let job = || NewJob::new("read-document", json!({"document": "d"}));
    let failing = Op::Put { resource: patient("p", "Ivanova"), expect: Expect::Version(3) };
    let batch = Batch { ops: vec![failing], jobs: vec![job()], ..Batch::default() };
    assert!(records.write(batch).await.is_err());
    assert!(claim(&store, "read-document").await.is_none());

    let batch = Batch { ops: vec![put_of(patient("p", "Ivanova"))], jobs: vec![job()], ..Batch::default() };
    let (_, ids) = records.write_with_jobs(batch).await.unwrap();
    assert!(claim(&store, "another-queue").await.is_none());
    let job = claim(&store, "read-document").await.unwrap();
    assert_eq!((job.id.as_str(), job.attempts, &job.payload["document"]), (ids[0].as_str(), 1, &json!("d")));
    assert!(claim(&store, "read-document").await.is_none());

    let progress = Progress { done: 3, total: 10, message: Some("page 3".into()) };
    assert!(store.progress(&job, progress.clone(), LEASE).await.unwrap());
    assert_eq!(store.job(&job.id).await.unwrap().unwrap().progress, progress);
    assert!(store.done(&job).await.unwrap());
    let done = store.job(&job.id).await.unwrap().unwrap();
    assert_eq!((done.state, done.ended_at), (JobState::Done, Some(house.clock.now())));
    assert!(!store.done(&job).await.unwrap(), "once is enough");
}

pub async fn a_lease_that_ends_gives_the_job_to_another(house: House) {
    let store = house.open().await;
    store.enqueue(NewJob { max_attempts: 2, ..NewJob::new("q", json!({})) }).await.unwrap();
    let first = claim(&store, "q").await.unwrap();
    house.clock.advance_seconds(61);
    let second = claim(&store, "q").await.unwrap();
    assert_eq!((second.id.as_str(), second.attempts), (first.id.as_str(), 2));
    assert!(!store.done(&first).await.unwrap(), "the first came too late");
    house.clock.advance_seconds(61);
    assert!(claim(&store, "q").await.is_none(), "two attempts were all");
    assert_eq!(store.job(&first.id).await.unwrap().unwrap().state, JobState::Dead);
}

pub async fn failures_wait_longer_and_end_as_dead_letters(house: House) {
    let store = house.open().await;
    let id = store.enqueue(NewJob { max_attempts: 3, ..NewJob::new("q", json!({})) }).await.unwrap();
    for (attempt, shortest, longest) in [(1, 3, 7), (2, 7, 13)] {
        let job = claim(&store, "q").await.unwrap();
        assert_eq!(job.attempts, attempt);
        assert!(store.fail(&job, "no engine").await.unwrap());
        house.clock.advance_seconds(shortest);
        assert!(claim(&store, "q").await.is_none());
        house.clock.advance_seconds(longest - shortest);
    }
    let job = claim(&store, "q").await.unwrap();
    assert!(store.fail(&job, "still no engine").await.unwrap());
    let dead = store.job(&id).await.unwrap().unwrap();
    assert_eq!((dead.state, dead.error.as_deref()), (JobState::Dead, Some("still no engine")));
    assert_eq!(store.stats().await.unwrap().jobs_dead, 1);
}

pub async fn the_same_work_is_enqueued_once(house: House) {
    let store = house.open().await;
    let job = |queue: &str| NewJob { dedupe: Some("patient p".into()), ..NewJob::new(queue, json!({})) };
    let first = store.enqueue(job("q")).await.unwrap();
    assert_eq!(store.enqueue(job("q")).await.unwrap(), first);
    assert_ne!(store.enqueue(job("r")).await.unwrap(), first);
    let claimed = claim(&store, "q").await.unwrap();
    assert!(claim(&store, "q").await.is_none());
    store.done(&claimed).await.unwrap();
    assert_ne!(store.enqueue(job("q")).await.unwrap(), first, "what is done may come again");
}

pub async fn urgent_jobs_go_first_and_later_ones_wait(house: House) {
    let store = house.open().await;
    let now = house.clock.now();
    let job = |name: &str, priority, after: i64| NewJob {
        id: Some(name.to_owned()),
        priority,
        run_at: Some(now + Duration::from_secs(after as u64)),
        ..NewJob::new("q", json!({}))
    };
    for job in [job("usual", 0, 0), job("later", 9, 3_600), job("urgent", 5, 0)] {
        store.enqueue(job).await.unwrap();
    }
    let listed = store.jobs_of("q", 2).await.unwrap();
    assert_eq!(listed.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["urgent", "later"]);
    assert!(store.jobs_of("another-queue", 2).await.unwrap().is_empty());
    assert_eq!(claim(&store, "q").await.unwrap().id, "urgent");
    assert_eq!(claim(&store, "q").await.unwrap().id, "usual");
    assert!(claim(&store, "q").await.is_none());
    house.clock.advance_seconds(3_601);
    assert_eq!(claim(&store, "q").await.unwrap().id, "later");
}

pub async fn what_ended_long_ago_is_swept_with_its_payload(house: House) {
    // More than one transaction takes.
    const DONE: usize = 501;
    let store = house.open().await;
    let job = |queue: &str, name: &str| NewJob::new(queue, json!({"name": name}));
    for _ in 0..DONE {
        store.enqueue(job("done", "Letter of Maria.pdf")).await.unwrap();
    }
    for queue in ["dead", "running", "waiting"] {
        store.enqueue(job(queue, queue)).await.unwrap();
    }
    while let Some(job) = claim(&store, "done").await {
        store.done(&job).await.unwrap();
    }
    let dead = claim(&store, "dead").await.unwrap();
    store.give_up(&dead, "no").await.unwrap();
    claim(&store, "running").await.unwrap();
    house.clock.advance_seconds(1);
    let (before, now) = (house.clock.now() - Duration::from_secs(2), house.clock.now());
    for (done, dead, swept) in [(before, before, 0), (now, before, DONE), (now, now, 1), (now, now, 0)] {
        assert_eq!(store.sweep_jobs(done, dead).await.unwrap(), swept);
    }
    assert!(store.job(&dead.id).await.unwrap().is_none());
    assert!(claim(&store, "waiting").await.is_some());
    house.clock.advance_seconds(61);
    assert!(claim(&store, "running").await.is_some(), "it was lost, and is taken up again");
    close(store).await;
    assert!(!contains(&all_bytes(&house.dir()), "Letter of Maria.pdf"));
}
