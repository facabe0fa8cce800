//! Letters and reports: from the texts in `documents/` to PDF.
//!
//! A text is lines: `#` opens a section, `-` an item, `|` a row of a table, `===` a new page; an empty line ends a
//! paragraph. `{-3m}` is a day in words, `{name}` and `{born}` the person. A line `@labs -40d`, `@vaccines` or
//! `@claim key` becomes a table of what the story says, so that the two cannot disagree.

use crate::chart::{Chart, Row};
use crate::pdf::{Block, Letterhead};
use crate::resources::analyte;
use crate::{Document, pdf, shared, when};

const TEXTS: [(&str, &str); 18] = [
    ("maria-lindqvist-lab-report", include_str!("documents/maria-lindqvist-lab-report.txt")),
    ("maria-lindqvist-diabetes-review", include_str!("documents/maria-lindqvist-diabetes-review.txt")),
    ("maria-lindqvist-insurance-letter", include_str!("documents/maria-lindqvist-insurance-letter.txt")),
    ("ingrid-lindqvist-discharge-letter", include_str!("documents/ingrid-lindqvist-discharge-letter.txt")),
    ("ingrid-lindqvist-cardiology-letter", include_str!("documents/ingrid-lindqvist-cardiology-letter.txt")),
    ("hanna-lindqvist-thyroid-report", include_str!("documents/hanna-lindqvist-thyroid-report.txt")),
    (
        "noah-lindqvist-vaccination-certificate",
        include_str!("documents/noah-lindqvist-vaccination-certificate.txt"),
    ),
    ("noah-lindqvist-asthma-plan", include_str!("documents/noah-lindqvist-asthma-plan.txt")),
    ("samuel-okafor-kidney-letter", include_str!("documents/samuel-okafor-kidney-letter.txt")),
    ("samuel-okafor-lab-report", include_str!("documents/samuel-okafor-lab-report.txt")),
    ("priya-raman-antenatal-letter", include_str!("documents/priya-raman-antenatal-letter.txt")),
    ("daniel-whitcombe-operation-report", include_str!("documents/daniel-whitcombe-operation-report.txt")),
    ("george-papadakis-discharge-letter", include_str!("documents/george-papadakis-discharge-letter.txt")),
    ("george-papadakis-insurance-letter", include_str!("documents/george-papadakis-insurance-letter.txt")),
    ("amina-yusuf-rheumatology-letter", include_str!("documents/amina-yusuf-rheumatology-letter.txt")),
    ("tomasz-kowalczyk-sleep-study", include_str!("documents/tomasz-kowalczyk-sleep-study.txt")),
    ("lucia-fernandez-oncology-letter", include_str!("documents/lucia-fernandez-oncology-letter.txt")),
    ("bo-jensen-diabetes-letter", include_str!("documents/bo-jensen-diabetes-letter.txt")),
];

/// `document | key | day | title | sender | signed by`
pub(crate) fn write(chart: &Chart<'_>, row: &Row<'_>, story: &str) -> Option<Document> {
    let key = chart.id_of(row.cell(1));
    let (_, text) = TEXTS.into_iter().find(|(name, _)| *name == key)?;
    let date = chart.day(row.cell(2));
    let head = Letterhead {
        sender: shared::organization_name(row.cell(4)).to_owned(),
        sender_line: shared::organization_line(row.cell(4)),
        title: row.cell(3).to_owned(),
        facts: facts(chart, row),
    };
    Some(Document {
        file_name: format!("{}.pdf", row.cell(1)),
        title: row.cell(3).to_owned(),
        date,
        pdf: pdf::write(&head, &blocks(chart, text, story)),
    })
}

