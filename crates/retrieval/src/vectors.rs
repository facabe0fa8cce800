//! Vectors in eight bits, looked through one by one.
//!
//! Up to some hundred thousand vectors that is quicker than an index of them is worth: nothing is built, nothing is missed,
//! and what is erased is gone.

/// Vectors of one length, each of an entry.
#[derive(Default)]
pub struct Vectors {
    width: usize,
    rows: Vec<i8>,
    /// What a whole number of each row stands for.
    scales: Vec<f32>,
    entries: Vec<u32>,
}

const LARGEST: f32 = 127.0;
/// So many of the nearest are compared once more with the question's vector unrounded.
const COMPARED_AGAIN: usize = 200;

impl Vectors {
    /// Adds a vector of length one; an entry may have several. One with another number of dimensions is left out.
    pub fn add(&mut self, entry: u32, vector: &[f32]) {
        if self.entries.is_empty() {
            self.width = vector.len();
        }
        if vector.len() != self.width || vector.is_empty() {
            return;
        }
        let (row, scale) = whole(vector);
        self.rows.extend_from_slice(&row);
        self.scales.push(scale);
        self.entries.push(entry);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How near each entry's nearest vector is to a question's (its cosine), for entries `0..entries`; `None` where an entry
    /// has no vector.
    pub fn near(&self, question: &[f32], entries: usize) -> Vec<Option<f32>> {
        let mut near: Vec<Option<f32>> = vec![None; entries];
        if question.len() != self.width || self.width == 0 {
            return near;
        }
        let (rounded, question_scale) = whole(question);
        let rows = self.rows.chunks_exact(self.width);
        let mut products: Vec<f32> = rows
            .zip(&self.scales)
            .map(|(row, scale)| dot(row, &rounded) as f32 * scale * question_scale)
            .collect();
        self.compare_again(question, &mut products);
        for (product, entry) in products.iter().zip(&self.entries) {
            if let Some(near) = near.get_mut(*entry as usize)
                && near.is_none_or(|known| known < *product)
            {
                *near = Some(*product);
            }
        }
        near
    }

    fn compare_again(&self, question: &[f32], products: &mut [f32]) {
        let mut order: Vec<usize> = (0..products.len()).collect();
        if order.len() > COMPARED_AGAIN {
            order.select_nth_unstable_by(COMPARED_AGAIN, |a, b| products[*b].total_cmp(&products[*a]));
            order.truncate(COMPARED_AGAIN);
        }
        for at in order {
            let row = &self.rows[at * self.width..(at + 1) * self.width];
            let sum: f32 = row.iter().zip(question).map(|(whole, value)| f32::from(*whole) * value).sum();
            products[at] = sum * self.scales[at];
        }
    }
}

/// Whole numbers up to 127, and what one stands for.
fn whole(vector: &[f32]) -> (Vec<i8>, f32) {
    let most = vector.iter().fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let scale = most / LARGEST;
    (vector.iter().map(|value| (value / scale).round() as i8).collect(), scale)
}

/// Written so that the compiler makes vector instructions of it.
fn dot(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(i16::from(*a) * i16::from(*b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random and are the same each time.
    fn vector(seed: u32, width: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        let mut vector: Vec<f32> = (0..width)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                state as f32 / u32::MAX as f32 - 0.5
            })
            .collect();
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
        vector
    }

    #[test]
    fn eight_bits_find_what_floats_find() {
        const COUNT: u32 = 1_000;
        let mut vectors = Vectors::default();
        (0..COUNT).for_each(|seed| vectors.add(seed, &vector(seed + 1, 384)));
        let question = vector(5_000, 384);
        let near = vectors.near(&question, COUNT as usize);
        for seed in 0..COUNT {
            let exact: f32 = vector(seed + 1, 384).iter().zip(&question).map(|(a, b)| a * b).sum();
            let got = near[seed as usize].unwrap();
            assert!((exact - got).abs() < 0.005, "{seed}: {exact} {got}");
        }
    }

    #[test]
    fn an_entry_is_as_near_as_its_nearest_vector() {
        let mut vectors = Vectors::default();
        assert_eq!(vectors.near(&[1.0, 0.0], 1), [None]);
        for (entry, vector) in [(0, [0.0, 1.0]), (0, [1.0, 0.0]), (2, [-1.0, 0.0])] {
            vectors.add(entry, &vector);
        }
        vectors.add(1, &[1.0, 0.0, 0.0]);
        let near: Vec<Option<i32>> =
            vectors.near(&[1.0, 0.0], 3).iter().map(|near| near.map(|near| near.round() as i32)).collect();
        assert_eq!((near.as_slice(), vectors.len()), (&[Some(1), None, Some(-1)][..], 3));
        assert_eq!(vectors.near(&[1.0], 1), [None]);
    }
}
