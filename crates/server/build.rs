//! Makes sure that the folder of the built web client exists, so that the server compiles without it.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=../../web/dist");
    std::fs::create_dir_all("../../web/dist")
}
