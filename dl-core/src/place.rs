//! Where large values live: zeroed boxes, lent statics, and prefixes of shared slots.
//!
//! Besides the kernels this is the one module with `unsafe` code.
#![allow(unsafe_code)]

use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ops::{Deref, DerefMut};

use nalgebra::SMatrix;

use crate::options::{Around, Between, Sliding};
use crate::{
    Blank, Layer, Loss, Network, Optimizer, Real, Signal, StreamNetwork, gradcheck, layers, quant, train,
};

/// Plain data for which all-zero bytes are a valid value, the value [`Blank::ZERO`], and which threads may share.
///
/// `#[network]`, `#[derive(Params)]` and `#[derive(Blank)]` implement it for structs whose fields have it.
///
/// # Safety
///
/// The all-zero bit pattern must be a valid value of the type, and the type must not need to be dropped. [`ATOM`] and
/// [`PLAIN`] must be as they say.
///
/// [`ATOM`]: Self::ATOM
/// [`PLAIN`]: Self::PLAIN
pub unsafe trait ZeroValid: Send + Sync {
    /// The size of the numbers that the type is made of, if it is made of numbers of one size and nothing else, not even
    /// padding; [`MIXED`] otherwise, [`NO_ATOM`] if it has no bytes. Then any bytes are a valid value, and
    /// [`Overlap`] need not clear its memory.
    const ATOM: usize = MIXED;
    /// Whether any bytes are a valid value: it is made of numbers, of one size or of several, and perhaps padding.
    const PLAIN: bool = Self::ATOM != MIXED;
}

/// The [`ATOM`](ZeroValid::ATOM) of what may have padding, or numbers of several sizes.
pub const MIXED: usize = 0;
/// The [`ATOM`](ZeroValid::ATOM) of what has no bytes.
pub const NO_ATOM: usize = usize::MAX;

/// What [`atom`] asks of a field of type `A`: its [`ATOM`](ZeroValid::ATOM) and its size.
pub const fn field<A: ZeroValid>() -> (usize, usize) {
    (A::ATOM, size_of::<A>())
}

/// The [`ATOM`](ZeroValid::ATOM) of a struct `S`, all of whose fields are given as [`field`]s.
///
/// A struct that is larger than its fields together has padding: one that is aligned to more than its numbers, or holds
/// something that is.
pub const fn atom<S>(fields: &[(usize, usize)]) -> usize {
    let (mut atom, mut bytes, mut i) = (NO_ATOM, 0, 0);
    while i < fields.len() {
        atom = same(atom, fields[i].0);
        bytes += fields[i].1;
        i += 1;
    }
    if bytes == size_of::<S>() { atom } else { MIXED }
}

/// The [`ATOM`](ZeroValid::ATOM) of what is made of parts with these two.
const fn same(a: usize, b: usize) -> usize {
    match (a, b) {
        (NO_ATOM, atom) | (atom, NO_ATOM) => atom,
        _ if a == b => a,
        _ => MIXED,
    }
}

