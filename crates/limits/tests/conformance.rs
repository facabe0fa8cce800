//! Both ways of counting give the same answers to the same questions, and neither is an open door when Redis goes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::SignedDuration;
use salus_core::{Clock, ManualClock, Secret};
use salus_limits::attempts::Patience;
use salus_limits::testing::RedisServer;
use salus_limits::{Counters, LimitsConfig, Slot};
use salus_outbound::testing::Authority;
use std::sync::Arc;
use std::time::{Duration, Instant};

const START: &str = "2026-01-05T08:00:00Z";

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(START.parse().unwrap()))
}

async fn shared(redis: &str, clock: &Arc<ManualClock>) -> Counters {
    // A machine that is busy with other tests answers late, and is well all the same.
    let config =
        LimitsConfig { redis: Some(redis.to_owned()), time_limit_ms: 5_000, ..LimitsConfig::default() };
    Counters::open(&config, Secret::new([7; 32]), Arc::clone(clock) as Arc<dyn Clock>).await.unwrap()
}

fn is_well(counters: &Counters) -> bool {
    counters.condition().unwrap().0
}

async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// After how many seconds which name asks.
const REQUESTS: &[(i64, &str)] = &[
    (0, "maria"),
    (0, "maria"),
    (0, "maria"),
    (0, "john"),
    (1, "maria"),
    (0, "maria"),
    (7, "maria"),
    (0, "maria"),
    (0, "maria"),
    (20, "maria"),
    (0, "john"),
    (0, "john"),
    (0, "john"),
    (0, "john"),
    (59, "maria"),
    (61, "maria"),
    (0, "maria"),
    (0, "maria"),
    (0, "maria"),
    (0, "maria"),
    (0, "maria"),
    (-5, "maria"),
    (3_600, "john"),
    (0, "john"),
];

/// The wait that each of the requests is told, in µs.
async fn waits(counters: &Counters, clock: &ManualClock, per_minute: u32) -> Vec<u128> {
    let rate = counters.rate("requests", per_minute);
    let mut waits = Vec::new();
    for (seconds, name) in REQUESTS {
        clock.advance_seconds(*seconds);
        waits.push(rate.take(name).await.err().unwrap_or_default().as_micros());
    }
    waits
}

#[tokio::test]
async fn both_ways_let_the_same_requests_in_and_name_the_same_waits() {
    for per_minute in [1, 2, 3, 7, 60] {
        // A server for each, for the names are the same.
        let Some(redis) = RedisServer::start() else { return };
        let (one, other) = (clock(), clock());
        let local = waits(&Counters::local(Arc::clone(&one) as Arc<dyn Clock>), &one, per_minute).await;
        let together = shared(&redis.url(), &other).await;
        assert_eq!(waits(&together, &other, per_minute).await, local, "{per_minute} a minute");
        assert!(is_well(&together), "Redis was asked");
        assert!(per_minute > 10 || local.iter().any(|wait| *wait > 0), "{local:?}");
        let lives = redis.lives();
        assert!(!lives.is_empty() && lives.iter().all(|life| (1..=70_000).contains(life)), "{lives:?}");
    }
}

enum Step {
    /// Somebody tries, from an address, or not.
    Try(&'static str, Option<&'static str>),
    /// It was the right one.
    Right(&'static str, Option<&'static str>),
    Wait(i64),
}
use Step::{Right, Try, Wait};

fn slots(email: &str, address: Option<&str>) -> Vec<Slot> {
    let slot = |kind, name: &str, free, is_cleaned| Slot { kind, name: name.to_owned(), free, is_cleaned };
    let mut slots = vec![slot("account", email, 3, true)];
    slots.extend(address.map(|address| slot("address", address, 5, false)));
    slots
}

