//! Puts concept, intent and time together.

use super::cues::{self, Cue, Found, is_misspelt_question_word};
use super::procedures::is_examination;
use super::topic::{category, chosen, treatments, without_kind_of_visit};
use super::{LONGEST_QUESTION, Language, Relation, Span, Threshold};
use crate::concepts::{Concept, Domain, concepts};
use crate::words::{stem, tokens};
use jiff::civil::Date;

/// What is wanted of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    Latest,
    First,
    Highest,
    Lowest,
    When,
    Trend,
    Count,
    List,
    YesNo,
}

/// The part of the record that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Category {
    Results,
    Medicines,
    Allergies,
    Conditions,
    Immunizations,
    Encounters,
    Procedures,
    Reports,
    Documents,
    Coverage,
    Bills,
    Family,
    Person,
    /// The whole record, told in short.
    Overview,
}

/// What a question asks for.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) intent: Intent,
    /// The part of the record, where the question tells it.
    pub(crate) category: Option<Category>,
    /// What it asks about, by the tables.
    pub(crate) concepts: Vec<&'static Concept>,
    /// What it asks about, in its own words (stems), where the tables know no name.
    pub(crate) own: Vec<String>,
    pub(crate) span: Option<Span>,
    /// A second time to look at: "in 2024 and in 2025".
    pub(crate) second: Option<Span>,
    /// The limit that results are compared with.
    pub(crate) threshold: Option<Threshold>,
    /// The relative it asks about.
    pub(crate) relation: Option<&'static Relation>,
    /// It asks what to do: that is for a clinician.
    pub(crate) wants_advice: bool,
    /// Words beside the concepts, which only a document may know: "the *telephone hour* of the diabetes nurse".
    pub(crate) beside: Vec<String>,
    /// What Salus says that it does not do, as whole sentences, and the words of the question in them.
    pub(crate) unread: Vec<(String, String)>,
    pub(crate) cues: Vec<Cue>,
    /// The words to search for.
    pub(crate) content: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Empty,
    TooLong,
    Language,
}

