//! All the memory that training and inference need, as one value each.

use crate::layer::{GradOf, TapeOf, WorkOf};
use crate::shape::{Message, stop};
use crate::{Blank, Loss, Network, Optimizer, Pass, Real, Signal};

use super::aligned::Aligned;
use super::lane::Lane;

/// What a target is for network `N` and loss `L`.
pub type TargetOf<N, L> = <L as Loss<<N as Network>::Scalar, <N as Network>::Out>>::Target;
/// What loss `L` counts in the outputs of network `N`.
pub type CountOf<N, L> = <L as Loss<<N as Network>::Scalar, <N as Network>::Out>>::Count;
/// One input of network `N`, lent for reading: `&[T; N]`, `&[u16; N]`, or a tuple of those.
pub type InputOf<'a, N> = <<N as Network>::In as Signal>::SampleRef<'a, <N as Network>::Scalar>;
/// One output of network `N`, lent for reading.
pub type OutputOf<'a, N> = <<N as Network>::Out as Signal>::SampleRef<'a, <N as Network>::Scalar>;

/// A chunk of inputs, lent.
pub(super) type Input<'a, N, const B: usize> =
    <<N as Network>::In as Signal>::Ref<'a, <N as Network>::Scalar, B>;
pub(super) type Inputs<N, const B: usize> = <<N as Network>::In as Signal>::Buf<<N as Network>::Scalar, B>;
pub(super) type Outputs<N, const B: usize> = <<N as Network>::Out as Signal>::Buf<<N as Network>::Scalar, B>;
pub(super) type Targets<N, L, const B: usize> = <TargetOf<N, L> as Signal>::Buf<<N as Network>::Scalar, B>;
pub(super) type InputLens<N, const B: usize> = <<N as Network>::In as Signal>::LenBuf<B>;
pub(super) type InputPass<'a, N, const B: usize> = Pass<'a, B, <<N as Network>::In as Signal>::Lens<'a, B>>;
pub(super) type OutputPass<'a, N, const B: usize> = Pass<'a, B, <<N as Network>::Out as Signal>::Lens<'a, B>>;

/// All that a [`Trainer`](super::Trainer) needs, for chunks of `B` samples: the network first, then the optimizer's
/// moments, the gradient, tape, scratch memory, output and its gradient, and one chunk of data with its loss.
///
/// [`Blank::ZERO`] of it can initialize a `static`, for [`Trainer::in_place`](super::Trainer::in_place).
///
/// ```
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # use dl_core::{Blank, loss::Mse, optim::Sgd, train::Memory};
/// static MEMORY: Memory<Net, Mse, Sgd, 1> = Blank::ZERO;
/// assert!(format!("{MEMORY:?}").starts_with("Memory to train Net in chunks of 1: "));
/// ```
#[repr(C)]
pub struct Memory<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> {
    pub(super) net: Aligned<N>,
    pub(super) moments: Aligned<O::Moments<GradOf<N>>>,
    pub(super) lane: Lane<N, L, B>,
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> Blank for Memory<N, L, O, B> {
    const ZERO: Self = Memory { net: Blank::ZERO, moments: Blank::ZERO, lane: Lane::ZERO };
}

impl<N: Network, L: Loss<N::Scalar, N::Out>, O: Optimizer, const B: usize> core::fmt::Debug
    for Memory<N, L, O, B>
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Memory to train {} in chunks of {B}: {} bytes", N::NAME, size_of::<Self>())
    }
}

/// One sample as a chunk: lent as it is where that is possible, else copied to `buf`.
pub(super) fn alone<'s, 'a: 's, S: Signal, T: Real>(
    x: S::SampleRef<'a, T>,
    buf: &'s mut S::Buf<T, 1>,
) -> S::Ref<'s, T, 1> {
    match S::alone(x) {
        Some(lent) => lent,
        None => {
            S::put(buf, 0, x);
            S::get(buf)
        }
    }
}

/// Bytes to train `N` with optimizer `O` on chunks of `B` samples: network, gradient, moments, tape, scratch memory,
/// output and its gradient. [`Trainer::BYTES`](super::Trainer::BYTES) has the data as well, and
/// [`Trainer::LANE_BYTES`](super::Trainer::LANE_BYTES) is what each further lane takes.
///
/// ```
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # use dl_core::{optim::{Adam, Sgd}, train::train_bytes};
/// // Adam's two moments for each of three parameters
/// assert_eq!(train_bytes::<Net, Adam, 1>() - train_bytes::<Net, Sgd, 1>(), 2 * 3 * 4);
/// ```
pub const fn train_bytes<N: Network, O: Optimizer, const B: usize>() -> usize {
    size_of::<(N, O::Moments<GradOf<N>>, GradOf<N>, TapeOf<N, B>, WorkOf<N, B>, [Outputs<N, B>; 2])>()
}

