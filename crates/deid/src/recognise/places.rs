//! Places smaller than a state: streets, towns, counties, postal codes; and institutions.

use super::{Hit, after, before};
use crate::finding::Kind;
use crate::pattern::{pattern, rule};
use crate::tables::{self, ORGANISATION_WORDS, STREET_WORDS, fold, words};
use regex::Regex;
use std::sync::LazyLock;

/// A word with a capital, as towns and streets have.
const CAP: &str = r"(?:(?:St|Ste|Mt|Ft)\. ?)?(?:\p{Lu}[\p{L}'’]+(?:-\p{L}+)*)";

/// "1420 N. Maple Grove Ave., Apt 3B": the number, up to five words, what streets end with, and the flat.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    let endings = tables::alternatives(STREET_WORDS);
    pattern(&format!(
        r"\b\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?(?:(?:{CAP}|\d{{1,3}}(?:st|nd|rd|th)|[A-Z]\.|de|la|el|of|the) ){{1,5}}?(?:{endings})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW)\b\.?)?(?:,? {FLAT})?"
    ))
});
/// The same with the name in capitals, or all small behind a label.
static STREET_ANY_CASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\b\d{{1,6}} (?:[a-z'.]+ ){{1,4}}?(?:street|avenue|boulevard|road|lane|drive|court|parkway|highway|ave|blvd|rd|ln|pkwy|hwy)\b\.?(?:,? {FLAT})?"
    ))
});
const FLAT: &str = r"(?:(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Rm|Room|Bldg|Building|Flat|Lot|APT|SUITE|UNIT)\.? ?#? ?[A-Za-z]?-?\d{0,5}[A-Za-z]?\b|#\s?\d{1,5}[A-Za-z]?\b)";
rule!(
    ROUTE,
    r"(?:\b\d{1,6} )?\b(?:(?:Rural Route|State Route|County Road|Highway|Hwy|Route) \d{1,4}(?:,? Box \d{1,5})?|(?:RR|R\.R\.|CR|HC) \d{1,4},? Box \d{1,5})\b"
);
rule!(PO_BOX, r"(?i)\b(?:p\.?\s?o\.?\s?box|post office box|postfach|apartado|pmb)\s#?\d{1,7}\b");
rule!(
    CONTINENTAL,
    r"§(?:\p{Lu}[\p{L}-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|laan|straat|gracht|plein|gatan|vägen|vej|gade)|(?:rue|avenue|boulevard|place|chemin|impasse|allée|quai|calle|avenida|paseo|plaza|carrer|via|viale|piazza|corso|rua|travessa|ulica|ul\.|C/|Rue|Avenue|Calle|Avenida|Via|Viale|Piazza|Rua)(?: (?:de la|de los|de las|de|du|des|del|della|dei|la|le|les|el|da|do|dos|d'|l'))?(?: ?\p{Lu}[\p{L}'’-]+){1,3}),? (?:n[º°]? ?)?\d{1,4}[a-z]?\b"
);
rule!(
    FRENCH_STREET,
    r"(?i)\b\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée|quai|cours)(?: (?:de la|de l'|du|des|de|d'|la|le|les))?(?: ?\p{Lu}[\p{L}'’-]+){1,4}"
);
rule!(UK_POSTCODE, r"\b(?:[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?) \d[ABD-HJLNP-UW-Z]{2}\b");
rule!(CANADIAN_POSTCODE, r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b");
rule!(
    EU_POSTCODE,
    r"\b(?:D-|CH-|A-|F-|B-|L-|NL-|DK-|S-)?\d{4,5}(?: [A-Z]{2})? (\p{Lu}[\p{L}-]+(?:(?: am| an der| im)? \p{Lu}[\p{L}-]+)?)\b"
);
rule!(ZIP_PLUS, r"\b\d{5}-\d{4}\b");
rule!(
    ZIP_LABEL,
    r"(?i)\b(?:zip|zip ?code|postal ?code|postcode|plz)\b[ :#.]*(?:is |of )?([a-z0-9][a-z0-9 -]{2,9}\d[a-z0-9]*)\b"
);
rule!(
    HOME_LABEL,
    r"(?im)\b(?:address|home address|mailing address|street address|residence|adresse|dirección|indirizzo)[ \t]*:[ \t]*([^\n;|]{4,90}?)(?:[ \t]{2,}|[;|\n]|\.\s|$)"
);
rule!(
    TOWN_LABEL,
    r"\b(?i:city|town|county|hometown|place of birth|birthplace|village|municipality|ort|ville|ciudad|born in)[ \t]*:[ \t]*(\p{Lu}[\p{L}'’. -]{1,40}?)(?:[ \t]{2,}|[,;|\n(]|\.\s|$)"
);
rule!(
    FROM_TOWN,
    r"(?x)\b(?i:lives|living|lived|live|resides|residing|resided|resident|native|born|raised|grew\ up|moved|moving|relocated|relocating|travell?ed|travell?ing|travels|trip|visit(?:ed|ing)?|vacation(?:ed|ing)?|flew|flying|drove|returned|returning|emigrated|immigrated|stationed|works|working|house|home|apartment|farm|based|located|arrived|transferred|commutes|retired|vacationing|from)
      (?:\ (?i:here|there|back|alone|independently|recently|originally|together|a|an|the|his|her|wife|husband|family|by|boat|car|train|with|up|down|over|just)){0,3}
      \ ?(?i:in|at|of|to|from|near|outside|outside\ of|around|through)?\ (?i:downtown\ |nearby\ |rural\ |suburban\ |the\ town\ of\ |the\ city\ of\ |the\ village\ of\ |north\ |south\ |east\ |west\ )?
      (\p{Lu}[\p{L}'’]+(?:[\ -](?:(?:upon|on|of|de|la|del|el|by|the|am|sur)[\ -]){0,2}\p{Lu}[\p{L}'’]+){0,2})"
);
rule!(COUNTY, r"§((?:\p{Lu}[\p{L}'’]+ ){1,2}(?:County|Parish|Borough|Township|Shire|District))\b");
static TOWN_AND_STATE: LazyLock<Regex> = LazyLock::new(|| {
    let states = tables::state_alternatives();
    pattern(&format!(r"§({CAP}(?:[ -]{CAP}){{0,3}}),? (?:{states})\b(?:[,.]?\s+(\d{{5}}(?:-\d{{4}})?)\b)?"))
});
static STATE_AND_ZIP: LazyLock<Regex> = LazyLock::new(|| {
    let states = tables::state_alternatives();
    pattern(&format!(r"\b(?:{states})\b[,.]?\s+(\d{{5}}(?:-\d{{4}})?)\b"))
});
static ORGANISATION: LazyLock<Regex> = LazyLock::new(|| {
    let endings = tables::alternatives(ORGANISATION_WORDS);
    let link = r"(?:of|the|and|&|de|del|la)";
    pattern(&format!(
        r"(?:\b(?:St|Ste|Mt|Ft|Saint|Mount|Our Lady of|Sisters of)\.? )?§\p{{Lu}}[\p{{L}}'’-]*(?: (?:{link} )?(?:\p{{Lu}}[\p{{L}}'’-]*|&|St\.)){{0,5}}? (?:{endings})\b(?: (?:{endings})\b)*(?: (?:of|at|in) (?:the )?\p{{Lu}}[\p{{L}}'’-]+(?: \p{{Lu}}[\p{{L}}'’-]+){{0,2}})?"
    ))
});
rule!(
    ORGANISATION_OF,
    r"\b(?:University|Hospital|College|Church|School|Institute|Universitätsklinikum|Hôpital|Hospital|Clinique|Clínica|Ospedale|Klinik|Krankenhaus)(?: Hospital| Hospitals| Medical Center)? (?:(?:of|at|de|del|di|San|Santa|Saint|St\.) ?(?:the |la |las |los )?)(?:\p{Lu}[\p{L}'’-]+)(?:[ -](?:(?:of|de|del|la|at|and) )?\p{Lu}[\p{L}'’-]+){0,3}"
);
rule!(
    ROOM,
    r"(?i)\b(?:room|rm|bed|ward|bay|unit)\.? (?:number |no\.? |#)?(\d{1,4}[A-Z]?(?:-[A-Z0-9]{1,2})?|[A-Z]?\d{1,4}-[A-Z0-9]{1,2})\b"
);
rule!(TITLE, r"(?i)^(?:dr|mr|mrs|ms|miss|prof|doctor|nurse|sister|father|st)\b");
rule!(
    AFTER_STREET,
    r"^\.?(?:,? ?\n|, )(\p{Lu}[\p{L}'’]+(?:[ -]\p{Lu}[\p{L}'’]+){0,2})(?:, |\.|\n|$| [A-Z]{1,2}\d| \d{5})"
);
rule!(HOMONYM, r"^(?:ID|OR|IN|ME|OK|HI|OH|PA|MD|MA|AL|DE|LA|CO|MS|PR|ON)\b");
rule!(
    AFTER_AT,
    r"\b(?i:at|to|from|via) (?:the )?(\p{Lu}[\p{L}'’]+(?: \p{Lu}[\p{L}'’]+)? (?:General|Memorial|Presbyterian|Methodist|Baptist|Regional|Deaconess|Lutheran|Adventist|Sinai))\b"
);
rule!(CREDENTIAL, r"^,? (?:MD|PA|MA|DO|ND|MS|CT|DC)\b");
rule!(
    CITY_CUE,
    r"(?i)\b(?:in|at|from|near|of|to|outside|around|via|through|leaving|visiting|downtown|visited|toward|towards|between)\s$"
);

