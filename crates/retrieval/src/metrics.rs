//! How good an order is: recall, mean reciprocal rank, and normalised discounted cumulative gain.

/// Means over questions, of what was found first.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Metrics {
    /// How many questions.
    pub questions: usize,
    /// The share of what is relevant that was found first.
    pub recall_1: f64,
    /// The share among the first five.
    pub recall_5: f64,
    /// The share among the first ten.
    pub recall_10: f64,
    /// 1 / the rank of the first that is relevant.
    pub mrr: f64,
    /// Discounted by the logarithm of the rank among the first ten, to the best there is (Järvelin & Kekäläinen 2002).
    pub ndcg_10: f64,
}

impl Metrics {
    /// The means over questions, each with what was found, best first, and what is relevant.
    pub fn of<'a>(questions: impl IntoIterator<Item = (&'a [u32], &'a [u32])>) -> Self {
        let mut sum = Self::default();
        for (found, relevant) in questions {
            sum.add(found, relevant);
        }
        let count = sum.questions.max(1) as f64;
        Self {
            questions: sum.questions,
            recall_1: sum.recall_1 / count,
            recall_5: sum.recall_5 / count,
            recall_10: sum.recall_10 / count,
            mrr: sum.mrr / count,
            ndcg_10: sum.ndcg_10 / count,
        }
    }

    fn add(&mut self, found: &[u32], relevant: &[u32]) {
        let is_relevant = |entry: &u32| relevant.contains(entry);
        let recall = |most: usize| {
            found.iter().take(most).filter(|entry| is_relevant(entry)).count() as f64
                / relevant.len().max(1) as f64
        };
        let gain = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
        let ideal: f64 = (0..relevant.len().min(10)).map(gain).sum();
        let ranks = || found.iter().enumerate().filter(|(_, entry)| is_relevant(entry)).map(|(rank, _)| rank);
        let got: f64 = ranks().take_while(|rank| *rank < 10).map(gain).sum();
        self.questions += 1;
        self.recall_1 += recall(1);
        self.recall_5 += recall(5);
        self.recall_10 += recall(10);
        self.mrr += ranks().next().map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        self.ndcg_10 += if ideal > 0.0 { got / ideal } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_agree_with_those_worked_out_by_hand() {
        let ten: Vec<u32> = (0..12).collect();
        for (relevant, recall_1, recall_10, mrr, ndcg) in [
            (&[0][..], 1.0, 1.0, 1.0, 1.0),
            (&[2], 0.0, 1.0, 1.0 / 3.0, 0.5),
            (&[0, 2], 0.5, 1.0, 1.0, (1.0 + 0.5) / (1.0 + 1.0 / 3.0_f64.log2())),
            (&[11], 0.0, 0.0, 1.0 / 12.0, 0.0),
            (&[99], 0.0, 0.0, 0.0, 0.0),
        ] {
            let got = Metrics::of([(ten.as_slice(), relevant)]);
            for (got, expect) in
                [(got.recall_1, recall_1), (got.recall_10, recall_10), (got.mrr, mrr), (got.ndcg_10, ndcg)]
            {
                assert!((got - expect).abs() < 1e-12, "{relevant:?}: {got} {expect}");
            }
        }
    }
}
