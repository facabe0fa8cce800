//! How wide Helvetica is, and how its characters are numbered.

/// Widths of the characters from space to tilde, in thousandths of the size (Adobe's font metrics of Helvetica).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// Bold letters are wider by about this.
const BOLD: f32 = 1.07;

/// The width of a text, in points.
pub(super) fn width(text: &str, size: f32, bold: bool) -> f32 {
    let units: f32 = text.chars().map(|c| f32::from(width_of(c))).sum();
    units / 1000.0 * size * if bold { BOLD } else { 1.0 }
}

fn width_of(c: char) -> u16 {
    match c {
        ' '..='~' => WIDTHS.get(c as usize - ' ' as usize).copied().unwrap_or(556),
        '–' | '€' => 556,
        '—' | '…' => 1000,
        '‘' | '’' => 222,
        '“' | '”' | '°' => 400,
        '•' => 350,
        'À'..='Þ' => 722,
        _ => 556,
    }
}

/// The text in WinAnsi (Windows code page 1252).
pub(super) fn encode(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match c {
            '€' => 0x80,
            '…' => 0x85,
            '‘' => 0x91,
            '’' => 0x92,
            '“' => 0x93,
            '”' => 0x94,
            '•' => 0x95,
            '–' => 0x96,
            '—' => 0x97,
            c => u8::try_from(u32::from(c)).ok().filter(|byte| !(0x80..0xA0).contains(byte)).unwrap_or(b'?'),
        })
        .collect()
}
