//! Layers and networks that run one step at a time.

use crate::shape::stop;
use crate::{Blank, Message, Network, Params, Pass, Real, Signal, ZeroValid};

/// A layer that can also run one step at a time, with its state in the caller's hands.
///
/// Stepping through a sequence gives what [`Layer::forward`](crate::Layer::forward) gives for the whole of it. `X` and `Y`
/// are the signals of one step.
///
/// ```
/// use dl_core::nalgebra::{SMatrix, vector};
/// use dl_core::{Pass, Real, Stream, Vals};
/// # use dl_core::params::{Path, Visitor, Zipper};
/// # use dl_core::{Blank, Params, Rng, ZeroValid};
///
/// /// `y` is the sum of all `x` so far.
/// struct Sum;
/// # // what `#[derive(Params)]` writes
/// # impl Blank for Sum {
/// #     const ZERO: Self = Sum;
/// # }
/// # unsafe impl ZeroValid for Sum {}
/// # impl<T: Real> Params<T> for Sum {
/// #     type Grad = ();
/// #     const PARAMS: usize = 0;
/// #     fn visit(&self, _: Path<'_>, _: &mut Visitor<'_, T>) {}
/// #     fn zip<const W: usize>(&mut self, _: [&mut (); W], _: Path<'_>, _: &mut Zipper<'_, T, W>) {}
/// #     fn init(&mut self, _: Rng) {}
/// # }
/// impl<T: Real, const N: usize> Stream<T, Vals<N>, Vals<N>> for Sum {
///     type State<const B: usize> = SMatrix<T, N, B>;
///     type Work<const B: usize> = ();
///
///     fn step<'a, const B: usize>(
///         &self,
///         x: &SMatrix<T, N, B>,
///         y: &mut SMatrix<T, N, B>,
///         state: &mut SMatrix<T, N, B>,
///         _: &mut (),
///         _: Pass<'a, B>,
///     ) {
///         *state += x;
///         y.copy_from(state);
///     }
/// }
///
/// let (mut y, mut state) = (vector![0.0], vector![0.0]);
/// for x in [1.0, 2.0, 4.0] {
///     Sum.step(&vector![x], &mut y, &mut state, &mut (), Pass::infer());
/// }
/// assert_eq!(y, vector![7.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run one step at a time",
    label = "no `Stream` implementation from `{X}` to `{Y}`",
    note = "a network can if it says `#[network(.., stream)]`; a layer of your own implements `Stream`"
)]
pub trait Stream<T: Real, X: Signal, Y: Signal>: Params<T> {
    /// What one step leaves for the next; all zero at the start. Plain numbers, to be copied where the caller likes.
    type State<const B: usize>: Blank + ZeroValid + Copy;
    /// Scratch memory of a step, with no content between calls; `()` if none.
    type Work<const B: usize>: Blank + ZeroValid;

    /// Multiply-adds of a step, for one sample.
    const STEP_MACS: usize = 0;
    /// Whether it really does: a network that does not say `stream` has an implementation that does nothing, so that one
    /// message says what is missing.
    #[doc(hidden)]
    const STEPS: bool = true;

    /// Computes one step. Valid lengths in `pass` mean nothing here: who has no more steps stops calling.
    fn step<'a, const B: usize>(
        &self,
        x: X::Ref<'_, T, B>,
        y: Y::Mut<'_, T, B>,
        state: &mut Self::State<B>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    );

    /// [`step`](Self::step) as a part of the caller's code, which a network of at most
    /// [`small::STEP_MACS`](crate::small::STEP_MACS) calls.
    #[doc(hidden)]
    #[inline(always)]
    fn small_step<'a, const B: usize>(
        &self,
        x: X::Ref<'_, T, B>,
        y: Y::Mut<'_, T, B>,
        state: &mut Self::State<B>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    ) {
        self.step(x, y, state, work, pass);
    }
}

/// What `#[network(.., stream)]` says about a network.
///
/// ```
/// use dl_core::{Stream, StreamNetwork, Vals};
///
/// #[dl_macros::network(input = [64, 1], stream, crate = dl_core)]
/// struct Amp { lstm: Lstm<8>, head: Dense<1> }
///
/// fn step_macs<N: StreamNetwork<StepIn = Vals<1>>>() -> usize {
///     N::STEP_MACS
/// }
/// assert_eq!(step_macs::<Amp>(), 4 * 8 * (1 + 8) + 8);
/// ```
#[diagnostic::on_unimplemented(
    message = "the network `{Self}` does not say that it runs one step at a time",
    label = "not `#[network(.., stream)]`",
    note = "write `#[network(.., stream)]`"
)]
pub trait StreamNetwork: Network + Stream<Self::Scalar, Self::StepIn, Self::StepOut> {
    /// What comes in at one step.
    type StepIn: Signal;
    /// What goes out at one step.
    type StepOut: Signal;
}

/// A [`Stream`] that does nothing, of any size, for networks that do not run one step at a time. Its parameters are called as
/// none of a network are.
#[doc(hidden)]
#[macro_export]
macro_rules! no_steps {
    ([$($generics:tt)*] $net:ty, $t:ident, $steps:expr) => {
        impl<$($generics)*, __X: $crate::Signal, __Y: $crate::Signal> $crate::Stream<$t, __X, __Y> for $net {
            type State<const __B: usize> = ();
            type Work<const __B: usize> = ();
            const STEPS: bool = $steps;
            fn step<'a, const __B: usize>(
                &self,
                _: __X::Ref<'_, $t, __B>,
                _: __Y::Mut<'_, $t, __B>,
                (): &mut (),
                (): &mut (),
                _: $crate::Pass<'a, __B, __X::Lens<'a, __B>>,
            ) {
            }
        }
    };
}

/// How many numbers come out of `L` at one step: `LEN`, if field `name`, a network or a layer of the user's own, can run one
/// step at a time; else it stops the build. What the macro says of a step is said with this number, so that a layer that
/// cannot is one message.
#[doc(hidden)]
#[track_caller]
pub const fn step_len<L: Stream<f32, X, Y>, X: Signal, Y: Signal, const LEN: usize>(
    name: &str,
    ty: &str,
) -> usize {
    if !L::STEPS {
        stop(
            Message::new()
                .text("`")
                .text(name)
                .text("` cannot run one step at a time\nhelp: write `#[network(.., stream)]` above `")
                .text(ty)
                .text("`"),
        )
    }
    LEN
}

/// The state of a network that runs one step at a time, for `B` samples.
pub type StateOf<N, const B: usize> = <N as Stream<
    <N as Network>::Scalar,
    <N as StreamNetwork>::StepIn,
    <N as StreamNetwork>::StepOut,
>>::State<B>;
/// The scratch memory of a step.
pub type StepWorkOf<N, const B: usize> =
    <N as Stream<<N as Network>::Scalar, <N as StreamNetwork>::StepIn, <N as StreamNetwork>::StepOut>>::Work<
        B,
    >;
