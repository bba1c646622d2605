//! One seed is one run, bit for bit; and what a step computes does not depend on how it is cut into chunks.
#![forbid(unsafe_code)]

use dl::layer::WorkOf;
use dl::loss::CrossEntropy;
use dl::optim::Adam;
use dl::params::Path;
use dl::train::{Clip, Fit, Trainer};
use dl::{Blank, Network, Params, Pass, Rng, SMatrix, network, place};

#[network(input = [7])]
struct Net {
    fc1: Dense<16>,
    act: Tanh,
    drop: Dropout<0.3>,
    blocks: [self::Block; 2],
    head: Dense<4>,
}

#[network(input = [16])]
struct Block {
    fc: Dense<16>,
    act: Relu,
    drop: Dropout<0.5>,
}

/// Nothing but dropout: what comes out of ones is the masks.
#[network(input = [40])]
struct Masks {
    first: Dropout<0.5>,
    second: Dropout<0.25>,
    inner: self::Mask,
    more: [Dropout<0.1>; 2],
}

#[network(input = [40])]
struct Mask {
    only: Dropout<0.5>,
}

/// Two layers of the same kind, one in a nested network: their masks must differ.
#[network(input = [40])]
struct OneMask {
    same: Tanh,
    inner: self::Mask,
}

const N: usize = 22;

fn data() -> ([[f32; 7]; N], [u16; N]) {
    let mut rng = Rng::new(7);
    let x = core::array::from_fn(|_| core::array::from_fn(|_| rng.normal() as f32));
    (x, core::array::from_fn(|i| (i % 4) as u16))
}

type At<const B: usize> = Trainer<Net, CrossEntropy, Adam, B>;

fn bits(net: &Net) -> Vec<u32> {
    let mut all = Vec::new();
    net.visit(Path::ROOT, &mut |_, param| all.extend(param.values.iter().map(|v: &f32| v.to_bits())));
    all
}

fn gradient<const B: usize>(trainer: &At<B>) -> Vec<f32> {
    let grad = trainer.grad();
    let mut all =
        [grad.fc1.weight.as_slice(), grad.head.weight.as_slice(), grad.head.bias.as_slice()].concat();
    for block in &grad.blocks {
        all.extend_from_slice(block.fc.weight.as_slice());
    }
    all
}

/// All weights after some epochs, and the last loss.
fn run(seed: u64) -> (Vec<u32>, u64) {
    let mut trainer = At::<4>::boxed_with(CrossEntropy::new(), Adam::new(0.01), seed);
    let fit = Fit { clip: Some(Clip::Norm(1.0)), ..Fit::new(4, 6) };
    let report = trainer.fit(&data(), (), fit, ()).unwrap();
    (bits(trainer.net()), report.last.unwrap().train_loss.to_bits())
}

#[test]
fn two_runs_with_one_seed_give_the_same_bits() {
    assert_eq!(run(1), run(1));
}

#[test]
fn runs_with_other_seeds_differ_in_every_weight() {
    let (one, two) = (run(1).0, run(2).0);
    let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
    assert!(one.len() == Net::PARAMS && same <= 1, "{same} of {} numbers are the same", one.len());
}

#[test]
fn a_network_starts_from_its_seed_in_every_scalar_and_layers_start_apart() {
    assert_eq!(bits(&Net::<f32>::boxed(5)), bits(&Net::<f32>::boxed(5)));
    assert_ne!(bits(&Net::<f32>::boxed(5)), bits(&Net::<f32>::boxed(6)));
    let net = Net::<f32>::boxed(5);
    assert_ne!(net.blocks[0].fc.weight, net.blocks[1].fc.weight);
    assert_ne!(net.blocks[0].fc.weight.as_slice()[..7], net.fc1.weight.as_slice()[..7]);
    let wide = Net::<f64>::boxed(5);
    let rounded = wide.fc1.weight.map(|w| w as f32);
    assert_eq!(net.fc1.weight, rounded);
}

