//! Regular expressions of the rules: written down once, compiled once.

use regex::Regex;

/// Compiles a rule's expression. `\b`, `\d` and `\w` mean ASCII, which keeps the matcher fast in any text;
/// `§` is the word boundary of all letters.
///
/// # Panics
/// At the first use of a rule that is no regular expression; a test compiles them all.
#[expect(clippy::expect_used, reason = "the expressions are part of the program and all compiled by a test")]
pub(crate) fn pattern(text: &str) -> Regex {
    let ascii = text
        .replace(r"\b", r"(?-u:\b)")
        .replace(r"\d", "[0-9]")
        .replace(r"\w", "[0-9A-Za-z_]")
        .replace('§', r"\b");
    Regex::new(&ascii).expect("a rule is no regular expression")
}

/// A static expression: `rule!(NAME, r"…")`.
macro_rules! rule {
    ($name:ident, $text:expr) => {
        static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::pattern::pattern($text));
    };
}
pub(crate) use rule;
