//! The two files of a measurement: texts, and questions with the texts that answer them.

use crate::{meaning, passages};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// Texts and questions. Each group (a person's record, say) is searched by itself.
#[derive(Debug, Default)]
pub struct Set {
    pub(super) groups: Vec<Group>,
}

/// Texts that are searched together.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) texts: Vec<String>,
    pub(super) questions: Vec<Question>,
}

#[derive(Debug)]
pub(super) struct Question {
    pub(super) text: String,
    /// Numbers of the texts of its group.
    pub(super) relevant: Vec<u32>,
}

#[derive(Deserialize)]
struct TextLine {
    id: Value,
    text: String,
    #[serde(default)]
    group: String,
}

#[derive(Deserialize)]
struct QuestionLine {
    text: String,
    #[serde(alias = "relevant_ids", alias = "relevantIds")]
    relevant: Vec<Value>,
    #[serde(default)]
    group: String,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// In words.
    pub why: String,
    /// Whether it is the file of questions.
    pub is_of_questions: bool,
}

impl Set {
    /// Reads JSON Lines: texts, then questions.
    ///
    /// # Errors
    /// Names the line that is not understood, says an id twice, or names a text that is not there.
    pub fn read(corpus: &str, questions: &str) -> Result<Self, Fault> {
        let mut reading = Reading::default();
        for (line, text) in lines(corpus) {
            let fault = |why| Fault { line: Some(line), why, is_of_questions: false };
            reading.text(text).map_err(fault)?;
        }
        for (line, text) in lines(questions) {
            let fault = |why| Fault { line: Some(line), why, is_of_questions: true };
            reading.question(text).map_err(fault)?;
        }
        let mut set = reading.set;
        if set.questions() == 0 {
            return Err(Fault { line: None, why: "nothing is asked".to_owned(), is_of_questions: true });
        }
        set.groups.retain(|group| !group.questions.is_empty());
        Ok(set)
    }

    /// What a model has to read of it, nothing twice; with `whole_too`, also each text in one piece.
    pub fn meanings(&self, whole_too: bool) -> Vec<String> {
        let mut wanted: Vec<String> = Vec::new();
        for group in &self.groups {
            wanted.extend(group.questions.iter().map(|question| meaning(&question.text)));
            wanted.extend(group.texts.iter().flat_map(|text| passages(text)).map(meaning));
            if whole_too {
                wanted.extend(group.texts.iter().map(|text| meaning(text)));
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// How many questions there are.
    pub fn questions(&self) -> usize {
        self.groups.iter().map(|group| group.questions.len()).sum()
    }

    /// How many texts there are.
    pub fn texts(&self) -> usize {
        self.groups.iter().map(|group| group.texts.len()).sum()
    }
}

/// A set that is being read.
#[derive(Default)]
struct Reading {
    set: Set,
    /// Group → its number.
    groups: HashMap<String, usize>,
    /// Number of a group, id of a text → number of the text.
    texts: HashMap<(usize, String), u32>,
}

impl Reading {
    fn text(&mut self, line: &str) -> Result<(), String> {
        let line: TextLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let id = id(&line.id)?;
        let next = self.groups.len();
        let group = *self.groups.entry(line.group).or_insert(next);
        if group == next {
            self.set.groups.push(Group::default());
        }
        let texts = &mut self.set.groups[group].texts;
        let number = u32::try_from(texts.len()).map_err(|error| error.to_string())?;
        texts.push(line.text);
        match self.texts.insert((group, id.clone()), number) {
            Some(_) => Err(format!("the id {id:?} stands there twice")),
            None => Ok(()),
        }
    }

    fn question(&mut self, line: &str) -> Result<(), String> {
        let line: QuestionLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let group = self.groups.get(&line.group);
        let group = *group.ok_or_else(|| format!("the corpus has no group {:?}", line.group))?;
        let mut relevant = Vec::with_capacity(line.relevant.len());
        for value in &line.relevant {
            let id = id(value)?;
            let number = self.texts.get(&(group, id.clone()));
            let number = *number.ok_or_else(|| format!("the corpus has no text {id:?}"))?;
            if !relevant.contains(&number) {
                relevant.push(number);
            }
        }
        if relevant.is_empty() {
            return Err("no text is relevant".to_owned());
        }
        self.set.groups[group].questions.push(Question { text: line.text, relevant });
        Ok(())
    }
}

/// The lines that are not empty, counted from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.trim_start_matches('\u{feff}');
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty())
}

fn id(value: &Value) -> Result<String, String> {
    match value {
        Value::String(id) => Ok(id.clone()),
        Value::Number(id) => Ok(id.to_string()),
        _ => Err("an id is neither text nor a number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_kept_apart() {
        let corpus = "{\"id\": 1, \"text\": \"a\", \"group\": \"x\"}\n\n{\"id\": \"1\", \"text\": \"b\", \"group\": \"y\"}\n{\"id\": 2, \"text\": \"c\", \"group\": \"z\"}";
        let questions = "{\"id\": \"q\", \"text\": \"?\", \"relevant\": [1, \"1\"], \"group\": \"x\"}\n{\"id\": \"r\", \"text\": \"?\", \"relevant_ids\": [\"1\"], \"group\": \"y\"}";
        let set = Set::read(corpus, questions).unwrap();
        assert_eq!((set.texts(), set.questions(), set.groups.len()), (2, 2, 2));
        assert_eq!(set.groups[0].questions[0].relevant, [0]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let text = "{\"id\": \"a\", \"text\": \"t\"}";
        let asked = |relevant: &str| format!("{{\"id\": \"q\", \"text\": \"?\", \"relevant\": {relevant}}}");
        for (corpus, questions, is_of_questions, line, why) in [
            (format!("{text}\n{{\"id\": \"b\"}}"), asked("[\"a\"]"), false, Some(2), "missing field `text`"),
            (
                format!("{text}\n\n{text}"),
                asked("[\"a\"]"),
                false,
                Some(3),
                "the id \"a\" stands there twice",
            ),
            (
                text.to_owned(),
                format!("\n{}", asked("[\"z\"]")),
                true,
                Some(2),
                "the corpus has no text \"z\"",
            ),
            (text.to_owned(), asked("[]"), true, Some(1), "no text is relevant"),
            (text.to_owned(), asked("[[]]"), true, Some(1), "an id is neither text nor a number"),
            (text.to_owned(), "not JSON".to_owned(), true, Some(1), "expected ident"),
            (text.to_owned(), String::new(), true, None, "nothing is asked"),
        ] {
            let fault = Set::read(&corpus, &questions).unwrap_err();
            assert_eq!((fault.is_of_questions, fault.line), (is_of_questions, line), "{why}");
            assert!(fault.why.starts_with(why), "{} does not start with {why}", fault.why);
        }
    }
}