/// The wait that each attempt is told, in µs.
async fn tried(counters: &Counters, clock: &ManualClock, steps: &[Step]) -> Vec<i128> {
    let attempts = counters.attempts(Patience { longest_wait_s: 60 });
    let mut waits = Vec::new();
    for step in steps {
        match step {
            Wait(seconds) => clock.advance_seconds(*seconds),
            Right(email, address) => attempts.settle(&slots(email, *address), clock.now()).await,
            Try(email, address) => {
                let admitted = attempts.admit(&slots(email, *address), clock.now()).await;
                waits.push(admitted.err().unwrap_or(SignedDuration::ZERO).as_micros());
            }
        }
    }
    waits
}

#[tokio::test]
async fn both_ways_count_the_same_attempts_and_name_the_same_waits() {
    let guesses = || (0..12).flat_map(|_| [Try("maria", Some("a")), Wait(1), Try("maria", None), Wait(40)]);
    let strangers = ["b", "c", "d", "e", "f", "g", "h"];
    let tables: Vec<Vec<Step>> = vec![
        (0..9).map(|_| Try("maria", Some("a"))).collect(),
        guesses().collect(),
        strangers.iter().flat_map(|name| [Try(name, Some("a")), Wait(0)]).collect(),
        (0..9).flat_map(|_| [Try("maria", Some("a")), Right("maria", Some("a"))]).collect(),
        guesses().chain([Right("maria", None)]).chain(guesses()).collect(),
        guesses().chain([Wait(3_600)]).chain(guesses()).chain([Wait(3_661)]).chain(guesses()).collect(),
        vec![
            Right("maria", Some("a")),
            Try("maria", Some("a")),
            Right("john", Some("a")),
            Try("john", Some("a")),
        ],
    ];
    for (number, steps) in tables.iter().enumerate() {
        let Some(redis) = RedisServer::start() else { return };
        let (one, other) = (clock(), clock());
        let local = tried(&Counters::local(Arc::clone(&one) as Arc<dyn Clock>), &one, steps).await;
        let together = shared(&redis.url(), &other).await;
        assert_eq!(tried(&together, &other, steps).await, local, "table {number}");
        assert!(is_well(&together), "Redis was asked");
        assert!(redis.lives().iter().all(|life| *life > 0), "every count ends by itself");
    }
}

#[tokio::test]
async fn a_mark_is_seen_by_all_and_names_are_not_told() {
    let Some(redis) = RedisServer::start() else { return };
    let clock = clock();
    let (one, other) = (shared(&redis.url(), &clock).await, shared(&redis.url(), &clock).await);
    let (one, other) =
        (one.attempts(Patience { longest_wait_s: 60 }), other.attempts(Patience { longest_wait_s: 60 }));
    assert!(!other.is_marked("known", "maria@example.org 192.0.2.1").await);
    one.mark("known", "maria@example.org 192.0.2.1").await;
    assert!(other.is_marked("known", "maria@example.org 192.0.2.1").await);
    one.admit(&slots("maria@example.org", Some("192.0.2.1")), clock.now()).await.unwrap();
    let mut names = redis.names();
    names.retain(|name| !name.ends_with(":probe"));
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        assert!(name.starts_with("salus:") && !name.contains("maria") && !name.contains("192"), "{name}");
    }
}

