//! Comparing numbers with PyTorch's.

/// How far a result may be from PyTorch's, relative to it.
///
/// Both sides round differently, PyTorch's elementary functions come from another library, and sums are added up in
/// another order: each costs a few units of the 16th digit.
pub(crate) const RELATIVE: f64 = 1e-12;

/// What counts as zero beside numbers around 1: the rounding of a sum whose terms cancel. The derivative by the bias of an
/// attention's keys is nothing else: it moves all scores of a query alike.
const ABSOLUTE: f64 = 5e-15;

/// Panics with the first number that differs, and both values.
#[track_caller]
pub(crate) fn assert_close(what: &str, ours: &[f64], pytorch: &[f64]) {
    assert_within(what, ours, pytorch, RELATIVE, ABSOLUTE);
}

/// [`assert_close`] with other bounds.
#[track_caller]
pub(crate) fn assert_within(what: &str, ours: &[f64], pytorch: &[f64], relative: f64, absolute: f64) {
    assert_eq!(ours.len(), pytorch.len(), "{what}: as many numbers as PyTorch has");
    for (i, (&a, &b)) in ours.iter().zip(pytorch).enumerate() {
        let off = (a - b).abs();
        assert!(
            off <= relative * b.abs() + absolute,
            "{what}[{i}]: ours {a:e}, PyTorch's {b:e}, off by {off:.1e}"
        );
    }
}

#[test]
#[should_panic(expected = "dx[1]: ours 2")]
fn a_difference_in_the_twelfth_digit_is_found() {
    assert_close("dx", &[1.0, 2.000_000_000_01], &[1.0, 2.0]);
}

#[test]
#[should_panic(expected = "ours NaN")]
fn a_nan_is_a_difference() {
    assert_close("dx", &[f64::NAN], &[1.0]);
}