fn facts(chart: &Chart<'_>, row: &Row<'_>) -> Vec<(String, String)> {
    let born = when::in_words(chart.day(chart.person.cell(4)));
    let mut facts = vec![
        ("Name".to_owned(), chart.name()),
        ("Date".to_owned(), when::in_words(chart.day(row.cell(2)))),
        ("Born".to_owned(), born),
    ];
    if !row.cell(5).is_empty() {
        facts.push(("Signed by".to_owned(), shared::practitioner_name(row.cell(5))));
    }
    facts
}

fn blocks(chart: &Chart<'_>, text: &str, story: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    let mut table: Vec<Vec<String>> = Vec::new();
    for line in text.lines().chain([""]) {
        let line = fill(chart, line.trim());
        if !line.starts_with('|') && !table.is_empty() {
            blocks.push(Block::Table(std::mem::take(&mut table)));
        }
        let is_plain = !line.is_empty() && !line.starts_with(['#', '-', '|', '@', '=']);
        if is_plain {
            paragraph.push_str(&line);
            paragraph.push(' ');
            continue;
        }
        if !paragraph.is_empty() {
            blocks.push(Block::Paragraph(std::mem::take(&mut paragraph)));
        }
        if let Some(heading) = line.strip_prefix('#') {
            blocks.push(Block::Heading(heading.trim().to_owned()));
        } else if let Some(item) = line.strip_prefix('-') {
            blocks.push(Block::Bullet(item.trim().to_owned()));
        } else if line.starts_with('|') {
            table.push(line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect());
        } else if let Some(directive) = line.strip_prefix('@') {
            blocks.push(Block::Table(table_of(chart, directive, story)));
        } else if line.starts_with('=') {
            blocks.push(Block::NewPage);
        }
    }
    blocks
}

/// The line with what stands in braces filled in.
fn fill(chart: &Chart<'_>, line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&match name {
            "name" => chart.name(),
            "born" => when::in_words(chart.day(chart.person.cell(4))),
            offset => when::in_words(chart.day(offset)),
        });
        rest = after;
    }
    out + rest
}

fn table_of(chart: &Chart<'_>, directive: &str, story: &str) -> Vec<Vec<String>> {
    let (kind, about) = directive.split_once(' ').unwrap_or((directive, ""));
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    match kind {
        "labs" => labs(chart, about, story),
        "vaccines" => {
            let mut table = vec![row(&["Vaccine", "Given on", "Lot", "Dose"])];
            table.extend(Row::all(story).filter(|row| row.kind() == "vaccine").map(|vaccine| {
                row(&[
                    vaccine.cell(3),
                    &when::in_words(chart.day(vaccine.cell(1))),
                    vaccine.cell(4),
                    vaccine.cell(5),
                ])
            }));
            table
        }
        _ => {
            let mut table = vec![row(&["Service", "Date", "Charged (USD)", "We paid (USD)"])];
            let claims = Row::all(story)
                .filter(|row| row.kind() == "claim" && (about.is_empty() || row.cell(1) == about));
            table.extend(claims.map(|claim| {
                row(&[claim.cell(6), &when::in_words(chart.day(claim.cell(2))), claim.cell(7), claim.cell(8)])
            }));
            table
        }
    }
}

/// The values of one day as a laboratory prints them.
fn labs(chart: &Chart<'_>, day: &str, story: &str) -> Vec<Vec<String>> {
    let names = ["Analyte", "Value", "Unit", "Reference range", "Flag"];
    let mut table = vec![names.map(str::to_owned).to_vec()];
    for row in Row::all(story).filter(|row| row.kind() == "labs" && row.cell(1) == day.trim()) {
        for (key, value) in row.pairs(3) {
            let Some(analyte) = analyte(key, chart.person.cell(3)) else { continue };
            let flag = match analyte.flag(value) {
                Some(("H", _)) => "HIGH",
                Some(("L", _)) => "LOW",
                _ => "",
            };
            let unit = if analyte.key == "inr" { "" } else { analyte.unit };
            let cells = [analyte.name, value, unit, &analyte.range(), flag];
            table.push(cells.map(str::to_owned).to_vec());
        }
    }
    table
}
