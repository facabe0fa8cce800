//! Dates and ages of a resource.

use crate::plan::Mode;
use jiff::civil::Date;
use salus_fhir::json::Value;

/// The oldest age that may be told.
const OLDEST_TOLD: i64 = 89;

/// A date as the mode allows it; `None` where the type has no such form.
pub(super) fn date(text: &str, type_name: &str, mode: Mode, shift_days: i64) -> Option<String> {
    let year = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?;
    let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
    match (mode, day) {
        // An instant is exact or nothing.
        (Mode::SafeHarbor, _) if type_name == "instant" => None,
        (Mode::SafeHarbor, _) => Some(year.to_owned()),
        (Mode::Shifted, Some(day)) => {
            let shifted = day.checked_add(jiff::Span::new().try_days(shift_days).ok()?).ok()?;
            Some(format!("{shifted}{}", text.get(10..).unwrap_or_default()))
        }
        // A month cannot move by days: the year is left.
        (Mode::Shifted, None) => Some(year.to_owned()),
    }
}

/// Does this birth date tell of an age over 89? One that is not understood is taken for that.
pub(super) fn is_over_89(birth: &Value, today: Date) -> bool {
    let text = birth.as_str().unwrap_or_default();
    let Some(year) = text.get(..4).and_then(|year| year.parse::<i16>().ok()) else { return true };
    let born = text.get(..10).and_then(|day| day.parse::<Date>().ok());
    let born = born.or_else(|| Date::new(year, 1, 1).ok());
    let ninety = born.and_then(|born| born.checked_add(jiff::Span::new().years(OLDEST_TOLD + 1)).ok());
    ninety.is_none_or(|ninety| ninety <= today)
}

/// An Age with its value at most 90, if it counts years.
pub(super) fn capped_age(age: &Value) -> Value {
    let mut age = age.clone();
    let unit = age.get("code").or_else(|| age.get("unit")).and_then(Value::as_str).unwrap_or("a");
    let is_years = matches!(unit, "a" | "y" | "yr" | "yrs" | "year" | "years");
    let value = age.get("value").and_then(|value| value.to_string().parse::<f64>().ok());
    if let Value::Object(object) = &mut age {
        object.retain(|name, _| matches!(name.as_str(), "value" | "unit" | "system" | "code" | "comparator"));
        if is_years && value.is_some_and(|value| value > OLDEST_TOLD as f64) {
            object.insert("value".to_owned(), Value::from(OLDEST_TOLD + 1));
        }
    }
    age
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;
    use serde_json::json;

    #[test]
    fn of_a_date_the_year_stays_or_the_whole_moves() {
        for (text, type_name, safe, shifted) in [
            ("2021-03-04", "date", Some("2021"), Some("2021-03-14")),
            ("2021-03", "date", Some("2021"), Some("2021")),
            ("2021", "dateTime", Some("2021"), Some("2021")),
            ("2020-12-30T08:15:00+01:00", "dateTime", Some("2020"), Some("2021-01-09T08:15:00+01:00")),
            ("2021-03-04T08:15:00Z", "instant", None, Some("2021-03-14T08:15:00Z")),
            ("soon", "dateTime", None, None),
        ] {
            assert_eq!(date(text, type_name, Mode::SafeHarbor, 10).as_deref(), safe, "{text}");
            assert_eq!(date(text, type_name, Mode::Shifted, 10).as_deref(), shifted, "{text}");
        }
    }

    #[test]
    fn ninety_is_where_ages_end() {
        for (birth, expect) in
            [("1936-01-01", true), ("1936-01-02", false), ("1936", true), ("1937", false), ("x", true)]
        {
            assert_eq!(is_over_89(&json!(birth), day(2026, 1, 1)), expect, "{birth}");
        }
        assert_eq!(capped_age(&json!({"value": 93, "code": "a"}))["value"], json!(90));
        assert_eq!(capped_age(&json!({"value": 89, "code": "a"}))["value"], json!(89));
        assert_eq!(capped_age(&json!({"value": 93, "code": "mo"}))["value"], json!(93));
    }
}
