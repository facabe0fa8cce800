//! Ages over 89.

use super::Hit;
use crate::finding::Kind;
use crate::pattern::rule;

/// The oldest age that may be told (45 CFR 164.514(b)(2)(i)(C)).
pub(crate) const OLDEST_TOLD: u32 = 89;

rule!(
    BEFORE_YEARS,
    r"(?i)\b(\d{2,3})(?:[- ]?(?:years?|yrs?)[- ]old\b|[- ]?(?:years?|yrs?)[- ]of[- ]age\b|[- ]?y[./]?o\b\.?|[- ]?yo[mfwg]?\b|[- ]year[- ](?:young|man|woman|male|female|gentleman|lady)|[- ]?(?:anos|años|ans|jahre)\b)"
);
rule!(
    AFTER_LABEL,
    r"(?i)\b(?:aged?|age\s*[:=]|age (?:is|of)|at (?:the )?age(?: of)?|turned|turning)\s*(\d{2,3})\b"
);
rule!(WITH_SEX, r"\b(\d{2,3})[ -]?(?:[MFmf]|male|female|man|woman)\b");
rule!(
    SPELLED,
    r"(?i)\b(ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?: and)?(?: (?:one|two|three|four|five|six|seven))?)[- ]years?[- ](?:old|of[- ]age)"
);

pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    for (rule, confidence, name) in [
        (&*BEFORE_YEARS, 95, "age"),
        (&*AFTER_LABEL, 92, "age after a label"),
        (&*WITH_SEX, 80, "age with a sex"),
    ] {
        for found in rule.captures_iter(text) {
            let Some(number) = found.get(1) else { continue };
            if number.as_str().parse().is_ok_and(|age: u32| (OLDEST_TOLD + 1..=125).contains(&age)) {
                hits.push(Hit {
                    start: number.start(),
                    end: number.end(),
                    kind: Kind::Age,
                    confidence,
                    rule: name,
                });
            }
        }
    }
    for found in SPELLED.captures_iter(text) {
        if let Some(words) = found.get(1) {
            let (start, end) = (words.start(), words.end());
            hits.push(Hit { start, end, kind: Kind::Age, confidence: 95, rule: "age in words" });
        }
    }
}
