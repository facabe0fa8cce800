//! A page → passages of the size of a sentence or a table row, which are searched and quoted.

/// A passage: its text, and where it stands in the page's text (in characters).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: String,
}

/// Longer passages are cut at a space.
const LONGEST: usize = 400;

/// The passages of a page, in order. A row with cells is one passage; other rows run on into sentences.
pub(crate) fn pieces(page: &str) -> Vec<Piece> {
    let text: Vec<char> = page.chars().collect();
    let mut pieces = Vec::new();
    let mut prose_from = 0;
    let mut row_from = 0;
    for at in 0..=text.len() {
        if at < text.len() && text[at] != '\n' {
            continue;
        }
        let row = &text[row_from..at];
        let is_break = row.contains(&'\t') || row.iter().all(|c| c.is_whitespace());
        if is_furniture(row) {
            sentences(&text, prose_from, row_from, &mut pieces);
            prose_from = at + 1;
        } else if begins_item(row) {
            sentences(&text, prose_from, row_from, &mut pieces);
            prose_from = row_from;
        }
        if is_furniture(row) {
            row_from = at + 1;
            continue;
        }
        if is_break {
            sentences(&text, prose_from, row_from, &mut pieces);
            push(&text, row_from, at, &mut pieces);
            prose_from = at + 1;
        } else if row.last() == Some(&':') {
            sentences(&text, prose_from, at, &mut pieces);
            prose_from = at + 1;
        }
        row_from = at + 1;
    }
    sentences(&text, prose_from, text.len(), &mut pieces);
    pieces
}

/// A row that begins an item of a list: a bullet, a dash, or a number and a full stop or bracket.
fn begins_item(row: &[char]) -> bool {
    let row: Vec<char> = row.iter().copied().skip_while(|c| c.is_whitespace()).collect();
    let digits = row.iter().take_while(|c| c.is_ascii_digit()).count();
    let (mark, after) = match row.get(digits) {
        Some('.' | ')') if (1..=2).contains(&digits) => (true, row.get(digits + 1)),
        Some(
            '\u{2022}' | '\u{25cf}' | '\u{25aa}' | '\u{2023}' | '\u{b7}' | '\u{2013}' | '\u{2014}' | '-'
            | '*',
        ) if digits == 0 => (true, row.get(1)),
        _ => (false, None),
    };
    mark && after.is_some_and(|c| c.is_whitespace())
}

/// A row of the page's frame, which says nothing: "Page 1 of 2", alone or after a short title.
fn is_furniture(row: &[char]) -> bool {
    const LONGEST_TITLE: usize = 10;
    let row: String = row.iter().collect::<String>().to_lowercase();
    let words: Vec<&str> =
        row.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_number = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
    let is_page = |word: &str| matches!(word, "page" | "seite" | "pagina");
    match words.as_slice() {
        [title @ .., page, number] if is_page(page) && is_number(number) => title.len() <= LONGEST_TITLE,
        [title @ .., page, number, of, whole]
            if is_page(page)
                && is_number(number)
                && is_number(whole)
                && matches!(*of, "of" | "von" | "de" | "sur") =>
        {
            title.len() <= LONGEST_TITLE
        }
        [number, of, whole] => *of == "of" && is_number(number) && is_number(whole),
        _ => false,
    }
}

fn sentences(text: &[char], from: usize, to: usize, pieces: &mut Vec<Piece>) {
    if from >= to {
        return;
    }
    let mut start = from;
    for at in from..to {
        let is_long = at - start >= LONGEST && text[at].is_whitespace();
        if is_long || ends_sentence(text, at, to) {
            push(text, start, at + 1, pieces);
            start = at + 1;
        }
    }
    push(text, start, to, pieces);
}

/// A full stop, question or exclamation mark before white space and a capital letter or digit.
fn ends_sentence(text: &[char], at: usize, to: usize) -> bool {
    if !matches!(text[at], '.' | '!' | '?') || at + 1 >= to || !text[at + 1].is_whitespace() {
        return false;
    }
    let next = text[at + 1..to].iter().find(|c| !c.is_whitespace());
    let word: String = text[..at].iter().rev().take_while(|c| c.is_alphabetic()).collect();
    let is_abbreviation = word.chars().count() <= 2 && word.chars().last().is_some_and(char::is_uppercase);
    let number = text[..at].iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let before = at.checked_sub(number + 1).map(|before| text[before]);
    let is_item_number = number > 0 && before.is_none_or(|c| c == '\n');
    next.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) && !is_abbreviation && !is_item_number
}

fn push(text: &[char], from: usize, to: usize, pieces: &mut Vec<Piece>) {
    let Some(first) = (from..to).find(|at| !text[*at].is_whitespace()) else { return };
    let last = (first..to).rev().find(|at| !text[*at].is_whitespace()).unwrap_or(first);
    let piece = &text[first..=last];
    if !piece.iter().any(|c| c.is_alphanumeric()) {
        return;
    }
    if let (Ok(start), Ok(end)) = (u32::try_from(first), u32::try_from(last + 1)) {
        pieces.push(Piece { start, end, text: piece.iter().collect() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expect: &[&str]) {
        let pieces = pieces(page);
        let got: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(got, expect);
        for piece in &pieces {
            let length = (piece.end - piece.start) as usize;
            let span: String = page.chars().skip(piece.start as usize).take(length).collect();
            assert_eq!(span, piece.text);
        }
    }

    #[test]
    fn table_rows_and_sentences_are_passages() {
        check("HbA1c\t6.8\t%\nGlucose\t101", &["HbA1c\t6.8\t%", "Glucose\t101"]);
        check("One sentence. Another\none over two rows.", &["One sentence.", "Another\none over two rows."]);
        check("Seen by Dr. Miller on 4.3.2026. All well.", &["Seen by Dr. Miller on 4.3.2026.", "All well."]);
        check("Findings:\nNormal heart.", &["Findings:", "Normal heart."]);
        check("Title\n\nBody text", &["Title", "Body text"]);
        check("ärztlich. Öfter", &["ärztlich.", "Öfter"]);
        check("  \n -- \n", &[]);
        check("\u{2022} One thing.\n\u{2022} Another", &["\u{2022} One thing.", "\u{2022} Another"]);
        check("To do:\n- rest\n- drink\n  enough", &["To do:", "- rest", "- drink\n  enough"]);
        check("1. Rest\n2) Drink\n120 mg stay", &["1. Rest", "2) Drink\n120 mg stay"]);
        check("Diabetes review Page 1 of 1\nAll well", &["All well"]);
        check("All well\nPage 12", &["All well"]);
        check("Seite 1 von 2", &[]);
        check("See page 3 of the booklet for more", &["See page 3 of the booklet for more"]);
    }

    #[test]
    fn endless_text_is_cut() {
        let page = "word ".repeat(300);
        assert!(pieces(&page).iter().all(|piece| piece.text.len() <= LONGEST + 5));
    }
}
