//! The law of access, over random records, policies and queries:
//!
//! - what a search finds for everybody is what `fhir::search::matches` says of each resource;
//! - what it finds for somebody is what matches of each resource as they may see it, and is shown so: by rules, the
//!   scopes of an app and the consents of patients, less what is hidden and what is denied; so are its totals, its pages
//!   walked to the end, what it includes, histories and `$everything`.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod law {
    pub mod oracle;
    pub mod policy;
    pub mod query;
    pub mod world;
}

use futures::future::try_join_all;
use law::oracle::{Eyes, Oracle, name};
use law::policy::{PolicySketch, any_policy};
use law::query::{QuerySketch, any_query};
use law::world::{Sketch, World, any_sketches};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use salus_fhir::search::TotalMode;
use salus_store::{HistoryPage, HistoryScope, Page, Records, Stored};
use std::future::Future;

/// Records, policies for each, and queries for each of those: ten thousand cases of the law.
const WORLDS: u32 = 30;
const POLICIES: usize = 12;
const QUERIES: usize = 40;
const _: () = assert!(WORLDS as usize * POLICIES * QUERIES >= 10_000);

/// Runs a property on fresh random input, in one runtime, so often; `LAW_FACTOR` times as often where it is set.
fn check<S, F, R>(cases: u32, strategy: &S, property: F)
where
    S: Strategy,
    F: Fn(S::Value) -> R,
    R: Future<Output = Result<(), TestCaseError>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let factor = std::env::var("LAW_FACTOR").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let config = Config {
        cases: cases * factor,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(strategy, |input| runtime.block_on(property(input)));
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn asvs_v8_2_2_a_search_finds_what_matches_and_may_be_seen() {
    let policies = prop::collection::vec(any_policy(), POLICIES);
    let input = (any_sketches(), policies, prop::collection::vec(any_query(), QUERIES));
    check(
        WORLDS,
        &input,
        |(sketches, policies, queries): (Vec<Sketch>, Vec<PolicySketch>, Vec<QuerySketch>)| async move {
            let world = World::of(&sketches).await;
            let oracle = Oracle::of(&world).await;
            let (system, eyes) = (world.system(), oracle.eyes(None));
            try_join_all(queries.iter().map(|sketch| walk(&system, sketch, &eyes, "the system"))).await?;
            let all = policies.iter().map(async |policy| {
                let subject = world.subject(policy);
                let eyes = oracle.eyes(Some(&subject.policy));
                let records = world.store.as_user(subject.clone());
                let who = format!("{policy:?}");
                try_join_all(queries.iter().map(|sketch| walk(&records, sketch, &eyes, &who))).await
            });
            try_join_all(all).await?;
            Ok(())
        },
    );
}

#[test]
fn each_filter_finds_what_matches() {
    let input = (any_sketches(), any_policy());
    check(12, &input, |(sketches, policy): (Vec<Sketch>, PolicySketch)| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        let subject = world.subject(&policy);
        let (everybodys, somebodys) = (oracle.eyes(None), oracle.eyes(Some(&subject.policy)));
        let (system, somebody) = (world.system(), world.store.as_user(subject.clone()));
        let who = format!("{policy:?}");
        let all = law::query::each_filter().map(async |sketch| {
            walk(&system, &sketch, &everybodys, "the system").await?;
            walk(&somebody, &sketch, &somebodys, &who).await
        });
        try_join_all(all).await?;
        Ok(())
    });
}

/// Walks all pages of a query; they must hold the expected resources, each once, as they may be seen, in order, and
/// tell their number.
async fn walk(
    records: &Records,
    sketch: &QuerySketch,
    eyes: &Eyes<'_>,
    who: &str,
) -> Result<(), TestCaseError> {
    let mut query = sketch.query();
    query.total = TotalMode::Accurate;
    let expected = eyes.matching(&query);
    let mut page = Page::first(sketch.page);
    let mut found = Vec::new();
    loop {
        let answer = records.search(&query, page).await.unwrap();
        prop_assert_eq!(answer.total, Some(expected.len() as u64), "total of {:?} for {}", sketch, who);
        prop_assert!(answer.matches.len() <= sketch.page as usize);
        found.extend(answer.matches.iter().map(name));
        prop_assert!(
            found.len() <= expected.len(),
            "{:?} for {} finds {:?}, not {:?}",
            sketch,
            who,
            found,
            expected
        );
        for stored in answer.matches.iter().filter(|stored| expected.contains(&name(stored))) {
            prop_assert_eq!(
                &stored.json().unwrap(),
                eyes.searched(&name(stored)),
                "{:?} for {}",
                sketch,
                who
            );
        }
        let Some(cursor) = answer.next else { break };
        page = Page { count: sketch.page, cursor: Some(cursor) };
    }
    prop_assert!(
        found.iter().all(|name| expected.contains(name)),
        "{:?} for {} finds {:?}, not {:?}",
        sketch,
        who,
        found,
        expected
    );
    prop_assert!(eyes.is_ordered(&found, &query.sort), "{:?} for {} comes as {:?}", sketch, who, found);
    found.sort();
    prop_assert_eq!(&found, &expected, "{:?} for {}", sketch, who);
    let counted = records.search(&query, Page::first(0)).await.unwrap();
    prop_assert_eq!((counted.matches.len(), counted.total), (0, Some(expected.len() as u64)));
    Ok(())
}

