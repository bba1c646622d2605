//! Value and gradient of each loss, in one chunk and in several.

use dl::loss::{
    BinaryCrossEntropy, Count, CrossEntropy, GridDetection, Huber, KlDiv, Mae, Mse, MultiMargin, Nll,
    SoftCrossEntropy,
};
use dl::nalgebra::SMatrix;
use dl::{Lens, Loss, Pass, Rng, Signal, Tokens, Vals};

use crate::close::assert_close;
use crate::vectors::{LossCase, Losses, find, load};

/// A target that the vectors have.
trait Target: Signal {
    fn read<const C: usize>(case: &LossCase, samples: [usize; C]) -> Self::Buf<f64, C>;
}

impl<const N: usize> Target for Vals<N> {
    fn read<const C: usize>(case: &LossCase, samples: [usize; C]) -> SMatrix<f64, N, C> {
        columns(&case.values, samples)
    }
}

impl<const N: usize> Target for Tokens<N> {
    fn read<const C: usize>(case: &LossCase, samples: [usize; C]) -> [[u16; N]; C] {
        samples.map(|b| case.classes[b].clone().try_into().expect("the number of classes of a sample"))
    }
}

fn columns<const N: usize, const C: usize>(all: &[Vec<f64>], samples: [usize; C]) -> SMatrix<f64, N, C> {
    SMatrix::from_column_slice(&samples.map(|b| all[b].as_slice()).concat())
}

/// The loss of an output of `N` numbers, with the batch as one chunk, filled up or not, and as several.
fn check<const N: usize, L>(name: &str, loss: L)
where
    L: Loss<f64, Vals<N>, Target: Target>,
{
    let file: Losses = load("losses");
    let case = find(&file.cases, name);
    check_chunks_of::<1, N, L>(case, &loss);
    check_chunks_of::<3, N, L>(case, &loss);
    check_chunks_of::<4, N, L>(case, &loss);
}

fn check_chunks_of<const C: usize, const N: usize, L>(case: &LossCase, loss: &L)
where
    L: Loss<f64, Vals<N>, Target: Target>,
{
    let batch = case.y.len();
    let chunks: Vec<_> = (0..batch)
        .step_by(C)
        .map(|first| {
            let samples = std::array::from_fn(|b| (first + b).min(batch - 1)); // filled up with the last
            let pass = Pass::<C>::train(Rng::new(0)).chunk(first, C.min(batch - first));
            let valid = (!case.lengths.is_empty()).then(|| samples.map(|b| case.lengths[b]));
            (columns::<N, C>(&case.y, samples), L::Target::read::<C>(case, samples), pass, valid)
        })
        .collect();
    let counts = chunks.iter().map(|(_, target, pass, valid)| {
        loss.count(L::Target::get::<f64, C>(target), of_lengths(*pass, valid))
    });
    let total = counts.fold(L::Count::ZERO, Count::add);

    let (mut value, mut gradient) = (0.0, Vec::new());
    for (y, target, pass, valid) in &chunks {
        let pass = of_lengths(*pass, valid);
        let mut dy = SMatrix::repeat(f64::NAN); // to be overwritten
        let target = L::Target::get::<f64, C>(target);
        let share = loss.value_and_grad(y, target, Some(&mut dy), total, pass);
        assert_eq!(
            loss.value_and_grad(y, target, None, total, pass),
            share,
            "{}: without gradient",
            case.name
        );
        let (live, filling) = dy.as_slice().split_at(N * pass.live());
        assert!(filling.iter().all(|&d| d == 0.0), "{}: copies have no gradient, but {filling:?}", case.name);
        value += share;
        gradient.extend_from_slice(live);
    }
    assert_close(&format!("{} in chunks of {C}", case.name), &[value], &[case.value]);
    assert_close(&format!("{} dy in chunks of {C}", case.name), &gradient, &case.dy.concat());
}

