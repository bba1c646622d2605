//! Layers of the user's own in networks that the macro wrote, in a crate that forbids unsafe code.
#![forbid(unsafe_code)]

/// Stands for another crate: layers by their path, none of their helpers in scope here.
mod elsewhere {
    pub(crate) mod batch_norm;
    pub(crate) mod embed;
    pub(crate) mod mean_steps;
    pub(crate) mod scale;
}

use dl::gradcheck::{self, Numbers};
use dl::layer::{GradOf, TapeOf, WorkOf};
use dl::loss::Mse;
use dl::optim::{Group, Sgd};
use dl::params::{Kind, Path};
use dl::signal::{LenMap, Lens};
use dl::train::{Padded, Trainer, Update};
use dl::{
    Blank, Edge, Fit, Fitted, Layer, Message, Network, Params, Pass, Pointwise, Real, Rng, SMatrix, Shape,
    Signal, Vals, network, place,
};

/// `y = x sin w`, one angle for each feature; `sin w` and `cos w` are kept, and scratch memory is used.
#[derive(Params)]
struct Turn<const N: usize, T = f32> {
    #[param(init = self::angles, norm)]
    angle: SMatrix<T, N, 1>,
    #[param(bias)]
    shift: SMatrix<T, N, 1>,
}

fn angles<T: Real>(param: dl::params::ParamMut<'_, T>, mut rng: Rng) {
    param.values.fill_with(|| rng.uniform_in(0.2, 1.2));
}

/// What [`Turn`] keeps.
#[derive(Blank)]
struct Turned<const N: usize, T> {
    sin: SMatrix<T, N, 1>,
    cos: SMatrix<T, N, 1>,
    calls: u32,
}

impl<E: Edge, const N: usize, T> Fit<E> for Turn<N, T> {
    const OUT: Fitted = if E::SHAPE.last() == N && E::SHAPE.rank() == 1 {
        Ok(E::SHAPE)
    } else {
        Err(Message::new().text("turns ").number(N).text(" features but receives ").shape(E::SHAPE))
    };
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Turn<N, T> {
    type Tape<const B: usize> = Turned<N, T>;
    type Work<const B: usize> = SMatrix<T, N, B>;

    const MACS: usize = N;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        tape: Option<&mut Turned<N, T>>,
        work: &mut SMatrix<T, N, B>,
        _: Pass<'a, B>,
    ) {
        // Scratch memory may hold anything; what is in it afterwards is nobody's.
        work.copy_from(x);
        for b in 0..B {
            for i in 0..N {
                y[(i, b)] = work[(i, b)] * T::of(dl::math::sin(self.angle[i].to_f64())) + self.shift[i];
            }
        }
        if let Some(tape) = tape {
            tape.sin = self.angle.map(|w| T::of(dl::math::sin(w.to_f64())));
            tape.cos = self.angle.map(|w| T::of(dl::math::cos(w.to_f64())));
            tape.calls += 1;
        }
        work.fill(T::of(f64::NAN));
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        tape: &Turned<N, T>,
        dy: &SMatrix<T, N, B>,
        mut dx: Option<&mut SMatrix<T, N, B>>,
        mut grad: Option<&mut Self>,
        work: &mut SMatrix<T, N, B>,
        _: Pass<'a, B>,
    ) {
        for b in 0..B {
            for i in 0..N {
                if let Some(grad) = &mut grad {
                    grad.angle[i] += dy[(i, b)] * x[(i, b)] * tape.cos[i];
                    grad.shift[i] += dy[(i, b)];
                }
                if let Some(dx) = &mut dx {
                    dx[(i, b)] = dy[(i, b)] * tape.sin[i];
                }
            }
        }
        work.fill(T::of(f64::NAN));
    }
}

/// `x / (1 + x²)`
struct Bump;
impl<T: Real> Pointwise<T> for Bump {
    fn f(x: T) -> T {
        x / (T::one() + x * x)
    }
    fn df(x: T) -> T {
        let square = x * x;
        (T::one() - square) / ((T::one() + square) * (T::one() + square))
    }
}

#[network(input = [5])]
struct Own {
    first: Turn<5>,
    fc: Dense<4>,
    bump: Map<self::Bump>,
    turn: self::Turn<4>,
    scale: elsewhere::scale::Scale<4>,
    #[frozen]
    still: crate::Turn<4>,
    act: Tanh,
    many: [Turn<4>; 3],
    others: [elsewhere::scale::Scale<4>; 2],
    #[group(last)]
    head: Turn<4>,
}

/// Tokens to features to a mean of the valid steps to a normalized vector.
#[network(input = [u16; 6])]
struct Text {
    embed: elsewhere::embed::Embed<11, 3>,
    act: Gelu,
    fc: Dense<5>,
    mean: elsewhere::mean_steps::MeanSteps,
    norm: elsewhere::batch_norm::BatchNorm<5>,
    head: Dense<2>,
}