/// Words that make an institution's name no name: "Community Hospital", "the Emergency Department".
const GENERIC: [&str; 96] = [
    "the",
    "a",
    "an",
    "this",
    "that",
    "our",
    "your",
    "his",
    "her",
    "their",
    "community",
    "local",
    "outside",
    "general",
    "regional",
    "county",
    "city",
    "state",
    "veterans",
    "emergency",
    "acute",
    "urgent",
    "primary",
    "home",
    "day",
    "outpatient",
    "inpatient",
    "medical",
    "health",
    "surgical",
    "surgery",
    "care",
    "nursing",
    "skilled",
    "rehab",
    "rehabilitation",
    "long",
    "term",
    "specialty",
    "pain",
    "wound",
    "heart",
    "cancer",
    "eye",
    "dental",
    "women's",
    "womens",
    "children's",
    "childrens",
    "pediatric",
    "family",
    "internal",
    "medicine",
    "cardiology",
    "oncology",
    "neurology",
    "clinical",
    "central",
    "hospital",
    "clinic",
    "pharmacy",
    "laboratory",
    "and",
    "at",
    "in",
    "to",
    "from",
    "of",
    "for",
    "with",
    "patient",
    "follow-up",
    "followup",
    "sleep",
    "diabetes",
    "anticoagulation",
    "coumadin",
    "weight",
    "orthopedic",
    "general",
    "mental",
    "behavioral",
    "public",
    "plastic",
    "vascular",
    "transplant",
    "infusion",
    "dialysis",
    "memory",
    "another",
    "no",
    "discharge",
    "dr",
    "admitted",
    "prior",
    "previous",
];