macro_rules! plain {
    ($($t:ty),*) => { $(
        // SAFETY: zero is a value of every number type, as is any other pattern, and numbers need no drop.
        unsafe impl ZeroValid for $t {
            const ATOM: usize = size_of::<$t>();
        }
    )* };
}
plain!(f32, f64, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

// SAFETY: no bytes at all.
unsafe impl ZeroValid for () {
    const ATOM: usize = NO_ATOM;
}
// SAFETY: no bytes at all.
unsafe impl<T: ?Sized + Send + Sync> ZeroValid for PhantomData<T> {
    const ATOM: usize = NO_ATOM;
}
// SAFETY: an array is its elements in a row.
unsafe impl<A: ZeroValid, const N: usize> ZeroValid for [A; N] {
    const ATOM: usize = A::ATOM;
    const PLAIN: bool = A::PLAIN;
}
// SAFETY: `SMatrix` is `repr(C)` around a `repr(transparent)` `[[T; R]; C]` and a `PhantomData`: laid out as the array.
unsafe impl<T: ZeroValid, const R: usize, const C: usize> ZeroValid for SMatrix<T, R, C> {
    const ATOM: usize = T::ATOM;
}
// SAFETY: a tuple is its fields and padding, which may hold anything.
unsafe impl<A: ZeroValid, B: ZeroValid> ZeroValid for (A, B) {
    const ATOM: usize = atom::<Self>(&[field::<A>(), field::<B>()]);
}
// SAFETY: a tuple is its fields and padding, which may hold anything.
unsafe impl<A: ZeroValid, B: ZeroValid, C: ZeroValid> ZeroValid for (A, B, C) {
    const ATOM: usize = atom::<Self>(&[field::<A>(), field::<B>(), field::<C>()]);
}

macro_rules! layers {
    ($([$($generics:tt)*] $layer:ty;)*) => { $(
        // SAFETY: the struct has no bytes at all.
        unsafe impl<$($generics)*> ZeroValid for $layer {
            const ATOM: usize = {
                assert!(size_of::<Self>() == 0);
                NO_ATOM
            };
        }
    )* };
}
layers! {
    [const D: usize, const S: usize, const M: usize] layers::Attend<D, S, M>;
    [S: Sliding] layers::AvgPool1d<S>;
    [S: Sliding] layers::AvgPool2d<S>;
    [const N: usize, const RUN: usize] layers::GlobalAvgPool<N, RUN>;
    [const F: usize] layers::Last<F>;
    [const N: usize, const RUN: usize] layers::GlobalMaxPool<N, RUN>;
    [S: Sliding] layers::MaxPool1d<S>;
    [S: Sliding] layers::MaxPool2d<S>;
    [] layers::Flatten;
    [const NUM: u32, const DEN: u32] layers::Dropout<NUM, DEN>;
    [const NUM: u32, const DEN: u32, const RUN: usize] layers::Dropout2d<NUM, DEN, RUN>;
    [const NUM: u32, const DEN: u32] layers::Elu<NUM, DEN>;
    [] layers::Gelu;
    [] layers::GeluTanh;
    [] layers::HardSigmoid;
    [] layers::HardSwish;
    [] layers::HardTanh;
    [const C: usize, const RUN: usize] layers::InstanceNorm<C, RUN>;
    [const NUM: u32, const DEN: u32] layers::LeakyRelu<NUM, DEN>;
    [const N: usize] layers::LogSoftmax<N>;
    [F] layers::Map<F>;
    [S: Sliding, M: Around] layers::Pad<S, M>;
    [const C: usize, const H: usize, const W: usize, const I: usize, const J: usize, const K: usize]
        layers::Permute<C, H, W, I, J, K>;
    [] layers::Relu;
    [const C: usize, const H: usize, const W: usize] layers::Reshape<C, H, W>;
    [] layers::Selu;
    [] layers::Sigmoid;
    [] layers::Silu;
    [const D: usize, const S: usize] layers::Sinusoidal<D, S>;
    [const N: usize] layers::Softmax<N>;
    [] layers::Softplus;
    [] layers::Tanh;
    [S: Sliding, M: Between] layers::Upsample<S, M>;
    [S: Sliding] quant::MaxPoolInt8<S>;
    [] quant::GlobalAvgPoolInt8;
    [] quant::GlobalMaxPoolInt8;
    [] quant::SameInt8;
}

macro_rules! numbers {
    ($([$($generics:tt)*] $plain:ty;)*) => { $(
        // SAFETY: every field is a number, an array of numbers, or has no bytes.
        unsafe impl<$($generics)*> ZeroValid for $plain {
            const PLAIN: bool = true;
        }
    )* };
}
numbers! {
    [] quant::AddInt8;
    [] quant::Value;
    [] quant::TableInt8;
    [S: Sliding] quant::AvgPoolInt8<S>;
    [const N: usize] quant::SoftmaxInt8<N>;
    [const IN: usize, const OUT: usize] quant::DenseInt8<IN, OUT>;
    [S: Sliding, const OUT: usize, const FAN: usize] quant::ConvInt8<S, OUT, FAN>;
}

// SAFETY: every field is `ZeroValid`: the layer is, the rest are numbers.
unsafe impl<L: ZeroValid, const X: usize, const Y: usize> ZeroValid for quant::KeepF32<L, X, Y> {
    const PLAIN: bool = L::PLAIN;
}
// SAFETY: every field is `ZeroValid`: the work is, the rest are numbers.
unsafe impl<W: ZeroValid, const X: usize, const Y: usize> ZeroValid for quant::KeepF32Work<W, X, Y> {
    const ATOM: usize = atom::<Self>(&[field::<W>(), field::<[f32; X]>(), field::<[f32; Y]>()]);
}
// SAFETY: an array of layers, which are `ZeroValid`.
unsafe impl<L: ZeroValid, const N: usize, const X: usize> ZeroValid for quant::RepeatInt8<L, N, X> {
    const PLAIN: bool = L::PLAIN;
}
// SAFETY: both fields are `ZeroValid`.
unsafe impl<W: ZeroValid, S: ZeroValid> ZeroValid for quant::RepeatInt8Work<W, S> {
    const ATOM: usize = atom::<Self>(&[field::<W>(), field::<S>()]);
}
// SAFETY: every field is `ZeroValid`: what is inside is, the rest are numbers.
unsafe impl<V: ZeroValid, const N: usize, const X: usize> ZeroValid for quant::RepeatValues<V, N, X> {}
// SAFETY: both fields are `ZeroValid`.
unsafe impl<V: ZeroValid> ZeroValid for quant::LayerValues<V> {}
// SAFETY: every field is `ZeroValid`: the work is, the rest are numbers.
unsafe impl<W: ZeroValid, const X: usize, const Y: usize> ZeroValid for quant::Int8Memory<W, X, Y> {}
// SAFETY: every field is `ZeroValid`: the network by `Params`, works and values by `Quantize`, the rest are numbers.
unsafe impl<F: quant::QuantizeNetwork<X, Y>, const X: usize, const Y: usize> ZeroValid
    for quant::CalibrationMemory<F, X, Y>
{
}

// SAFETY: every field is `ZeroValid`: the gradient by `Params`, tape and work by `Layer`, the loss by `Real`, the rest by
// `Signal`.
unsafe impl<N: Network, L: Loss<N::Scalar, N::Out>, const B: usize> ZeroValid for train::Lane<N, L, B> {}
// SAFETY: every field is `ZeroValid`: the network by `Params`, the moments by `Optimizer`, the lane as above.
unsafe impl<N, L, O, const B: usize> ZeroValid for train::Memory<N, L, O, B>
where
    N: Network,
    L: Loss<N::Scalar, N::Out>,
    O: Optimizer,
{
}
// SAFETY: it is an `E`.
unsafe impl<E: ZeroValid> ZeroValid for layers::Unembed<E> {
    const ATOM: usize = E::ATOM;
}
// SAFETY: every field is `ZeroValid`: the network by `Params`, its work by `Layer`, the rest by `Signal`.
unsafe impl<N: Network, const B: usize> ZeroValid for train::ModelMemory<N, B> {}
// SAFETY: every field is `ZeroValid`: the network by `Params`, its state and work by `Stream`, the rest by `Signal`.
unsafe impl<N: StreamNetwork> ZeroValid for train::StreamMemory<N> {}
// SAFETY: every field is `ZeroValid`: the network by `Params`, its tape and work by `Layer`, the rest by `Signal`.
unsafe impl<N: Network, L: Loss<N::Scalar, N::Out>> ZeroValid for train::FusedMemory<N, L> {}

/// The bytes of a value that is made of numbers of one size; none of what may have padding.
pub(crate) fn bytes<A: ZeroValid>(value: &A) -> &[u8] {
    let len = if A::ATOM == MIXED || A::ATOM == NO_ATOM { 0 } else { size_of::<A>() };
    // SAFETY: the bytes are those of `value`, which is borrowed as long. They are initialized: `ATOM` declares that there is
    // no padding.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(value).cast(), len) }
}

/// A value that lies in bytes, if it has as many and any bytes are a valid one.
pub(crate) fn view<A: ZeroValid, const N: usize>(bytes: &quant::Flash<N>) -> Option<&A> {
    let fits = const { N == size_of::<A>() && align_of::<A>() <= align_of::<quant::Flash<N>>() };
    // SAFETY: the bytes are as many as those of an `A`, lie where one may lie, and are a valid one, which `PLAIN` declares.
    (fits && A::PLAIN).then(|| unsafe { &*core::ptr::from_ref(&bytes.0).cast() })
}

/// Sets a value to all zero where it lies, however large.
pub fn clear<M: ZeroValid>(value: &mut M) {
    // SAFETY: all zero bytes are a valid `M` that needs no drop, which `ZeroValid` declares, and `value` is unique.
    unsafe { core::ptr::from_mut(value).write_bytes(0, 1) }
}

macro_rules! weights {
    ($([$($generics:tt)*] $layer:ty: $($field:ty),+;)*) => { $(
        // SAFETY: the struct holds matrices of numbers only, which are all named here.
        unsafe impl<T: Real, $($generics)*> ZeroValid for $layer {
            const ATOM: usize = atom::<Self>(&[$(field::<$field>()),+]);
        }
    )* };
}
weights! {
    [const D: usize, const E: usize, const UNITS: usize, const S: usize, const M: usize]
        layers::AdditiveAttention<T, D, E, UNITS, S, M>:
        SMatrix<T, UNITS, D>, SMatrix<T, UNITS, E>, SMatrix<T, UNITS, 1>;
    [const N: usize, const RUN: usize] layers::BatchNorm<T, N, RUN>:
        SMatrix<T, N, 1>, SMatrix<T, N, 1>, SMatrix<T, N, 1>, SMatrix<T, N, 1>;
    [const N: usize] layers::BatchNormGrad<T, N>: SMatrix<T, N, 1>, SMatrix<T, N, 1>;
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] layers::Conv1d<T, S, OUT, FAN, BIAS>:
        SMatrix<T, OUT, FAN>, SMatrix<T, BIAS, 1>;
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] layers::Conv2d<T, S, OUT, FAN, BIAS>:
        SMatrix<T, OUT, FAN>, SMatrix<T, BIAS, 1>;
    [S: Sliding, const IN: usize, const FAN: usize, const BIAS: usize]
        layers::ConvTranspose2d<T, S, IN, FAN, BIAS>: SMatrix<T, IN, FAN>, SMatrix<T, BIAS, 1>;
    [const D: usize, const E: usize, const S: usize, const M: usize, const HEADS: usize, const JOINT: usize,
        const APART: usize, const BIASES: usize, const BIAS: usize]
        layers::CrossAttention<T, D, E, S, M, HEADS, JOINT, APART, BIASES, BIAS>:
        SMatrix<T, D, JOINT>, SMatrix<T, D, APART>, SMatrix<T, E, APART>, SMatrix<T, E, APART>,
        SMatrix<T, BIASES, 1>, layers::Dense<T, D, D, BIAS>;
    [const IN: usize, const OUT: usize, const BIAS: usize] layers::Dense<T, IN, OUT, BIAS>:
        SMatrix<T, OUT, IN>, SMatrix<T, BIAS, 1>;
    [const VOCAB: usize, const DIM: usize, const PADDING: usize] layers::Embedding<T, VOCAB, DIM, PADDING>:
        SMatrix<T, DIM, VOCAB>;
    [] layers::FakeQuantize<T>: SMatrix<T, 2, 1>;
    [const C: usize, const RUN: usize, const GROUPS: usize] layers::GroupNorm<T, C, RUN, GROUPS>:
        SMatrix<T, C, 1>, SMatrix<T, C, 1>;
    [const IN: usize, const H: usize, const G: usize, const S: usize, const KEPT: usize, const BIAS: usize]
        layers::Gru<T, IN, H, G, S, KEPT, BIAS>:
        SMatrix<T, G, IN>, SMatrix<T, G, H>, SMatrix<T, BIAS, 1>, SMatrix<T, BIAS, 1>;
    [const N: usize, const ROWS: usize] layers::LayerNorm<T, N, ROWS>: SMatrix<T, N, 1>, SMatrix<T, N, 1>;
    [const IN: usize, const H: usize, const G: usize, const S: usize, const KEPT: usize, const BIAS: usize]
        layers::Lstm<T, IN, H, G, S, KEPT, BIAS>:
        SMatrix<T, G, IN>, SMatrix<T, G, H>, SMatrix<T, BIAS, 1>, SMatrix<T, BIAS, 1>;
    [const D: usize, const S: usize] layers::Position<T, D, S>: SMatrix<T, D, S>;
    [const N: usize, const RUN: usize] layers::PRelu<T, N, RUN>: SMatrix<T, N, 1>;
    [const N: usize, const ROWS: usize] layers::RmsNorm<T, N, ROWS>: SMatrix<T, N, 1>;
    [const IN: usize, const H: usize, const S: usize, const KEPT: usize, const BIAS: usize, const RELU: bool]
        layers::Rnn<T, IN, H, S, KEPT, BIAS, RELU>:
        SMatrix<T, H, IN>, SMatrix<T, H, H>, SMatrix<T, BIAS, 1>, SMatrix<T, BIAS, 1>;
    [const VOCAB: usize, const DIM: usize, const PADDING: usize] layers::SparseEmbedding<T, VOCAB, DIM, PADDING>:
        SMatrix<T, DIM, VOCAB>;
    [const D: usize, const D3: usize, const S: usize, const HEADS: usize, const CAUSAL: bool, const ROTARY: bool,
        const BIASES: usize, const BIAS: usize] layers::SelfAttention<T, D, D3, S, HEADS, CAUSAL, ROTARY, BIASES, BIAS>:
        SMatrix<T, D3, D>, SMatrix<T, BIASES, 1>, layers::Dense<T, D, D, BIAS>;
}

