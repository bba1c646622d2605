//! What the recurrent layers share: their parameters by PyTorch's names, their memory, and the way to the kernels.

use nalgebra::SMatrix;

use crate::kernels::Isa;
use crate::kernels::recurrence::{
    Backward, Cell, Forward, Input, OneStep, Output, Recurrence, Scratch, Wanted,
};
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::signal::AnyLens;
use crate::{Blank, Params, Pass, Real, Rng, Shape, ZeroValid, init};

/// Samples that make the product of a step with the state worth its name.
pub(super) const TOGETHER: usize = 16;

/// Where a recurrence begins.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, T> {
    /// At the first step, with zeros.
    First,
    /// At the first step, with a state of each sample.
    From(&'a [T]),
    /// At the last step, with zeros.
    Last,
}

/// The parameters, in PyTorch's order; those of the second direction have a longer name.
const NAMES: [[&str; 4]; 2] = [
    ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"],
    ["weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse"],
];

/// A layer that runs over the steps of a sequence and remembers `HIDDEN` numbers: [`Rnn`](super::Rnn),
/// [`Lstm`](super::Lstm), [`Gru`](super::Gru).
#[doc(hidden)]
pub trait Recurrent<T: Real>: Sized + Params<T, Grad = Self> {
    /// What happens in a step.
    const CELL: Cell;
    /// Features that come in.
    const INPUTS: usize;
    /// Features that are remembered.
    const HIDDEN: usize;
    /// Steps of a sequence.
    const STEPS: usize;
    /// Whether the states of all steps have memory of their own.
    const KEEPS: bool;
    /// Where the parameters lie, in PyTorch's order, in bytes from the start.
    const PLACES: [usize; 4];
    /// Whether there are biases.
    const BIASES: bool;
    /// Multiply-adds of a sample.
    const MACS: usize = Self::STEPS * Self::CELL.gates() * Self::HIDDEN * (Self::INPUTS + Self::HIDDEN);

    /// What is kept for the way back.
    type Kept<const B: usize>: Kept<T>;
    /// Scratch memory.
    type Memory<const B: usize>: Memory<T>;
    /// What one step leaves for the next.
    type State<const B: usize>: State<T>;
    /// Scratch memory of one step.
    type Sums<const B: usize>: Sums<T>;

    /// The parameters, in PyTorch's order.
    fn weights(&self) -> [&[T]; 4];
    /// The same, for writing.
    fn weights_mut(&mut self) -> [&mut [T]; 4];

    /// [`Layer::forward`](crate::Layer::forward), from where it begins.
    #[allow(clippy::too_many_arguments)] // as there
    #[inline(always)]
    fn run<const B: usize>(
        &self,
        start: Start<'_, T>,
        output: Output,
        x: Input<'_, T>,
        y: &mut [T],
        tape: Option<&mut Self::Kept<B>>,
        work: &mut Self::Memory<B>,
        pass: Pass<'_, B>,
    ) {
        let how = how(self, start, output, pass.live_of(B), pass.lens().of_any());
        let (gates, states, scratch) = work.parts_mut();
        let mut to = Forward { gates, kept: &mut [], states, scratch };
        if let Some(tape) = tape {
            let [gates, kept, states] = tape.parts_mut();
            if !gates.is_empty() {
                to.gates = gates;
            }
            (to.kept, to.states) = (kept, states);
        }
        if Self::KEEPS {
            how.run(pass.isa(), x, Some(y), to);
        } else {
            how.run(pass.isa(), x, None, Forward { states: y, ..to });
        }
    }

    /// [`Stream::step`](crate::Stream::step).
    #[inline(always)]
    fn run_step<const B: usize>(
        &self,
        x: Input<'_, T>,
        y: &mut [T],
        state: &mut Self::State<B>,
        work: &mut Self::Sums<B>,
        isa: Isa,
    ) {
        let [gates, sums] = work.parts_mut();
        let (h, c) = state.parts_mut();
        let how = how(self, Start::First, Output::of(Self::HIDDEN, false), B, AnyLens::FULL);
        how.run_once(isa, x, OneStep { gates, sums, h: &mut *h, c });
        y.copy_from_slice(h);
    }