pub(super) fn find(text: &str, hits: &mut Vec<Hit>) {
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    if has_digits {
        streets(text, hits);
        postal_codes(text, hits);
    }
    towns(text, hits);
    organisations(text, hits);
}

fn streets(text: &str, hits: &mut Vec<Hit>) {
    for (rule, confidence, name) in [
        (&*STREET, 92, "street"),
        (&*STREET_ANY_CASE, 84, "street in any case"),
        (&*ROUTE, 80, "rural route"),
        (&*PO_BOX, 95, "post office box"),
        (&*CONTINENTAL, 88, "street with its number last"),
        (&*FRENCH_STREET, 88, "street with its number first"),
    ] {
        for found in rule.find_iter(text) {
            if !before(text, found.start(), 1).ends_with(['/', '.', '-']) && is_street(found.as_str()) {
                add(
                    hits,
                    found.start(),
                    trimmed(text, found.start(), found.end()),
                    Kind::Location,
                    confidence,
                    name,
                );
            }
        }
    }
    for street in hits.clone().iter().filter(|hit| hit.kind == Kind::Location) {
        let rest = after(text, street.end, 64);
        let Some(town) = AFTER_STREET.captures(rest).and_then(|found| found.get(1)) else { continue };
        let (start, end) = (street.end + town.start(), street.end + town.end());
        if !is_larger(town.as_str()) && !rest[town.end()..].starts_with(':') {
            add(hits, start, end, Kind::Location, 85, "town after a street");
        }
    }
    for found in HOME_LABEL.captures_iter(text) {
        if let Some(address) =
            found.get(1).filter(|address| address.as_str().bytes().any(|b| b.is_ascii_digit()))
        {
            add(
                hits,
                address.start(),
                trimmed(text, address.start(), address.end()),
                Kind::Location,
                90,
                "address after a label",
            );
        }
    }
    for found in ROOM.captures_iter(text) {
        if let Some(room) = found.get(1).filter(|room| room.len() > 2 && !is_measured(text, room.end())) {
            add(hits, room.start(), room.end(), Kind::Location, 60, "room");
        }
    }
}