// SAFETY: the struct holds numbers, some of which say which of the others count; zero is a value of each.
unsafe impl<T: Real, const VOCAB: usize, const DIM: usize> ZeroValid for layers::SparseRows<T, VOCAB, DIM> {}

// SAFETY: the struct holds two layers, each of which is `ZeroValid`.
unsafe impl<L: ZeroValid, const LAST: bool> ZeroValid for layers::Bidirectional<L, LAST> {
    const ATOM: usize = atom::<Self>(&[field::<L>(), field::<L>()]);
}

// SAFETY: the struct holds a layer, which is `ZeroValid`.
unsafe impl<L: ZeroValid> ZeroValid for layers::FromState<L> {
    const ATOM: usize = atom::<Self>(&[field::<L>()]);
}

// SAFETY: the struct holds a layer, which is `ZeroValid`.
unsafe impl<L: ZeroValid> ZeroValid for layers::OverTokens<L> {
    const ATOM: usize = atom::<Self>(&[field::<L>()]);
}

// SAFETY: the struct holds buffers, gradients, a tape and scratch memory, each of which is `ZeroValid`.
unsafe impl<L: Layer<f64, X, Y>, X: Signal, Y: Signal, const B: usize> ZeroValid
    for gradcheck::Memory<L, X, Y, B>
{
}