    /// [`Layer::backward`](crate::Layer::backward); the derivatives by the input and by the states at the start.
    #[allow(clippy::too_many_arguments)] // as there
    #[inline(always)]
    fn run_back<const B: usize>(
        &self,
        start: Start<'_, T>,
        output: Output,
        x: Input<'_, T>,
        [y, dy]: [&[T]; 2],
        tape: &Self::Kept<B>,
        [dx, initial]: [Option<&mut [T]>; 2],
        grad: Option<&mut Self>,
        work: &mut Self::Memory<B>,
        pass: Pass<'_, B>,
    ) {
        let how = how(self, start, output, pass.live_of(B), pass.lens().of_any());
        let [gates, kept, states] = tape.parts();
        let (da, _, scratch) = work.parts_mut();
        let states = if Self::KEEPS { states } else { y };
        let wanted = Wanted {
            dx: dx.map(|dx| pass.clear_rest(dx)),
            initial: initial.map(|initial| pass.clear_rest(initial)),
            weights: grad.map(|grad| (grad.weights_mut(), pass.is_fresh())),
        };
        let from = Backward { gates, kept, states, da, scratch };
        how.run_back(pass.isa(), x, dy, from, wanted);
    }
}

#[inline(always)]
fn how<'a, T: Real, L: Recurrent<T>>(
    layer: &'a L,
    start: Start<'a, T>,
    output: Output,
    samples: usize,
    lens: AnyLens<'a>,
) -> Recurrence<'a, T> {
    Recurrence {
        cell: L::CELL,
        inputs: L::INPUTS,
        hidden: L::HIDDEN,
        steps: L::STEPS,
        samples,
        reverse: matches!(start, Start::Last),
        initial: if let Start::From(initial) = start { initial } else { &[] },
        weights: layer.weights(),
        lens,
        output,
    }
}

/// What a recurrent layer keeps: gates, what is between them, states.
#[doc(hidden)]
pub trait Kept<T>: Blank + ZeroValid {
    /// All of it.
    fn parts(&self) -> [&[T]; 3];
    /// All of it, for writing.
    fn parts_mut(&mut self) -> [&mut [T]; 3];
}

/// `N` numbers for each of `S` steps of `B` samples.
pub(super) type Steps<T, const N: usize, const S: usize, const B: usize> = [[[T; N]; S]; B];

#[inline(always)]
fn all<T, const N: usize, const S: usize, const B: usize>(steps: &Steps<T, N, S, B>) -> &[T] {
    steps.as_flattened().as_flattened()
}

#[inline(always)]
fn all_mut<T, const N: usize, const S: usize, const B: usize>(steps: &mut Steps<T, N, S, B>) -> &mut [T] {
    steps.as_flattened_mut().as_flattened_mut()
}

impl<T: Real, const G: usize, const H: usize, const S: usize, const KEPT: usize, const B: usize> Kept<T>
    for (Steps<T, G, S, B>, Steps<T, H, S, B>, Steps<T, H, KEPT, B>)
{
    #[inline(always)]
    fn parts(&self) -> [&[T]; 3] {
        [all(&self.0), all(&self.1), all(&self.2)]
    }
    #[inline(always)]
    fn parts_mut(&mut self) -> [&mut [T]; 3] {
        [all_mut(&mut self.0), all_mut(&mut self.1), all_mut(&mut self.2)]
    }
}

impl<T: Real, const H: usize, const KEPT: usize, const B: usize> Kept<T> for Steps<T, H, KEPT, B> {
    #[inline(always)]
    fn parts(&self) -> [&[T]; 3] {
        [&[], &[], all(self)]
    }
    #[inline(always)]
    fn parts_mut(&mut self) -> [&mut [T]; 3] {
        [&mut [], &mut [], all_mut(self)]
    }
}

/// Both sums of one step.
#[doc(hidden)]
pub trait Sums<T>: Blank + ZeroValid {
    /// That of the input, and that of the state.
    fn parts_mut(&mut self) -> [&mut [T]; 2];
}

impl<T: Real, const G: usize, const B: usize> Sums<T> for [[[T; G]; B]; 2] {
    #[inline(always)]
    fn parts_mut(&mut self) -> [&mut [T]; 2] {
        self.each_mut().map(|sums| sums.as_flattened_mut())
    }
}

/// What one step leaves for the next: `h`, and an LSTM's `c`.
#[doc(hidden)]
pub trait State<T>: Blank + ZeroValid + Copy {
    /// Both; nothing in place of a `c` that there is not.
    fn parts_mut(&mut self) -> (&mut [T], &mut [T]);
}

