//! Dates that say more than a year.

use super::{Hit, after, before};
use crate::finding::Kind;
use crate::pattern::pattern;
use crate::pattern::rule;
use crate::tables::{self, DATE_WORDS, HOLIDAYS};
use regex::Regex;
use std::sync::LazyLock;

rule!(
    ISO,
    r"\b(?:19|20)\d{2}(?:-(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])|/(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])|\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01]))(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b"
);
rule!(ISO_MONTH, r"\b(?:19|20)\d{2}-(?:0[1-9]|1[0-2])\b");
rule!(NUMERIC, r"\b(\d{1,2})([/.-])(\d{1,2})([/.-])((?:1[89]|20)\d{2}|'?\d{2})\b");
rule!(COMPACT, r"\b(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{4}(?:\d{2})?)?\b");
rule!(
    COMPACT_LABEL,
    r"(?i)(?:date|dob|born|birth|admi\w*|discharg\w*|dated|on|since|from|until)\b[^\n]{0,12}$"
);
rule!(MONTH_YEAR, r"\b(0?[1-9]|1[0-2])[/-]((?:19|20)\d{2})\b");
rule!(DAY_MONTH, r"\b(\d{1,2})([/-])(\d{1,2})\b");
rule!(
    DAY_MONTH_CUE,
    r"(?i)(?:\b(?:on|since|from|until|till|by|dated?|before|after|through|thru|starting|started|beginning|begun|ending|ended|d\.?o\.?b\.?|admit(?:ted|tance)?|admission|discharged?|seen|visit|due|effective|between|appt|appointment|follow[- ]?up|born|last|exam|labs?|mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thu(?:rs)?(?:day)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|week of|as of|surgery|drawn|collected|note|cxr|ct|mri|echo|ekg)\b[ :(,-]{0,3}|\d[/-]\d{1,2}(?:[/-]\d{2,4})?(?: ?(?:-|–|to|and|&|,|through|thru) ?))$"
);
rule!(
    NOT_A_DAY,
    r"(?i)^(?:[/-]\d|[.,]\d| ?(?:strength|motor|pain|scale|tab|pill|caps|of\b|mg|mcg|ml|cm|mm|mmhg|%|vision|hpf|lpf|reflex|beats|min|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?|inch|in\b|lb|oz|murmur|sem\b|in intensity|severity|points?|attempts|bottles|lobes|dose))"
);
rule!(
    ORDINAL,
    r"(?i)\bon the (\d{1,2}(?:st|nd|rd|th))\b(?:[.,;:]|$|\n| (?:at|for|and|with|she|he|they|in the|of (?:the|this|last|next) month|when|but)\b)"
);
rule!(SEASON, r"(?i)\b(?:spring|summer|autumn|fall|winter)(?: of)? (?:19|20)\d{2}\b");
rule!(
    TEMPORAL_CUE,
    r"(?i)\b(?:in|since|last|this|next|early|late|mid|until|till|of|from|by|through|during|before|after|end of|beginning of|every|between|and|to)[ -]$"
);
rule!(EIGHT_CODE, r"(?i)(?:lot|ref|id|no|number|mrn|acct|account|#)\.?:? ?$");

const WEEKDAY: &str = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? ?(?:the )?)?";
const YEAR: &str = r"(?:(?:1[89]|20)\d{2}|'\d{2})";
const DAY: &str = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?";

static MONTH: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<&str> = tables::rows(DATE_WORDS).map(|[word, _]| word).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.join("|")
});
/// "March 3rd, 2021", "Mar 3-5", "March 3 and 4, 2021".
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let month = MONTH.as_str();
    pattern(&format!(
        r"(?i)\b{WEEKDAY}(?:{month})\b\.?[ -]?(?:the )?{DAY}\b(?:(?: ?[-–] ?|,? (?:and|to|through|or) ){DAY}\b)?(?:,? ?(?:of )?{YEAR}\b|-{YEAR}\b)?"
    ))
});
/// "3 March 2021", "the 3rd of March", "03-Mar-2021", "3. März 2021", "3 de marzo de 2021".
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let month = MONTH.as_str();
    pattern(&format!(
        r"(?i)\b{WEEKDAY}{DAY}\.?(?: ?[-–] ?{DAY}\.?)?[ /-]?(?:(?:day )?of |de |di )?(?:{month})\b\.?(?:,?[ /-]?(?:of |de |del |di )?{YEAR}\b|-\d{{2}}\b)?"
    ))
});
/// "March 2021", "Mar-2021", "March of 2021".
static MONTH_AND_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    let month = MONTH.as_str();
    pattern(&format!(r"(?i)\b(?:{month})\b\.?(?:,? ?(?:of |de |del )?| ?[-/] ?){YEAR}\b"))
});
/// "03MAR2021".
static MILITARY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:0?[1-9]|[12]\d|3[01])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:(?:19|20)?\d{2})\b",
    )
});
/// A month alone; the group is the month.
static MONTH_ALONE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)\b({})\b", MONTH.as_str())));
static HOLIDAY: LazyLock<Regex> = LazyLock::new(|| {
    let names = tables::alternatives(HOLIDAYS);
    pattern(&format!(r"\b(?:{names})\b(?:,? (?:of )?{YEAR}\b)?"))
});
/// Months that need no help to be understood.
static UNMISTAKABLE: LazyLock<std::collections::HashSet<&str>> = LazyLock::new(|| {
    tables::rows(DATE_WORDS).filter(|[_, role]| *role == "always").map(|[word, _]| word).collect()
});

pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        in_digits(text, hits);
        for (rule, name) in [
            (&*MONTH_FIRST, "month and day"),
            (&*DAY_FIRST, "day and month"),
            (&*MONTH_AND_YEAR, "month and year"),
            (&*MILITARY, "day, month and year without spaces"),
            (&*SEASON, "season and year"),
        ] {
            for found in rule.find_iter(text) {
                if is_written_as_a_month(found.as_str()) {
                    add(hits, found.start(), found.end(), 94, name);
                }
            }
        }
        for found in ORDINAL.captures_iter(text) {
            if let Some(day) = found.get(1) {
                add(hits, day.start(), day.end(), 75, "day of the month");
            }
        }
    }
    months_alone(text, hits);
    for found in HOLIDAY.find_iter(text) {
        let head = after(text, found.end(), 9).to_ascii_lowercase();
        if !head.starts_with(" disease") && !head.starts_with(" factor") {
            add(hits, found.start(), found.end(), 80, "feast day");
        }
    }
}

fn in_digits(text: &str, hits: &mut Vec<Hit>) {
    for found in ISO.find_iter(text) {
        add(hits, found.start(), found.end(), 96, "date as ISO 8601");
    }
    for found in ISO_MONTH.find_iter(text) {
        let is_longer = after(text, found.end(), 1).starts_with('-') || before(text, found.start(), 1) == "-";
        if !is_longer {
            add(hits, found.start(), found.end(), 84, "month as ISO 8601");
        }
    }
    for found in NUMERIC.captures_iter(text) {
        let (Some(whole), Some(first), Some(second)) = (found.get(0), found.get(1), found.get(3)) else {
            continue;
        };
        let same_sign = found.get(2).map(|sign| sign.as_str()) == found.get(4).map(|sign| sign.as_str());
        let clings = before(text, whole.start(), 1).ends_with(['-', '/', '.'])
            || after(text, whole.end(), 2)
                .strip_prefix(['-', '/'])
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let short_dots = whole.as_str().contains('.') && found.get(5).is_some_and(|year| year.len() < 4);
        let dotted = short_dots && !(first.len() == 2 && second.len() == 2);
        if same_sign && !clings && !dotted && is_day_and_month(first.as_str(), second.as_str()) {
            add(hits, whole.start(), whole.end(), 95, "date in digits");
        }
    }
    for found in COMPACT.find_iter(text) {
        let head = before(text, found.start(), 24);
        if COMPACT_LABEL.is_match(head) && !EIGHT_CODE.is_match(head) {
            add(hits, found.start(), found.end(), 90, "date in eight digits");
        }
    }
    for found in MONTH_YEAR.find_iter(text) {
        if !before(text, found.start(), 1).ends_with(['/', '-', '.']) {
            add(hits, found.start(), found.end(), 88, "month and year in digits");
        }
    }
    // Overlapping on purpose: in "3/4-3/6" each is beside the other.
    for found in DAY_MONTH.captures_iter(text) {
        let (Some(whole), Some(first), Some(second)) = (found.get(0), found.get(1), found.get(3)) else {
            continue;
        };
        if before(text, whole.start(), 1).ends_with(['/', '.', '+', '~', '>', '<', '=']) {
            continue;
        }
        let is_slash = found.get(2).is_some_and(|sign| sign.as_str() == "/");
        let ranges_on = is_slash
            && after(text, whole.end(), 8).strip_prefix([' ', '-', '–']).is_some_and(|rest| {
                rest.trim_start_matches([' ', '-', '–']).starts_with(|c: char| c.is_ascii_digit())
                    && rest.contains('/')
            });
        let is_told = DAY_MONTH_CUE.is_match(before(text, whole.start(), 24));
        let is_other = NOT_A_DAY.is_match(after(text, whole.end(), 14)) && !ranges_on;
        if is_slash && is_told && !is_other && is_day_and_month(first.as_str(), second.as_str()) {
            add(hits, whole.start(), whole.end(), 80, "day and month in digits");
        }
    }
}

/// A month without a day or year: a capital, and for months that are also words something about time before it.
fn months_alone(text: &str, hits: &mut Vec<Hit>) {
    for found in MONTH_ALONE.find_iter(text) {
        let word = found.as_str();
        if !word.starts_with(char::is_uppercase) || word.len() < 3 {
            continue;
        }
        let lower = word.to_lowercase();
        let is_beside_time = TEMPORAL_CUE.is_match(before(text, found.start(), 16));
        let is_sure = UNMISTAKABLE.contains(lower.as_str());
        let is_shouted = word.chars().all(char::is_uppercase);
        if (is_sure || is_beside_time && word.len() > 2) && !is_shouted {
            add(hits, found.start(), found.end(), if is_sure { 86 } else { 78 }, "month");
        }
    }
}

/// In the text itself months have a capital, but for languages that write them small, which have no homonyms here.
fn is_written_as_a_month(found: &str) -> bool {
    let has_capital = found.chars().any(char::is_uppercase);
    let has_year = found.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let mut words = found.split(|letter: char| !letter.is_alphabetic()).filter(|word| word.len() > 2);
    has_capital || has_year || words.any(|word| UNMISTAKABLE.contains(word))
}

fn is_day_and_month(first: &str, second: &str) -> bool {
    match (first.parse::<u8>(), second.parse::<u8>()) {
        (Ok(a), Ok(b)) => (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12),
        _ => false,
    }
}

fn add(hits: &mut Vec<Hit>, start: usize, end: usize, confidence: u8, rule: &'static str) {
    hits.push(Hit { start, end, kind: Kind::Date, confidence, rule });
}
