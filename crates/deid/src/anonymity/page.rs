//! The report as a page that needs nothing else: numbers and a histogram.

use super::AnonymityReport;
use std::fmt::Write;

/// Height and width of a bar's room, in the units of the drawing.
const HEIGHT: f64 = 200.0;
const STEP: f64 = 56.0;
/// Classes by size, in powers of two, as the bars show them.
const BOUNDS: [(usize, usize); 9] =
    [(1, 1), (2, 2), (3, 4), (5, 8), (9, 16), (17, 32), (33, 64), (65, 128), (129, usize::MAX)];

/// The page. `title` names the export and the method.
pub fn page(report: &AnonymityReport, title: &str) -> String {
    let people: Vec<(String, usize)> = BOUNDS
        .iter()
        .map(|(from, to)| {
            let people = report.histogram.range(*from..=*to).map(|(size, classes)| size * classes).sum();
            let label = match (from, *to) {
                (from, usize::MAX) => format!("{from}+"),
                (from, to) if *from == to => from.to_string(),
                (from, to) => format!("{from}–{to}"),
            };
            (label, people)
        })
        .collect();
    let most = people.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f64;
    let mut bars = String::new();
    for (place, (label, count)) in people.iter().enumerate() {
        let (x, height) = (place as f64 * STEP + 8.0, *count as f64 / most * HEIGHT);
        let (y, middle) = (HEIGHT + 24.0 - height, x + 20.0);
        let is_small = BOUNDS[place].1 < report.k;
        let class = if is_small { "small" } else { "enough" };
        let below = HEIGHT + 42.0;
        let above = y - 6.0;
        // Writing into a String cannot fail.
        let _ = write!(
            bars,
            r#"<rect class="{class}" x="{x}" y="{y:.1}" width="40" height="{height:.1}"><title>{count} people in classes of {label}</title></rect><text x="{middle}" y="{above:.1}">{count}</text><text x="{middle}" y="{below}">{label}</text>"#
        );
    }
    let quasi: Vec<String> = report
        .quasi_identifiers
        .iter()
        .filter_map(|quasi| serde_json::to_value(quasi).ok()?.as_str().map(str::to_owned))
        .collect();
    let diversity = report.l_diversity.map_or_else(String::new, |l| {
        format!("<dt>Fewest different sensitive values in a class</dt><dd>{l}</dd>")
    });
    format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>How alike are the people of this export?</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
body {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }}
dl {{ display: grid; grid-template-columns: 1fr auto; gap: .25rem 1rem; }}
dd {{ margin: 0; font-variant-numeric: tabular-nums; font-weight: 600; text-align: right; }}
svg {{ width: 100%; height: auto; }}
text {{ font-size: 13px; text-anchor: middle; fill: currentColor; }}
.small {{ fill: #c2410c; }} .enough {{ fill: #0f766e; }}
</style></head><body>
<h1>How alike are the people of this export?</h1>
<p>{title}. People are in one class when all of this is the same for them: {quasi}.</p>
<dl>
<dt>People</dt><dd>{people}</dd>
<dt>Classes</dt><dd>{classes}</dd>
<dt>People in the smallest class (k)</dt><dd>{smallest}</dd>
<dt>Share of people in classes of fewer than {k}</dt><dd>{share:.1} %</dd>
{diversity}</dl>
<h2>People by the size of their class</h2>
<svg viewBox="0 0 520 260" role="img" aria-label="Histogram: how many people are in classes of which size">{bars}</svg>
<p>Orange bars are classes smaller than {k}; the number above a bar is how many people they hold. The fewer people look alike, the
easier one of them is told apart by somebody who knows them. This report measures that risk; it does not remove it.</p>
</body></html>
"#,
        quasi = quasi.join(", "),
        people = report.people,
        classes = report.classes,
        smallest = report.smallest,
        k = report.k,
        share = report.share_below * 100.0,
    )
}