impl<T: Real, const H: usize, const B: usize> State<T> for SMatrix<T, H, B> {
    #[inline(always)]
    fn parts_mut(&mut self) -> (&mut [T], &mut [T]) {
        (self.as_mut_slice(), &mut [])
    }
}

impl<T: Real, const H: usize, const B: usize> State<T> for (SMatrix<T, H, B>, SMatrix<T, H, B>) {
    #[inline(always)]
    fn parts_mut(&mut self) -> (&mut [T], &mut [T]) {
        (self.0.as_mut_slice(), self.1.as_mut_slice())
    }
}

/// Scratch memory of a recurrent layer.
#[doc(hidden)]
pub trait Memory<T>: Blank + ZeroValid {
    /// The gates of all steps, the states that are kept, and what one step needs.
    fn parts_mut(&mut self) -> (&mut [T], &mut [T], Scratch<'_, T>);
}

/// The gates of all steps, the states of those that are kept, and of one step three states and the sums.
pub(super) type Work<T, const G: usize, const H: usize, const S: usize, const KEPT: usize, const B: usize> =
    (Steps<T, G, S, B>, Steps<T, H, KEPT, B>, ([[[T; H]; B]; 3], [[T; G]; B]));

impl<T: Real, const G: usize, const H: usize, const S: usize, const KEPT: usize, const B: usize> Memory<T>
    for Work<T, G, H, S, KEPT, B>
{
    #[inline(always)]
    fn parts_mut(&mut self) -> (&mut [T], &mut [T], Scratch<'_, T>) {
        let (gates, states, (step, sums)) = self;
        let [h, c, product] = step.each_mut().map(|of_step| of_step.as_flattened_mut());
        (all_mut(gates), all_mut(states), Scratch { sums: sums.as_flattened_mut(), h, c, product })
    }
}

/// [`Params::visit`] of one direction.
pub(super) fn visit<T: Real, L: Recurrent<T>>(
    layer: &L,
    reverse: bool,
    at: Path<'_>,
    f: &mut Visitor<'_, T>,
) {
    for (i, values) in layer.weights().into_iter().enumerate() {
        let (shape, order, kind) = about::<T, L>(i);
        if !values.is_empty() {
            f(at.field(NAMES[usize::from(reverse)][i]), Param::new(values, shape, order, kind));
        }
    }
}

/// [`Params::zip`] of one direction.
pub(super) fn zip<T: Real, L: Recurrent<T>, const N: usize>(
    layer: &mut L,
    mut with: [&mut L; N],
    reverse: bool,
    at: Path<'_>,
    f: &mut Zipper<'_, T, N>,
) {
    for (i, values) in layer.weights_mut().into_iter().enumerate() {
        let (shape, order, kind) = about::<T, L>(i);
        if !values.is_empty() {
            let with = with.each_mut().map(|with| {
                let [w, u, b_w, b_u] = with.weights_mut();
                [w, u, b_w, b_u].into_iter().nth(i).unwrap_or_default()
            });
            f(at.field(NAMES[usize::from(reverse)][i]), ParamMut::new(values, shape, order, kind), with);
        }
    }
}

/// [`Params::LAYOUT`] of one direction, which lies so many bytes from the start.
pub(super) const fn fields<T: Real, L: Recurrent<T>>(reverse: bool, at: usize) -> [Field; 4] {
    let mut fields = [Field::new("", 0, ParamLayout::Unknown); 4];
    let mut i = 0;
    while i < fields.len() {
        let (mut shape, order, kind) = about::<T, L>(i);
        if matches!(kind, Kind::Bias) && !L::BIASES {
            shape = Shape::new([0]);
        }
        fields[i] = Field::param(NAMES[reverse as usize][i], at + L::PLACES[i], shape, order);
        i += 1;
    }
    fields
}

/// Shape, order and kind of parameter `i`.
const fn about<T: Real, L: Recurrent<T>>(i: usize) -> (Shape, Order, Kind) {
    let sums = L::CELL.gates() * L::HIDDEN;
    match i {
        0 => (Shape::new([sums, L::INPUTS]), Order::ColumnMajor, Kind::Weight),
        1 => (Shape::new([sums, L::HIDDEN]), Order::ColumnMajor, Kind::Weight),
        _ => (Shape::new([sums]), Order::RowMajor, Kind::Bias),
    }
}

/// [`Params::init`]: uniform in `±1/√H`.
pub(super) fn init<T: Real, L: Recurrent<T>>(layer: &mut L, rng: Rng) {
    for (i, values) in (0..).zip(layer.weights_mut()) {
        init::uniform_fan_in(values, L::HIDDEN, rng.fork(i));
    }
}

/// The implementations of a recurrent layer, whose fields are `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`.
macro_rules! recurrent_layer {
    (
        [$(const $name:ident),* $(; $flag:ident)?] $layer:ident <T, $($arg:ident),*>,
        sums: $g:ident; cell: $cell:expr; kept: $kept:ty; state: $state:ty;
    ) => {
        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool)?> $crate::layers::Recurrent<T>
            for $layer<T, $($arg),*>
        {
            const CELL: $crate::kernels::recurrence::Cell = $cell;
            const INPUTS: usize = IN;
            const HIDDEN: usize = H;
            const STEPS: usize = S;
            const KEEPS: bool = KEPT > 0;

            type Kept<const B: usize> = $kept;
            type Memory<const B: usize> = $crate::layers::recurrent::Work<T, $g, H, S, KEPT, B>;
            type State<const B: usize> = $state;
            type Sums<const B: usize> = [[[T; $g]; B]; 2];

            const PLACES: [usize; 4] = [
                core::mem::offset_of!(Self, weight_ih),
                core::mem::offset_of!(Self, weight_hh),
                core::mem::offset_of!(Self, bias_ih),
                core::mem::offset_of!(Self, bias_hh),
            ];
            const BIASES: bool = BIAS > 0;

            #[inline(always)]
            fn weights(&self) -> [&[T]; 4] {
                [
                    self.weight_ih.as_slice(),
                    self.weight_hh.as_slice(),
                    self.bias_ih.as_slice(),
                    self.bias_hh.as_slice(),
                ]
            }
            #[inline(always)]
            fn weights_mut(&mut self) -> [&mut [T]; 4] {
                [
                    self.weight_ih.as_mut_slice(),
                    self.weight_hh.as_mut_slice(),
                    self.bias_ih.as_mut_slice(),
                    self.bias_hh.as_mut_slice(),
                ]
            }
        }

        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool,)? const X: usize, const Y: usize>
            $crate::Layer<T, $crate::Vals<X>, $crate::Vals<Y>> for $layer<T, $($arg),*>
        {
            type Tape<const B: usize> = $kept;
            type Work<const B: usize> = $crate::layers::recurrent::Work<T, $g, H, S, KEPT, B>;

            const MACS: usize = <Self as $crate::layers::Recurrent<T>>::MACS;
            const NEEDS_Y: bool = KEPT == 0; // the states
            const SETS_GRAD: bool = true;
            const TOGETHER: usize = $crate::layers::recurrent::TOGETHER;
            const LENS: $crate::signal::LenMap = match KEPT {
                0 => $crate::signal::LenMap::SAME,
                _ => $crate::signal::LenMap::DROP,
            };

            fn forward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, X, B>,
                y: &mut nalgebra::SMatrix<T, Y, B>,
                tape: Option<&mut Self::Tape<B>>,
                work: &mut Self::Work<B>,
                pass: $crate::Pass<'a, B>,
            ) {
                const { Self::check::<X, Y>() }
                $crate::layers::Recurrent::run(
                    self, $crate::layers::Start::First, Self::OUTPUT, $crate::kernels::recurrence::Input::Numbers(x.as_slice()), y.as_mut_slice(), tape, work, pass,
                );
                pass.copy_first(y.as_mut_slice());
            }

