//! Programs of other people that a test needs; `cargo xtask setup` installs them.

use std::path::{Path, PathBuf};

/// Where a program is. Where it is not, the test is left out and says so; where `CI` is set, it fails.
#[expect(clippy::print_stdout, reason = "a test that is left out says so")]
pub fn program(path: &str) -> Option<PathBuf> {
    let found = Path::new(path).to_path_buf();
    if found.exists() {
        return Some(found);
    }
    assert!(std::env::var_os("CI").is_none(), "{path} is absent; `cargo xtask setup` installs it");
    println!("SKIPPED: {path} is absent; `cargo xtask setup` installs it");
    None
}

/// A port of the loopback that nobody listens on.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
