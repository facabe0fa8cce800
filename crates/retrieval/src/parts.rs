//! The parts of a search, each of which can be left out to see what it is worth.

/// What is used; everything, unless it is to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Words, by BM25.
    pub words: bool,
    /// Meanings, by vectors.
    pub meanings: bool,
    /// Words of a question that say nothing are left out.
    pub stop_words: bool,
    /// Other names of what a question names are looked for too.
    pub synonyms: bool,
    /// Words beside each other in a question count more where they are beside each other in a text.
    pub phrases: bool,
    /// A date is found however it is written, and weighs more than meanings do.
    pub dates: bool,
    /// Names that programs write together (`MedicationRequest`) are found by their words.
    pub joined_names: bool,
    /// "Latest" and "first" order what is equally good by time.
    pub time: bool,
}

impl Parts {
    /// Everything.
    pub const ALL: Self = Self {
        words: true,
        meanings: true,
        stop_words: true,
        synonyms: true,
        phrases: true,
        dates: true,
        joined_names: true,
        time: true,
    };

    /// BM25 over words and nothing else.
    pub const PLAIN: Self = Self {
        words: true,
        meanings: false,
        stop_words: false,
        synonyms: false,
        phrases: false,
        dates: false,
        joined_names: false,
        time: false,
    };

    /// The same with one part less each, by the name of what is missing; parts that are the last way of looking stay.
    pub fn without_each(self) -> Vec<(&'static str, Self)> {
        let less = [
            ("words", Self { words: false, ..self }),
            ("meanings", Self { meanings: false, ..self }),
            ("stop words", Self { stop_words: false, ..self }),
            ("synonyms", Self { synonyms: false, ..self }),
            ("phrases", Self { phrases: false, ..self }),
            ("dates", Self { dates: false, ..self }),
            ("joined names", Self { joined_names: false, ..self }),
            ("time", Self { time: false, ..self }),
        ];
        less.into_iter().filter(|(_, less)| *less != self && (less.words || less.meanings)).collect()
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::ALL
    }
}