/// What `N` makes of ones: samples `first ..` of a step, in a chunk of `B`.
fn masks<N, const B: usize>(first: usize, key: Rng) -> SMatrix<f32, 40, B>
where
    N: Network<Scalar = f32, In = dl::Vals<40>, Out = dl::Vals<40>>,
{
    let (x, mut y) = (SMatrix::from_element(1.0), SMatrix::ZERO);
    let mut work = place::zeroed_box::<WorkOf<N, B>>();
    N::boxed(0).forward(&x, &mut y, None, &mut work, Pass::train(key).chunk(first, B));
    y
}

#[test]
fn masks_do_not_depend_on_the_chunks_that_a_step_is_cut_into() {
    let key = Rng::new(3);
    let whole = masks::<Masks, 12>(0, key);
    let kept = whole.iter().filter(|y| **y != 0.0).count() as f64 / (12.0 * 40.0);
    let expected = 0.5 * 0.75 * 0.5 * 0.9 * 0.9;
    assert!(
        (kept - expected).abs() < 0.06,
        "{kept} of all numbers were kept, not {expected}: a mask was used twice"
    );
    for b in 0..12 {
        assert_eq!(masks::<Masks, 1>(b, key), whole.column(b), "sample {b} alone");
        assert!(
            (0..b).all(|other| whole.column(other) != whole.column(b)),
            "sample {b} has a mask of its own"
        );
    }
    for b in [0, 3, 6, 9] {
        assert_eq!(masks::<Masks, 3>(b, key), whole.fixed_columns::<3>(b), "chunk of samples {b} ..");
    }
    assert_ne!(masks::<Masks, 12>(0, Rng::new(4)), whole);
}

#[test]
fn a_layer_of_a_nested_network_has_masks_of_its_own() {
    let key = Rng::new(3);
    let zeros = |y: SMatrix<f32, 40, 4>| y.map(|y| y == 0.0);
    assert_ne!(zeros(masks::<Mask, 4>(0, key)), zeros(masks::<OneMask, 4>(0, key)));
}

#[test]
fn the_gradient_of_a_step_does_not_depend_on_its_chunks() {
    fn step<const B: usize>() -> (f64, Vec<f32>) {
        let mut trainer = At::<B>::boxed_with(CrossEntropy::new(), Adam::new(0.01), 9);
        let report = trainer.step(&data()).unwrap();
        (report.loss, gradient(&trainer))
    }
    let (loss, whole) = step::<N>();
    let size = whole.iter().fold(0.0_f32, |size, g| size.max(g.abs()));
    assert!(whole.iter().filter(|g| **g != 0.0).count() > whole.len() / 2);
    for (chunk, (other, grad)) in [(1, step::<1>()), (4, step::<4>()), (5, step::<5>()), (64, step::<64>())] {
        assert!((loss - other).abs() < 1e-6, "loss {loss} in one chunk, {other} in chunks of {chunk}");
        for (i, (a, b)) in whole.iter().zip(&grad).enumerate() {
            assert!((a - b).abs() < 1e-5 * size, "number {i}: {a} in one chunk, {b} in chunks of {chunk}");
        }
    }
}

#[test]
fn every_step_and_every_epoch_draws_anew() {
    let mut trainer = At::<4>::boxed_with(CrossEntropy::new(), Adam::new(0.0), 9);
    let losses: Vec<f64> = (0..5).map(|_| trainer.step(&data()).unwrap().loss).collect();
    for (i, loss) in losses.iter().enumerate() {
        assert!(
            !losses[..i].contains(loss),
            "the weights stay, but the masks of step {} are new: {losses:?}",
            i + 1
        );
    }
    let mut orders = Vec::new();
    for _ in 0..2 {
        let mut epoch = Vec::new();
        let mut first = |step: &dl::train::StepReport| epoch.push(step.loss);
        trainer.fit(&data(), (), Fit::new(1, 6), Steps(&mut first)).unwrap();
        orders.push(epoch);
    }
    assert_ne!(orders[0], orders[1]);
}

/// Calls a function after every step.
struct Steps<'f>(&'f mut dyn FnMut(&dl::train::StepReport));
impl<N: Network> dl::train::Callback<N> for Steps<'_> {
    fn on_step_end(&mut self, step: &dl::train::StepReport, _: &mut N) -> dl::train::Flow {
        (self.0)(step);
        dl::train::Flow::Continue(())
    }
}
