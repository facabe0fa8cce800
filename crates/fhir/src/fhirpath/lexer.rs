//! Text to tokens.

use super::error::Error;
use super::moment::Moment;

/// One token and where it starts, in characters.
#[derive(Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: usize,
}

/// The kinds of token.
#[derive(Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A bare word: a name or a keyword.
    Word(String),
    /// A name in backticks: never a keyword.
    Quoted(String),
    /// A string in single quotes, escapes resolved.
    Text(String),
    /// A number as written.
    Number(String),
    /// `@…`
    Moment(Moment),
    /// `$this`, `$index`, `$total`
    Special(&'static str),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

/// Longest first: the first that fits is taken.
const SYMBOLS: [&str; 24] = [
    "<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "&", "|", "=", "~",
    "<", ">", "%", "$",
];
const SPECIALS: [&str; 3] = ["this", "index", "total"];

/// Splits `text` into tokens; the last is [`TokenKind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut lexer = Lexer { chars: text.chars().collect(), at: 0 };
    let mut out = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let at = lexer.at;
        let kind = lexer.token()?;
        let is_end = kind == TokenKind::End;
        out.push(Token { kind, at });
        if is_end {
            return Ok(out);
        }
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn token(&mut self) -> Result<TokenKind, Error> {
        let Some(first) = self.peek(0) else { return Ok(TokenKind::End) };
        match first {
            '\'' => self.quoted('\'').map(TokenKind::Text),
            '`' => self.quoted('`').map(TokenKind::Quoted),
            '@' => self.moment(),
            '0'..='9' => Ok(self.number()),
            c if c == '_' || c.is_alphabetic() => {
                Ok(TokenKind::Word(self.take_while(|c| c == '_' || c.is_alphanumeric())))
            }
            _ => self.symbol(),
        }
    }

    fn symbol(&mut self) -> Result<TokenKind, Error> {
        let Some(symbol) = SYMBOLS.into_iter().find(|symbol| self.starts_with(symbol)) else {
            return self.error("an unknown character");
        };
        self.at += symbol.len();
        if symbol != "$" {
            return Ok(TokenKind::Symbol(symbol));
        }
        let word = self.take_while(char::is_alphabetic);
        match SPECIALS.into_iter().find(|special| *special == word) {
            Some(special) => Ok(TokenKind::Special(special)),
            None => self.error("only $this, $index and $total start with a dollar sign"),
        }
    }

    fn number(&mut self) -> TokenKind {
        let mut text = self.take_while(|c| c.is_ascii_digit());
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            text.push('.');
            text.push_str(&self.take_while(|c| c.is_ascii_digit()));
        }
        TokenKind::Number(text)
    }

    /// `@2015`, `@2015-02-04T14:34:28.123+10:00`, `@T14:34`: the longest run that can belong to one.
    fn moment(&mut self) -> Result<TokenKind, Error> {
        let start = self.at + 1;
        let mut end = start;
        let mut seen_time = false;
        while let Some(&c) = self.chars.get(end) {
            let next_is_digit = self.chars.get(end + 1).is_some_and(char::is_ascii_digit);
            let belongs = match c {
                '0'..='9' => true,
                'T' if !seen_time => {
                    seen_time = true;
                    true
                }
                '-' if !seen_time => next_is_digit,
                ':' | '.' if seen_time => next_is_digit,
                _ => false,
            };
            if !belongs {
                break;
            }
            end += 1;
        }
        if seen_time {
            end += self.offset_length(end);
        }
        let text: String = self.chars[start..end].iter().collect();
        match Moment::parse_literal(&text) {
            Some(moment) => {
                self.at = end;
                Ok(TokenKind::Moment(moment))
            }
            None => self.error("this is no date or time"),
        }
    }

    /// The length of a `Z` or `+hh:mm` at `at`, or 0.
    fn offset_length(&self, at: usize) -> usize {
        let shape: String =
            self.chars[at..].iter().take(6).map(|c| if c.is_ascii_digit() { '0' } else { *c }).collect();
        match shape.as_str() {
            "+00:00" | "-00:00" => 6,
            _ if shape.starts_with('Z') => 1,
            _ => 0,
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Error> {
        self.at += 1;
        let mut out = String::new();
        loop {
            match self.next() {
                None => return self.error("the closing quote is missing"),
                Some(c) if c == quote => return Ok(out),
                Some('\\') => self.escape(&mut out)?,
                Some(c) => out.push(c),
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Error> {
        match self.next() {
            Some(c @ ('\'' | '"' | '`' | '\\' | '/')) => out.push(c),
            Some('r') => out.push('\r'),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('f') => out.push('\u{c}'),
            Some('u') => out.push(self.unicode_escape()?),
            // Regular expressions are often written with a single backslash: `\d` stays `\d`.
            Some(c) => out.extend(['\\', c]),
            None => return self.error("the closing quote is missing"),
        }
        Ok(())
    }

    /// Four hexadecimal digits; two such escapes when the first is the high half of a pair.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let first = self.code_unit()?;
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) && self.starts_with("\\u") {
            self.at += 2;
            units.push(self.code_unit()?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => Ok(c),
            _ => self.error("this escape stands for no character"),
        }
    }

    fn code_unit(&mut self) -> Result<u16, Error> {
        let end = (self.at + 4).min(self.chars.len());
        let digits: String = self.chars[self.at..end].iter().collect();
        self.at = end;
        match u16::from_str_radix(&digits, 16) {
            Ok(unit) if digits.len() == 4 => Ok(unit),
            _ => self.error("\\u needs four hexadecimal digits"),
        }
    }

    /// White space and comments.
    fn skip_blanks(&mut self) -> Result<(), Error> {
        loop {
            if self.starts_with("//") {
                self.take_while(|c| c != '\n' && c != '\r');
            } else if self.starts_with("/*") {
                self.at += 2;
                while !self.starts_with("*/") {
                    if self.next().is_none() {
                        return self.error("the comment is not closed");
                    }
                }
                self.at += 2;
            } else if self.peek(0).is_some_and(char::is_whitespace) {
                self.at += 1;
            } else {
                return Ok(());
            }
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek(0).is_some_and(&keep) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0);
        self.at += usize::from(c.is_some());
        c
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c))
    }

    fn error<T>(&self, message: &str) -> Result<T, Error> {
        Err(Error::Syntax { at: self.at, message: message.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let found: Vec<String> = tokens(text)
            .unwrap()
            .into_iter()
            .filter_map(|token| match token.kind {
                TokenKind::Word(s) => Some(s),
                TokenKind::Quoted(s) => Some(format!("`{s}")),
                TokenKind::Text(s) => Some(format!("'{s}")),
                TokenKind::Number(s) => Some(s),
                TokenKind::Moment(m) => Some(format!("@{m}")),
                TokenKind::Special(s) => Some(format!("${s}")),
                TokenKind::Symbol(s) => Some(s.to_owned()),
                TokenKind::End => None,
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn tokens_are_cut_where_they_end() {
        check("1.5.round()", &["1.5", ".", "round", "(", ")"]);
        check("1.abs()", &["1", ".", "abs", "(", ")"]);
        check("a//x\n/*y*/.`b c`", &["a", ".", "`b c"]);
        check(r"'\u0041\'\d'", &[r"'A'\d"]);
        check("@2015-02.is(Date)", &["@2015-02", ".", "is", "(", "Date", ")"]);
        check("@2015-02-04T14:34:28.1-10:00-1", &["@2015-02-04T14:34:28.1-10:00", "-", "1"]);
        check("$this<=%a", &["$this", "<=", "%", "a"]);
    }

    #[test]
    fn what_is_no_token_is_an_error_with_a_place() {
        for text in ["'open", "/* open", "#", "$that", "@20", "@2015-13-01", r"'\u12'", r"'\ud800'"] {
            assert!(matches!(tokens(text), Err(Error::Syntax { .. })), "{text}");
        }
    }
}
