//! Where the largest number is.

use crate::Real;

/// The index of the largest number, the first of equals. NaN never wins; `None` if there is nothing else.
///
/// ```
/// use dl_core::metrics::argmax;
///
/// assert_eq!(argmax(&[0.1, 0.7, 0.2, 0.7]), Some(1));
/// assert_eq!(argmax(&[f32::NAN, -1.0]), Some(1));
/// assert_eq!(argmax::<f32>(&[]), None);
/// ```
pub fn argmax<T: Real>(values: &[T]) -> Option<usize> {
    let mut best: Option<(usize, T)> = None;
    for (i, &v) in values.iter().enumerate() {
        let wins = match best {
            Some((_, top)) => v > top,
            None => !v.to_f64().is_nan(),
        };
        if wins {
            best = Some((i, v));
        }
    }
    best.map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equals_wins_and_nan_never() {
        let (nan, low) = (f64::NAN, f64::NEG_INFINITY);
        assert_eq!(argmax(&[nan, low, nan, low]), Some(1));
        assert_eq!(argmax(&[2.0, nan, 3.0, 3.0]), Some(2));
        assert_eq!(argmax(&[nan, nan]), None);
    }
}
