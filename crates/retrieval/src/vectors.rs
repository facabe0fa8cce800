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

/// A vector in eight bits.
#[derive(Clone, PartialEq)]
pub struct Rounded {
    /// What a whole number stands for.
    scale: f32,
    row: Box<[i8]>,
}

impl Rounded {
    /// Rounds a vector.
    pub fn of(vector: &[f32]) -> Self {
        let most = vector.iter().fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
        let scale = most / LARGEST;
        Self { scale, row: vector.iter().map(|value| (value / scale).round() as i8).collect() }
    }

    /// To be kept: the scale, then a byte a number.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.scale
            .to_le_bytes()
            .into_iter()
            .chain(self.row.iter().map(|value| value.cast_unsigned()))
            .collect()
    }

    /// What was kept; `None` for something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (scale, row) = bytes.split_first_chunk::<4>()?;
        let scale = f32::from_le_bytes(*scale);
        scale.is_finite().then(|| Self { scale, row: row.iter().map(|byte| byte.cast_signed()).collect() })
    }
}

const LARGEST: f32 = 127.0;
/// So many of the nearest are compared once more with the question's vector unrounded.
const COMPARED_AGAIN: usize = 200;

impl Vectors {
    /// Adds a vector of length one; an entry may have several. One with another number of dimensions is left out.
    pub fn add(&mut self, entry: u32, vector: &Rounded) {
        if self.entries.is_empty() {
            self.width = vector.row.len();
        }
        if vector.row.len() != self.width || self.width == 0 {
            return;
        }
        self.rows.extend_from_slice(&vector.row);
        self.scales.push(vector.scale);
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
        let rounded = Rounded::of(question);
        let rows = self.rows.chunks_exact(self.width);
        let mut products: Vec<f32> = rows
            .zip(&self.scales)
            .map(|(row, scale)| dot(row, &rounded.row) as f32 * scale * rounded.scale)
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
        (0..COUNT).for_each(|seed| vectors.add(seed, &Rounded::of(&vector(seed + 1, 384))));
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
            vectors.add(entry, &Rounded::of(&vector));
        }
        vectors.add(1, &Rounded::of(&[1.0, 0.0, 0.0]));
        let near: Vec<Option<i32>> =
            vectors.near(&[1.0, 0.0], 3).iter().map(|near| near.map(|near| near.round() as i32)).collect();
        assert_eq!((near.as_slice(), vectors.len()), (&[Some(1), None, Some(-1)][..], 3));
        assert_eq!(vectors.near(&[1.0], 1), [None]);
    }

    #[test]
    fn what_is_kept_is_what_was_rounded() {
        let rounded = Rounded::of(&vector(9, 384));
        let bytes = rounded.to_bytes();
        assert_eq!(bytes.len(), 388);
        assert!(Rounded::from_bytes(&bytes) == Some(rounded));
        for bytes in [&b""[..], b"abc", b"\xff\xff\xff\xff\0"] {
            assert!(Rounded::from_bytes(bytes).is_none());
        }
    }

    /// `cargo test --release -p salus-retrieval -- --ignored --nocapture`
    #[test]
    #[ignore = "it measures"]
    fn fifty_thousand_vectors_are_looked_through() {
        let mut vectors = Vectors::default();
        (0..50_000).for_each(|seed| vectors.add(seed, &Rounded::of(&vector(seed + 1, 384))));
        let mut times: Vec<f64> = (0..50)
            .map(|seed| {
                let question = vector(100_000 + seed, 384);
                let started = std::time::Instant::now();
                assert_eq!(vectors.near(&question, 50_000).len(), 50_000);
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("50,000 vectors: median {:.1} ms, p95 {:.1} ms", times[25], times[47]);
    }
}