            fn backward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, X, B>,
                y: &nalgebra::SMatrix<T, Y, B>,
                tape: &Self::Tape<B>,
                dy: &nalgebra::SMatrix<T, Y, B>,
                dx: Option<&mut nalgebra::SMatrix<T, X, B>>,
                grad: Option<&mut Self>,
                work: &mut Self::Work<B>,
                pass: $crate::Pass<'a, B>,
            ) {
                let (x, values) = ($crate::kernels::recurrence::Input::Numbers(x.as_slice()), [y.as_slice(), dy.as_slice()]);
                let derivatives = [dx.map(|dx| dx.as_mut_slice()), None];
                $crate::layers::Recurrent::run_back(
                    self, $crate::layers::Start::First, Self::OUTPUT, x, values, tape, derivatives, grad, work, pass,
                );
            }
        }

        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool)?>
            $crate::Stream<T, $crate::Vals<IN>, $crate::Vals<H>> for $layer<T, $($arg),*>
        {
            type State<const B: usize> = $state;
            type Work<const B: usize> = [[[T; $g]; B]; 2];

            const STEP_MACS: usize = $g * (IN + H);

            fn step<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, IN, B>,
                y: &mut nalgebra::SMatrix<T, H, B>,
                state: &mut Self::State<B>,
                work: &mut Self::Work<B>,
                pass: $crate::Pass<'a, B>,
            ) {
                $crate::layers::Recurrent::run_step(
                    self, $crate::kernels::recurrence::Input::Numbers(x.as_slice()), y.as_mut_slice(), state, work, pass.isa(),
                );
            }

            #[inline(always)]
            fn small_step<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, IN, B>,
                y: &mut nalgebra::SMatrix<T, H, B>,
                state: &mut Self::State<B>,
                work: &mut Self::Work<B>,
                pass: $crate::Pass<'a, B>,
            ) {
                if B > 1 {
                    return self.step(x, y, state, work, pass);
                }
                let (isa, [gates, sums]) = (pass.isa(), $crate::layers::recurrent::Sums::parts_mut(work));
                let (h, c) = $crate::layers::recurrent::State::parts_mut(state);
                let (w, u) = (self.weight_ih.as_slice(), self.weight_hh.as_slice());
                T::gemv_bias::<$g, IN>(isa, w, x.as_slice(), self.bias_ih.as_slice(), gates, false);
                T::gemv_bias::<$g, H>(isa, u, h, self.bias_hh.as_slice(), sums, false);
                let h = &mut h[..H];
                let step = $crate::kernels::recurrence::Step { gates, from: sums, c, h, kept: &mut [] };
                assert!(T::step::<H>(isa, $cell, step));
                y.as_mut_slice().copy_from_slice(h);
            }
        }

        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool)?> $layer<T, $($arg),*> {
            const OUTPUT: $crate::kernels::recurrence::Output =
                $crate::kernels::recurrence::Output::of(H, KEPT > 0);

            const fn check<const X: usize, const Y: usize>() {
                let gates = $cell.gates();
                assert!(X == S * IN && Y == if KEPT == 0 { S * H } else { H } && (KEPT == 0 || KEPT == S));
                assert!($g == gates * H && (BIAS == 0 || BIAS == $g));
            }
        }

        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool)?> $crate::Params<T>
            for $layer<T, $($arg),*>
        {
            type Grad = Self;
            const PARAMS: usize = $g * (IN + H) + 2 * BIAS;
            const FLAT: bool = true;
            const LAYOUT: $crate::params::ParamLayout =
                $crate::params::ParamLayout::Fields(&$crate::layers::recurrent::fields::<T, Self>(false, 0));

            fn visit(&self, at: $crate::params::Path<'_>, f: &mut $crate::params::Visitor<'_, T>) {
                $crate::layers::recurrent::visit(self, false, at, f);
            }
            fn zip<const N: usize>(
                &mut self,
                with: [&mut Self; N],
                at: $crate::params::Path<'_>,
                f: &mut $crate::params::Zipper<'_, T, N>,
            ) {
                $crate::layers::recurrent::zip(self, with, false, at, f);
            }
            fn init(&mut self, rng: $crate::Rng) {
                $crate::layers::recurrent::init(self, rng);
            }
        }

        impl<T: $crate::Real, $(const $name: usize,)* $(const $flag: bool)?> $crate::Blank
            for $layer<T, $($arg),*>
        {
            const ZERO: Self = $layer {
                weight_ih: $crate::Blank::ZERO,
                weight_hh: $crate::Blank::ZERO,
                bias_ih: $crate::Blank::ZERO,
                bias_hh: $crate::Blank::ZERO,
            };
        }
    };
}
pub(super) use recurrent_layer;

