//! Area under the curve of precision over recall. VOC: AP.

/// Average precision, exactly: the area under precision over recall, where each recall has the greatest precision of all
/// recalls from it on (all-point interpolation, PASCAL VOC from 2010 on). It sorts `found`, pairs of a score and whether the
/// detection is right; `objects` is how many there were to find.
///
/// Detections of equal score count together. NaN if there were no objects, or a score is NaN.
///
/// M. Everingham and others: *The PASCAL visual object classes challenge: a retrospective*, 2015.
///
/// ```
/// use dl_core::metrics::average_precision;
///
/// // Two of three objects are found; precision is 1 up to the first, 2/3 up to the second.
/// let mut found = [(0.9, true), (0.8, false), (0.7, true)];
/// let area = average_precision(&mut found, 3);
/// assert!((area - (1.0 / 3.0 + 2.0 / 9.0)).abs() < 1e-12);
/// ```
#[doc(alias = "AP")]
pub fn average_precision(found: &mut [(f32, bool)], objects: usize) -> f64 {
    if objects == 0 || found.iter().any(|(score, _)| score.is_nan()) {
        return f64::NAN;
    }
    found.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut right = found.iter().filter(|(_, right)| *right).count();
    let (mut seen, mut area, mut best) = (found.len(), 0.0, 0.0_f64);
    // From the last recall to the first, so that the greatest precision from each on is known.
    for ties in found.chunk_by(|(a, _), (b, _)| a == b).rev() {
        best = best.max(right as f64 / seen as f64);
        let here = ties.iter().filter(|(_, right)| *right).count();
        area += best * here as f64 / objects as f64;
        (right, seen) = (right - here, seen - ties.len());
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let close = |found: &mut [(f32, bool)], objects, expected: f64| {
            let area = average_precision(found, objects);
            assert!((area - expected).abs() < 1e-12, "{found:?} of {objects}: {area}, expected {expected}");
        };
        close(&mut [(0.9, true), (0.5, true)], 2, 1.0);
        close(&mut [(0.9, true), (0.5, true)], 4, 0.5);
        close(&mut [(0.5, false), (0.9, true)], 1, 1.0);
        close(&mut [(0.9, false), (0.5, true)], 1, 0.5);
        close(&mut [], 3, 0.0);
        close(&mut [(0.9, false)], 3, 0.0);
        // Precisions 1, 1/2, 2/3, 3/4, 3/5 at recalls 1/4, 1/4, 2/4, 3/4, 3/4: the 2/3 is raised to 3/4.
        let mut five = [(0.1, false), (0.9, true), (0.7, true), (0.8, false), (0.6, true)];
        close(&mut five, 4, 0.25 * (1.0 + 0.75 + 0.75));
    }

    #[test]
    fn equal_scores_count_together_in_any_order() {
        let mut areas = [[false, true, true], [true, false, true], [true, true, false]]
            .map(|right| average_precision(&mut right.map(|right| (0.5, right)), 2));
        areas.iter_mut().for_each(|area| *area -= 2.0 / 3.0);
        assert!(areas.iter().all(|area| area.abs() < 1e-12), "{areas:?}");
    }

    #[test]
    fn nothing_to_find_and_nan_have_no_area() {
        assert!(average_precision(&mut [(0.5, false)], 0).is_nan());
        assert!(average_precision(&mut [(f32::NAN, true)], 1).is_nan());
    }
}