/// The same without tokens, for lengths alone.
macro_rules! steps {
    ($($net:ident, $pooled:ident: $steps:literal;)*) => { $(
        #[network(input = [$steps, 3])]
        struct $net {
            fc: Dense<5>,
            act: Tanh,
            inner: self::$pooled,
            head: Dense<2>,
        }

        #[network(input = [$steps, 5])]
        struct $pooled {
            fc: Dense<4>,
            mean: elsewhere::mean_steps::MeanSteps,
        }
    )* };
}
steps! { Steps, Pooled: 6; Steps2, Pooled2: 2; Steps5, Pooled5: 5; }

#[network(input = [4])]
struct Normed {
    fc: Dense<5>,
    norm: elsewhere::batch_norm::BatchNorm<5>,
    act: Relu,
    blocks: [self::Block; 2],
    head: Dense<2>,
}

#[network(input = [5])]
struct Block {
    fc: Dense<5>,
    norm: elsewhere::batch_norm::BatchNorm<5>,
}

fn check<'a, N, const B: usize>(pass: Pass<'a, B, <N::In as Signal>::Lens<'a, B>>) -> usize
where
    N: Network<Scalar = f64>,
    N::In: Numbers,
    N::Out: Numbers,
{
    let (mut net, mut rng) = (N::boxed(1), Rng::new(2));
    let mut x = <N::In as Signal>::Buf::<f64, B>::ZERO;
    for i in 0..N::In::count::<B>() {
        if let Some(number) = <N::In as Numbers>::number::<B>(&mut x, i) {
            *number = rng.normal();
        }
    }
    match gradcheck::layer::<N, N::In, N::Out, B>(&mut net, &mut x, pass) {
        Ok(report) => report.checked,
        Err(wrong) => panic!("{}: {wrong}", N::NAME),
    }
}

#[test]
fn gradients_of_own_layers_match_finite_differences() {
    // All parameters but the frozen ones, and the inputs.
    assert_eq!(check::<Own<f64>, 1>(Pass::train(Rng::new(0))), Own::PARAMS - 8 + 5);
    assert_eq!(check::<Own<f64>, 3>(Pass::train(Rng::new(0))), Own::PARAMS - 8 + 15);
    assert_eq!(check::<Normed<f64>, 4>(Pass::train(Rng::new(0))), Normed::PARAMS + 16);
    assert_eq!(check::<Normed<f64>, 4>(Pass::infer()), Normed::PARAMS + 16);
    let lens = [6, 1, 4];
    assert_eq!(check::<Steps<f64>, 3>(Pass::infer().padded(Lens::of(&lens))), Steps::PARAMS + 54);
}

#[test]
fn gradients_behind_tokens_match_finite_differences() {
    let (mut net, mut rng) = (Text::<f64>::boxed(1), Rng::new(2));
    let mut x: [[u16; 6]; 4] = core::array::from_fn(|_| core::array::from_fn(|_| rng.below(11) as u16));
    let lens = [6, 2, 5, 1];
    for pass in [Pass::train(Rng::new(3)), Pass::train(Rng::new(3)).padded(Lens::of(&lens))] {
        let report = gradcheck::layer::<_, dl::Tokens<6>, Vals<2>, 4>(&mut *net, &mut x, pass);
        assert_eq!(report.unwrap_or_else(|wrong| panic!("{wrong}")).checked, Text::PARAMS);
    }
}

#[test]
fn options_of_parameters_say_how_they_start_and_what_they_are() {
    let net = Own::<f32>::boxed(4);
    let mut seen = Vec::new();
    net.visit(Path::ROOT, &mut |path, param| {
        seen.push((path.to_string(), param.kind));
        let started = match path.to_string().rsplit('.').next() {
            Some("angle") => param.values.iter().all(|v: &f32| (0.2..1.2).contains(v)),
            Some("shift") => param.values.iter().all(|v| *v == 0.0),
            Some("scale") => param.values.iter().all(|v| *v == 1.0),
            _ => param.values.iter().any(|v| *v != 0.0),
        };
        assert!(started, "{path}: {:?}", param.values);
    });
    let kind = |name: &str| seen.iter().find(|(path, _)| path == name).map(|(_, kind)| *kind);
    assert_eq!(kind("first.angle"), Some(Kind::Norm));
    assert_eq!(kind("many.2.shift"), Some(Kind::Bias));
    assert_eq!(kind("scale.scale"), Some(Kind::Weight));
    assert_eq!(kind("others.1.scale"), Some(Kind::Weight));
    assert_ne!(net.many[0].angle, net.many[1].angle);
}