/// The parameters of a layer around a recurrent one: those of that, by their names.
macro_rules! around_layer {
    ($around:ident) => {
        impl<T: $crate::Real, L: $crate::layers::Recurrent<T>> $crate::Params<T> for $around<L> {
            type Grad = Self;
            const PARAMS: usize = L::PARAMS;
            const FLAT: bool = L::FLAT;
            const LAYOUT: $crate::params::ParamLayout = L::LAYOUT;

            fn visit(&self, at: $crate::params::Path<'_>, f: &mut $crate::params::Visitor<'_, T>) {
                self.0.visit(at, f);
            }
            fn zip<const N: usize>(
                &mut self,
                with: [&mut Self; N],
                at: $crate::params::Path<'_>,
                f: &mut $crate::params::Zipper<'_, T, N>,
            ) {
                self.0.zip(with.map(|with| &mut with.0), at, f);
            }
            fn init(&mut self, rng: $crate::Rng) {
                self.0.init(rng);
            }
        }

        impl<L: $crate::Blank> $crate::Blank for $around<L> {
            const ZERO: Self = $around(L::ZERO);
        }
    };
}
pub(super) use around_layer;

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::{Layer, Lens, Vals, gradcheck};

    /// Checks a layer with random weights on three random samples by central differences: whole, with two of them live, and
    /// with all, one and no valid steps; and that a padded sample gives what it gives alone.
    pub(in crate::layers) fn differences<L: Layer<f64, Vals<X>, Vals<Y>>, const X: usize, const Y: usize>() {
        let mut layer = L::ZERO;
        layer.init(Rng::new(3));
        let mut rng = Rng::new(4);
        let mut x = SMatrix::<f64, X, 3>::from_fn(|_, _| rng.normal());
        let whole = gradcheck::layer::<_, Vals<X>, Vals<Y>, 3>(&mut layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 3 * X + L::PARAMS);
        let pass = Pass::train(Rng::new(0));
        gradcheck::layer::<_, Vals<X>, Vals<Y>, 3>(&mut layer, &mut x, pass.chunk(0, 2)).unwrap();
        let valid = [u16::MAX, 1, 0];
        gradcheck::layer::<_, Vals<X>, Vals<Y>, 3>(&mut layer, &mut x, pass.padded(Lens::of(&valid)))
            .unwrap();
        set_grad(&layer, &x, pass);
        set_grad(&layer, &x, pass.padded(Lens::of(&valid)));
        padding_changes_nothing(&layer, &mut x);
    }

    /// A fresh gradient is overwritten, one that is not is added to.
    fn set_grad<L: Layer<f64, Vals<X>, Vals<Y>>, const X: usize, const Y: usize>(
        layer: &L,
        x: &SMatrix<f64, X, 3>,
        pass: Pass<'_, 3>,
    ) {
        assert!(L::SETS_GRAD);
        let mut y = SMatrix::<f64, Y, 3>::zeros();
        let (mut tape, mut work) = (L::Tape::ZERO, L::Work::ZERO);
        layer.forward(x, &mut y, Some(&mut tape), &mut work, pass);
        let dy = SMatrix::<f64, Y, 3>::from_fn(|i, b| (i + b) as f64 - 1.5);
        let mut sums = [(); 2].map(|()| L::Grad::ZERO);
        let [once, set] = &mut sums;
        layer.backward(x, &y, &tape, &dy, None, Some(once), &mut work, pass);
        layer.backward(x, &y, &tape, &dy, None, Some(set), &mut work, pass);
        layer.backward(x, &y, &tape, &dy, None, Some(set), &mut work, pass.fresh(true));
        let mut parameters = L::ZERO;
        parameters.zip([once, set], Path::ROOT, &mut |path, _, [once, set]| assert_eq!(once, set, "{path}"));
    }

    /// What lies past the valid steps is not read.
    fn padding_changes_nothing<L: Layer<f64, Vals<X>, Vals<Y>>, const X: usize, const Y: usize>(
        layer: &L,
        x: &mut SMatrix<f64, X, 3>,
    ) {
        let (mut y, mut again, mut work) = (SMatrix::<f64, Y, 3>::zeros(), SMatrix::zeros(), L::Work::ZERO);
        let valid = [1, 1, 0];
        let pass = Pass::infer().padded(Lens::of(&valid));
        layer.forward(x, &mut y, None, &mut work, pass);
        for i in 0..X {
            x[(i, 2)] = f64::NAN;
        }
        layer.forward(x, &mut again, None, &mut work, pass);
        assert_eq!(y, again);
        assert!(y.column(2).iter().all(|y| *y == 0.0));
    }
}
