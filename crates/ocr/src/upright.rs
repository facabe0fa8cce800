//! The way from the picture that was given to the sheet that is read, and back for the boxes of the words.

use crate::Grey;
use crate::paper::straightened;

/// The sheet that is read, and how it came from the picture.
#[derive(Clone)]
pub(crate) struct Sheet {
    pub(crate) picture: Grey,
    steps: Vec<Step>,
}

/// One change of the picture, with what is needed to undo it for a place.
#[derive(Clone)]
enum Step {
    Scaled(f32),
    Turned { quarters: u8, width: f32, height: f32 },
    Straightened { degrees: f32, before: (f32, f32), after: (f32, f32) },
}

impl Sheet {
    pub(crate) fn of(picture: Grey) -> Self {
        Self { picture, steps: Vec::new() }
    }

    /// The same place of the picture in other colours.
    pub(crate) fn recoloured(mut self, change: impl FnOnce(&Grey) -> Grey) -> Self {
        self.picture = change(&self.picture);
        self
    }

    pub(crate) fn scaled(mut self, factor: f32) -> Self {
        if (factor - 1.0).abs() > 0.01 {
            self.picture = self.picture.scaled(factor);
            self.steps.push(Step::Scaled(factor));
        }
        self
    }

    pub(crate) fn turned(mut self, quarters: u8) -> Self {
        let quarters = quarters % 4;
        if quarters != 0 {
            let (width, height) = self.size();
            self.picture = self.picture.turned(quarters);
            self.steps.push(Step::Turned { quarters, width, height });
        }
        self
    }

    pub(crate) fn straightened(mut self, degrees: f32) -> Self {
        if degrees.abs() >= 0.15 {
            let before = self.size();
            self.picture = straightened(&self.picture, degrees);
            self.steps.push(Step::Straightened { degrees, before, after: self.size() });
        }
        self
    }

    fn size(&self) -> (f32, f32) {
        (self.picture.width() as f32, self.picture.height() as f32)
    }

    /// Where a place of the sheet lay on the picture that was given.
    fn back(&self, place: (f32, f32)) -> (f32, f32) {
        self.steps.iter().rev().fold(place, |(x, y), step| match step {
            Step::Scaled(factor) => (x / factor, y / factor),
            Step::Turned { quarters: 1, height, .. } => (y, height - x),
            Step::Turned { quarters: 2, width, height } => (width - x, height - y),
            Step::Turned { width, .. } => (width - y, x),
            Step::Straightened { degrees, before, after } => {
                let (sin, cos) = degrees.to_radians().sin_cos();
                let (dx, dy) = (x - after.0 / 2.0, y - after.1 / 2.0);
                (dx * cos - dy * sin + before.0 / 2.0, dx * sin + dy * cos + before.1 / 2.0)
            }
        })
    }

    /// The box around where a box of the sheet lay: x, y, width, height.
    pub(crate) fn back_box(&self, [x, y, width, height]: [f32; 4]) -> [f32; 4] {
        let corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)];
        let corners = corners.map(|corner| self.back(corner));
        let least = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::INFINITY, f32::min);
        let most = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::NEG_INFINITY, f32::max);
        let (left, top) = (least(|corner| corner.0), least(|corner| corner.1));
        [left, top, most(|corner| corner.0) - left, most(|corner| corner.1) - top]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A white picture with one dark spot of 8 × 8 around (60, 30).
    fn spot() -> Grey {
        Grey::from_fn(200, 100, |x, y| if (56..64).contains(&x) && (26..34).contains(&y) { 0 } else { 255 })
    }

    fn middle_of_ink(picture: &Grey) -> (f32, f32) {
        let places = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
        let ink: Vec<_> = places.filter(|(x, y)| picture.row(*y)[*x as usize] < 128).collect();
        let mean = |of: fn(&(u32, u32)) -> u32| {
            ink.iter().map(|place| of(place) as f32 + 0.5).sum::<f32>() / ink.len() as f32
        };
        (mean(|place| place.0), mean(|place| place.1))
    }

    #[test]
    fn a_place_on_the_sheet_leads_back_to_the_picture() {
        for (quarters, degrees, factor) in [
            (0, 0.0, 1.0),
            (1, 0.0, 1.0),
            (2, 0.0, 2.0),
            (3, 0.0, 1.0),
            (0, 5.0, 1.0),
            (1, -7.0, 1.5),
            (3, 3.0, 0.5),
        ] {
            let sheet = Sheet::of(spot()).turned(quarters).straightened(degrees).scaled(factor);
            let (x, y) = sheet.back(middle_of_ink(&sheet.picture));
            assert!(
                (x - 60.0).abs() < 1.5 && (y - 30.0).abs() < 1.5,
                "{quarters} {degrees} {factor}: {x} {y}"
            );
        }
    }

    #[test]
    fn a_box_is_turned_with_its_picture() {
        let sheet = Sheet::of(spot()).turned(1);
        assert_eq!(sheet.back_box([10.0, 20.0, 4.0, 30.0]), [20.0, 86.0, 30.0, 4.0]);
    }
}