/// An all-zero box that never was on the stack, however large.
#[cfg(feature = "alloc")]
pub fn zeroed_box<M: ZeroValid>() -> alloc::boxed::Box<M> {
    let zeroed = alloc::boxed::Box::<M>::new_zeroed();
    // SAFETY: the allocation is all zero bytes, which `ZeroValid` declares to be a valid `M`.
    unsafe { zeroed.assume_init() }
}

/// All numbers of a value, if it is made of numbers of the size of `T` and nothing else.
#[inline(always)]
pub(crate) fn numbers<T: Real, M: ZeroValid>(value: &mut M) -> Option<&mut [T]> {
    if M::ATOM == NO_ATOM {
        return Some(&mut []);
    }
    if M::ATOM != size_of::<T>() || align_of::<M>() < align_of::<T>() {
        return None;
    }
    // SAFETY: the value is `size_of::<M>() / size_of::<T>()` numbers of this size, without padding, which `ATOM` declares;
    // any bytes of such a number are a valid `T`, and any `T` has valid bytes for it. The unique borrow is carried over.
    Some(unsafe {
        core::slice::from_raw_parts_mut(core::ptr::from_mut(value).cast(), size_of::<M>() / size_of::<T>())
    })
}

/// The bytes of all numbers of a value, if it is made of numbers of `S` bytes and nothing else.
pub(crate) const fn words<M: ZeroValid, const S: usize>(value: &mut M) -> Option<&mut [[u8; S]]> {
    if M::ATOM != S {
        return None;
    }
    // SAFETY: the value is `size_of::<M>() / S` numbers of `S` bytes, without padding, which `ATOM` declares; any bytes of
    // such a number are a valid one, and all are initialized. Bytes lie anywhere. The unique borrow is carried over.
    Some(unsafe { core::slice::from_raw_parts_mut(core::ptr::from_mut(value).cast(), size_of::<M>() / S) })
}

