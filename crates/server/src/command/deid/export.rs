//! `salus deid export`: records as NDJSON without what identifies people, and how alike the people are.

use super::bar;
use crate::config::Config;
use crate::{Failure, house};
use clap::{Args, ValueEnum};
use salus_core::SystemRng;
use salus_deid::{Export, Key, Line, Mode, Plan, QuasiIdentifiers, anonymity_page};
use salus_fhir::json::{self, Value};
use salus_fhir::search::Query;
use salus_store::{Page, Records, Store, Stored};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Resources read at once.
const PAGE: u32 = 500;

/// The method on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum Method {
    /// HIPAA Safe Harbor: of dates the year is left.
    SafeHarbor,
    /// Dates move by a person's own number of days. Not Safe Harbor: it needs an expert's determination.
    Shifted,
}

/// The flags of `deid export`.
#[derive(Args)]
pub struct Arguments {
    /// The folder to write to: new, or empty.
    #[arg(long)]
    to: PathBuf,
    /// How.
    #[arg(long, value_enum, default_value = "safe-harbor")]
    mode: Method,
    /// The ids of the people, with commas between; everybody unless given.
    #[arg(long, value_delimiter = ',')]
    people: Vec<String>,
    /// How many people are to look alike; the report tells who are fewer.
    #[arg(long, default_value_t = 5)]
    k: usize,
    /// A file with the project's key, 64 hexadecimal digits, so that later exports have the same pseudonyms. Unless given,
    /// a key is drawn that nobody keeps.
    #[arg(long)]
    key_file: Option<PathBuf>,
    /// Leave free text out instead of scanning it.
    #[arg(long)]
    drop_text: bool,
}

/// Writes the export.
pub async fn run(config: &Config, arguments: Arguments) -> Result<ExitCode, Failure> {
    prepare(&arguments.to)?;
    let key = match &arguments.key_file {
        Some(path) => read_key(path)?,
        None => Key::fresh(&SystemRng),
    };
    let store = house::open(config).await?;
    let result = write(&store, &arguments, key).await;
    store.close().await;
    result
}

async fn write(store: &Store, arguments: &Arguments, key: Key) -> Result<ExitCode, Failure> {
    let records = store.system("export records without what identifies people");
    let mode = match arguments.mode {
        Method::SafeHarbor => Mode::SafeHarbor,
        Method::Shifted => Mode::Shifted,
    };
    let today = store.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let plan = Plan { drops_text: arguments.drop_text, ..Plan::new(mode, key, today) };
    let mut export = Export::new(plan, QuasiIdentifiers::default(), arguments.k);
    let people =
        if arguments.people.is_empty() { everybody(&records).await? } else { arguments.people.clone() };
    let bar = bar(people.len() as u64, "people", false);
    let mut files = Files::new(&arguments.to);
    for person in &people {
        let record = record_of(&records, person).await?;
        for line in export.person(person, &record) {
            files.write(&line)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    files.close()?;
    let report = export.report();
    std::fs::write(arguments.to.join("report.json"), serde_json::to_vec_pretty(&report)?)?;
    std::fs::write(arguments.to.join("anonymity.html"), anonymity_page(&report.anonymity, report.method))?;
    println!(
        "{} resources of {} people by {}; {} left out; {} found in {} texts.",
        report.summary.resources,
        report.anonymity.people,
        report.method,
        report.summary.left_out,
        report.summary.found.values().sum::<usize>(),
        report.summary.scanned,
    );
    println!(
        "The smallest class of people who look alike has {}; {:.1} % are in classes of fewer than {} (anonymity.html).",
        report.anonymity.smallest,
        report.anonymity.share_below * 100.0,
        arguments.k,
    );
    Ok(ExitCode::SUCCESS)
}

/// An export among other files could be mistaken for them.
fn prepare(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    match std::fs::read_dir(folder)?.next() {
        None => Ok(()),
        Some(_) => Err(format!("{} is not empty: name a new folder", folder.display()).into()),
    }
}

fn read_key(path: &Path) -> Result<Key, Failure> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let bytes: Option<[u8; 32]> = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| format!("{} does not hold 64 hexadecimal digits", path.display()))?;
    Ok(Key::from_bytes(&bytes))
}

async fn everybody(records: &Records) -> Result<Vec<String>, Failure> {
    let query = Query::all("Patient");
    let (mut people, mut page) = (Vec::new(), Page::first(PAGE));
    loop {
        let found = records.search(&query, page).await?;
        people.extend(found.matches.into_iter().map(|patient| patient.id));
        match found.next {
            Some(cursor) => page = Page { count: PAGE, cursor: Some(cursor) },
            None => return Ok(people),
        }
    }
}

/// Everything of a person, and what it refers to.
async fn record_of(records: &Records, person: &str) -> Result<Vec<Value>, Failure> {
    let (mut record, mut page) = (Vec::new(), Page::first(PAGE));
    if records.read("Patient", person).await?.is_none() {
        return Err(format!("there is no person with the id {person}").into());
    }
    loop {
        let found = records.everything(person, page).await?;
        let parse = |stored: &Stored| json::parse(stored.bytes());
        for stored in found.matches.iter().chain(&found.included) {
            record.push(parse(stored)?);
        }
        match found.next {
            Some(cursor) => page = Page { count: PAGE, cursor: Some(cursor) },
            None => return Ok(record),
        }
    }
}

/// One file for each type.
struct Files<'a> {
    folder: &'a Path,
    open: HashMap<String, BufWriter<File>>,
}

impl<'a> Files<'a> {
    fn new(folder: &'a Path) -> Self {
        Self { folder, open: HashMap::new() }
    }

    fn write(&mut self, line: &Line) -> Result<(), Failure> {
        if !self.open.contains_key(&line.type_name) {
            let path = self.folder.join(format!("{}.ndjson", line.type_name));
            self.open.insert(line.type_name.clone(), BufWriter::new(File::create(path)?));
        }
        if let Some(file) = self.open.get_mut(&line.type_name) {
            writeln!(file, "{}", line.json)?;
        }
        Ok(())
    }

    fn close(self) -> Result<(), Failure> {
        for mut file in self.open.into_values() {
            file.flush()?;
        }
        Ok(())
    }
}
