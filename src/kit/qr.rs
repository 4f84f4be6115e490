//! QR codes: a picture for pages, blocks for terminals.

use qrcode::QrCode;
use qrcode::render::{svg, unicode};

/// An SVG of its own, dark on white with a quiet zone; `None` when the text is too long for one.
pub fn picture(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}

/// Lines of half blocks, for a terminal with light letters on dark.
pub fn blocks(text: &str) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    let (dark, light) = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
    Some(code.render::<unicode::Dense1x2>().dark_color(dark).light_color(light).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_picture_and_blocks_and_too_much_becomes_nothing() {
        let address = "https://www.twitch.tv/activate?public=true&device-code=ABCDEFGH";
        let svg = picture(address).unwrap();
        assert!(svg.contains("<svg") && !svg.contains("<script") && !svg.contains("style="), "{svg}");
        let lines: Vec<usize> = blocks(address).unwrap().lines().map(|line| line.chars().count()).collect();
        assert!(lines.len() > 15 && lines.iter().all(|width| *width == lines[0]), "{lines:?}");
        assert_eq!(picture(&"x".repeat(8000)), None);
    }
}