/// A box of `len` all-zero values that never were on the stack, however large.
#[cfg(feature = "std")]
pub(crate) fn zeroed_slice<M: ZeroValid>(len: usize) -> alloc::boxed::Box<[M]> {
    let zeroed = alloc::boxed::Box::<[M]>::new_zeroed_slice(len);
    // SAFETY: the allocation is all zero bytes, which `ZeroValid` declares to be a valid `M`.
    unsafe { zeroed.assume_init() }
}

/// The first `B × N` numbers of a slot, as a value of `N` numbers a sample.
///
/// Networks keep values that are never needed together in one slot; the borrow checker proves that they are not.
#[inline(always)]
pub fn prefix<T, const N: usize, const MAX: usize, const B: usize>(
    slot: &SMatrix<T, MAX, B>,
) -> &SMatrix<T, N, B> {
    const { assert!(N <= MAX, "the slot is too small for the value") }
    // SAFETY: both are laid out as their arrays of `T` (see `ZeroValid` above), `[[T; N]; B]` is aligned like
    // `[[T; MAX]; B]` and no larger, and the shared borrow is carried over.
    unsafe { &*core::ptr::from_ref(slot).cast() }
}

/// [`prefix`], for writing.
#[inline(always)]
pub fn prefix_mut<T, const N: usize, const MAX: usize, const B: usize>(
    slot: &mut SMatrix<T, MAX, B>,
) -> &mut SMatrix<T, N, B> {
    const { assert!(N <= MAX, "the slot is too small for the value") }
    // SAFETY: as in `prefix`, with the unique borrow carried over.
    unsafe { &mut *core::ptr::from_mut(slot).cast() }
}