/// "2 weeks of physical therapy drive" is none: the words between number and ending are no everyday small words.
fn is_street(found: &str) -> bool {
    const NEVER: [&str; 30] = [
        "mg", "ml", "mcg", "of", "day", "days", "week", "weeks", "month", "months", "year", "years", "times",
        "tablets", "tablet", "units", "and", "with", "for", "on", "to", "hours", "minutes", "miles",
        "pounds", "percent", "point", "per", "in", "is",
    ];
    let small = |word: &str| NEVER.contains(&word);
    !found.split_whitespace().skip(1).take(2).any(small)
}

fn is_measured(text: &str, at: usize) -> bool {
    rule!(UNIT, r"(?i)^ ?(?:mg|mcg|ml|units?|%|days?|hours?|weeks?)\b");
    UNIT.is_match(after(text, at, 10))
}

fn postal_codes(text: &str, hits: &mut Vec<Hit>) {
    for found in STATE_AND_ZIP.captures_iter(text) {
        let (Some(whole), Some(zip)) = (found.get(0), found.get(1)) else { continue };
        // "Interpreter ID 88213": a code that is a word too wants a comma before it.
        if !HOMONYM.is_match(whole.as_str()) || before(text, whole.start(), 2) == ", " {
            add(hits, zip.start(), zip.end(), Kind::Location, 93, "ZIP code");
        }
    }
    for found in ZIP_LABEL.captures_iter(text) {
        if let Some(zip) = found.get(1) {
            add(hits, zip.start(), zip.end(), Kind::Location, 92, "postal code after a label");
        }
    }
    for (rule, confidence, name) in [
        (&*ZIP_PLUS, 88, "ZIP code with four more"),
        (&*UK_POSTCODE, 90, "postcode of the United Kingdom"),
        (&*CANADIAN_POSTCODE, 92, "postal code of Canada"),
    ] {
        for found in rule.find_iter(text) {
            add(hits, found.start(), found.end(), Kind::Location, confidence, name);
        }
    }
    for found in EU_POSTCODE.captures_iter(text) {
        let (Some(whole), Some(town)) = (found.get(0), found.get(1)) else { continue };
        let first = town.as_str().split([' ', '-']).next().unwrap_or_default();
        if words().is_city(&fold(town.as_str())) || words().is_city(&fold(first)) {
            add(hits, whole.start(), whole.end(), Kind::Location, 89, "postal code and town");
        }
    }
}

fn towns(text: &str, hits: &mut Vec<Hit>) {
    for found in TOWN_AND_STATE.captures_iter(text) {
        let (Some(whole), Some(town)) = (found.get(0), found.get(1)) else { continue };
        let Some(start) = town_within(text, town.start(), town.end()) else { continue };
        let state = &text[town.end()..whole.end()];
        let is_known = words().is_city(&fold(&text[start..town.end()]));
        // "Betty Ross, PA", "Ana Berg, MD": a credential, unless a ZIP code or a word of place says otherwise.
        let is_credential = CREDENTIAL.is_match(state)
            && found.get(2).is_none()
            && !CITY_CUE.is_match(before(text, start, 12));
        if (state.starts_with(',') && !is_credential && !is_somebody(&text[start..town.end()]))
            || is_known && !is_credential
        {
            add(hits, start, town.end(), Kind::Location, if is_known { 90 } else { 84 }, "town and state");
        }
    }
    for found in TOWN_LABEL.captures_iter(text) {
        if let Some(town) = found.get(1).filter(|town| !is_larger(town.as_str())) {
            add(
                hits,
                town.start(),
                trimmed(text, town.start(), town.end()),
                Kind::Location,
                88,
                "town after a label",
            );
        }
    }
    for found in FROM_TOWN.captures_iter(text) {
        let Some(town) = found.get(1) else { continue };
        let name = town.as_str();
        let folded = fold(name);
        let first = folded.split([' ', '-']).next().unwrap_or_default().to_owned();
        let is_known = words().is_city(&folded);
        let is_title = TITLE.is_match(name);
        let is_ordinary =
            words().is_word(&first) || words().is_never_a_name(&first) || words().is_given(&first);
        if !is_larger(name)
            && !is_title
            && (is_known || !is_ordinary || is_landscape(name))
            && !is_organisation_word(text, town.end())
            && followed_as_a_place(text, town.start())
        {
            add(
                hits,
                town.start(),
                town.end(),
                Kind::Location,
                if is_known { 85 } else { 72 },
                "town after a verb of place",
            );
        }
    }
    for found in COUNTY.captures_iter(text) {
        if let Some(county) = found.get(1) {
            let first = fold(county.as_str().split(' ').next().unwrap_or_default());
            if !GENERIC.contains(&first.as_str()) {
                add(hits, county.start(), county.end(), Kind::Location, 86, "county");
            }
        }
    }
    listed_cities(text, hits);
}