#[test]
fn own_layers_keep_their_tapes_apart_and_share_scratch_memory() {
    assert_eq!(Own::MACS, 5 + 5 * 4 + 4 + 4 + 4 + 3 * 4 + 2 * 4 + 4);
    let mut tape = place::zeroed_box::<TapeOf<Own, 2>>();
    let (mut work, mut y) = (place::zeroed_box::<WorkOf<Own, 2>>(), SMatrix::ZERO);
    for _ in 0..2 {
        Own::boxed(0).forward(&SMatrix::from_element(0.5), &mut y, Some(&mut tape), &mut work, Pass::infer());
    }
    assert_eq!((tape.first_tape.calls, tape.turn_tape.calls, tape.head_tape.calls), (2, 2, 2));
    // Two values of at most 5 and 4 numbers, and what the layers take turns in: most have `many`, scratch memory of one
    // `Turn` and two values.
    assert_eq!(size_of::<WorkOf<Own, 2>>(), 2 * 4 * ((5 + 4) + 3 * 4));
}

#[test]
fn a_group_of_own_layers_has_its_own_rate() {
    let mut trainer = Trainer::<Own, Mse, Sgd, 2>::boxed_with(Mse, Sgd::new(0.5), 0);
    let (head, first) = (trainer.net().head.angle, trainer.net().first.angle);
    let still = trainer.net().still.angle;
    static STOPPED: [Group; 1] = [Group { lr_factor: 0.0, ..Group::new("last") }];
    let update = Update { groups: &STOPPED, ..Update::default() };
    trainer.step_with(&([[0.5; 5], [1.0; 5]], [[1.0; 4], [0.0; 4]]), &update).unwrap();
    assert_eq!(trainer.net().head.angle, head);
    assert_eq!(trainer.net().still.angle, still);
    assert_ne!(trainer.net().first.angle, first);
}

/// Output and gradients of one pass over `x`.
fn pass_over<'a, N, const B: usize>(
    x: &<N::In as Signal>::Buf<f64, B>,
    pass: Pass<'a, B, <N::In as Signal>::Lens<'a, B>>,
) -> (SMatrix<f64, 2, B>, Vec<f64>)
where
    N: Network<Scalar = f64, Out = Vals<2>>,
{
    let mut net = N::boxed(7);
    let (mut tape, mut work) = (place::zeroed_box::<TapeOf<N, B>>(), place::zeroed_box::<WorkOf<N, B>>());
    let mut grad = place::zeroed_box::<GradOf<N>>();
    let (mut y, dy) = (SMatrix::ZERO, SMatrix::from_element(0.75));
    net.forward(N::In::get(x), &mut y, Some(&mut tape), &mut work, pass);
    net.backward(N::In::get(x), &y, &tape, &dy, N::In::no_grad::<f64, B>(), Some(&mut grad), &mut work, pass);
    let mut all = Vec::new();
    net.zip([&mut grad], Path::ROOT, &mut |_, _, [g]| all.extend_from_slice(g));
    (y, all)
}

/// A network of `X / 3` steps on the first `X / 3` of six, against the padded run.
fn unpadded<N, const X: usize>(steps: &SMatrix<f64, 18, 1>)
where
    N: Network<Scalar = f64, In = Vals<X>, Out = Vals<2>>,
{
    let short = SMatrix::<f64, X, 1>::from_fn(|i, _| steps[i]);
    let padded = SMatrix::<f64, 18, 1>::from_fn(|i, _| if i < X { steps[i] } else { 1e6 });
    let (y, grad) = pass_over::<N, 1>(&short, Pass::train(Rng::new(0)));
    let lens = [X as u16 / 3];
    let (z, same) = pass_over::<Steps<f64>, 1>(&padded, Pass::train(Rng::new(0)).padded(Lens::of(&lens)));
    assert!((y - z).amax() < 1e-12, "{}: {y} and {z}", N::NAME);
    assert!(grad.iter().all(|g| *g != 0.0) && grad.len() == same.len());
    for (a, b) in grad.iter().zip(&same) {
        assert!((a - b).abs() < 1e-12, "{}: {a} and {b}", N::NAME);
    }
    let (all, _) = pass_over::<Steps<f64>, 1>(&padded, Pass::train(Rng::new(0)));
    assert!((y - all).amax() > 1e-3, "the padding would matter");
}

#[test]
fn a_padded_sample_equals_the_run_that_was_not_padded() {
    assert_eq!(<Steps as Layer<f32, Vals<18>, Vals<2>>>::LENS, LenMap::DROP);
    let mut rng = Rng::new(8);
    let steps = SMatrix::from_fn(|_, _| rng.normal());
    unpadded::<Steps2<f64>, 6>(&steps);
    unpadded::<Steps5<f64>, 15>(&steps);
}