/// Stops the build if training needs more than `budget` bytes, and says by how much and what is largest.
#[track_caller]
pub const fn expect_train_bytes<N: Network, O: Optimizer, const B: usize>(budget: usize) {
    let total = train_bytes::<N, O, B>();
    if total <= budget {
        return;
    }
    let parts = [
        ("the parameters", size_of::<N>()),
        ("the gradient", size_of::<GradOf<N>>()),
        ("the optimizer's moments", size_of::<O::Moments<GradOf<N>>>()),
        ("the tape", size_of::<TapeOf<N, B>>()),
        ("the scratch memory", size_of::<WorkOf<N, B>>()),
        ("the output and its gradient", size_of::<[Outputs<N, B>; 2]>()),
    ];
    let (mut largest, mut i) = (parts[0], 1);
    while i < parts.len() {
        if parts[i].1 > largest.1 {
            largest = parts[i];
        }
        i += 1;
    }
    stop(
        Message::new()
            .text("`")
            .text(N::NAME)
            .text("` needs ")
            .number(total)
            .text(" bytes to train, ")
            .number(total - budget)
            .text(" over its budget of ")
            .number(budget)
            .text("\nhelp: the largest part is ")
            .text(largest.0)
            .text(" with ")
            .number(largest.1),
    )
}

/// Bytes to infer `B` samples with `N`: scratch memory and output.
///
/// ```
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// # use dl_core::train::infer_bytes;
/// assert_eq!(infer_bytes::<Net, 4>(), 4 * infer_bytes::<Net, 1>());
/// ```
pub const fn infer_bytes<N: Network, const B: usize>() -> usize {
    size_of::<(WorkOf<N, B>, Outputs<N, B>)>()
}

/// How many samples a chunk of `N` has where nothing is said: the largest power of two up to 64 whose tape stays within
/// 256 KiB, at least 1, and with a recurrence 16. With batch norm it is 64 whatever the tape, so that a usual batch is one chunk.
///
/// ```
/// # #[dl_macros::network(input = [2], crate = dl_core)]
/// # struct Net { head: Dense<1> }
/// assert_eq!(dl_core::train::default_chunk::<Net>(), 64);
/// ```
pub const fn default_chunk<N: Network>() -> usize {
    if N::MIXES > 0 {
        return MOST;
    }
    let chunk = chunk_within_budget(size_of::<TapeOf<N, 1>>());
    if chunk < N::TOGETHER { N::TOGETHER } else { chunk }
}

/// The most samples of a chunk where nothing is said.
const MOST: usize = 64;

const fn chunk_within_budget(tape_bytes_of_one_sample: usize) -> usize {
    let mut chunk = MOST;
    while chunk > 1 && tape_bytes_of_one_sample > 256 * 1024 / chunk {
        chunk /= 2;
    }
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::tiny::{Mse, Sgd, Tiny};

    #[test]
    fn train_bytes_are_those_of_the_parts() {
        // 13 weights and a buffer, 13 gradients, no moments; for each sample 5 numbers of tape, 3 of scratch, 1 output
        // and its gradient
        assert_eq!(train_bytes::<Tiny<f32>, Sgd, 4>(), 4 * (14 + 13 + 4 * (5 + 3 + 2)));
        let data = 4 * (2 + 1) * 4 + 4 * 2 + 4; // and the loss
        // where parts begin cache lines: network, gradient, tape, scratch, output, its gradient, data
        let lines: usize =
            [14, 13, 4 * 5, 4 * 3, 4, 4, data / 4].map(|n: usize| n.div_ceil(16) * 64).iter().sum();
        let bytes = match align_of::<Memory<Tiny<f32>, Mse, Sgd, 4>>() {
            64 => lines,
            _ => train_bytes::<Tiny<f32>, Sgd, 4>() + data,
        };
        assert_eq!(size_of::<Memory<Tiny<f32>, Mse, Sgd, 4>>(), bytes);
    }

    #[test]
    fn a_budget_that_holds_is_silent() {
        const BYTES: usize = train_bytes::<Tiny<f32>, Sgd, 4>();
        const { expect_train_bytes::<Tiny<f32>, Sgd, 4>(BYTES) }
        expect_train_bytes::<Tiny<f32>, Sgd, 4>(BYTES + 1);
    }

    #[test]
    #[should_panic = "`Tiny` needs 268 bytes to train, 1 over its budget of 267\nhelp: the largest part is the tape with 80"]
    fn a_budget_that_is_exceeded_names_the_largest_part() {
        expect_train_bytes::<Tiny<f32>, Sgd, 4>(267);
    }

    #[test]
    fn the_default_chunk_is_the_largest_whose_tape_fits() {
        for bytes in [0, 1, 4096, 4097, 8192, 8193, 131_072, 131_073, 262_144, 262_145, usize::MAX] {
            let chunk = chunk_within_budget(bytes);
            assert!(chunk == 1 || bytes * chunk <= 262_144, "{bytes} bytes, chunk {chunk}");
            assert!(
                chunk == 64 || bytes > 262_144 / (2 * chunk),
                "{bytes} bytes, chunk {chunk} could be larger"
            );
        }
    }
}
