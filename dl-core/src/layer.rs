//! The contract of layers and networks.

use crate::graph::{Graph, Node};
use crate::signal::{LenMap, Lengths};
use crate::summary::{Row, Summary};
use crate::{Blank, Params, Pass, Real, Shape, Signal, Vals, ZeroValid};

/// A differentiable map from `X` to `Y`, with parameters.
///
/// - `forward` **overwrites** `y` and the tape; `backward` **adds** to `grad` and **overwrites** `dx`.
/// - `tape` is `None` where no backward pass will follow, `dx` and `grad` are `None` where nobody wants them.
/// - `backward` gets the very `x`, `y`, `tape` and `pass` of the forward pass before it, except that an `x` or `y`
///   which [`NEEDS_X`](Self::NEEDS_X) or [`NEEDS_Y`](Self::NEEDS_Y) disclaims may hold anything: its memory has been
///   used again, or an activation has run over it.
/// - Only a layer that mixes samples must look at `pass.live()`: the loss hands a zero `dy` to samples that do not
///   count, and a layer that mixes samples writes a zero `dx` there. Others may leave those samples out to save time, if
///   they give `y` copies of a sample that counts ([`Pass::forward_live`]) and `dx` zeros ([`Pass::live_part_mut`]).
/// - A layer reads `pass.lens()` only if it mixes steps. It then reads neither `x` nor `dy` past the valid steps, where
///   other layers leave finite numbers of no meaning, and writes zeros to `y` and `dx` there.
/// - One type has one `Layer` implementation, so that its signals can be inferred from it.
///
/// A network is a layer: `#[network]` writes this implementation. `docs/add-a-layer.md` walks through one by hand.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::Dense};
///
/// let mut layer = Dense::<f32, 2, 1>::ZERO;
/// layer.weight = matrix![2.0, 3.0];
/// let (x, mut y) = (vector![1.0, 10.0], vector![0.0]);
/// layer.forward(&x, &mut y, Some(&mut ()), &mut (), Pass::infer());
/// assert_eq!(y, vector![32.0]);
///
/// let (mut dx, mut grad) = (vector![0.0, 0.0], Dense::ZERO);
/// layer.backward(&x, &y, &(), &vector![1.0], Some(&mut dx), Some(&mut grad), &mut (), Pass::infer());
/// assert_eq!((dx, grad.weight), (vector![2.0, 3.0], matrix![1.0, 10.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer from `{X}` to `{Y}`",
    label = "no such layer",
    note = "a layer of your own implements `Layer` (its arithmetic), `Fit` (its shape rule) and `Params` (derived)"
)]
pub trait Layer<T: Real, X: Signal, Y: Signal>: Params<T> {
    /// What `backward` needs and `x`, `y` and the parameters do not give cheaply; `()` if nothing.
    type Tape<const B: usize>: Blank + ZeroValid;
    /// Scratch memory of both passes, with no content between calls; `()` if none.
    type Work<const B: usize>: Blank + ZeroValid;

    /// Multiply-adds of a forward pass, for one sample.
    const MACS: usize = 0;
    /// Whether `backward` reads `x`. A `false` here lets a network reuse its memory.
    const NEEDS_X: bool = true;
    /// Whether `backward` reads `y`.
    const NEEDS_Y: bool = true;
    /// Whether `backward` overwrites `grad`, instead of adding to it, where [`Pass::is_fresh`] says that it holds nothing
    /// yet. A trainer then need not clear it.
    const SETS_GRAD: bool = false;
    /// How many samples a training chunk needs at least because the layer mixes them (batch norm); 0 if every sample is for
    /// itself. A trainer refuses smaller chunks.
    const MIXES: usize = 0;
    /// How many samples a chunk should have where nothing else is said, however large the tape: what runs over the samples of
    /// one step is slow with few of them. More memory for more speed.
    const TOGETHER: usize = 1;
    /// How the number of valid steps changes.
    const LENS: LenMap = LenMap::SAME;

    /// Computes `y` from `x`.
    fn forward<'a, const B: usize>(
        &self,
        x: X::Ref<'_, T, B>,
        y: Y::Mut<'_, T, B>,
        tape: Option<&mut Self::Tape<B>>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    );

    /// Computes `dx` and adds to `grad`, from `dy`.
    #[allow(clippy::too_many_arguments)] // all of it varies independently: see the module's contract
    fn backward<'a, const B: usize>(
        &self,
        x: X::Ref<'_, T, B>,
        y: Y::Ref<'_, T, B>,
        tape: &Self::Tape<B>,
        dy: Y::Ref<'_, T, B>,
        dx: X::Grad<'_, T, B>,
        grad: Option<&mut Self::Grad>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    );

    /// Takes over statistics that `forward` left on the tape (batch norm).
    ///
    /// Called once for each chunk of a training step, in the order of the chunks, before the tape serves another one.
    fn settle<'a, const B: usize>(&mut self, tape: &Self::Tape<B>, pass: Pass<'a, B, X::Lens<'a, B>>) {
        let _ = (tape, pass);
    }

    /// The valid lengths of `y`, given those of `x` in `pass`: by default those of its first part, mapped by `LENS`.
    #[inline]
    fn lens<'a, const B: usize>(pass: Pass<'a, B, X::Lens<'a, B>>) -> Y::Lens<'a, B> {
        Y::Lens::carry(pass.lens().lead().map(Self::LENS))
    }
}

