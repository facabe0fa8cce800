//! Which requirements of the OWASP Application Security Verification Standard 5.0 a test of ours stands for.
//!
//! A test names the requirement that it proves: `asvs_v6_3_1_guessing_is_slowed_down` proves V6.3.1. The list is read
//! from the sources, so that it can claim no test that is not there.

use crate::Result;
use crate::shell::{ask, root};
use std::collections::BTreeMap;

/// Id, level and section of every requirement.
const REQUIREMENTS: &str = include_str!("tables/asvs.tsv");
const PREFIX: &str = "fn asvs_v";

/// Chapter, section and number of a requirement.
type Id = [u32; 3];

/// A test that is named after a requirement.
struct Test {
    id: Id,
    name: String,
    path: String,
}

/// A requirement of the standard.
struct Requirement {
    level: &'static str,
    section: &'static str,
}

/// Lists the requirements that have tests, chapter by chapter.
pub fn run() -> Result {
    let (requirements, tests) = (requirements(), tests()?);
    check(&requirements, &tests)?;
    let mut by_id = BTreeMap::<Id, Vec<&Test>>::new();
    for test in &tests {
        by_id.entry(test.id).or_default().push(test);
    }
    let mut chapter = 0;
    for (id, tests) in &by_id {
        if id[0] != chapter {
            chapter = id[0];
            let covered = by_id.keys().filter(|id| id[0] == chapter).count();
            let of = requirements.keys().filter(|id| id[0] == chapter).count();
            println!("\nV{chapter}  {covered} of {of}");
        }
        let Requirement { level, section } = &requirements[id];
        println!("  V{}  level {level}  {section}", spell(*id));
        for test in tests {
            println!("      {}  {}", test.name, test.path);
        }
    }
    println!(
        "\n{} requirements of {} have a named test; {} tests",
        by_id.len(),
        requirements.len(),
        tests.len()
    );
    Ok(())
}

/// Fails where a test is named after a requirement that the standard does not have.
pub fn tidy() -> Result {
    check(&requirements(), &tests()?)
}

fn check(requirements: &BTreeMap<Id, Requirement>, tests: &[Test]) -> Result {
    let strays = tests.iter().filter(|test| !requirements.contains_key(&test.id));
    let strays: Vec<_> = strays.map(|test| format!("{}: {}", test.path, test.name)).collect();
    if strays.is_empty() {
        return Ok(());
    }
    Err(format!("named after requirements that ASVS 5.0 does not have:\n{}", strays.join("\n")).into())
}

fn requirements() -> BTreeMap<Id, Requirement> {
    let lines = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
    let requirement = |line: &'static str| {
        let mut columns = line.split('\t');
        let id = parse(columns.next()?.split('.'))?;
        Some((id, Requirement { level: columns.next()?, section: columns.next()? }))
    };
    lines.filter_map(requirement).collect()
}

/// Every test of the workspace that is named after a requirement.
fn tests() -> Result<Vec<Test>> {
    let listing =
        ask("git", &["-C", &root().to_string_lossy(), "ls-files", "-co", "--exclude-standard", "*.rs"])
            .ok_or("git cannot list the files")?;
    let mut tests = Vec::new();
    for path in listing.lines().filter(|path| *path != "xtask/src/asvs.rs") {
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            tests.extend(tests_of(path, &text));
        }
    }
    Ok(tests)
}

/// The functions under a `test` attribute, or in a `proptest!`, that carry a requirement's id.
fn tests_of(path: &str, text: &str) -> Vec<Test> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut tests = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(at) = line.find(PREFIX) else { continue };
        let above = lines[..number].iter().rev().take_while(|line| line.starts_with("#["));
        if !above.into_iter().any(|line| line.starts_with("#[test") || line.starts_with("#[tokio::test")) {
            continue;
        }
        let name: String =
            line[at + "fn ".len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if let Some(id) = parse(name["asvs_v".len()..].split('_').take(3)) {
            tests.push(Test { id, name, path: path.to_owned() });
        }
    }
    tests
}

fn parse<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Id> {
    let numbers: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

fn spell(id: Id) -> String {
    id.map(|number| number.to_string()).join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_told_from_a_function_that_is_none() {
        let text = "#[tokio::test]\nasync fn asvs_v6_3_1_guessing_waits() {}\n\
                    fn asvs_v6_3_2_no_test() {}\n\
                    #[test]\n#[ignore]\nfn asvs_v11_4_2_hashes() {}\n\
                    #[test]\nfn asvs_v1_no_id() {}";
        let found: Vec<_> = tests_of("a.rs", text).into_iter().map(|test| spell(test.id)).collect();
        assert_eq!(found, ["6.3.1", "11.4.2"]);
    }

    #[test]
    fn the_standard_has_345_requirements_and_no_others() {
        let requirements = requirements();
        assert_eq!(requirements.len(), 345);
        let stray = Test { id: [6, 99, 1], name: "asvs_v6_99_1_x".to_owned(), path: "a.rs".to_owned() };
        assert!(check(&requirements, &[stray]).is_err());
    }
}