#[tokio::test]
async fn asvs_v2_4_1_nodes_count_together_alone_while_redis_is_away_and_together_again() {
    let Some(mut redis) = RedisServer::start() else { return };
    let clock = clock();
    let (one, other) = (shared(&redis.url(), &clock).await, shared(&redis.url(), &clock).await);
    let (mine, theirs) = (one.rate("requests", 10), other.rate("requests", 10));
    let mut taken = 0;
    for _ in 0..20 {
        taken += u32::from(mine.take("maria").await.is_ok()) + u32::from(theirs.take("maria").await.is_ok());
    }
    assert_eq!(taken, 10, "ten a minute, whichever node is asked");
    let lockout = |counters: &Counters| counters.attempts(Patience { longest_wait_s: 60 });
    let (my_door, their_door) = (lockout(&one), lockout(&other));
    for door in [&my_door, &their_door, &my_door] {
        door.admit(&slots("maria", None), clock.now()).await.unwrap();
    }
    assert!(
        their_door.admit(&slots("maria", None), clock.now()).await.is_err(),
        "three are free, on all nodes"
    );

    redis.kill();
    let (start, mut alone) = (Instant::now(), 0);
    for _ in 0..20 {
        alone += u32::from(mine.take("john").await.is_ok());
    }
    assert_eq!(alone, 10, "each node by itself: never an open door");
    assert!(mine.take("maria").await.is_err(), "what this node counted before, it still counts");
    my_door.admit(&slots("maria", None), clock.now()).await.unwrap();
    assert!(my_door.admit(&slots("maria", None), clock.now()).await.is_err());
    assert!(start.elapsed() < Duration::from_secs(2), "nobody waits for it");
    let (is_well_now, words) = one.condition().unwrap();
    assert!(!is_well_now && words.contains("Redis is away"), "{words}");

    redis.revive();
    wait_until("Redis to be found again", || is_well(&one)).await;
    let _noticed = theirs.take("anybody").await;
    wait_until("Redis to be found again by the other", || is_well(&other)).await;
    let mut taken = 0;
    for _ in 0..20 {
        taken += u32::from(mine.take("osei").await.is_ok()) + u32::from(theirs.take("osei").await.is_ok());
    }
    assert_eq!(taken, 10, "together again");
}

#[tokio::test]
async fn a_redis_that_is_away_at_the_start_is_found_later() {
    let Some(mut redis) = RedisServer::start() else { return };
    redis.kill();
    let counters = shared(&redis.url(), &clock()).await;
    assert!(!is_well(&counters));
    assert!(counters.rate("requests", 10).take("maria").await.is_ok());
    redis.revive();
    wait_until("Redis to be found", || is_well(&counters)).await;
}

#[tokio::test]
async fn asvs_v12_3_1_redis_is_spoken_to_by_tls_and_must_be_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, foreign) = (Authority::named("House CA"), Authority::named("Somebody's CA"));
    let (certificate, key) = ours.issue("localhost", "redis").write(folder.path(), "redis");
    let Some(redis) = RedisServer::start_tls(&certificate, &key) else { return };
    for (authority, expect) in [(&ours, true), (&foreign, false)] {
        let root = folder.path().join("root.pem");
        std::fs::write(&root, authority.pem()).unwrap();
        let config = LimitsConfig {
            redis: Some(redis.tls_url()),
            root: Some(root),
            time_limit_ms: 5_000,
            ..Default::default()
        };
        let counters = Counters::open(&config, Secret::new([7; 32]), clock()).await.unwrap();
        assert_eq!(is_well(&counters), expect, "{:?}", counters.condition());
    }
}

#[tokio::test]
async fn what_cannot_work_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let short = folder.path().join("short.key");
    std::fs::write(&short, "too short").unwrap();
    let redis = || Some("redis://127.0.0.1:1".to_owned());
    for (config, expect) in [
        (LimitsConfig { redis: Some("http://127.0.0.1".to_owned()), ..Default::default() }, "limits.redis"),
        (
            LimitsConfig { redis: redis(), key_file: Some("/nowhere.key".into()), ..Default::default() },
            "/nowhere.key",
        ),
        (LimitsConfig { redis: redis(), key_file: Some(short), ..Default::default() }, "fewer than 32"),
        (
            LimitsConfig {
                redis: Some("rediss://127.0.0.1:1".to_owned()),
                root: Some("/nowhere.pem".into()),
                ..Default::default()
            },
            "/nowhere.pem",
        ),
    ] {
        let told = Counters::open(&config, Secret::new([7; 32]), clock()).await.err().unwrap().to_string();
        assert!(told.contains(expect), "{told}");
    }
}