/// An embedding as the product that shares its weight.
#[inline(always)]
pub(crate) fn unembed<E>(embed: &E) -> &layers::Unembed<E> {
    // SAFETY: `Unembed` is `repr(transparent)` around an `E`, and the shared borrow is carried over.
    unsafe { &*core::ptr::from_ref(embed).cast() }
}

/// [`unembed`], for writing.
#[inline(always)]
pub(crate) fn unembed_mut<E>(embed: &mut E) -> &mut layers::Unembed<E> {
    // SAFETY: as in `unembed`, with the unique borrow carried over.
    unsafe { &mut *core::ptr::from_mut(embed).cast() }
}

/// A chunk of samples that lie one behind the other.
#[inline(always)]
pub(crate) fn columns<T, const N: usize, const B: usize>(samples: &[[T; N]; B]) -> &SMatrix<T, N, B> {
    // SAFETY: a matrix is laid out as the array of its columns (see `ZeroValid` above), and the borrow is carried over.
    unsafe { &*core::ptr::from_ref(samples).cast() }
}

/// Two scratch memories that are never in use together, in the space of the larger one.
///
/// A network's layers take turns in one scratch memory: three of them are an `Overlap<A, Overlap<B, C>>`. Taking one
/// side makes the content of the other meaningless, which scratch memory is between calls anyway.
///
/// ```
/// use dl_core::Blank;
/// use dl_core::place::Overlap;
///
/// let mut work = Overlap::<[f32; 100], [f32; 60]>::ZERO;
/// assert_eq!(size_of_val(&work), 400);
/// work.first()[99] = 1.0;
/// work.second()[59] = 2.0;
/// ```
#[repr(C)]
pub union Overlap<A, B> {
    first: ManuallyDrop<A>,
    second: ManuallyDrop<B>,
}

