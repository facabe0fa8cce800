//! What lies between a photo and a clean sheet: shadows, and a hand that held the camera askew.

use crate::Grey;

/// Side of the squares in which the brightness of the paper is taken, in pixels.
const SQUARE: u32 = 16;
/// How far around a square the paper is looked for, in squares: wider than the thickest stroke.
const REACH: i64 = 3;
/// The darkest paper that is lifted to white; below it lies no paper.
const DARKEST_PAPER: f32 = 40.0;

/// The shares of the paper's brightness that become black and white: between them lie the rims of letters, above the grain
/// of the paper and the noise of the camera.
const BLACK: f32 = 0.2;
const WHITE: f32 = 0.82;

/// The picture with its paper white everywhere: each pixel over the brightness of the paper around it.
pub(crate) fn without_shadows(picture: &Grey) -> Grey {
    let paper = paper(picture);
    Grey::from_fn(picture.width(), picture.height(), |x, y| {
        let middle = |at: u32| (at as f32 + 0.5) / SQUARE as f32 - 0.5;
        let clamp = |at: f32, side: u32| at.clamp(0.0, side.saturating_sub(1) as f32);
        let around = paper.between(clamp(middle(x), paper.width()), clamp(middle(y), paper.height()));
        let share = f32::from(picture.row(y)[x as usize]) / f32::from(around).max(DARKEST_PAPER);
        (255.0 * (share - BLACK) / (WHITE - BLACK)).clamp(0.0, 255.0) as u8
    })
}

/// The brightness of the paper, a pixel for each square: writing is closed by the paper around it (a morphological
/// closing: the brightest nearby, and of these the darkest), and the whole is smoothed.
fn paper(picture: &Grey) -> Grey {
    let squares = |length: u32| length.div_ceil(SQUARE);
    let (width, height) = (squares(picture.width()), squares(picture.height()));
    let bright = Grey::from_fn(width, height, |x, y| bright_end(picture, x * SQUARE, y * SQUARE));
    let near = |picture: &Grey, x: u32, y: u32| -> Vec<u8> {
        let (x, y) = (i64::from(x), i64::from(y));
        let inside =
            |x: i64, y: i64| (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y);
        let places = (-REACH..=REACH).flat_map(|dy| (-REACH..=REACH).map(move |dx| (x + dx, y + dy)));
        places.filter(|(x, y)| inside(*x, *y)).map(|(x, y)| picture.at(x, y)).collect()
    };
    let lifted = Grey::from_fn(width, height, |x, y| near(&bright, x, y).into_iter().max().unwrap_or(255));
    let closed = Grey::from_fn(width, height, |x, y| near(&lifted, x, y).into_iter().min().unwrap_or(255));
    Grey::from_fn(width, height, |x, y| {
        let around = near(&closed, x, y);
        let sum: u32 = around.iter().map(|grey| u32::from(*grey)).sum();
        (sum / (around.len() as u32).max(1)) as u8
    })
}

/// The brightness that a tenth of a square's pixels reach: a single glint is no paper.
fn bright_end(picture: &Grey, left: u32, top: u32) -> u8 {
    let right = (left + SQUARE).min(picture.width());
    let bottom = (top + SQUARE).min(picture.height());
    let mut pixels: Vec<u8> =
        (top..bottom).flat_map(|y| picture.row(y)[left as usize..right as usize].iter().copied()).collect();
    let at = (pixels.len() * 9 / 10).min(pixels.len() - 1);
    *pixels.select_nth_unstable(at).1
}

/// The widest picture in which the slope of the lines is looked for.
const SKEW_WIDTH: f32 = 1_000.0;
/// The steepest slope that is set straight, in degrees; what is steeper was held on its side.
const STEEPEST: f32 = 15.0;
/// Brightness below which a pixel of a sheet without shadows is ink.
const INK: u8 = 140;

/// By how many degrees the lines of writing fall to the right; 0 where nothing tells.
///
/// The slope is the one along which ink gathers in the fewest rows: the squared difference of neighbouring rows' ink is
/// the greatest (Postl's criterion, US patent 4,723,297 of 1988, long expired).
pub(crate) fn skew(sheet: &Grey) -> f32 {
    let small = sheet.scaled((SKEW_WIDTH / sheet.width().max(sheet.height()) as f32).min(1.0));
    let ink: Vec<(f32, f32)> = (0..small.height())
        .flat_map(|y| (0..small.width()).map(move |x| (x, y)))
        .filter(|(x, y)| small.row(*y)[*x as usize] < INK)
        .map(|(x, y)| (x as f32, y as f32))
        .collect();
    if ink.len() < 50 {
        return 0.0;
    }
    let best = |from: f32, to: f32, step: f32| {
        let count = ((to - from) / step).round() as i32;
        let slopes = (0..=count).map(|nth| from + step * nth as f32);
        let scored = slopes.map(|slope| (sharpness(&ink, &small, slope), slope));
        scored.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, slope)| slope)
    };
    let coarse = best(-STEEPEST, STEEPEST, 0.5);
    best(coarse - 0.5, coarse + 0.5, 0.1)
}

fn sharpness(ink: &[(f32, f32)], small: &Grey, degrees: f32) -> f64 {
    let fall = degrees.to_radians().tan();
    let margin = small.width() as f32 * STEEPEST.to_radians().tan() + 2.0;
    let mut rows = vec![0_i32; (small.height() as f32 + 2.0 * margin) as usize + 2];
    for (x, y) in ink {
        if let Some(row) = rows.get_mut((y - x * fall + margin) as usize) {
            *row += 1;
        }
    }
    rows.windows(2).map(|pair| f64::from(pair[1] - pair[0]).powi(2)).sum()
}