/// What `#[network]` says about a network beside its being a [`Layer`].
///
/// ```
/// use dl_core::{Network, Params, Shape};
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { hidden: Dense<8>, act: Tanh, head: Dense<3> }
///
/// assert_eq!((<Net>::NAME, <Net>::INPUT, <Net>::OUTPUT), ("Net", Shape::new([2]), Shape::new([3])));
/// assert_eq!((<Net>::PARAMS, <Net>::ROWS.len()), (51, 3));
/// ```
pub trait Network:
    'static + Layer<<Self as Network>::Scalar, <Self as Network>::In, <Self as Network>::Out>
{
    /// `f32` or `f64`.
    type Scalar: Real;
    /// What comes in.
    type In: Signal;
    /// What goes out.
    type Out: Signal;

    /// The struct's name.
    const NAME: &'static str;
    /// The shape of the input; of several, the first's.
    const INPUT: Shape;
    /// The shape of the output; of several, the first's.
    const OUTPUT: Shape;
    /// The shapes of all inputs.
    const INPUTS: &'static [Shape] = &[Self::INPUT];
    /// The shapes of all outputs.
    const OUTPUTS: &'static [Shape] = &[Self::OUTPUT];
    /// One row a layer.
    const ROWS: &'static [Row];
    /// What is computed, in order.
    const NODES: &'static [Node] = &[];

    /// The name of the first layer whose values in `tape` are not all finite.
    fn first_non_finite<const B: usize>(tape: &TapeOf<Self, B>) -> Option<&'static str>;

    /// The table of layers, shapes, parameters and multiply-adds.
    fn summary() -> Summary
    where
        Self: Sized,
    {
        use crate::optim::Adam;
        use crate::train::train_bytes;

        let one = train_bytes::<Self, Adam, 1>();
        Summary {
            name: Self::NAME,
            inputs: Self::INPUTS,
            outputs: Self::OUTPUTS,
            rows: Self::ROWS,
            params: Self::PARAMS,
            param_bytes: Self::PARAMS * size_of::<Self::Scalar>(),
            macs: Self::MACS,
            infer_bytes: crate::train::infer_bytes::<Self, 1>(),
            train_bytes: one,
            sample_bytes: train_bytes::<Self, Adam, 2>() - one,
        }
    }

    /// What is computed from what, with shapes: prints as a diagram.
    fn graph() -> Graph
    where
        Self: Sized,
    {
        Graph { name: Self::NAME, nodes: Self::NODES }
    }

    /// A network with the starting values of `seed`, in a box.
    #[cfg(feature = "alloc")]
    fn boxed(seed: u64) -> alloc::boxed::Box<Self>
    where
        Self: Sized,
    {
        let mut net = crate::place::zeroed_box::<Self>();
        net.init(crate::Rng::new(seed).fork(0));
        net
    }
}

/// How many numbers come out of `L`: `Y`, if it is a layer from `X` to that many. The macro asks it of every layer it
/// does not know, so that a layer at odds with its shape rule is one message.
#[doc(hidden)]
pub const fn output_len<L: Layer<f32, X, Vals<Y>>, X: Signal, const Y: usize>() -> usize {
    Y
}

/// [`output_len`] of a layer with several outputs `S`, the first of which has `Y` numbers.
#[doc(hidden)]
pub const fn first_output_len<L: Layer<f32, X, S>, X: Signal, S: Signal, const Y: usize>() -> usize {
    Y
}

/// The tape of a network for chunks of `B` samples.
pub type TapeOf<N, const B: usize> =
    <N as Layer<<N as Network>::Scalar, <N as Network>::In, <N as Network>::Out>>::Tape<B>;
/// The scratch memory of a network for chunks of `B` samples.
pub type WorkOf<N, const B: usize> =
    <N as Layer<<N as Network>::Scalar, <N as Network>::In, <N as Network>::Out>>::Work<B>;
/// The gradient of a network.
///
/// ```
/// use dl_core::{Blank, layer::GradOf};
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { head: Dense<3> }
///
/// let mut grad = GradOf::<Net>::ZERO;
/// grad.head.bias.fill(1.0);
/// assert_eq!(grad.head.bias.sum(), 3.0);
/// ```
pub type GradOf<N> = <N as Params<<N as Network>::Scalar>>::Grad;
