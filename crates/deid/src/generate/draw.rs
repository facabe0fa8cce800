//! What fills a slot of a note.

use super::names;
use crate::finding::Kind;
use crate::tables::{self, HELD_OUT_GIVEN_NAMES, HELD_OUT_SURNAMES};
use salus_core::SeededRng;

const PLACES: &str = include_str!("../tables/note_places.txt");
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const STATES: [&str; 8] = ["MA", "OH", "Texas", "CA", "Vermont", "NY", "Oregon", "GA"];
const STREETS: [&str; 10] = [
    "Larkspur",
    "Old Mill",
    "Juniper Hill",
    "Harbor",
    "Copper Beech",
    "Windmere",
    "Tannery",
    "Mockingbird",
    "Sycamore",
    "Fox Run",
];
const STREET_ENDS: [&str; 8] = ["Street", "St.", "Avenue", "Road", "Lane", "Drive", "Blvd", "Court"];
const ORG_ENDS: [&str; 8] = [
    "Hospital",
    "Medical Center",
    "General Hospital",
    "Clinic",
    "Health Center",
    "Memorial Hospital",
    "Nursing Home",
    "Medical Group",
];

type Piece = (String, Option<Kind>);

/// The people of one note.
pub(super) struct Cast {
    first: &'static str,
    last: &'static str,
}

pub(super) fn below(rng: &SeededRng, bound: usize) -> usize {
    (rng.next_u64() % bound.max(1) as u64) as usize
}

fn pick<T: Copy>(rng: &SeededRng, list: &[T]) -> T {
    list[below(rng, list.len())]
}

fn digits(rng: &SeededRng, count: usize) -> String {
    (0..count)
        .map(|place| char::from(b'0' + if place == 0 { 1 + below(rng, 9) } else { below(rng, 10) } as u8))
        .collect()
}

fn letters(rng: &SeededRng, count: usize) -> String {
    (0..count).map(|_| char::from(b"ABCDEFGHJKLMNPRSTUVWXY"[below(rng, 22)])).collect()
}

fn given(rng: &SeededRng) -> &'static str {
    pick(rng, &names(HELD_OUT_GIVEN_NAMES))
}

fn surname(rng: &SeededRng) -> &'static str {
    pick(rng, &names(HELD_OUT_SURNAMES))
}

fn place(rng: &SeededRng) -> &'static str {
    pick(rng, &tables::lines(PLACES).collect::<Vec<_>>())
}

impl Cast {
    pub(super) fn new(rng: &SeededRng) -> Self {
        Self { first: given(rng), last: surname(rng) }
    }

    /// The text of a slot: pieces, each with its kind or none.
    pub(super) fn fill(&self, rng: &SeededRng, slot: &str) -> Vec<Piece> {
        let one = |text: String, kind: Kind| vec![(text, Some(kind))];
        match slot {
            "First" => one(self.first.to_owned(), Kind::Name),
            "Last" => one(self.last.to_owned(), Kind::Name),
            "FIRST" => one(self.first.to_uppercase(), Kind::Name),
            "LAST" => one(self.last.to_uppercase(), Kind::Name),
            "initial" => one(format!("{}.", letters(rng, 1)), Kind::Name),
            "staff" | "relative" => one(format!("{} {}", given(rng), surname(rng)), Kind::Name),
            "staff_last" => one(surname(rng).to_owned(), Kind::Name),
            "relative_first" => one(given(rng).to_owned(), Kind::Name),
            "old" => one((90 + below(rng, 13)).to_string(), Kind::Age),
            "date" => one(date(rng), Kind::Date),
            "dob" => one(date(rng), Kind::Date),
            "longdate" => one(long_date(rng), Kind::Date),
            "monthday" => one(month_and_day(rng), Kind::Date),
            "monthyear" => one(format!("{} {}", pick(rng, &MONTHS), 1990 + below(rng, 35)), Kind::Date),
            "town" => one(place(rng).to_owned(), Kind::Location),
            "state" => vec![(pick(rng, &STATES).to_owned(), None)],
            "zip" => one(format!("{}{}", digits(rng, 5), pick(rng, &["", "", "-4417"])), Kind::Location),
            "street" => one(street(rng), Kind::Location),
            "uk_street" => {
                one(format!("{} {} Road", 1 + below(rng, 200), pick(rng, &STREETS)), Kind::Location)
            }
            "postcode" => one(
                format!(
                    "{}{} {}AB",
                    pick(rng, &["LS", "M", "EH", "SW"]),
                    1 + below(rng, 9),
                    1 + below(rng, 9)
                ),
                Kind::Location,
            ),
            "org" => one(organisation(rng), Kind::Organization),
            "ORG" => one(organisation(rng), Kind::Organization),
            "pharmacy" => one(format!("{} Pharmacy", place(rng)), Kind::Organization),
            "phone" => one(phone(rng), Kind::Phone),
            "fax" => one(phone(rng), Kind::Fax),
            "email" => one(
                format!(
                    "{}.{}@{}",
                    ascii(self.first),
                    ascii(self.last),
                    pick(rng, &["example.org", "mail.example.com", "clinic.example.net"])
                ),
                Kind::Email,
            ),
            "url" => one(
                pick(
                    rng,
                    &[
                        "https://portal.example.org/visits/8812",
                        "www.kestrelclinic.org",
                        "http://records.example.net/p?id=77",
                    ],
                )
                .to_owned(),
                Kind::Url,
            ),
            "ip" => {
                one(pick(rng, &["10.24.7.131", "192.168.4.77", "2001:db8:4f::19c2"]).to_owned(), Kind::Ip)
            }
            _ => one(number(rng, slot), number_kind(slot)),
        }
    }
}