/// The names of what came along, sorted; each of it must be as reading shows it.
fn as_read(eyes: &Eyes<'_>, included: &[Stored], expected: &[String]) -> Result<Vec<String>, TestCaseError> {
    for stored in included.iter().filter(|stored| expected.contains(&name(stored))) {
        prop_assert_eq!(&stored.json().unwrap(), eyes.read(&name(stored)));
    }
    let mut names: Vec<String> = included.iter().map(name).collect();
    names.sort();
    Ok(names)
}

#[test]
fn what_comes_along_may_be_read_too() {
    let input = (any_sketches(), prop::collection::vec(any_policy(), 8));
    check(16, &input, |(sketches, policies): (Vec<Sketch>, Vec<PolicySketch>)| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        let all = policies.iter().map(async |policy| {
            let subject = world.subject(policy);
            let eyes = oracle.eyes(Some(&subject.policy));
            let records = world.store.as_user(subject.clone());
            for (type_name, pairs) in law::query::INCLUDES {
                let query = law::query::parse(type_name, pairs);
                let answer = records.search(&query, Page::first(1_000)).await.unwrap();
                let matches: Vec<String> = answer.matches.iter().map(name).collect();
                let expected = eyes.included(&query, &matches);
                let included = as_read(&eyes, &answer.included, &expected)?;
                prop_assert_eq!(included, expected, "{} {:?} for {:?}", type_name, pairs, policy);
            }
            Ok(())
        });
        try_join_all(all).await?;
        Ok(())
    });
}

#[test]
fn everything_and_history_show_what_may_be_read() {
    let input = (any_sketches(), prop::collection::vec(any_policy(), 8), 1..5_u32);
    check(16, &input, |(sketches, policies, count): (Vec<Sketch>, Vec<PolicySketch>, u32)| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        let whole = HistoryPage { count: 1_000, ..HistoryPage::default() };
        let all = world.system().history(HistoryScope::System, whole).await.unwrap();
        let each = policies.iter().map(async |policy| {
            let subject = world.subject(policy);
            let eyes = oracle.eyes(Some(&subject.policy));
            let records = world.store.as_user(subject.clone());
            for patient in law::world::PATIENTS {
                let expected = eyes.compartment(patient);
                let mut found = Vec::new();
                let mut page = Page::first(count);
                loop {
                    let answer = records.everything(patient, page).await.unwrap();
                    found.extend(as_read(&eyes, &answer.matches, &expected)?);
                    let is_expected = answer.matches.iter().all(|stored| expected.contains(&name(stored)));
                    prop_assert!(is_expected, "{} for {:?}: {:?}", patient, policy, found);
                    let come_along = eyes.shared_targets(&answer.matches);
                    let included = as_read(&eyes, &answer.included, &come_along)?;
                    prop_assert_eq!(included, come_along, "with {} for {:?}", patient, policy);
                    let Some(cursor) = answer.next else { break };
                    page = Page { count, cursor: Some(cursor) };
                }
                found.sort();
                prop_assert_eq!(found, expected, "{} for {:?}", patient, policy);
            }
            let seen = records.history(HistoryScope::System, whole).await.unwrap();
            let seen = seen.iter().map(|version| {
                let body = version.resource.as_ref().map(|stored| stored.json().unwrap());
                (version.seq, body)
            });
            let expected: Vec<_> = all.iter().filter_map(|version| eyes.entry(version, &all)).collect();
            prop_assert_eq!(seen.collect::<Vec<_>>(), expected, "history for {:?}", policy);
            Ok(())
        });
        try_join_all(each).await?;
        Ok(())
    });
}

#[test]
fn pages_neither_repeat_nor_lose_anything_when_rows_come_in_between() {
    let input = (any_sketches(), any_sketches(), prop::collection::vec(any_query(), 8));
    check(8, &input, |(before, between, queries): (Vec<Sketch>, Vec<Sketch>, Vec<QuerySketch>)| async move {
        for sketch in &queries {
            let world = World::of(&before).await;
            let query = sketch.query();
            let expected = Oracle::of(&world).await.eyes(None).matching(&query);
            let records = world.system();
            let mut found = Vec::new();
            let mut page = Page::first(1);
            let mut more = between.iter().take(expected.len());
            loop {
                let answer = records.search(&query, page).await.unwrap();
                found.extend(answer.matches.iter().map(name));
                let Some(cursor) = answer.next else { break };
                if let Some(more) = more.next() {
                    world.add_new(more).await;
                }
                page = Page { count: 1, cursor: Some(cursor) };
            }
            let mut once = found.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), found.len(), "{:?} repeats {:?}", sketch, found);
            let lost: Vec<&String> = expected.iter().filter(|name| !found.contains(name)).collect();
            prop_assert!(lost.is_empty(), "{:?} loses {:?}", sketch, lost);
        }
        Ok(())
    });
}