/// A town of the list after a word of place: "seen in Leipzig".
fn listed_cities(text: &str, hits: &mut Vec<Hit>) {
    rule!(CAPITALISED, r"§\p{Lu}[\p{L}'’]+(?:[ -]\p{Lu}[\p{L}'’]+){0,2}");
    for found in CAPITALISED.find_iter(text) {
        if !CITY_CUE.is_match(before(text, found.start(), 12)) {
            continue;
        }
        let pieces: Vec<usize> = std::iter::once(found.len())
            .chain(found.as_str().rmatch_indices([' ', '-']).map(|(at, _)| at))
            .collect();
        for length in pieces {
            let name = &found.as_str()[..length];
            let folded = fold(name);
            let is_taken = length < found.len() && is_organisation_word(text, found.start() + length);
            if words().is_city(&folded)
                && !is_larger(name)
                && !words().is_word(&folded)
                && !words().is_eponym(&folded)
                && !words().is_never_a_name(&folded)
                && !is_taken
            {
                add(hits, found.start(), found.start() + length, Kind::Location, 83, "town of the list");
                break;
            }
        }
    }
}

/// Does the place stand after a preposition or a verb that asks for one? "from Dr" and "from Monday" do not come here.
fn followed_as_a_place(text: &str, start: usize) -> bool {
    rule!(
        PLACE_CUE,
        r"(?i)\b(?:in|at|of|to|from|near|outside|outside of|around|through|visit|visited|visiting|downtown|nearby|rural|suburban|north|south|east|west)\s$"
    );
    PLACE_CUE.is_match(before(text, start, 14))
}

/// A state or a country may be told.
fn is_larger(name: &str) -> bool {
    let folded = fold(name.trim());
    words().is_state(&folded)
        || words().is_never_a_name(&folded)
        || folded.split(' ').all(|word| words().is_never_a_name(word))
}

/// Where the town begins in words with capitals before a state: "Patient Lives In Salem, OR" has one word.
fn town_within(text: &str, start: usize, end: usize) -> Option<usize> {
    let name = &text[start..end];
    let starts = std::iter::once(0).chain(name.match_indices([' ', '-']).map(|(at, _)| at + 1));
    let all: Vec<usize> = starts.collect();
    let known = all.iter().find(|at| words().is_city(&fold(&name[**at..])));
    let plain = all.iter().find(|at| {
        let first = fold(name[**at..].split([' ', '-']).next().unwrap_or_default());
        !words().is_never_a_name(&first)
            && !matches!(
                first.as_str(),
                "the"
                    | "in"
                    | "at"
                    | "from"
                    | "of"
                    | "address"
                    | "street"
                    | "ave"
                    | "road"
                    | "st"
                    | "rd"
                    | "dr"
                    | "drive"
                    | "avenue"
                    | "lane"
            )
    });
    let is_led_by_words = |at: usize| {
        name[..at].split([' ', '-']).filter(|word| !word.is_empty()).all(|word| words().is_word(&fold(word)))
    };
    let found = start + *known.filter(|at| is_led_by_words(**at)).or(plain)?;
    let name = &text[found..end];
    let is_all_caps = name.len() > 3 && name.chars().all(|letter| !letter.is_lowercase());
    (!is_larger(name) || words().is_city(&fold(name)))
        .then_some(found)
        .filter(|_| !is_all_caps || known.is_some())
}