fn number_kind(slot: &str) -> Kind {
    match slot {
        "ssn" => Kind::Ssn,
        "mrn" => Kind::Mrn,
        "plan" => Kind::HealthPlan,
        "account" | "claim" => Kind::Account,
        "licence" | "npi" | "dea" => Kind::Licence,
        "plate" => Kind::Vehicle,
        "device" => Kind::Device,
        _ => Kind::Id,
    }
}

fn number(rng: &SeededRng, slot: &str) -> String {
    match slot {
        "ssn" => format!("{}-{:02}-{}", 101 + below(rng, 560), 1 + below(rng, 99), digits(rng, 4)),
        "mrn" => match below(rng, 3) {
            0 => digits(rng, 7),
            1 => format!("{}-{}-{}", digits(rng, 3), digits(rng, 2), digits(rng, 2)),
            _ => format!("{}{}", letters(rng, 1), digits(rng, 8)),
        },
        "plan" => format!("{}{}", letters(rng, 3), digits(rng, 9)),
        "licence" => format!("{}{}", letters(rng, 1), digits(rng, 7)),
        "npi" => digits(rng, 10),
        "dea" => dea(rng),
        "plate" => format!("{}-{}", digits(rng, 3), letters(rng, 3)),
        "device" => format!("{}{}", letters(rng, 3), digits(rng, 6)),
        "nhs" => nhs(rng),
        "username" => format!("{}{}", letters(rng, 2).to_lowercase(), digits(rng, 4)),
        "specimen" | "accession" => format!("{}-{}", letters(rng, 1), digits(rng, 7)),
        _ => digits(rng, 8),
    }
}

/// A DEA number with its check digit.
fn dea(rng: &SeededRng) -> String {
    let body = digits(rng, 6);
    let at = |place: usize| u32::from(body.as_bytes()[place] - b'0');
    let check = (at(0) + at(2) + at(4) + 2 * (at(1) + at(3) + at(5))) % 10;
    format!("B{}{body}{check}", letters(rng, 1))
}

/// An NHS number with its check digit.
fn nhs(rng: &SeededRng) -> String {
    loop {
        let body = digits(rng, 9);
        let sum: u32 =
            body.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = (11 - sum % 11) % 11;
        if check < 10 {
            return format!("{} {} {}{check}", &body[..3], &body[3..6], &body[6..]);
        }
    }
}

fn date(rng: &SeededRng) -> String {
    let (year, month, day) = (1931 + below(rng, 94), 1 + below(rng, 12), 1 + below(rng, 28));
    let name = MONTHS[month - 1];
    match below(rng, 8) {
        0 => format!("{month}/{day}/{year}"),
        1 => format!("{month:02}/{day:02}/{:02}", year % 100),
        2 => format!("{year}-{month:02}-{day:02}"),
        3 => format!("{name} {day}, {year}"),
        4 => format!("{day} {name} {year}"),
        5 => format!("{day:02}-{}-{year}", &name[..3]),
        6 => format!("{month:02}-{day:02}-{year}"),
        _ => format!("{} {day}, {year}", &name[..3]),
    }
}

fn long_date(rng: &SeededRng) -> String {
    let (year, month, day) = (1990 + below(rng, 35), pick(rng, &MONTHS), 1 + below(rng, 28));
    match below(rng, 3) {
        0 => format!("the {day}th of {month}, {year}").trim_start_matches("the ").to_owned(),
        1 => format!("{day} {month} {year}"),
        _ => format!("{month} {day}, {year}"),
    }
}

fn month_and_day(rng: &SeededRng) -> String {
    let (month, day) = (1 + below(rng, 12), 1 + below(rng, 28));
    match below(rng, 3) {
        0 => format!("{month}/{day}"),
        1 => format!("{} {day}", MONTHS[month - 1]),
        _ => format!("{} {day}", &MONTHS[month - 1][..3]),
    }
}

fn street(rng: &SeededRng) -> String {
    let flat = pick(rng, &["", "", ", Apt 4B", " #12", ", Suite 210"]);
    format!("{} {} {}{flat}", 1 + below(rng, 9_800), pick(rng, &STREETS), pick(rng, &STREET_ENDS))
}

fn organisation(rng: &SeededRng) -> String {
    let name = match below(rng, 4) {
        0 => format!("St. {}'s", pick(rng, &["Brendan", "Ursula", "Odile", "Cuthbert"])),
        1 => surname(rng).to_owned(),
        _ => place(rng).to_owned(),
    };
    format!("{name} {}", pick(rng, &ORG_ENDS))
}

fn phone(rng: &SeededRng) -> String {
    let (area, line) = (201 + below(rng, 780), digits(rng, 4));
    let exchange = 200 + below(rng, 799);
    match below(rng, 6) {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("{area}-{exchange}-{line}"),
        2 => format!("{area}.{exchange}.{line}"),
        3 => format!("+1 {area} {exchange} {line}"),
        4 => format!("+44 20 7946 0{}", digits(rng, 3)),
        _ => format!("{area}-{exchange}-{line} ext. {}", digits(rng, 3)),
    }
}

fn ascii(name: &str) -> String {
    tables::fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}
