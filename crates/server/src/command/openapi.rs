//! `salus openapi`: the description of the product's API, as the server itself would give it.

use crate::config::Config;
use crate::{Failure, house};
use salus_records::Meanings;
use std::process::ExitCode;

/// Prints the OpenAPI document.
pub fn run() -> Result<ExitCode, Failure> {
    println!(
        "{}",
        salus_http::openapi(house::capabilities(&Config::default(), Meanings::default())).to_pretty_json()?
    );
    Ok(ExitCode::SUCCESS)
}
