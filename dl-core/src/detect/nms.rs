//! One detection for each object. torchvision: `batched_nms`.

use super::Detection;
use crate::metrics::iou;

/// Non-maximum suppression: of detections of one class that overlap by more than `threshold` (as [`iou`] has it) only the
/// surest stays. Those that stay move to the front, the surest first; the result is their number. torchvision:
/// `batched_nms`.
///
/// ```
/// use dl_core::detect::{Bounds, Detection, nms};
///
/// let at = |x, class, score| Detection { bounds: Bounds::new(x, 0.5, 0.2, 0.2), class, score };
/// let mut found = [at(0.5, 1, 0.6), at(0.51, 1, 0.9), at(0.5, 2, 0.7), at(0.9, 1, 0.3)];
/// let kept = nms(&mut found, 0.5);
/// assert_eq!(found[..kept], [at(0.51, 1, 0.9), at(0.5, 2, 0.7), at(0.9, 1, 0.3)]);
/// ```
#[doc(alias = "batched_nms")]
pub fn nms(found: &mut [Detection], threshold: f32) -> usize {
    found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept = 0;
    for i in 0..found.len() {
        let next = found[i];
        let same =
            |other: &Detection| other.class == next.class && iou(&other.bounds, &next.bounds) > threshold;
        if !found[..kept].iter().any(same) {
            found[kept] = next;
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Bounds;

    fn at(x: f32, score: f32) -> Detection {
        Detection { bounds: Bounds::new(x, 0.5, 0.4, 0.4), class: 3, score }
    }

    #[test]
    fn what_a_suppressed_detection_overlaps_stays() {
        // Neighbours overlap by 1/3, those one apart not at all: the middle one goes, and takes nobody with it.
        let mut found = [at(0.2, 0.9), at(0.4, 0.8), at(0.6, 0.7)];
        let kept = nms(&mut found, 0.3);
        assert_eq!(found[..kept], [at(0.2, 0.9), at(0.6, 0.7)]);
        assert_eq!(nms(&mut [at(0.2, 0.9), at(0.4, 0.8), at(0.6, 0.7)], 0.35), 3, "the threshold itself");
    }

    #[test]
    fn none_stay_none_and_of_equals_one_stays() {
        assert_eq!(nms(&mut [], 0.5), 0);
        assert_eq!(nms(&mut [at(0.5, 0.5); 4], 0.5), 1);
    }
}
