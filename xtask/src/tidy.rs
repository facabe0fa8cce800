//! The house rules that no compiler knows: file length, forbidden calls, words of unfinished work.

use crate::Result;
use crate::shell::{ask, root};
use std::path::Path;

/// A file past this many lines has a second room in it.
const LONGEST_FILE: usize = 800;

/// A rule about text: where one of `needles` stands in a file that `applies`, it is a fault.
struct Rule {
    needles: &'static [&'static str],
    applies: fn(&str) -> bool,
    reason: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        needles: &["SystemTime::now(", "Timestamp::now(", "Zoned::now(", "Utc::now("],
        applies: |path| is_library(path) && path != "crates/core/src/time.rs",
        reason: "reads the system clock: take a `Clock`",
    },
    Rule {
        needles: &["thread_rng(", "rand::random", "rand::fill(", "now_v7(", "new_v4(", "SystemRandom::new("],
        // A security key of the tests signs as a real one does, with randomness that the library asks for.
        applies: |path| {
            is_library(path)
                && path != "crates/core/src/random.rs"
                && path != "crates/auth/src/factor/authenticator.rs"
        },
        reason: "draws randomness of its own: take an `Rng`",
    },
    Rule {
        needles: &["todo!(", "unimplemented!(", "TODO", "FIXME", "HACK"],
        applies: |path| is_source(path) && path != "xtask/src/tidy.rs",
        reason: "speaks of unfinished work: finish it, or leave it out",
    },
    Rule {
        needles: &[": any", "<any>", " as any"],
        applies: |path| path.starts_with("web/src/") && (path.ends_with(".ts") || path.ends_with(".tsx")),
        reason: "gives up on types: name the type",
    },
];

/// Checks every file that git knows or would take.
pub fn run() -> Result {
    let listing = ask("git", &["-C", &root().to_string_lossy(), "ls-files", "-co", "--exclude-standard"])
        .ok_or("git cannot list the files")?;
    let mut faults = Vec::new();
    for path in listing.lines().filter(|path| is_source(path)) {
        if let Ok(text) = std::fs::read_to_string(root().join(path)) {
            faults.extend(faults_of(path, &text));
        }
    }
    if faults.is_empty() {
        println!("tidy: nothing to mend");
        return Ok(());
    }
    Err(format!("tidy found {} faults:\n{}", faults.len(), faults.join("\n")).into())
}

fn faults_of(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST_FILE && !is_generated(path) {
        faults.push(format!("{path}: {lines} lines, more than {LONGEST_FILE}: split it"));
    }
    if path.ends_with("src/lib.rs") && !text.starts_with("//!") {
        faults.push(format!("{path}:1: a crate opens with `//!`: what it is, what it must never do"));
    }
    for rule in RULES.iter().filter(|rule| (rule.applies)(path) && !is_generated(path)) {
        for (number, line) in text.lines().enumerate() {
            if let Some(needle) = rule.needles.iter().find(|needle| line.contains(**needle)) {
                faults.push(format!("{path}:{}: `{needle}` {}", number + 1, rule.reason));
            }
        }
    }
    faults
}

fn is_source(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rs" | "ts" | "tsx" | "mjs" | "css" | "toml"))
}

/// Written by a generator, so that length and style are not ours.
fn is_generated(path: &str) -> bool {
    path.starts_with("web/src/api/")
}

/// Library code: all crates but the binary, which is where the real clock and randomness come in.
fn is_library(path: &str) -> bool {
    path.starts_with("crates/") && path.ends_with(".rs") && !path.starts_with("crates/server/")
}

#[cfg(test)]
mod tests {
    use super::faults_of;

    #[track_caller]
    fn check(path: &str, text: &str, expect: &[&str]) {
        let faults = faults_of(path, text);
        assert_eq!(faults.len(), expect.len(), "{faults:?}");
        for (fault, expect) in faults.iter().zip(expect) {
            assert!(fault.starts_with(expect), "{fault} does not start with {expect}");
        }
    }

    #[test]
    fn each_rule_finds_its_fault_and_names_the_line() {
        let clock = "fn f() {\n    jiff::Timestamp::now();\n}";
        check("crates/store/src/a.rs", clock, &["crates/store/src/a.rs:2: `Timestamp::now(`"]);
        check("crates/server/src/main.rs", clock, &[]);
        check("crates/store/src/a.rs", "let id = Uuid::new_v4();", &["crates/store/src/a.rs:1: `new_v4(`"]);
        check("web/src/a.ts", "const x = y as any;", &["web/src/a.ts:1: ` as any`"]);
        check("crates/store/src/lib.rs", "pub mod a;", &["crates/store/src/lib.rs:1:"]);
        check("crates/store/src/a.rs", &"//\n".repeat(801), &["crates/store/src/a.rs: 801 lines"]);
    }
}
