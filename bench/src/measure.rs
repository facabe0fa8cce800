//! Taking times.

use std::time::{Duration, Instant};

/// The times of many runs of one thing.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Takes the time of one run.
    pub async fn of<T>(&mut self, run: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let value = run.await;
        self.0.push(start.elapsed());
        value
    }

    /// Adds a time that was taken elsewhere.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Adds all times of another.
    pub fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many were taken.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time in milliseconds that `share` of the runs did not exceed (nearest rank).
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// The value in the middle; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// So many in this time, by the second.
pub fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(1e-9)
}

/// The memory this process holds at this moment, in MB (`VmRSS`).
pub fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0.0_f64) * 1024.0 / 1e6
}

/// The bytes of all files below a folder.
pub fn bytes_below(folder: &std::path::Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.metadata()? {
            metadata if metadata.is_dir() => bytes_below(&entry.path())?,
            metadata => metadata.len(),
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times = Times((1..=100).rev().map(Duration::from_millis).collect());
        assert_eq!(times.percentile_ms(0.5), 50.0);
        assert_eq!(times.percentile_ms(0.99), 99.0);
        assert_eq!(times.percentile_ms(1.0), 100.0);
        assert_eq!(Times::default().percentile_ms(0.5), 0.0);
    }
}
