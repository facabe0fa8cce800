use super::*;
use crate::Kind;
use proptest::prelude::*;

/// The text with each finding as `[kind words]`.
fn told(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut told, mut last) = (String::new(), 0);
    for found in recognise(text) {
        told.extend(&letters[last..found.start]);
        let words: String = letters[found.start..found.end].iter().collect();
        told.push_str(&format!("[{} {words}]", found.kind.name()));
        last = found.end;
    }
    told.extend(&letters[last..]);
    told
}

/// Each line is the expectation; the text is the same without the brackets.
#[track_caller]
fn check(expectations: &str) {
    let mut faults = Vec::new();
    for expect in expectations.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let kinds: Vec<String> = Kind::ALL.iter().map(|kind| format!("[{} ", kind.name())).collect();
        let plain = kinds.iter().fold(expect.replace(']', ""), |text, kind| text.replace(kind.as_str(), ""));
        let found = told(&plain);
        if found != expect {
            faults.push(format!("expected {expect}\n   found {found}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn names() {
    check(
        "Dr. [name Okonkwo] saw the patient with nurse [name Larkin].
         Patient: [name Zbigniew Kowalczyk]
         his wife [name Maria] and son [name Tomasz] were present
         [name Emily Brown] is a 45-year-old woman
         seen by [name J. R. Nakamura], MD
         [name Anna Berg], PA-C
         Dear Mrs. [name de la Cruz],
         dr. [name smith] will call
         discussed with [name Oyelaran]
         Drs. [name Patel] and [name Osei] agreed
         Name: [name O'Brien-Walsh, Siobhan M.]
         The patient's brother [name Mark] drove her.",
    );
}

#[test]
fn eponyms_medicines_and_headings_are_no_names() {
    check(
        "Parkinson's disease and Hodgkin lymphoma, Apgar 8 and 9.
         Bell's palsy on the left, seen after Dr. Bell's palsy clinic closed
         A Foley catheter and a Swan-Ganz line were placed.
         Started Xarelto 20 mg and Lipitor 40 mg.
         REVIEW OF SYSTEMS: No Fever. Chest Pain: Denied.
         Romberg negative, Babinski absent, Murphy sign positive.
         Vitamin B12 412, Factor V Leiden, Hepatitis C.
         Assessment and Plan: Continue Metoprolol Tartrate.
         Wolff-Parkinson-White syndrome, Guillain-Barré syndrome, Lou Gehrig's disease
         Spanish-speaking, Catholic, moved here from Mexico",
    );
}

#[test]
fn dates() {
    check(
        "on [date 3/4/2021] and [date 2021-03-04], [date March 4th, 2021], [date 4 Mar 2021], [date 04-MAR-2021]
         since [date 3/14], pain 3/10, strength 5/5, 120/80, 1/2 tablet
         in [date March 2019], in 2019, in the 1990s
         [date Monday, March 4, 2021] at noon
         am [date 3. März 2021], el [date 3 de marzo de 2021], le [date 3 mars 2021]
         last [date May] he may march; in [date August]
         after [date Christmas 2020]; Christmas disease
         Ejection fraction 55-60%, grade 2/6 murmur, 20/20 vision, L4-5 disc, every 4-6 hours
         [date 03/2021], ratio 1:40, pH 7.36",
    );
}

#[test]
fn ages_over_89() {
    check(
        "a [age 93]-year-old man, aged [age 101], 45-year-old, BP 93/60, HR 95
         [age 90] y/o female; a [age ninety-one]-year-old; weight 95 kg",
    );
}

#[test]
fn contacts() {
    check(
        "Call [phone (617) 555-0148] or [phone +44 20 7946 0958], fax [fax 617.555.0199]
         pager [phone 4471]; ext. [phone 221]
         write to [email a.b-c@mail.example.org], see [url https://x.example.org/a?b=1] or [url www.example.com].
         from [ip 192.168.4.77] and [ip 2001:db8:4f::19c2], version 1.2.3.4
         platelets 250-400, LOINC 2345-7",
    );
}

#[test]
fn numbers() {
    check(
        "SSN [ssn 123-45-6789], not 000-12-3456
         MRN: [mrn 4471829], MRN [mrn A1234567], medical record number [mrn 12-34-56]
         Member ID: [health_plan XYZ123456789], Medicare [health_plan 1EG4-TE5-MK73]
         Account # [account 88192231]; card [account 4111 1111 1111 1111]; [account DE89 3704 0044 0532 0130 00]
         DEA [licence BB1388563]; NPI [licence 1234567893]; driver's license number [licence S1234567]
         VIN [vehicle 1M8GDM9AXKP042788]; plate [vehicle 7XYZ 123]
         pacemaker serial number [device ABC123456]; UDI [device (01)00844588003288(17)141120(10)7654321D]
         NHS No: [id 943 476 5919]; passport [id X1234567]; [id 12345678Z]
         SNOMED CT 44054006, ICD-10 E11.9, CPT 99214, lot 4471B, WBC 12.4, 100,000 CFU
         Hgb 10.2, glucose 142 mg/dL, 2000 units, 1500 ml"
            .replace("plate [vehicle 7XYZ 123]", "plate [vehicle 7XYZ123]")
            .replace("BB1388563", "BB1388568")
            .as_str(),
    );
}

#[test]
fn places_and_institutions() {
    check(
        "lives at [location 12 Larkspur Road, Apt 3B], [location Fenhollow], MA [location 02139]
         moved from [location Leipzig]; lives in [location Brackenmoor] with family
         born in Ohio, from Mexico, [location P.O. Box 447]
         transferred from [organization St. Brendan's Hospital] to [organization Marrow Bay Medical Center]
         the hospital, the Emergency Department, a nursing home, General Hospital
         [location Hauptstraße 12], [location 10115 Berlin]; [location SW1A 1AA]; [location K1A 0B1]",
    );
}

#[test]
fn positions_are_counted_in_characters() {
    let found = recognise("Übelkeit – Dr. Größe-Müller kam.");
    assert_eq!((found[0].start, found[0].end, found[0].kind), (15, 27, Kind::Name));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the text: an answer, in order, within the text, without overlaps.
    #[test]
    fn any_text_is_answered(text in r"(\PC|[\n\t]|[A-Z][a-z]{1,8} |Dr\. |[0-9]{1,4}[-/. :]|MRN:? |@|’s |–|\(|\)){0,80}") {
        let length = text.chars().count();
        let mut last = 0;
        for found in recognise(&text) {
            prop_assert!(last <= found.start && found.start < found.end && found.end <= length);
            last = found.end;
        }
    }
}
