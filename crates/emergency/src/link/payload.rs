//! What stands in the code: a SMART Health Link, and the picture of it.

use super::jwe::encode;
use super::{EmergencyLink, jwe};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde_json::json;

/// The link as a viewer takes it: our own viewer's page, then `#shlink:/` and the payload.
///
/// `origin` is where this server is reached. The key stands behind the `#`, which browsers send to nobody.
pub(crate) fn address(link: &EmergencyLink, origin: &str) -> String {
    let mut payload = json!({
        "url": format!("{origin}/api/v1/links/{}", link.secret),
        "key": jwe::encode(&link.key),
        "exp": link.expires_at.as_second(),
        "label": link.label,
        "v": 1,
    });
    let flags = link.flags();
    if !flags.is_empty() {
        payload["flag"] = flags.into();
    }
    format!("{origin}/v#shlink:/{}", encode(payload.to_string().as_bytes()))
}

/// The code as an SVG; none where the text is too long for one.
pub(crate) fn picture(address: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let mut picture = code.render::<svg::Color<'_>>();
    picture.min_dimensions(320, 320).dark_color(svg::Color("#000000")).light_color(svg::Color("#ffffff"));
    Some(picture.build())
}