/// A pass over samples with these valid steps, if there are any.
pub(crate) fn of_lengths<'a, const C: usize>(pass: Pass<'a, C>, valid: &'a Option<[u16; C]>) -> Pass<'a, C> {
    match valid {
        Some(valid) => pass.with_lens(Lens::of(valid)),
        None => pass,
    }
}

const WEIGHTS: [f32; 5] = [0.5, 2.0, 1.25, 1.0, 0.375];

#[test]
fn mse_is_pytorchs() {
    check::<5, _>("mse", Mse);
}

#[test]
fn mae_is_pytorchs_l1() {
    check::<5, _>("l1", Mae);
}

#[test]
fn huber_is_pytorchs() {
    check::<5, _>("huber", Huber::new());
    check::<5, _>("huber_delta_0.4", Huber { delta: 0.4 });
}

#[test]
fn cross_entropy_is_pytorchs() {
    check::<5, _>("cross_entropy", <CrossEntropy>::new());
    check::<5, _>("cross_entropy_far", <CrossEntropy>::new());
    check::<5, _>(
        "cross_entropy_ignore_index",
        CrossEntropy { ignore_index: Some(3), ..<CrossEntropy>::DEFAULT },
    );
    check::<5, _>(
        "cross_entropy_label_smoothing",
        CrossEntropy { label_smoothing: 0.1, ..<CrossEntropy>::DEFAULT },
    );
    check::<5, _>("cross_entropy_weight", <CrossEntropy>::new().weighted(WEIGHTS));
    let all = CrossEntropy { label_smoothing: 0.2, ignore_index: Some(3), ..<CrossEntropy>::DEFAULT };
    check::<5, _>("cross_entropy_all", all.weighted(WEIGHTS));
}

#[test]
fn cross_entropy_of_sequences_is_pytorchs() {
    check::<12, _>("cross_entropy_steps", CrossEntropy::<3>::DEFAULT);
    let loss = CrossEntropy { ignore_index: Some(2), ..CrossEntropy::<3>::DEFAULT };
    check::<12, _>("cross_entropy_steps_ignore_index", loss);
    check::<12, _>("cross_entropy_steps_lengths", CrossEntropy::<3>::DEFAULT);
    let all = CrossEntropy { label_smoothing: 0.2, ..loss };
    check::<12, _>("cross_entropy_steps_all", all.weighted([0.5, 2.0, 1.25, 1.0]));
}

#[test]
fn cross_entropy_against_distributions_is_pytorchs() {
    check::<5, _>("cross_entropy_shares", <SoftCrossEntropy>::new());
    let smoothed: SoftCrossEntropy = SoftCrossEntropy { label_smoothing: 0.1 };
    check::<5, _>("cross_entropy_shares_label_smoothing", smoothed);
}

#[test]
fn binary_cross_entropy_is_pytorchs() {
    check::<5, _>("bce_with_logits", BinaryCrossEntropy::new());
    check::<5, _>("bce_with_logits_far", BinaryCrossEntropy::new());
    check::<5, _>("bce_with_logits_pos_weight", BinaryCrossEntropy { pos_weight: 3.0 });
}

#[test]
fn nll_is_pytorchs() {
    check::<5, _>("nll", <Nll>::new());
    check::<5, _>("nll_weight", <Nll>::new().weighted(WEIGHTS));
    check::<5, _>("nll_ignore_index", Nll { ignore_index: Some(3), ..<Nll>::DEFAULT });
}

#[test]
fn kl_div_is_pytorchs_batchmean() {
    check::<5, _>("kl_div", KlDiv);
}

#[test]
fn multi_margin_is_pytorchs() {
    check::<5, _>("multi_margin", MultiMargin::new());
    check::<5, _>("multi_margin_2.5", MultiMargin { margin: 2.5 });
}

#[test]
fn the_loss_of_a_grid_is_what_pytorchs_losses_add_up_to() {
    let loss = GridDetection::<2, 3> { object: 1.5, no_object: 0.5, bounds: 5.0, class: 2.0 };
    check::<48, _>("grid_detection", loss);
}
