//! A mail server on the loopback that keeps what it is given, for tests.
#![allow(clippy::unwrap_used)]

use super::{OutreachConfig, Security, SmtpConfig};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A letter that arrived.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// Whom it was for.
    pub to: String,
    /// Its head and its text, as they were meant.
    pub text: String,
}

/// The mail server of one test. It refuses whoever's address begins with `refused`.
#[derive(Clone)]
pub struct Mailbox {
    port: u16,
    letters: Arc<Mutex<Vec<Arrived>>>,
}

impl Mailbox {
    /// Starts to listen.
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, letters) = (listener.local_addr().unwrap().port(), Arc::default());
        let kept = Arc::clone(&letters);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, &kept));
            }
        });
        Self { port, letters }
    }

    /// How to reach it.
    pub fn config(&self) -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            security: Security::None,
            username: None,
            password_file: None,
            from: "Salus <salus@example.org>".to_owned(),
        }
    }

    /// An installation that reaches people by it.
    pub fn outreach(&self) -> OutreachConfig {
        OutreachConfig { smtp: Some(self.config()), sms: None }
    }

    /// What has arrived.
    pub fn letters(&self) -> Vec<Arrived> {
        self.letters.lock().unwrap().clone()
    }

    /// Waits until so many have arrived.
    pub async fn wait_for(&self, count: usize) -> Vec<Arrived> {
        let arrived = async {
            while self.letters().len() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap();
        self.letters()
    }

    /// The six digits in the letter that came last.
    pub fn last_code(&self) -> String {
        let letters = self.letters();
        let text = &letters.last().unwrap().text;
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        text.split_whitespace().find(is_code).unwrap().to_owned()
    }
}

/// One client: RFC 5321's commands as far as a plain delivery needs them.
fn serve(stream: &TcpStream, letters: &Mutex<Vec<Arrived>>) {
    let _patience = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut out = stream.try_clone().unwrap();
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes()).is_ok();
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut to = String::new();
    say("220 test");
    while let Some(line) = lines.next() {
        let command = line.to_ascii_uppercase();
        let is_said = match command.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" | "HELO" => say("250-test") && say("250 8BITMIME"),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say(if to.starts_with("refused") { "550 refused@example.org is unknown" } else { "250 OK" })
            }
            "DATA" => {
                say("354 go on");
                let body = lines.by_ref().take_while(|line| line != ".");
                let text: Vec<String> =
                    body.map(|line| line.strip_prefix('.').map_or(line.clone(), str::to_owned)).collect();
                let text = text.join("\n").replace("=\n", "");
                letters.lock().unwrap().push(Arrived { to: to.clone(), text });
                say("250 OK")
            }
            "QUIT" => {
                say("221 bye");
                return;
            }
            _ => say("250 OK"),
        };
        if !is_said {
            return;
        }
    }
}
