//! Small random records.

use super::policy::PolicySketch;
use proptest::prelude::*;
use salus_access::Subject;
use salus_core::{ManualClock, SeededRng};
use salus_fhir::json::{Value, parse};
use salus_store::{Batch, Expect, Op, Records, Store, StoreConfig};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The patients there are; the last one has no Patient resource.
pub const PATIENTS: [&str; 4] = ["ann", "bob", "cat", "dan"];

/// A resource as plain small numbers, which a failing case can print.
#[derive(Debug, Clone)]
pub struct Sketch {
    kind: usize,
    id: usize,
    /// Patients it is about, by place in [`PATIENTS`].
    who: Vec<usize>,
    code: usize,
    when: usize,
    value: i32,
    text: usize,
    /// 0: as it is; 1: written, then changed; 2: written, then deleted.
    fate: usize,
}

pub fn any_sketches() -> impl Strategy<Value = Vec<Sketch>> {
    let sketch = (
        0..KINDS.len(),
        0..5_usize,
        prop::sample::subsequence(vec![0_usize, 1, 2, 3], 0..=2),
        0..CODES.len(),
        0..TIMES.len(),
        -3..4_i32,
        0..TEXTS.len(),
        prop::sample::select(vec![0_usize, 0, 0, 0, 1, 2]),
    );
    let sketch = sketch.prop_map(|(kind, id, who, code, when, value, text, fate)| Sketch {
        kind,
        id,
        who,
        code,
        when,
        value,
        text,
        fate,
    });
    prop::collection::vec(sketch, 1..60)
}

const KINDS: [&str; 10] = [
    "DocumentReference",
    "Patient",
    "Observation",
    "Observation",
    "Observation",
    "Condition",
    "Encounter",
    "Practitioner",
    "RelatedPerson",
    "Appointment",
];

pub const CODES: [(Option<&str>, &str); 5] = [
    (Some("http://loinc.org"), "4548-4"),
    (Some("http://loinc.org"), "8480-6"),
    (Some("http://snomed.info/sct"), "4548-4"),
    (None, "8480-6"),
    (Some("http://loinc.org"), "LP-x"),
];

/// A date, or a period `start/end` open where empty; nothing at all where empty.
pub const TIMES: [&str; 8] = [
    "",
    "2020",
    "2020-03",
    "2020-03-05",
    "2020-03-05T10:00:00Z",
    "2021-01-01/2021-12-31",
    "/2020-06",
    "2019-05-01/",
];

pub const TEXTS: [&str; 5] = ["Smith", "smithson", "Müller", "Anna  Maria", "O'Brien-Łuk"];

/// A store with a random record in it.
pub struct World {
    pub store: Store,
    names: Mutex<Vec<(String, String)>>,
    clock: Arc<ManualClock>,
    _dir: tempfile::TempDir,
}

impl World {
    pub async fn of(sketches: &[Sketch]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-01-05T08:00:00Z".parse().unwrap()));
        let rng = Arc::new(SeededRng::new(7));
        let store = Store::open(StoreConfig::at(dir.path()), clock.clone(), rng).await.unwrap();
        let world = Self { store, names: Mutex::default(), clock, _dir: dir };
        let account = json!({"resourceType": "UserAccount", "id": "a", "email": "a@example.org",
                             "patient": [{"reference": {"reference": "Patient/ann"}, "relationship": "self"}]});
        world.put(account).await;
        for sketch in sketches {
            world.add(sketch).await;
        }
        world
    }

    pub fn system(&self) -> Records {
        self.store.system("the law is tested")
    }

    pub fn subject(&self, sketch: &PolicySketch) -> Arc<Subject> {
        let mut subject = Subject::new("account", "Somebody", Vec::new(), BTreeMap::new());
        subject.policy = sketch.policy();
        Arc::new(subject)
    }

    /// Type and id of everything that was ever written.
    pub fn names(&self) -> Vec<(String, String)> {
        self.names.lock().unwrap().clone()
    }

    /// Writes what a sketch stands for; over what is there under the same name.
    pub async fn add(&self, sketch: &Sketch) {
        let body = sketch.resource();
        if sketch.fate == 1 {
            let mut first = sketch.clone();
            (first.code, first.when, first.text) = (0, 3, 1);
            first.who.reverse();
            first.who.truncate(1);
            self.put(first.resource()).await;
        }
        self.put(body.clone()).await;
        if sketch.fate == 2 {
            let (type_name, id) = name(&body);
            self.write(Op::Delete { type_name, id, expect: Expect::Any }).await;
        }
    }

    /// Writes what a sketch stands for under a name that nothing had before; a Patient not at all.
    pub async fn add_new(&self, sketch: &Sketch) {
        if KINDS[sketch.kind] != "Patient" {
            self.add(&Sketch { id: 100 + self.names().len(), fate: 0, ..sketch.clone() }).await;
        }
    }

    async fn put(&self, resource: Value) {
        self.names.lock().unwrap().push(name(&resource));
        // As it comes from outside: a number is its text.
        let resource = parse(resource.to_string().as_bytes()).unwrap();
        self.write(Op::Put { resource, expect: Expect::Any }).await;
    }

    async fn write(&self, op: Op) {
        self.clock.advance_seconds(1);
        self.system().write(Batch::of(op)).await.unwrap();
    }
}

fn name(resource: &Value) -> (String, String) {
    let text = |member: &str| resource[member].as_str().unwrap().to_owned();
    (text("resourceType"), text("id"))
}