impl Plan {
    /// Understands a question asked on `today` by or about a person born on `born`.
    pub(crate) fn of(
        question: &str,
        today: Date,
        born: Option<Date>,
        is_known: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Refusal> {
        if question.chars().count() > LONGEST_QUESTION {
            return Err(Refusal::TooLong);
        }
        let words = tokens(question);
        if words.is_empty() {
            return Err(Refusal::Empty);
        }
        let language = Language::of(&words);
        let words = if language == Language::German { parted(words) } else { words };
        let threshold = Threshold::find(&words);
        let limit = threshold.as_ref().map(|(_, from, to)| (*from, *to));
        let times = times(&words, limit, today, born);
        let is_read: Vec<(usize, usize)> =
            times.iter().map(|(_, from, to)| (*from, *to)).chain(limit).collect();
        let in_time = |at: usize| is_read.iter().any(|(from, to)| (*from..*to).contains(&at));
        let mut found: Vec<Found> = cues::find(&words, language)
            .into_iter()
            .filter(|found| !(found.from..found.to).any(in_time))
            .collect();
        let relation = Relation::find(&words);
        found.extend(relation.map(|(_, from, to)| Found { cue: Cue::Family, from, to }));
        let is_cue = |at: usize, found: &[Found]| found.iter().any(|f| (f.from..f.to).contains(&at));
        let skip = |at: usize| {
            in_time(at)
                || language.is_little_word(&words[at])
                || words[at].parse::<f64>().is_ok()
                || is_single_cue(&found, at)
        };
        let mentions = concepts().find(&words, &skip, is_known);
        found.retain(|found| {
            mentions.iter().all(|mention| {
                let inside = mention.from <= found.from && found.to <= mention.to;
                !inside || mention.to - mention.from <= found.to - found.from || is_topic(found.cue)
            })
        });
        let has = |cue: Cue| found.iter().any(|found| found.cue == cue);
        let named = chosen(&mentions, &words, &has);
        let named = if has(Cue::Medicine) { treatments(named) } else { named };
        // "Kidney ultrasound" is an examination, not the kidney values.
        let stems: Vec<String> = words.iter().map(|word| stem(word)).collect();
        let asks_letter = has(Cue::Document) && has(Cue::Open);
        let named = if asks_letter { Vec::new() } else { named };
        let is_panel = |concept: &&Concept| concept.domain == Domain::Panel;
        let named = if is_examination(&stems) && named.iter().any(is_panel) { Vec::new() } else { named };
        let category = category(&named, &has);
        let content: Vec<String> = (0..words.len())
            .filter(|at| !in_time(*at) && !language.is_little_word(&words[*at]))
            .map(|at| words[at].clone())
            .collect();
        let is_own = |at: &usize| {
            !in_time(*at)
                && !is_cue(*at, &found)
                && !language.is_little_word(&words[*at])
                && (is_known(&stem(&words[*at])) || !is_misspelt_question_word(&words[*at], language))
        };
        let own: Vec<String> = (0..words.len()).filter(is_own).map(|at| stem(&words[at])).collect();
        let own = if category == Some(Category::Encounters) { without_kind_of_visit(own, &has) } else { own };
        let is_mentioned =
            |at: usize| mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
        let beside: Vec<String> = (0..words.len())
            .filter(|at| !named.is_empty() && is_own(at) && !is_mentioned(*at))
            .filter(|at| words[*at].parse::<f64>().is_err())
            .map(|at| words[at].clone())
            .collect();
        // A medicine alone does not tell whether a question in an unknown language is about taking it or an allergy.
        let is_about_substances = named.iter().all(|concept| {
            matches!(concept.domain, Domain::DrugClass | Domain::Ingredient | Domain::Allergen)
        });
        if language == Language::Other && is_about_substances {
            return Err(Refusal::Language);
        }
        let is_bare = named.is_empty() && category.is_none();
        if language != Language::English && is_bare {
            return Err(Refusal::Language);
        }
        let threshold = threshold.map(|(threshold, ..)| threshold);
        let takes_limits = category == Some(Category::Results) && !(named.is_empty() && own.is_empty());
        let said = |cue: Cue| {
            let of_cue = found.iter().filter(|found| found.cue == cue);
            of_cue
                .max_by_key(|found| found.to - found.from)
                .map(|found| words[found.from..found.to].join(" "))
        };
        let unread = unread(threshold.as_ref().filter(|_| !takes_limits), &said);
        let mut spans = times.into_iter().map(|(span, ..)| span);
        let is_past_start = words.iter().any(|word| matches!(word.as_str(), "did" | "when" | "have"));
        Ok(Self {
            intent: intent(category, &named, &own, &has, &found),
            category,
            own: if named.is_empty() { own } else { Vec::new() },
            concepts: named,
            span: spans.next(),
            second: spans.next(),
            threshold: threshold.filter(|_| takes_limits),
            relation: relation.map(|(relation, ..)| relation),
            wants_advice: asks_for_advice(&found, &words, is_past_start),
            beside,
            unread,
            cues: found.iter().map(|found| found.cue).collect(),
            content,
        })
    }
}

impl Plan {
    /// Whether the question hints at something.
    pub(crate) fn asks(&self, cue: Cue) -> bool {
        self.cues.contains(&cue)
    }
}

/// The times a question names, two at most; "since 2019 until 2021" is one.
fn times(
    words: &[String],
    limit: Option<(usize, usize)>,
    today: Date,
    born: Option<Date>,
) -> Vec<(Span, usize, usize)> {
    let mut left = words.to_vec();
    if let Some((from, to)) = limit {
        left[from..to].fill(String::new());
    }
    let mut times: Vec<(Span, usize, usize)> = Vec::new();
    for _ in 0..2 {
        let Some((span, from, to)) = Span::find(&left, today, born) else { break };
        left[from..to].fill(String::new());
        times.push((span, from, to));
    }
    if let [(since, from, _), (until, _, to)] = times.as_slice()
        && since.until.is_none()
        && until.from.is_none()
    {
        let label = format!("{} {}", since.label, until.label);
        return vec![(Span { from: since.from, until: until.until, label }, *from, *to)];
    }
    times
}

/// What of a question is not done, said plainly.
fn unread(threshold: Option<&Threshold>, said: &dyn Fn(Cue) -> Option<String>) -> Vec<(String, String)> {
    let mut unread = Vec::new();
    if let Some(threshold) = threshold {
        let text = format!("I did not apply \u{201c}{}\u{201d} here.", threshold.label);
        unread.push((text, threshold.label.clone()));
    }
    if let Some(word) = said(Cue::Average) {
        unread.push(("I do not work out averages; these are single values.".to_owned(), word));
    }
    if let Some(time) = said(Cue::Moment) {
        let text = format!("I did not understand the time \u{201c}{time}\u{201d}, so I looked at all times.");
        unread.push((text, time));
    }
    unread
}

/// "stop taking" asks for advice, "when did I stop taking" for a date.
fn asks_for_advice(found: &[Found], words: &[String], is_past: bool) -> bool {
    found.iter().filter(|found| found.cue == Cue::Advice).any(|found| {
        let is_act = found.to - found.from == 2
            && matches!(words[found.from].as_str(), "stop" | "start")
            && words[found.from + 1] == "taking";
        !(is_act && is_past)
    })
}

/// German joins words: "Tetanusimpfung" is a tetanus vaccination.
fn parted(words: Vec<String>) -> Vec<String> {
    const ENDS: [&str; 8] =
        ["impfungen", "impfung", "allergie", "tabletten", "medikamente", "werte", "wert", "spiegel"];
    let part =
        |word: String| match ENDS.iter().find_map(|end| Some((word.strip_suffix(end)?.to_owned(), *end))) {
            Some((first, end)) if first.len() > 2 => vec![first, end.to_owned()],
            _ => vec![word],
        };
    words.into_iter().flat_map(part).collect()
}

/// A word that is a cue by itself names no concept, unless it is one of the words of a longer name.
fn is_single_cue(found: &[Found], at: usize) -> bool {
    found.iter().any(|found| found.from == at && found.to == at + 1 && !is_judgement(found.cue))
}

/// Words that judge a value are also words of names: "high blood pressure".
fn is_judgement(cue: Cue) -> bool {
    matches!(cue, Cue::Status | Cue::High | Cue::Low | Cue::Usual | Cue::Unusual)
}

/// Cues that stay even inside the name of a concept: "blood pressure tablets" are medicines.
fn is_topic(cue: Cue) -> bool {
    matches!(
        cue,
        Cue::Allergy
            | Cue::Vaccine
            | Cue::Medicine
            | Cue::Condition
            | Cue::Result
            | Cue::Family
            | Cue::Advice
    )
}

fn intent(
    category: Option<Category>,
    named: &[&Concept],
    own: &[String],
    has: &dyn Fn(Cue) -> bool,
    found: &[Found],
) -> Intent {
    let is_named = !named.is_empty() || !own.is_empty();
    let asks_whether = found.iter().any(|found| found.cue == Cue::YesNo && found.from <= 2);
    if has(Cue::Count) {
        return Intent::Count;
    }
    if has(Cue::When) {
        return if has(Cue::First) { Intent::First } else { Intent::When };
    }
    if has(Cue::Trend) && matches!(category, Some(Category::Results) | None) {
        return Intent::Trend;
    }
    for (cue, intent) in
        [(Cue::Highest, Intent::Highest), (Cue::Lowest, Intent::Lowest), (Cue::First, Intent::First)]
    {
        if has(cue) && is_named {
            return intent;
        }
    }
    let whether = matches!(
        category,
        Some(
            Category::Allergies
                | Category::Conditions
                | Category::Medicines
                | Category::Immunizations
                | Category::Procedures
                | Category::Family
        )
    );
    if whether && is_named && (asks_whether || !has(Cue::Latest)) && !has(Cue::List) {
        return Intent::YesNo;
    }
    if whether && asks_whether && !is_named && !has(Cue::List) {
        return Intent::List;
    }
    match category {
        Some(Category::Results) if is_named => Intent::Latest,
        Some(Category::Immunizations | Category::Encounters | Category::Procedures) if has(Cue::Latest) => {
            Intent::When
        }
        Some(Category::Bills | Category::Reports | Category::Documents) if has(Cue::Latest) => Intent::Latest,
        None if has(Cue::List) => Intent::List,
        None if asks_whether => Intent::YesNo,
        None => Intent::Latest,
        _ => Intent::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[track_caller]
    fn check(question: &str, intent: Intent, category: Option<Category>, keys: &[&str]) {
        let plan = Plan::of(question, date(2026, 11, 20), None, &|_| false).ok().unwrap();
        let found: Vec<_> = plan.concepts.iter().map(|concept| concept.key).collect();
        assert_eq!((plan.intent, plan.category, found.as_slice()), (intent, category, keys), "{question}");
    }

    #[test]
    fn the_main_questions_are_planned() {
        use Category::*;
        use Intent::*;
        check("latest HbA1c", Latest, Some(Results), &["hba1c"]);
        check("What was my last A1c?", Latest, Some(Results), &["hba1c"]);
        check("What is my cholesterol?", Latest, Some(Results), &["cholesterol"]);
        check("is my potassium too high?", Latest, Some(Results), &["potassium"]);
        check("What are my LDL and HDL?", Latest, Some(Results), &["ldl", "hdl"]);
        check("what is my sugar", Latest, Some(Results), &["glucose"]);
        check("highest blood pressure ever", Highest, Some(Results), &["blood-pressure"]);
        check("how has my blood pressure changed this year", Trend, Some(Results), &["blood-pressure"]);
        check("weight trend since 2019", Trend, Some(Results), &["weight"]);
        check("How many times was my TSH measured?", Count, Some(Results), &["tsh"]);
        check("Which medicines do I take?", List, Some(Medicines), &[]);
        check("which medicins do I take", List, Some(Medicines), &[]);
        check("do I take a statin?", YesNo, Some(Medicines), &["statins"]);
        check(
            "am I taking anything for my blood pressure",
            YesNo,
            Some(Medicines),
            &["blood-pressure-medicines"],
        );
        check("what do I take for diabetes", YesNo, Some(Medicines), &["diabetes-medicines"]);
        check("have I ever broken a bone", YesNo, Some(Conditions), &["fracture"]);
        check("blod presure", Latest, Some(Results), &["blood-pressure"]);
        check("am I on blood thinners", YesNo, Some(Medicines), &["anticoagulants"]);
        check("am I allergic to penicillin", YesNo, Some(Allergies), &["penicillins"]);
        check("Am I alergic to penicilin?", YesNo, Some(Allergies), &["penicillins"]);
        check("What allergies do I have?", List, Some(Allergies), &[]);
        check("do I have any allergies", List, Some(Allergies), &[]);
        check("when was my last tetanus shot", When, Some(Immunizations), &["tetanus"]);
        check("have I been vaccinated against measles?", YesNo, Some(Immunizations), &["measles"]);
        check("which vaccines have I had", List, Some(Immunizations), &[]);
        check("do I have diabetes?", YesNo, Some(Conditions), &["diabetes"]);
        check("do I have high blood pressure", YesNo, Some(Conditions), &["hypertension"]);
        check("what conditions do I have", List, Some(Conditions), &[]);
        check("when was I diagnosed with asthma", When, Some(Conditions), &["asthma"]);
        check("when was my last doctor visit", When, Some(Encounters), &[]);
        check("how many visits did I have in 2019", Count, Some(Encounters), &[]);
        check("which operations have I had", List, Some(Procedures), &[]);
        check("does anyone in my family have diabetes", YesNo, Some(Family), &["diabetes"]);
        check("what insurance do I have", List, Some(Coverage), &[]);
        check("how much did my last visit cost", Latest, Some(Bills), &[]);
        check("tell me about my health", List, Some(Overview), &[]);
        check("was I ever in hospital", List, Some(Encounters), &[]);
    }

    #[test]
    fn the_main_questions_are_planned_in_three_more_languages() {
        use Category::*;
        use Intent::*;
        check("Wann war meine letzte Impfung gegen Tetanus?", When, Some(Immunizations), &["tetanus"]);
        check("Bin ich allergisch gegen Penicillin?", YesNo, Some(Allergies), &["penicillins"]);
        check("¿Qué medicamentos tomo?", List, Some(Medicines), &[]);
        check("Quelle est ma dernière tension artérielle ?", Latest, Some(Results), &["blood-pressure"]);
    }

    #[test]
    fn advice_is_told_apart() {
        for (question, expect) in [
            ("should I stop taking warfarin?", true),
            ("can I take ibuprofen with my medicines", true),
            ("how can I lower my blood pressure", true),
            ("which medicines do I take", false),
            ("was my blood pressure high", false),
        ] {
            let plan = Plan::of(question, date(2026, 11, 20), None, &|_| false).ok().unwrap();
            assert_eq!(plan.wants_advice, expect, "{question}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_refused_with_a_reason() {
        let refusal = |question: &str| Plan::of(question, date(2026, 11, 20), None, &|_| false).err();
        assert_eq!(refusal("  "), Some(Refusal::Empty));
        assert_eq!(refusal("?!"), Some(Refusal::Empty));
        assert_eq!(refusal(&"long ".repeat(300)), Some(Refusal::TooLong));
        assert_eq!(refusal("Quando ho fatto l'ultima visita?"), Some(Refusal::Language));
        assert_eq!(refusal("私の血圧は？"), Some(Refusal::Language));
    }
}
