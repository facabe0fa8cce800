//! The law of access, over random records, policies and queries:
//!
//! - what a search finds for everybody is what `fhir::search::matches` says of each resource;
//! - what it finds for somebody is that, less what they may not read; so are its totals, its pages walked to the
//!   end, what it includes, histories and `$everything`.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod law {
    pub mod oracle;
    pub mod policy;
    pub mod query;
    pub mod world;
}

use law::oracle::Oracle;
use law::policy::{RuleSketch, any_rules};
use law::query::{QuerySketch, any_query};
use law::world::{Sketch, World, any_sketches};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use salus_fhir::search::TotalMode;
use salus_store::{HistoryPage, HistoryScope, Page, Records};
use std::future::Future;

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
fn a_search_finds_what_matches_and_may_be_read() {
    let input =
        (any_sketches(), prop::collection::vec(any_rules(), 3), prop::collection::vec(any_query(), 24));
    check(
        16,
        &input,
        |(sketches, policies, queries): (Vec<Sketch>, Vec<Vec<RuleSketch>>, Vec<QuerySketch>)| async move {
            let world = World::of(&sketches).await;
            let oracle = Oracle::of(&world).await;
            for sketch in &queries {
                let query = sketch.query();
                let expected = oracle.matching(&query);
                walk(&world.system(), sketch, &oracle, &expected, "the system").await?;
                for rules in &policies {
                    let subject = world.subject(rules);
                    let readable = oracle.readable(&subject, &expected);
                    let records = world.store.as_user(subject);
                    walk(&records, sketch, &oracle, &readable, &format!("{rules:?}")).await?;
                }
            }
            Ok(())
        },
    );
}

#[test]
fn each_filter_finds_what_matches() {
    check(12, &any_sketches(), |sketches: Vec<Sketch>| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        for sketch in law::query::each_filter() {
            let expected = oracle.matching(&sketch.query());
            walk(&world.system(), &sketch, &oracle, &expected, "the system").await?;
        }
        Ok(())
    });
}

/// Walks all pages of a query; they must hold the expected resources, each once, in order, and tell their number.
async fn walk(
    records: &Records,
    sketch: &QuerySketch,
    oracle: &Oracle,
    expected: &[String],
    who: &str,
) -> Result<(), TestCaseError> {
    let mut query = sketch.query();
    query.total = TotalMode::Accurate;
    let mut page = Page::first(sketch.page);
    let mut found = Vec::new();
    loop {
        let answer = records.search(&query, page).await.unwrap();
        prop_assert_eq!(answer.total, Some(expected.len() as u64), "total of {:?} for {}", sketch, who);
        prop_assert!(answer.matches.len() <= sketch.page as usize);
        found.extend(answer.matches.iter().map(law::oracle::name));
        prop_assert!(
            found.len() <= expected.len(),
            "{:?} for {} finds {:?}, not {:?}",
            sketch,
            who,
            found,
            expected
        );
        let Some(cursor) = answer.next else { break };
        page = Page { count: sketch.page, cursor: Some(cursor) };
    }
    prop_assert!(oracle.is_ordered(&found, &query.sort), "{:?} for {} comes as {:?}", sketch, who, found);
    found.sort();
    prop_assert_eq!(&found, expected, "{:?} for {}", sketch, who);
    let counted = records.search(&query, Page::first(0)).await.unwrap();
    prop_assert_eq!((counted.matches.len(), counted.total), (0, Some(expected.len() as u64)));
    Ok(())
}

#[test]
fn what_comes_along_may_be_read_too() {
    let input = (any_sketches(), prop::collection::vec(any_rules(), 4));
    check(16, &input, |(sketches, policies): (Vec<Sketch>, Vec<Vec<RuleSketch>>)| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        for rules in &policies {
            let subject = world.subject(rules);
            let records = world.store.as_user(subject.clone());
            for (type_name, pairs) in law::query::INCLUDES {
                let query = law::query::parse(type_name, pairs);
                let answer = records.search(&query, Page::first(1_000)).await.unwrap();
                let matches: Vec<String> = answer.matches.iter().map(law::oracle::name).collect();
                let mut included: Vec<String> = answer.included.iter().map(law::oracle::name).collect();
                included.sort();
                let expected = oracle.included(&subject, &query, &matches);
                prop_assert_eq!(included, expected, "{} {:?} for {:?}", type_name, pairs, rules);
            }
        }
        Ok(())
    });
}

#[test]
fn everything_and_history_show_what_may_be_read() {
    let input = (any_sketches(), prop::collection::vec(any_rules(), 4), 1..5_u32);
    check(16, &input, |(sketches, policies, count): (Vec<Sketch>, Vec<Vec<RuleSketch>>, u32)| async move {
        let world = World::of(&sketches).await;
        let oracle = Oracle::of(&world).await;
        let whole = HistoryPage { count: 1_000, ..HistoryPage::default() };
        let all = world.system().history(HistoryScope::System, whole).await.unwrap();
        for rules in &policies {
            let subject = world.subject(rules);
            let records = world.store.as_user(subject.clone());
            for patient in law::world::PATIENTS {
                let mut found = Vec::new();
                let mut page = Page::first(count);
                loop {
                    let answer = records.everything(patient, page).await.unwrap();
                    found.extend(answer.matches.iter().map(law::oracle::name));
                    let come_along = oracle.shared_targets(&subject, &answer.matches);
                    let mut included: Vec<String> = answer.included.iter().map(law::oracle::name).collect();
                    included.sort();
                    prop_assert_eq!(included, come_along, "with {} for {:?}", patient, rules);
                    let Some(cursor) = answer.next else { break };
                    page = Page { count, cursor: Some(cursor) };
                }
                found.sort();
                prop_assert_eq!(found, oracle.compartment(&subject, patient), "{} for {:?}", patient, rules);
            }
            let seen = records.history(HistoryScope::System, whole).await.unwrap();
            let seen: Vec<u64> = seen.iter().map(|version| version.seq).collect();
            let expected: Vec<u64> = all
                .iter()
                .filter(|version| oracle.may_see(&subject, version, &all))
                .map(|version| version.seq)
                .collect();
            prop_assert_eq!(seen, expected, "history for {:?}", rules);
        }
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
            let expected = Oracle::of(&world).await.matching(&query);
            let records = world.system();
            let mut found = Vec::new();
            let mut page = Page::first(1);
            let mut more = between.iter().take(expected.len());
            loop {
                let answer = records.search(&query, page).await.unwrap();
                found.extend(answer.matches.iter().map(law::oracle::name));
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
