//! Dependencies go down the layers only, and no capability knows another.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeMap;

/// The layers from the ground up. Within one row, a crate may use those before it where the row is a
/// chain (`core ← fhir`); the crates of a row of capabilities or engines never know each other.
const LAYERS: &[Layer] = &[
    Layer::Chain(&["core", "fhir"]),
    Layer::Row(&["access", "deid", "interchange", "retrieval"]),
    Layer::Row(&["outbound", "limits"]),
    Layer::Row(&["store", "pdf", "ocr", "inference"]),
    Layer::Chain(&["auth", "http"]),
    Layer::Row(&[
        "identity",
        "rest",
        "records",
        "consent",
        "emergency",
        "audit",
        "rights",
        "custody",
        "demo",
    ]),
    Layer::Chain(&["bench", "server"]),
    Layer::Row(&["tests"]),
];

/// Crates that stand outside the house.
const OUTSIDE: &[&str] = &["xtask"];

enum Layer {
    Chain(&'static [&'static str]),
    Row(&'static [&'static str]),
}

/// May `upper` use `lower`?
fn may_use(upper: &str, lower: &str) -> bool {
    let place = |name: &str| {
        LAYERS.iter().enumerate().find_map(|(height, layer)| {
            let (Layer::Chain(names) | Layer::Row(names)) = layer;
            let position = names.iter().position(|other| *other == name)?;
            Some((height, if matches!(layer, Layer::Chain(_)) { position } else { 0 }))
        })
    };
    match (place(upper), place(lower)) {
        (Some(upper), Some(lower)) => lower < upper,
        _ => false,
    }
}

#[test]
fn dependencies_go_down_only() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (package.name.to_string(), package.name.trim_start_matches("salus-").to_owned()))
        .filter(|(_, short)| !OUTSIDE.contains(&short.as_str()))
        .collect();
    let mut checked = 0;
    for package in &metadata.packages {
        let Some(upper) = names.get(package.name.as_str()) else { continue };
        for dependency in &package.dependencies {
            let Some(lower) = names.get(&dependency.name) else { continue };
            // Tests may furnish a room with whatever they like, as long as cargo can build it.
            if dependency.kind == DependencyKind::Development {
                continue;
            }
            checked += 1;
            assert!(may_use(upper, lower), "`{upper}` must not depend on `{lower}`");
        }
    }
    assert!(checked > 20, "only {checked} dependencies were seen");
}

#[test]
fn the_rule_refuses_upward_and_sideways() {
    for (upper, lower, expect) in [
        ("fhir", "core", true),
        ("core", "fhir", false),
        ("store", "access", true),
        ("store", "pdf", false),
        ("http", "auth", true),
        ("auth", "http", false),
        ("records", "http", true),
        ("records", "rest", false),
        ("rest", "records", false),
        ("server", "records", true),
        ("records", "server", false),
        ("records", "unheard-of", false),
    ] {
        assert_eq!(may_use(upper, lower), expect, "{upper} → {lower}");
    }
}
