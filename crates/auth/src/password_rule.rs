//! Which passwords are good enough: length, and not a common one. No rule about which signs it is made of.
//!
//! Follows NIST SP 800-63B-4 §3.1.1 and OWASP ASVS 5.0 V6.2: every character counts and is kept as it is, long
//! passphrases are welcome, nothing has to be changed on a schedule.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// The most bytes of a password: enough for any passphrase, and too few to keep a processor busy with.
pub const MAX_BYTES: usize = 1024;

/// Why a password was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("A password needs at least 12 characters. A few words in a row are easy to remember.")]
    TooShort,
    /// More than [`MAX_BYTES`] bytes.
    #[error("A password may have at most 1024 bytes.")]
    TooLong,
    /// A common one, or made of common pieces.
    #[error(
        "This password is among the first that are guessed. Choose words that nobody would put together."
    )]
    Common,
    /// Made of the person's own name or e-mail address.
    #[error("This password is made of your own name or e-mail address, and easily guessed.")]
    NamesOneself,
}

/// Judges a password. `about` are texts known of the person: their e-mail address and name.
pub fn judge(password: &str, about: &[&str]) -> Result<(), WeakPassword> {
    if password.chars().count() < MIN_CHARS {
        return Err(WeakPassword::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(WeakPassword::TooLong);
    }
    let readings = readings(&password.to_lowercase());
    if readings.iter().any(|text| is_sequence(text) || is_repetition(text) || is_made_of(text, 2, &is_common))
    {
        return Err(WeakPassword::Common);
    }
    let own: HashSet<String> = about.iter().flat_map(|text| words(text)).collect();
    let is_known = |word: &str| own.contains(word) || is_common(word);
    if readings.iter().any(|text| is_made_of(text, 2, &is_known)) {
        return Err(WeakPassword::NamesOneself);
    }
    Ok(())
}

/// How somebody who guesses reads a password: as it is, without its signs, without the digits at its ends, and with
/// the signs that stand for letters written as those.
fn readings(lower: &str) -> Vec<String> {
    let plain: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = plain.trim_matches(|c: char| c.is_ascii_digit()).to_owned();
    let inner = lower.trim_matches(|c: char| !c.is_alphabetic() && c != '@' && c != '$');
    let spelled = inner.chars().map(letter_meant).filter(|c| c.is_alphanumeric()).collect();
    [lower.to_owned(), plain, bare, spelled].into_iter().filter(|text| !text.is_empty()).collect()
}

fn letter_meant(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '$' | '5' => 's',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '7' => 't',
        other => other,
    }
}

/// Whether the text only climbs, or only falls, by at most one: `111222333`, `123456789012`, `abcdef`.
fn is_sequence(text: &str) -> bool {
    let climbs = |(a, b): (char, char)| a == b || u32::from(a) + 1 == u32::from(b) || (a, b) == ('9', '0');
    let pairs = || text.chars().zip(text.chars().skip(1));
    pairs().all(climbs) || pairs().all(|(a, b)| climbs((b, a)))
}

/// Whether the text is one shorter text written twice or more.
fn is_repetition(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2)
        .filter(|length| chars.len().is_multiple_of(*length))
        .any(|length| chars[length..] == chars[..chars.len() - length])
}

/// Whether the text is at most `most` known words, with few or regular digits before, between and after.
fn is_made_of(text: &str, most: u8, is_known: &dyn Fn(&str) -> bool) -> bool {
    if is_filler(text) {
        return true;
    }
    if most == 0 {
        return false;
    }
    let unpadded = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let starts_with_word = |text: &str| {
        let ends = text.char_indices().skip(3).map(|(at, _)| at).chain([text.len()]);
        ends.into_iter().any(|end| is_known(&text[..end]) && is_made_of(&text[end..], most - 1, is_known))
    };
    starts_with_word(text) || (is_filler(&text[..text.len() - unpadded.len()]) && starts_with_word(unpadded))
}

/// Digits that are the first to be tried around a word: a year, a date, a count.
fn is_filler(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && (text.len() <= 6 || is_sequence(text) || is_repetition(text))
}

fn is_common(word: &str) -> bool {
    static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let tables =
            [include_str!("tables/common_passwords.txt"), include_str!("tables/ranked_passwords.txt")];
        let lines = tables.into_iter().flat_map(str::lines);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    });
    COMMON.contains(word)
}

/// The words of a name or an address that are long enough to be a part of a password.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(password: &str, expect: Result<(), WeakPassword>) {
        assert_eq!(judge(password, &["maria.lopez@example.org", "Maria López"]), expect, "{password}");
    }

    #[test]
    fn length_is_counted_in_characters_and_bounded_in_bytes() {
        check("tern-8-Oslo", Err(WeakPassword::TooShort));
        check("tern-8-Oslo!", Ok(()));
        check("żółw-łódź-ćm", Ok(()));
        check(&"tern oslo ".repeat(103), Err(WeakPassword::TooLong));
        check("a heron waits where the river turns twice, and nobody asks it why", Ok(()));
        check("            ", Err(WeakPassword::Common));
    }

    #[test]
    fn no_sign_is_asked_for_or_forbidden() {
        for password in ["teapot gravel onward", "839201748362", "ТИХАЯ-РЕКА-ДНЕМ", "🦩🪨🧭 lantern xylo"]
        {
            check(password, Ok(()));
        }
    }

    #[test]
    fn common_ones_are_turned_away_in_every_disguise() {
        for password in [
            "password1234",
            "Password2026!",
            "P@ssw0rd!2026",
            "passwordpassword",
            "123456789012",
            "111222333444",
            "aaaaaaaaaaaa",
            "123123123123",
            "abcdefghijkl",
            "qwertyuiop123",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y",
            "manchesterunited",
            "iloveyou-2024",
            "sunshine_dragon",
            "correcthorsebatterystaple",
            "Salus-Health-2026",
            "unbelievable",
        ] {
            check(password, Err(WeakPassword::Common));
        }
    }

    #[test]
    fn asvs_v6_2_4_the_3000_most_used_passwords_are_turned_away_also_when_made_longer() {
        let words = include_str!("tables/ranked_passwords.txt").lines().filter(|line| !line.starts_with('#'));
        let words: Vec<&str> = words.collect();
        assert!(words.len() > 3_000, "{}", words.len());
        for word in words {
            let digits = &"123456789012"[..MIN_CHARS.saturating_sub(word.len())];
            let longer = format!("{word}{digits}");
            assert_eq!(judge(&longer, &[]), Err(WeakPassword::Common), "{longer}");
        }
    }

    #[test]
    fn ones_own_name_is_no_password() {
        check("marialopez1987", Err(WeakPassword::NamesOneself));
        check("Lopez-example-1", Err(WeakPassword::NamesOneself));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(password in "\\PC{0,60}|[a-z0-9@$!]{10,40}", about in "\\PC{0,20}") {
            let _verdict = judge(&password, &[&about]);
        }
    }
}
