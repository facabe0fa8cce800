//! The web client's copy of the API's description is the server's own.

use crate::server::run;
use std::path::Path;

#[test]
fn the_web_client_is_generated_from_the_servers_own_description() {
    let folder = tempfile::tempdir().unwrap();
    let told = run(folder.path(), &["openapi"]).stdout;
    let kept = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/openapi.json")).unwrap();
    assert!(told == kept, "web/openapi.json is out of date: run `cargo xtask openapi`");
}