/// The sheet turned back by the slope of its lines; its corners stay within, on white.
pub(crate) fn straightened(sheet: &Grey, degrees: f32) -> Grey {
    let radians = degrees.to_radians();
    let (sin, cos) = radians.sin_cos();
    let (width, height) = (sheet.width() as f32, sheet.height() as f32);
    let new_width = (width * cos.abs() + height * sin.abs()).ceil() as u32;
    let new_height = (width * sin.abs() + height * cos.abs()).ceil() as u32;
    Grey::from_fn(new_width, new_height, |x, y| {
        let (dx, dy) = (x as f32 - new_width as f32 / 2.0, y as f32 - new_height as f32 / 2.0);
        sheet.between(dx * cos - dy * sin + width / 2.0, dx * sin + dy * cos + height / 2.0)
    })
}

/// The shortest rule, as a share of the sheet's longer side: longer than any stroke of a letter.
const SHORTEST_RULE: f32 = 1.0 / 40.0;
/// The thickest rule, in the same measure.
const THICKEST_RULE: f32 = 1.0 / 350.0;

/// The straight sheet without the rules of tables and forms, which would run into the letters beside them.
pub(crate) fn without_rules(sheet: &Grey) -> Grey {
    // What is done to rows is done to columns by turning the sheet.
    without_level_rules(&without_level_rules(sheet).turned(1)).turned(3)
}

fn without_level_rules(sheet: &Grey) -> Grey {
    let side = sheet.width().max(sheet.height()) as f32;
    let shortest = (side * SHORTEST_RULE) as usize;
    let thickest = ((side * THICKEST_RULE) as i64).max(3);
    let mut pixels = sheet.pixels().to_vec();
    let is_ink = |x: i64, y: i64| sheet.at(x, y) < INK;
    for y in 0..i64::from(sheet.height()) {
        for (start, end) in runs(sheet.row(y as u32), shortest) {
            for x in start..end {
                // Where a letter crosses the rule, ink goes on above or below, and stays.
                let reaches = |step: i64| (1..=thickest).all(|by| is_ink(x as i64, y + step * by));
                if !reaches(-1) && !reaches(1) {
                    pixels[y as usize * sheet.width() as usize + x] = u8::MAX;
                }
            }
        }
    }
    Grey::of(sheet.width(), sheet.height(), pixels).unwrap_or_else(|| sheet.clone())
}

/// Where a row of pixels is dark for at least so long; a gap of two pixels, as noise makes it, does not end it.
fn runs(row: &[u8], shortest: usize) -> Vec<(usize, usize)> {
    let (mut runs, mut start, mut last) = (Vec::new(), 0, None::<usize>);
    for (x, _) in row.iter().enumerate().filter(|(_, grey)| **grey < SOFT_INK) {
        if let Some(last) = last.filter(|last| x - last > 3) {
            runs.push((start, last + 1));
            start = x;
        } else if last.is_none() {
            start = x;
        }
        last = Some(x);
    }
    runs.extend(last.map(|last| (start, last + 1)));
    runs.retain(|(start, end)| end - start >= shortest);
    runs
}

/// As [`INK`], for rules, which are often printed grey.
const SOFT_INK: u8 = 190;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_go_and_letters_on_them_stay() {
        let sheet = Grey::from_fn(800, 400, |x, y| {
            let is_rule = (200..202).contains(&y) && (50..750).contains(&x) || x == 60 && y > 50;
            let is_letter = (180..220).contains(&y) && (300..306).contains(&x);
            if is_rule {
                120
            } else if is_letter {
                10
            } else {
                255
            }
        });
        let clean = without_rules(&sheet);
        assert!(clean.row(200)[100] == 255 && clean.row(201)[700] == 255 && clean.row(300)[60] == 255);
        assert!((180..220).all(|y| clean.row(y)[302] < 130), "the letter is torn");
    }

    /// Lines of dashes, as text looks from afar, that fall by so many degrees.
    fn lines(degrees: f32) -> Grey {
        let fall = degrees.to_radians().tan();
        Grey::from_fn(800, 600, |x, y| {
            let row = (y as f32 - x as f32 * fall).rem_euclid(30.0);
            let in_margin = (60..740).contains(&x) && (60..540).contains(&y);
            if in_margin && row < 10.0 && x % 9 < 6 { 20 } else { 250 }
        })
    }

    #[test]
    fn the_slope_of_lines_is_found_and_taken_out() {
        for degrees in [-9.0, -2.3, 0.0, 0.7, 4.0, 12.5] {
            let sheet = lines(degrees);
            assert!((skew(&sheet) - degrees).abs() <= 0.3, "{degrees}: {}", skew(&sheet));
            let straight = straightened(&sheet, degrees);
            assert!(skew(&straight).abs() <= 0.3, "{degrees} left {}", skew(&straight));
        }
        assert_eq!(skew(&Grey::of(40, 40, vec![255; 1_600]).unwrap()), 0.0);
    }

    #[test]
    fn a_shadow_is_lifted_and_ink_stays_dark() {
        let shaded = Grey::from_fn(640, 320, |x, y| {
            let light = 230.0 - 150.0 * x as f32 / 640.0;
            let is_ink = y % 40 < 6 && x % 24 < 6;
            (if is_ink { light * 0.3 } else { light }) as u8
        });
        let sheet = without_shadows(&shaded);
        for x in [26, 314, 602] {
            let (paper, ink) = (sheet.row(20)[x], sheet.row(2)[x]);
            assert!(paper > 250 && ink < 60, "at {x}: paper {paper}, ink {ink}");
        }
    }
}
