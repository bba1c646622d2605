//! Which samples train and which test.
//!
//! All splits are of indices, so that nothing is copied, and are drawn from [`dl_core::Rng`]: the same seed gives
//! the same split on every machine.

use dl_core::Rng;

use crate::{Error, Result};

/// Indices of the samples to train on, and of those to test on; together each index once.
///
/// ```
/// use dl_host::data::split;
///
/// let split = split::by_count(10, 7, 0);
/// let (train, test) = (split::pick(&['a'; 10], &split.train), split::pick(&['a'; 10], &split.test));
/// assert_eq!((train.len(), test.len()), (7, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// To train on.
    pub train: Vec<usize>,
    /// To test on.
    pub test: Vec<usize>,
}

/// Shuffles `0..samples` and trains on the first `train` of them (all, if there are fewer).
///
/// ```
/// use dl_host::data::split;
///
/// let split = split::by_count(10, 7, 0);
/// assert_eq!(split.train, [6, 3, 2, 9, 8, 1, 4]);
/// assert_eq!(split.test, [7, 0, 5]);
/// ```
#[doc(alias = "random_split")]
pub fn by_count(samples: usize, train: usize, seed: u64) -> Split {
    let mut order = permutation(samples, seed);
    let test = order.split_off(train.min(samples));
    Split { train: order, test }
}

/// [`by_count`], with `⌊samples × train⌋` samples to train on.
///
/// ```
/// use dl_host::data::split;
///
/// let split = split::by_fraction(1797, 0.8, 0)?;
/// assert_eq!((split.train.len(), split.test.len()), (1437, 360));
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If `train` is not within 0 and 1.
#[doc(alias = "train_test_split")]
pub fn by_fraction(samples: usize, train: f64, seed: u64) -> Result<Split> {
    Ok(by_count(samples, share(samples, train)?.0, seed))
}

/// [`by_fraction`], with each class's share kept: a class of `n` samples has `n × train` to train on, rounded up or
/// down.
///
/// ```
/// use dl_host::data::split;
///
/// let labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
/// let split = split::stratified(&labels, 0.5, 0)?;
/// assert_eq!(split.train.iter().filter(|&&i| labels[i] == 0).count(), 3);
/// assert_eq!(split.train.iter().filter(|&&i| labels[i] == 1).count(), 2);
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If `train` is not within 0 and 1.
#[doc(alias = "train_test_split")]
pub fn stratified(labels: &[u16], train: f64, seed: u64) -> Result<Split> {
    let mut counts = vec![0; labels.iter().max().map_or(0, |&last| usize::from(last) + 1)];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    let mut shares = counts.iter().map(|&n| share(n, train)).collect::<Result<Vec<_>>>()?;
    // Whole shares first; what is missing to the total goes to the largest remainders, one each.
    let total = share(labels.len(), train)?.0;
    let missing = total - shares.iter().map(|(whole, _)| whole).sum::<usize>();
    let mut by_remainder = (0..shares.len()).collect::<Vec<_>>();
    by_remainder.sort_by(|&a, &b| shares[b].1.total_cmp(&shares[a].1)); // stable: ties go to the lower class
    for &class in &by_remainder[..missing] {
        shares[class].0 += 1;
    }
    let mut split = Split { train: Vec::with_capacity(total), test: Vec::new() };
    for i in permutation(labels.len(), seed) {
        let left = &mut shares[usize::from(labels[i])].0;
        if *left > 0 {
            *left -= 1;
            split.train.push(i);
        } else {
            split.test.push(i);
        }
    }
    Ok(split)
}

/// The items at `indices`, in their order.
///
/// ```
/// use dl_host::data::split;
///
/// assert_eq!(split::pick(&["a", "b", "c"], &[2, 0]), ["c", "a"]);
/// ```
///
/// # Panics
///
/// If an index is past the end.
pub fn pick<A: Clone>(items: &[A], indices: &[usize]) -> Vec<A> {
    indices.iter().map(|&i| items[i].clone()).collect()
}

fn permutation(samples: usize, seed: u64) -> Vec<usize> {
    let mut order = (0..samples).collect::<Vec<_>>();
    Rng::new(seed).shuffle(&mut order);
    order
}

/// `n × fraction` as its whole part and its remainder. A product a rounding error below a whole number is that.
fn share(n: usize, fraction: f64) -> Result<(usize, f64)> {
    if !(0.0..=1.0).contains(&fraction) {
        return Err(Error::setting("fraction to train on", fraction, "a number from 0 to 1"));
    }
    let exact = n as f64 * fraction;
    let whole = (exact * (1.0 + 4.0 * f64::EPSILON)).floor().min(n as f64);
    Ok((whole as usize, (exact - whole).max(0.0)))
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn the_shuffled_split_of_the_reference_results_is_this_one() {
        let split = by_count(1797, 1437, 0);
        let mut order = (0..1797).collect::<Vec<_>>();
        Rng::new(0).shuffle(&mut order);
        assert_eq!((&split.train[..], &split.test[..]), order.split_at(1437));
    }

    #[test]
    fn a_fraction_just_below_a_whole_number_is_that_number() {
        assert_eq!(by_fraction(100, 0.29, 0).unwrap().train.len(), 29); // 100 × 0.29 is 28.999999999999996
        assert_eq!(by_fraction(3, 1.0, 0).unwrap().train.len(), 3);
        assert_eq!(by_fraction(3, 0.0, 0).unwrap().train.len(), 0);
    }

    #[test]
    fn a_fraction_outside_0_and_1_is_an_error() {
        for fraction in [-0.1, 1.5, f64::NAN] {
            assert!(by_fraction(10, fraction, 0).is_err() && stratified(&[0], fraction, 0).is_err());
        }
        let error = by_fraction(10, 80.0, 0).unwrap_err().to_string();
        assert_eq!(error, "fraction to train on: found 80, expected a number from 0 to 1");
    }

    #[test]
    fn more_samples_to_train_on_than_there_are_takes_all() {
        assert!(by_count(3, 9, 1).test.is_empty());
    }

    proptest! {
        #[test]
        fn every_sample_is_in_one_part_and_every_class_keeps_its_share(
            labels in proptest::collection::vec(0..7_u16, 0..200), fraction in 0.0..=1.0, seed: u64,
        ) {
            let split = stratified(&labels, fraction, seed).unwrap();
            let mut all = [&split.train[..], &split.test[..]].concat();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..labels.len()));
            prop_assert_eq!(split.train.len(), by_fraction(labels.len(), fraction, seed).unwrap().train.len());
            for class in 0..7 {
                let of_class = |part: &[usize]| part.iter().filter(|&&i| labels[i] == class).count() as f64;
                let (train, test) = (of_class(&split.train), of_class(&split.test));
                prop_assert!(((train + test) * fraction - train).abs() < 1.0, "class {class}: {train} + {test}");
            }
        }
    }
}
