//! Area under the ROC curve. scikit-learn: `roc_auc_score`.

use core::cmp::Ordering;

use crate::Real;

/// The area under the ROC curve, exactly: how likely a positive sample has a larger score than a negative one, where
/// equal scores count one half. It sorts `scores`, pairs of a score and whether the sample is positive. scikit-learn:
/// `roc_auc_score`.
///
/// NaN if there is no positive or no negative sample, or a score is NaN.
///
/// The area needs all scores at once, so this is a function of the caller's slice and no [`Metric`](super::Metric).
/// (J. A. Hanley, B. J. McNeil: *The meaning and use of the area under a receiver operating characteristic curve*, 1982.)
///
/// ```
/// use dl_core::metrics::roc_auc;
///
/// let mut scores = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
/// assert_eq!(roc_auc(&mut scores), 0.75);
/// ```
pub fn roc_auc<T: Real>(scores: &mut [(T, bool)]) -> f64 {
    if scores.iter().any(|(s, _)| s.to_f64().is_nan()) {
        return f64::NAN;
    }
    scores.sort_unstable_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    // Pairs won by the positive sample, counted twice so that a tie is one.
    let (mut wins, mut below) = (0_u128, 0_u128);
    let (mut positives, mut negatives) = (0_u128, 0_u128);
    for ties in scores.chunk_by(|(a, _), (b, _)| a == b) {
        let up = ties.iter().filter(|(_, positive)| *positive).count() as u128;
        let down = ties.len() as u128 - up;
        wins += up * (2 * below + down);
        below += down;
        positives += up;
        negatives += down;
    }
    wins as f64 / (2 * positives * negatives) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_one_half() {
        // Pairs: 0.4+ against 0.1- wins, against 0.4- ties; 0.9+ wins both.
        assert_eq!(roc_auc(&mut [(0.4, true), (0.1, false), (0.9, true), (0.4, false)]), 0.875);
        assert_eq!(roc_auc(&mut [(0.0, true), (-0.0, false)]), 0.5);
        assert_eq!(roc_auc(&mut [(1.0_f32, false), (0.0, true)]), 0.0);
    }

    #[test]
    fn it_is_every_pair_compared() {
        let mut rng = crate::Rng::new(4);
        let mut scores = [(0.0, false); 60];
        for s in &mut scores {
            *s = (rng.below(20) as f64, rng.below(3) == 0);
        }
        let (mut wins, mut pairs) = (0.0, 0.0);
        for &(a, _) in scores.iter().filter(|s| s.1) {
            for &(b, _) in scores.iter().filter(|s| !s.1) {
                pairs += 1.0;
                wins += if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                };
            }
        }
        assert_eq!(roc_auc(&mut scores), wins / pairs);
    }

    #[test]
    fn one_class_alone_or_a_nan_has_no_area() {
        assert!(roc_auc::<f32>(&mut []).is_nan());
        assert!(roc_auc(&mut [(0.3, true), (0.5, true)]).is_nan());
        assert!(roc_auc(&mut [(0.3, true), (f64::NAN, false), (0.1, false)]).is_nan());
    }
}
