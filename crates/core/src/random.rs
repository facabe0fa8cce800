//! Randomness as a parameter.

use std::sync::Mutex;

/// Where random bytes come from.
pub trait Rng: Send + Sync + 'static {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);
}

impl dyn Rng {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

/// The system's cryptographic generator. Only the binary creates one.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    /// # Panics
    /// If the operating system gives no randomness: going on with guessable keys would be worse.
    fn fill(&self, out: &mut [u8]) {
        assert!(aws_lc_rs::rand::fill(out).is_ok(), "the operating system gives no randomness");
    }
}

/// A repeatable generator (SplitMix64; Steele, Lea & Flood, OOPSLA 2014) for tests and synthetic data.
/// Never for keys.
#[derive(Debug)]
pub struct SeededRng {
    state: Mutex<u64>,
}

impl SeededRng {
    /// The generator that always yields the same sequence for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { state: Mutex::new(seed) }
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Rng for SeededRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        let (a, b): (&dyn Rng, &dyn Rng) = (&SeededRng::new(7), &SeededRng::new(7));
        assert_eq!(a.bytes::<13>(), b.bytes::<13>());
        assert_ne!(a.bytes::<13>(), (&SeededRng::new(8) as &dyn Rng).bytes::<13>());
    }
}