impl Sketch {
    fn resource(&self) -> Value {
        let mut body = self.body();
        body["resourceType"] = json!(KINDS[self.kind]);
        if body.get("id").is_none() {
            body["id"] = json!(format!("{}{}", KINDS[self.kind].to_lowercase(), self.id));
        }
        let (kind, tag) = (["MR", "SS"][self.text % 2], ["x", "y"][self.id % 2]);
        body["identifier"] = json!([{"system": "urn:mrn", "value": format!("n{}", self.value),
                                     "type": {"coding": [{"system": "http://types", "code": kind}]}}]);
        let profile = ["http://p/a", "http://p/a/b", "http://p/ab"][self.code % 3];
        body["meta"] = json!({"profile": [profile], "tag": [{"system": "http://tags", "code": tag}]});
        if self.value > 1 {
            let label =
                json!({"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"});
            body["meta"]["security"] = json!([label]);
        }
        body
    }

    fn body(&self) -> Value {
        let patient = |at: usize| {
            self.who.get(at).map(|who| json!({"reference": format!("Patient/{}", PATIENTS[*who])}))
        };
        let doctor = json!({"reference": format!("Practitioner/practitioner{}", self.id)});
        let mut body = json!({});
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body[name] = value;
            }
        };
        match KINDS[self.kind] {
            "Patient" => {
                set("id", Some(json!(PATIENTS[self.id % 3])));
                set(
                    "name",
                    Some(json!([{"family": TEXTS[self.text], "given": [TEXTS[(self.text + 1) % 5]]}])),
                );
                set("gender", (self.code > 1).then(|| json!(["female", "male"][self.code % 2])));
                set("birthDate", (1..4).contains(&self.when).then(|| json!(TIMES[self.when])));
                set("active", Some(json!(self.value > 0)));
                set("link", patient(0).map(|other| json!([{"other": other, "type": "seealso"}])));
                set("generalPractitioner", Some(json!([doctor])));
            }
            "Practitioner" => {
                set("name", Some(json!([{"family": TEXTS[self.text]}])));
                set("active", Some(json!(self.value > 0)));
            }
            "RelatedPerson" => {
                set("patient", Some(patient(0).unwrap_or(json!({"display": "somebody"}))));
                set("name", Some(json!([{"family": TEXTS[self.text]}])));
            }
            "Observation" => {
                set("status", Some(json!(["final", "amended"][self.text % 2])));
                set("code", Some(self.concept()));
                set("subject", patient(0));
                let elsewhere = json!({"identifier": {"system": "urn:lab", "value": "l1"}});
                let others = [(self.value > 1).then_some(doctor), (self.value == 1).then_some(elsewhere)];
                let performers: Vec<Value> =
                    patient(1).into_iter().chain(others.into_iter().flatten()).collect();
                set("performer", (!performers.is_empty()).then(|| json!(performers)));
                set(
                    "encounter",
                    (self.text > 2).then(|| json!({"reference": format!("Encounter/encounter{}", self.id)})),
                );
                self.time("effective", &mut set);
                set("valueQuantity", (self.value != 0).then(|| {
                    json!({"value": f64::from(self.value) + 0.5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"})
                }));
                let mut component = json!({"code": self.concept()});
                if self.value == -3 {
                    component["valueCodeableConcept"] = self.concept();
                } else {
                    component["valueQuantity"] = json!({"value": self.value});
                }
                set("component", (self.value < -1).then(|| json!([component])));
            }
            "Condition" => {
                set("code", Some(self.concept()));
                set("subject", Some(patient(0).unwrap_or(json!({"reference": "Group/g"}))));
                set("asserter", patient(1));
                self.time("onset", &mut set);
            }
            "DocumentReference" => {
                set("status", Some(json!("current")));
                set("description", Some(json!(TEXTS[self.text])));
                set("subject", patient(0));
                set("author", patient(1).map(|author| json!([author])));
            }
            "Encounter" => {
                set("status", Some(json!(["planned", "finished"][self.text % 2])));
                set("class", Some(json!({"code": "AMB"})));
                set("subject", patient(0));
                set("participant", Some(json!([{"individual": doctor}])));
            }
            _ => {
                set("status", Some(json!("booked")));
                let actors = self
                    .who
                    .iter()
                    .map(|who| json!({"actor": {"reference": format!("Patient/{}", PATIENTS[*who])}}));
                set("participant", Some(actors.chain([json!({"actor": doctor})]).collect()));
                set("start", (self.when > 3).then(|| json!("2020-03-05T10:00:00Z")));
            }
        }
        body
    }

    fn concept(&self) -> Value {
        let (system, code) = CODES[self.code];
        let mut coding = json!({"code": code, "display": TEXTS[self.text]});
        if let Some(system) = system {
            coding["system"] = json!(system);
        }
        json!({"coding": [coding], "text": TEXTS[self.text]})
    }

    fn time(&self, name: &str, set: &mut dyn FnMut(&str, Option<Value>)) {
        match TIMES[self.when].split_once('/') {
            Some((start, end)) => {
                let mut period = json!({});
                for (name, text) in [("start", start), ("end", end)] {
                    if !text.is_empty() {
                        period[name] = json!(text);
                    }
                }
                set(&format!("{name}Period"), Some(period));
            }
            None if TIMES[self.when].is_empty() => {}
            None => set(&format!("{name}DateTime"), Some(json!(TIMES[self.when]))),
        }
    }
}