#[test]
fn padding_tokens_do_not_matter_in_training_or_asking() {
    let run = |filler: u16| {
        let mut tokens = [[filler; 6]; 4];
        for (b, tokens) in tokens.iter_mut().enumerate() {
            tokens[..=b].fill(b as u16 + 1);
        }
        let data = Padded { data: (tokens, [[0.5, 1.0]; 4]), steps: &[1_u16, 2, 3, 4] };
        let mut trainer = Trainer::<Text, Mse, Sgd, 4>::boxed_with(Mse, Sgd::new(0.1), 3);
        let losses: Vec<f64> = (0..3).map(|_| trainer.step(&data).unwrap().loss).collect();
        let asked = *trainer.predict_padded(&tokens[1], 2);
        assert_ne!(asked, *trainer.predict(&tokens[1]));
        (losses, asked, trainer.net().norm.running_mean)
    };
    assert_eq!(run(0), run(10));
}

#[test]
fn running_statistics_move_once_a_step_and_are_not_trained() {
    const X: [[f32; 4]; 6] = [
        [1.0, 0.0, 2.0, -1.0],
        [0.0, 1.0, 1.0, 0.5],
        [2.0, 2.0, 0.0, 1.0],
        [-1.0, 1.5, 0.5, 0.0],
        [0.25, -0.5, 1.0, 2.0],
        [1.0, 1.0, -1.0, 0.0],
    ];
    let mut trainer = Trainer::<Normed, Mse, Sgd, 6>::boxed_with(Mse, Sgd::new(0.0), 3);
    assert!(trainer.net().norm.running_mean.iter().all(|m| *m == 0.0));
    let fc = &trainer.net().fc;
    let mut mean = SMatrix::<f32, 5, 1>::ZERO;
    for x in X {
        mean += (fc.weight * SMatrix::<f32, 4, 1>::from(x) + fc.bias) / 6.0;
    }
    let data = (X, [[0.0, 1.0]; 6]);
    trainer.step(&data).unwrap();
    let norm = &trainer.net().norm;
    assert!((norm.running_mean - mean * 0.1).amax() < 1e-6, "{} and {}", norm.running_mean, mean * 0.1);
    trainer.step(&data).unwrap();
    let norm = &trainer.net().norm;
    assert!((norm.running_mean - mean * 0.19).amax() < 1e-6, "{} and {}", norm.running_mean, mean * 0.19);
    for block in &trainer.net().blocks {
        assert!(block.norm.running_mean.amin() != 0.0 && block.norm.running_var.iter().all(|v| *v != 1.0));
    }
    let still = trainer.net().norm.running_mean;
    trainer.evaluate(&data, &mut ()).unwrap();
    trainer.predict(&X[0]);
    assert_eq!(trainer.net().norm.running_mean, still, "asking changes nothing");
    assert_eq!(Normed::PARAMS, 4 * 5 + 5 + 3 * 10 + 2 * (5 * 5 + 5) + 5 * 2 + 2);
    assert_eq!(size_of::<Normed>(), 4 * (Normed::PARAMS + 3 * 10));
    assert_eq!(size_of::<NormedGrad<f32>>(), 4 * Normed::PARAMS);
}

#[test]
fn a_step_of_several_chunks_settles_each_once() {
    let data = ([[1.0, 0.0, 2.0, -1.0], [0.0, 1.0, 1.0, 0.5]].repeat(3), vec![[0.0, 1.0]; 6]);
    let mut chunks = Trainer::<Normed, Mse, Sgd, 2>::boxed_with(Mse, Sgd::new(0.0), 3);
    let mut steps = Trainer::<Normed, Mse, Sgd, 2>::boxed_with(Mse, Sgd::new(0.0), 3);
    chunks.step(&data).unwrap();
    for i in 0..3 {
        steps.step(&(&data.0[2 * i..2 * i + 2], &data.1[2 * i..2 * i + 2])).unwrap();
    }
    assert_eq!(chunks.net().norm.running_mean, steps.net().norm.running_mean);
    assert_eq!(chunks.net().blocks[1].norm.running_var, steps.net().blocks[1].norm.running_var);
}

#[test]
fn a_rule_that_is_broken_speaks_with_the_rules_words() {
    let refused = <Turn<5> as Fit<dl::shape::At<1, 4, 1, 1, 1>>>::OUT.unwrap_err();
    assert_eq!(refused.as_str(), "turns 5 features but receives [4]");
    assert_eq!(<Turn<5> as Fit<dl::shape::At<1, 5, 1, 1, 1>>>::OUT.unwrap(), Shape::new([5]));
}