impl<A: ZeroValid, B: ZeroValid> Overlap<A, B> {
    /// Whether any bytes that one side leaves are valid for the other.
    const ALIKE: bool = Self::ATOM != MIXED;

    /// The first side, with any content.
    #[inline(always)]
    pub fn first(&mut self) -> &mut A {
        if !Self::ALIKE {
            clear(self);
        }
        // SAFETY: all bytes are initialized. They are zero, which is a valid `A`, or numbers of the size that `A` is made
        // of, where any bytes are valid.
        unsafe { &mut self.first }
    }

    /// The second side, with any content.
    #[inline(always)]
    pub fn second(&mut self) -> &mut B {
        if !Self::ALIKE {
            clear(self);
        }
        // SAFETY: as in `first`.
        unsafe { &mut self.second }
    }
}

impl<A: ZeroValid, B: ZeroValid> Blank for Overlap<A, B> {
    // SAFETY: all bytes zero is a valid value of both sides, which `ZeroValid` declares.
    const ZERO: Self = unsafe { MaybeUninit::zeroed().assume_init() };
}

// SAFETY: zero is valid for both sides; `ManuallyDrop` needs no drop. The union has no padding where its sides have
// none and it is as large as one of them.
unsafe impl<A: ZeroValid, B: ZeroValid> ZeroValid for Overlap<A, B> {
    const ATOM: usize = {
        let larger = if size_of::<A>() < size_of::<B>() { size_of::<B>() } else { size_of::<A>() };
        if larger == size_of::<Self>() { same(A::ATOM, B::ATOM) } else { MIXED }
    };
}

impl<A, B> core::fmt::Debug for Overlap<A, B> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Overlap")
    }
}

/// A large value in a place of its own: boxed, or lent for ever by a static.
#[derive(Debug)]
pub struct Place<M: 'static>(Kind<M>);

#[derive(Debug)]
enum Kind<M: 'static> {
    #[cfg(feature = "alloc")]
    Boxed(alloc::boxed::Box<M>),
    Lent(&'static mut M),
}

impl<M: ZeroValid> Place<M> {
    /// All zero, in a box.
    #[cfg(feature = "alloc")]
    pub fn boxed() -> Self {
        Place(Kind::Boxed(zeroed_box()))
    }