/// "Tallow Creek", "Kestrel Point": the last of several words is one that towns are called after.
fn is_landscape(name: &str) -> bool {
    const LAST: [&str; 60] = [
        "bay", "beach", "bend", "bluff", "bluffs", "bridge", "brook", "canyon", "cape", "center", "city",
        "cliff", "corner", "corners", "cove", "creek", "crossing", "dale", "falls", "ferry", "field", "ford",
        "forest", "fork", "fort", "garden", "gardens", "glen", "grove", "harbor", "harbour", "haven",
        "heath", "heights", "hill", "hills", "hollow", "island", "isle", "junction", "lake", "lakes",
        "landing", "meadows", "mills", "park", "pass", "point", "port", "prairie", "ridge", "river", "rock",
        "shore", "springs", "station", "town", "valley", "village", "woods",
    ];
    name.split(' ').skip(1).last().is_some_and(|last| LAST.contains(&fold(last).as_str()))
}

/// Does it begin with a given name, and is it no town of the list?
fn is_somebody(name: &str) -> bool {
    let folded = fold(name);
    let first = folded.split(' ').next().unwrap_or_default();
    folded.contains(' ') && words().is_given(first) && !words().is_city(&folded)
}

fn is_organisation_word(text: &str, at: usize) -> bool {
    rule!(
        NEXT,
        r"^(?:'s)? (?:[A-Z][a-z]+ ){0,2}(?:Hospital|Clinic|Medical|Health|University|College|School|Center|Memorial|General|Street|Avenue|Road|Syndrome|Disease|Heights Study)\b"
    );
    NEXT.is_match(after(text, at, 40))
}

fn organisations(text: &str, hits: &mut Vec<Hit>) {
    for found in AFTER_AT.captures_iter(text) {
        if let Some(name) = found.get(1).filter(|name| organisation_start(name.as_str()) == Some(0)) {
            add(hits, name.start(), name.end(), Kind::Organization, 76, "institution after a word of place");
        }
    }
    for rule in [&*ORGANISATION, &*ORGANISATION_OF] {
        for found in rule.find_iter(text) {
            if let Some(start) = organisation_start(found.as_str()) {
                let start = found.start() + start;
                add(hits, start, trimmed(text, start, found.end()), Kind::Organization, 87, "institution");
            }
        }
    }
}

/// Where the name of an institution begins, if anything in it is particular.
fn organisation_start(name: &str) -> Option<usize> {
    let mut at = 0;
    let mut rest = name;
    // Drop what stands before the name: "Discharged To Mercy Hospital", "The Mercy Hospital".
    while let Some((first, tail)) = rest.split_once(' ') {
        let lead = fold(first);
        let is_lead = matches!(
            lead.as_str(),
            "the"
                | "at"
                | "in"
                | "to"
                | "from"
                | "our"
                | "a"
                | "this"
                | "facility"
                | "admitted"
                | "discharged"
                | "transferred"
                | "patient"
                | "seen"
                | "location"
                | "hospital:"
                | "facility:"
                | "dr"
                | "dr."
                | "outside"
                | "local"
        );
        if !is_lead {
            break;
        }
        at += first.len() + 1;
        rest = tail;
    }
    let endings = tables::lines(ORGANISATION_WORDS);
    let ends: Vec<&str> = endings.flat_map(|ending| ending.split(' ')).collect();
    let is_particular = rest.split_whitespace().any(|word| {
        let folded = fold(word.trim_matches(['.', ',']));
        word.starts_with(char::is_uppercase) && !GENERIC.contains(&folded.as_str()) && !ends.contains(&word)
    });
    let has_university =
        rest.starts_with("University of") || rest.contains(" of ") && rest.starts_with("University");
    (is_particular || has_university).then_some(at)
}

/// The end without trailing punctuation and spaces.
fn trimmed(text: &str, start: usize, end: usize) -> usize {
    start + text[start..end].trim_end_matches([' ', ',', ';', '.', ':', '\t']).len()
}

fn add(hits: &mut Vec<Hit>, start: usize, end: usize, kind: Kind, confidence: u8, rule: &'static str) {
    hits.push(Hit { start, end, kind, confidence, rule });
}