    /// In memory that the caller has set aside, as it is.
    pub fn lent(memory: &'static mut M) -> Self {
        Place(Kind::Lent(memory))
    }
}

impl<M> Deref for Place<M> {
    type Target = M;
    #[inline(always)]
    fn deref(&self) -> &M {
        match &self.0 {
            #[cfg(feature = "alloc")]
            Kind::Boxed(memory) => memory,
            Kind::Lent(memory) => memory,
        }
    }
}

impl<M> DerefMut for Place<M> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut M {
        match &mut self.0 {
            #[cfg(feature = "alloc")]
            Kind::Boxed(memory) => memory,
            Kind::Lent(memory) => memory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_first_numbers_of_its_slot() {
        let mut slot = SMatrix::<f32, 5, 2>::from_fn(|r, c| (c * 5 + r) as f32);
        assert_eq!(prefix::<_, 3, 5, 2>(&slot).as_slice(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        prefix_mut::<_, 3, 5, 2>(&mut slot)[(0, 1)] = 9.0;
        assert_eq!(slot.as_slice()[3], 9.0);
    }

    #[test]
    fn a_cleared_value_is_zero() {
        let mut value = ([1.0_f32; 3], 7_u16);
        clear(&mut value);
        assert_eq!(value, ([0.0; 3], 0));
    }

    #[test]
    fn sides_of_an_overlap_share_bytes_and_start_at_zero() {
        let mut alike = Overlap::<[f32; 2], Overlap<(), [[f32; 3]; 1]>>::ZERO;
        assert_eq!((size_of_val(&alike), *alike.second().second()), (12, [[0.0; 3]]));
        *alike.first() = [1.0, 2.0];
        assert_eq!(alike.second().second()[0][..2], [1.0, 2.0]);
        assert_eq!(*alike.second().first(), ());
    }

    #[test]
    fn sides_of_different_kinds_are_cleared_when_they_change() {
        let mut mixed = Overlap::<[f32; 2], (u16, f64)>::ZERO;
        *mixed.first() = [1.0, 2.0];
        assert_eq!(*mixed.second(), (0, 0.0));
        *mixed.second() = (7, 8.0);
        assert_eq!(*mixed.first(), [0.0, 0.0]);
    }

    /// Numbers of one size, and four bytes behind them.
    #[repr(C, align(16))]
    struct Padded([f32; 3]);
    // SAFETY: an array of numbers and padding.
    unsafe impl ZeroValid for Padded {
        const ATOM: usize = atom::<Self>(&[field::<[f32; 3]>()]);
    }

    /// As large as its numbers, but its neighbours are padded.
    #[repr(C, align(16))]
    struct Aligned([f32; 4]);
    // SAFETY: an array of numbers.
    unsafe impl ZeroValid for Aligned {
        const ATOM: usize = atom::<Self>(&[field::<[f32; 4]>()]);
    }

    #[test]
    fn what_has_padding_is_mixed() {
        assert_eq!((Padded::ATOM, Aligned::ATOM), (MIXED, 4));
        assert_eq!((<([f32; 3], Aligned)>::ATOM, <([f32; 4], Aligned)>::ATOM), (MIXED, 4));
        assert_eq!((Overlap::<[f32; 5], Aligned>::ATOM, Overlap::<[f32; 3], Aligned>::ATOM), (MIXED, 4));
    }

    #[test]
    fn padding_never_shows_through_an_overlap() {
        let mut value = Overlap::<Padded, [u32; 4]>::ZERO;
        *value.first() = Padded([1.0, 2.0, 3.0]); // leaves the last four bytes uninitialized
        assert_eq!(*value.second(), [0; 4]);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn a_box_larger_than_the_stack_is_made() {
        let mut place = Place::<[f32; 16 << 20]>::boxed();
        place[7] = 1.0;
        assert_eq!((place[7], place[8]), (1.0, 0.0));
    }
}
