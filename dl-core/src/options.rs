//! The options of layers: `Conv2d<16, 3, Pad<1>, Stride<2>>` has two.
//!
//! They follow a layer's sizes in any order, each at most once. `#[network]` reads them, and fills in what is not
//! said: the type of the field then names all of it, as one [`Slide`].
//!
//! | option | says | without it |
//! |---|---|---|
//! | [`Kernel<3, 5>`](Kernel) | a window of 3 × 5, in place of a window's size | |
//! | [`Pad<1>`](Pad), [`Pad<Same>`](Same) | zeros around the image or sequence | none |
//! | [`Stride<2>`](Stride) | how far the window moves | 1 |
//! | [`Dilation<2>`](Dilation) | how far apart the numbers of a window are | 1 |
//! | [`Groups<4>`](Groups) | groups of channels that do not see each other | 1 |
//! | [`OutputPad<1>`](OutputPad) | rows and columns that a transposed convolution adds at the end | none |
//! | [`PaddingIdx<0>`](PaddingIdx) | a token that stands for nothing | none |
//! | [`Sparse`] | only the rows of tokens that were met have a gradient | all have |
//! | [`Last`] | the last state of a recurrence alone | those of all steps |
//! | [`OneHot`] | tokens into a recurrence, as one-hot vectors | numbers |
//! | [`Bidirectional`] | a recurrence in both directions | from the first step to the last |
//! | [`Causal`], [`Pad<Causal>`](Causal) | no step looks at a later one | all steps look at all |
//! | [`Rotary`] | queries and keys turn by their positions | they know no positions |
//! | [`Additive<64>`](Additive) | steps are compared by a small network of 64 units | by a product |
//! | [`NoBias`] | no offset is learned | one for each output |
//! | [`Reflect`], [`Replicate`] | what the layer [`Pad`](crate::layers::Pad) puts around an image | [`Zeros`] |
//! | [`Nearest`], [`Bilinear`] | what stands between the numbers of an image that is made larger | `Nearest` |
//!
//! Of `n` numbers in a row with `before + after` zeros around them come
//! `⌊(n + before + after − d (k − 1) − 1) / s⌋ + 1`, for a window of `k` numbers with dilation `d` and stride `s`.
//!
//! ```
//! #[dl_macros::network(input = [64], crate = dl_core)]
//! struct Net { fc: Dense<10, NoBias> }
//!
//! assert_eq!(<Net>::PARAMS, 640);
//! ```

use core::marker::PhantomData;

use crate::{Blank, Real, ZeroValid, shape};

/// A window that is not square: `Kernel<HEIGHT, WIDTH>`, in place of the size of a window. PyTorch: `kernel_size`.
///
/// ```
/// use dl_core::options::{Kernel, Pair};
///
/// assert_eq!((Kernel::<3, 5>::PAIR, Kernel::<3>::PAIR), ([3, 5], [3, 3]));
/// ```
#[doc(alias = "kernel_size")]
#[derive(Debug)]
pub struct Kernel<const HEIGHT: usize, const WIDTH: usize = HEIGHT>;

/// How far a window moves: `Stride<2>`, or `Stride<HEIGHT, WIDTH>`. PyTorch: `stride`.
///
/// ```
/// use dl_core::options::{Pair, Stride};
///
/// assert_eq!((Stride::<2>::PAIR, Stride::<2, 1>::PAIR), ([2, 2], [2, 1]));
/// ```
#[derive(Debug)]
pub struct Stride<const HEIGHT: usize, const WIDTH: usize = HEIGHT>;

/// How far apart the numbers of a window are: `Dilation<2>`, or `Dilation<HEIGHT, WIDTH>`. PyTorch: `dilation`.
///
/// ```
/// use dl_core::options::{Dilation, Pair};
///
/// assert_eq!((Dilation::<2>::PAIR, Dilation::<2, 1>::PAIR), ([2, 2], [2, 1]));
/// ```
#[derive(Debug)]
pub struct Dilation<const HEIGHT: usize, const WIDTH: usize = HEIGHT>;

/// Zeros around an image: `Pad<1>`, `Pad<HEIGHT, WIDTH>` or `Pad<TOP, LEFT, BOTTOM, RIGHT>`. PyTorch: `padding`.
///
/// `Pad<5, 1>` is five rows above and below, and one column at each side. Around a sequence: `Pad<1>` or
/// `Pad<BEFORE, AFTER>`. See [`Same`] for `Pad<Same>`, [`Causal`] for `Pad<Causal>`. As the type of a field it is a [layer](crate::layers::Pad).
///
/// ```
/// use dl_core::options::{Pad, Sides};
///
/// assert_eq!(Pad::<1>::SIDES, [[1, 1], [1, 1]]); // top and bottom, left and right
/// assert_eq!(Pad::<5, 1>::SIDES, [[5, 5], [1, 1]]);
/// assert_eq!(Pad::<0, 0, 1, 2>::SIDES, [[0, 1], [0, 2]]);
/// ```
#[doc(alias = "padding")]
#[derive(Debug)]
pub struct Pad<
    const TOP: usize,
    const LEFT: usize = TOP,
    const BOTTOM: usize = TOP,
    const RIGHT: usize = LEFT,
>;

/// `Pad<Same>`: as many zeros as make `⌈n / stride⌉` of `n`; an odd one goes to the end. TensorFlow: `padding="same"`.
///
/// With a stride of 1 this is PyTorch's `padding="same"`, which knows no other stride.
///
/// ```
/// assert_eq!(dl_core::shape::same(28, 5, 1, 1), [2, 2]);
/// assert_eq!(dl_core::shape::same(28, 3, 2, 1), [0, 1]); // the odd one at the end
/// ```
#[derive(Debug)]
pub struct Same;

/// Channels in groups that do not see each other: `Groups<4>`. PyTorch: `groups`.
///
/// Both the channels that come in and those that go out are a multiple of it.
///
/// ```
/// use dl_core::options::{Groups, Pad, Stride, Dilation, Kernel, Image, Slide, Sliding};
///
/// type Depthwise = Slide<Image<8, 5, 5>, Kernel<3>, Stride<1>, Dilation<1>, Pad<1>, Groups<8>>;
/// assert_eq!(Depthwise::GROUPS, 8);
/// ```
#[derive(Debug)]
pub struct Groups<const N: usize>;

/// Rows and columns that a transposed convolution adds below and to the right: `OutputPad<1>`, or
/// `OutputPad<HEIGHT, WIDTH>`. PyTorch: `output_padding`.
///
/// With a stride of 2, images of 13 and of 14 rows shrink to the same size; this says which of them comes back. It is
/// less than the stride.
///
/// ```
/// use dl_core::shape::{unfolded, windows};
///
/// assert_eq!((windows(13, [1, 1], 3, 2, 1), windows(14, [1, 1], 3, 2, 1)), (7, 7));
/// assert_eq!((unfolded(7, [1, 1], 3, 2, 1, 0), unfolded(7, [1, 1], 3, 2, 1, 1)), (13, 14));
/// ```
#[doc(alias = "output_padding")]
#[derive(Debug)]
pub struct OutputPad<const HEIGHT: usize, const WIDTH: usize = HEIGHT>;

/// The token that stands for nothing in an embedding: `PaddingIdx<0>`. PyTorch: `padding_idx`.
///
/// Its vector starts at zero and learns nothing.
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Net { embed: Embedding<1000, 16, PaddingIdx<0>> }
///
/// assert_eq!(<Net>::PARAMS, 16_000);
/// ```
#[doc(alias = "padding_idx")]
#[derive(Debug)]
pub struct PaddingIdx<const TOKEN: usize>;

/// An embedding's gradient has only the rows of tokens that were met: `Embedding<50_000, 64, Sparse>`. PyTorch: `sparse=True`.
///
/// See the [layer](crate::layers::SparseEmbedding) that comes of it, which says what becomes of the optimizer's steps.
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Net { embed: Embedding<1000, 16, Sparse> }
///
/// assert_eq!(<Net>::PARAMS, 16_000);
/// ```
#[doc(alias = "sparse")]
#[derive(Debug)]
pub struct Sparse;

/// Tokens in place of numbers into a recurrence, each a one-hot vector of so many numbers: `Lstm<64, OneHot<96>>`. PyTorch:
/// `nn.functional.one_hot` before the layer.
///
/// See the [layer](crate::layers::OverTokens) that comes of it.
///
/// ```
/// #[dl_macros::network(input = [u16; 64], crate = dl_core)]
/// struct Net { gru: Gru<16, OneHot<96>> }
///
/// assert_eq!(<Net>::PARAMS, 3 * 16 * (96 + 16 + 2));
/// ```
#[doc(alias = "one_hot")]
#[derive(Debug)]
pub struct OneHot<const VOCAB: usize>;

/// Of a recurrence the last state alone: `Lstm<64, Last>`. PyTorch: `h_n`; Keras: `return_sequences=False`.
///
/// Of a padded sequence it is the state after the last valid step.
///
/// ```
/// #[dl_macros::network(input = [20, 3], crate = dl_core)]
/// struct Net { gru: Gru<16, Last> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [16]);
/// ```
#[derive(Debug)]
pub struct Last;

/// A recurrence in both directions: `Lstm<64, Bidirectional>`. PyTorch: `bidirectional=True`.
///
/// The states of both stand side by side: see the [layer](crate::layers::Bidirectional) that comes of it.
///
/// ```
/// #[dl_macros::network(input = [20, 3], crate = dl_core)]
/// struct Net { gru: Gru<16, Bidirectional> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [20, 32]);
/// ```
#[derive(Debug)]
pub struct Bidirectional;

/// No step looks at a later one: `SelfAttention<8, Causal>`, `Conv1d<16, 3, Pad<Causal>>`. PyTorch: `is_causal=True`; Keras:
/// `padding="causal"`.
///
/// A window of `k` steps with dilation `d` then has `d (k − 1)` zeros before the sequence and none behind: it ends at the step
/// that it is for.
///
/// ```
/// #[dl_macros::network(input = [20, 64], crate = dl_core)]
/// struct Net { attention: SelfAttention<8, Causal>, conv: Conv1d<16, 3, Dilation<2>, Pad<Causal>> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [20, 16]);
/// ```
#[doc(alias = "is_causal")]
#[derive(Debug)]
pub struct Causal;

/// Queries and keys turn by their positions: `SelfAttention<8, Rotary>`.
///
/// See the [layer](crate::layers::SelfAttention), which says by how much. Each head needs an even number of features.
///
/// ```
/// #[dl_macros::network(input = [20, 64], crate = dl_core)]
/// struct Net { attention: SelfAttention<8, Causal, Rotary> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [20, 64]);
/// ```
#[doc(alias = "RoPE")]
#[doc(alias = "RotaryPositionalEmbeddings")]
#[derive(Debug)]
pub struct Rotary;

/// Steps are compared by a small network of `UNITS` units: `Attend<Additive<64>>`.
///
/// See the [layer](crate::layers::AdditiveAttention) that comes of it.
///
/// ```
/// #[dl_macros::network(input = ([20, 32], [24, 48]), crate = dl_core)]
/// #[forward(|h, memory| attend(h, memory))]
/// struct Net { attend: Attend<Additive<16>> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [20, 48]);
/// ```
#[derive(Debug)]
pub struct Additive<const UNITS: usize>;

/// No offset is learned. PyTorch: `bias=False`.
///
/// ```
/// #[dl_macros::network(input = [64], crate = dl_core)]
/// struct Net { fc: Dense<10, NoBias> }
///
/// assert_eq!(<Net>::PARAMS, 640);
/// ```
#[doc(alias = "bias")]
#[derive(Debug)]
pub struct NoBias;

/// `Upsample<2, Bilinear>`: numbers between those of an image are a mix of the four nearest. PyTorch: `mode='bilinear'`.
///
/// ```
/// use dl_core::options::{Between, Bilinear, Nearest};
///
/// assert!(Bilinear::MIXES && !Nearest::MIXES);
/// ```
#[derive(Debug)]
pub struct Bilinear;

/// `Upsample<2, Nearest>`, which is `Upsample<2>`: numbers between those of an image are the nearest of them. PyTorch: `mode='nearest'`.
///
/// ```
/// use dl_core::options::{Between, Nearest};
///
/// assert!(!Nearest::MIXES);
/// ```
#[derive(Debug)]
pub struct Nearest;

/// What stands between the numbers of an image that is made larger: [`Nearest`], [`Bilinear`].
///
/// ```
/// use dl_core::options::{Between, Bilinear};
///
/// assert!(Bilinear::MIXES);
/// ```
pub trait Between: 'static + Send + Sync {
    /// Whether it is a mix of several.
    const MIXES: bool;
}

impl Between for Nearest {
    const MIXES: bool = false;
}

impl Between for Bilinear {
    const MIXES: bool = true;
}

/// `Pad<1, Zeros>`, which is `Pad<1>`: zeros around an image.
///
/// ```
/// use dl_core::options::{Around, Outside, Zeros};
///
/// assert_eq!(Zeros::OUTSIDE, Outside::Zeros);
/// ```
#[derive(Debug)]
pub struct Zeros;

/// `Pad<1, Reflect>`: an image mirrored at its edge, which is not repeated. PyTorch: `padding_mode='reflect'`.
///
/// ```
/// use dl_core::options::{Around, Outside, Reflect};
///
/// assert_eq!(Reflect::OUTSIDE, Outside::Mirrored);
/// ```
#[derive(Debug)]
pub struct Reflect;

/// `Pad<1, Replicate>`: the edge of an image again and again. PyTorch: `padding_mode='replicate'`.
///
/// ```
/// use dl_core::options::{Around, Outside, Replicate};
///
/// assert_eq!(Replicate::OUTSIDE, Outside::Repeated);
/// ```
#[derive(Debug)]
pub struct Replicate;

/// What stands outside of an image, as a value.
///
/// ```
/// use dl_core::options::{Around, Outside, Zeros};
///
/// assert_ne!(Zeros::OUTSIDE, Outside::Mirrored);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Zeros.
    Zeros,
    /// The image mirrored at its first and last number, which are not repeated.
    Mirrored,
    /// The first and the last number again.
    Repeated,
}

/// What stands around an image: [`Zeros`], [`Reflect`], [`Replicate`].
///
/// ```
/// use dl_core::options::{Around, Outside, Zeros};
///
/// assert_eq!(Zeros::OUTSIDE, Outside::Zeros);
/// ```
pub trait Around: 'static + Send + Sync {
    /// The same as a value.
    const OUTSIDE: Outside;
}

impl Around for Zeros {
    const OUTSIDE: Outside = Outside::Zeros;
}

impl Around for Reflect {
    const OUTSIDE: Outside = Outside::Mirrored;
}

impl Around for Replicate {
    const OUTSIDE: Outside = Outside::Repeated;
}

/// An image of `C` channels.
///
/// ```
/// use dl_core::options::{Image, Kernel, Slide, Sliding};
///
/// assert_eq!(Slide::<Image<3, 32, 48>, Kernel<5>>::IMAGE, [3, 32, 48]);
/// ```
#[derive(Debug)]
pub struct Image<const C: usize, const HEIGHT: usize, const WIDTH: usize>;

/// How a window slides over an image: what `#[network]` makes of a layer's options, so that one type holds all sizes.
///
/// ```
/// use dl_core::options::{Image, Kernel, Pad, Slide, Sliding, Stride};
///
/// type Sizes = Slide<Image<3, 32, 48>, Kernel<3>, Stride<2>>;
/// assert_eq!(Sizes::OUT, [15, 23]);
/// ```
#[derive(Debug)]
pub struct Slide<I, K, S = Stride<1>, D = Dilation<1>, P = Pad<0>, G = Groups<1>>(
    PhantomData<(I, K, S, D, P, G)>,
);

/// A height and a width: [`Kernel`], [`Stride`], [`Dilation`], [`OutputPad`].
///
/// ```
/// use dl_core::options::{Pair, Stride};
///
/// assert_eq!(Stride::<2, 1>::PAIR, [2, 1]);
/// ```
pub trait Pair: 'static + Send + Sync {
    /// `[height, width]`
    const PAIR: [usize; 2];
}

macro_rules! pairs {
    ($($name:ident)*) => { $(
        impl<const H: usize, const W: usize> Pair for $name<H, W> {
            const PAIR: [usize; 2] = [H, W];
        }
    )* };
}
pairs! { Kernel Stride Dilation OutputPad }

/// Padding at each side: [`Pad`].
///
/// ```
/// use dl_core::options::{Pad, Sides};
///
/// assert_eq!(Pad::<2, 1>::SIDES, [[2, 2], [1, 1]]);
/// ```
pub trait Sides: 'static + Send + Sync {
    /// `[[top, bottom], [left, right]]`
    const SIDES: [[usize; 2]; 2];
    /// As many rows of `C` numbers as stand at the top.
    #[doc(hidden)]
    type Top<T: Real, const C: usize>: Rows<T>;
}

impl<const TOP: usize, const L: usize, const B: usize, const R: usize> Sides for Pad<TOP, L, B, R> {
    const SIDES: [[usize; 2]; 2] = [[TOP, B], [L, R]];
    type Top<T: Real, const C: usize> = [[T; C]; TOP];
}

/// Rows of numbers.
#[doc(hidden)]
pub trait Rows<T>: Blank + ZeroValid + Copy {
    /// All of them.
    fn numbers(&mut self) -> &mut [T];
}

impl<T: Real, const C: usize, const N: usize> Rows<T> for [[T; C]; N] {
    fn numbers(&mut self) -> &mut [T] {
        self.as_flattened_mut()
    }
}

/// The sizes in a [`Slide`].
///
/// ```
/// use dl_core::options::{Image, Kernel, Slide, Sliding};
///
/// type Sizes = Slide<Image<1, 28, 28>, Kernel<5, 3>>;
/// assert_eq!((Sizes::KERNEL, Sizes::OUT, Sizes::AREA), ([5, 3], [24, 26], 624));
/// ```
pub trait Sliding: 'static + Send + Sync {
    /// Of the image that comes in: channels, height, width.
    const IMAGE: [usize; 3];
    /// Height and width of the window.
    const KERNEL: [usize; 2];
    /// How far the window moves, down and to the right.
    const STRIDE: [usize; 2];
    /// How far apart its numbers are.
    const DILATION: [usize; 2];
    /// `[[top, bottom], [left, right]]`
    const PAD: [[usize; 2]; 2];
    /// Groups of channels.
    const GROUPS: usize;
    /// Height and width of what comes out: how many windows there are.
    const OUT: [usize; 2] = [
        shape::windows(Self::IMAGE[1], Self::PAD[0], Self::KERNEL[0], Self::STRIDE[0], Self::DILATION[0]),
        shape::windows(Self::IMAGE[2], Self::PAD[1], Self::KERNEL[1], Self::STRIDE[1], Self::DILATION[1]),
    ];
    /// How many windows there are in all.
    const AREA: usize = Self::OUT[0] * Self::OUT[1];
    /// How many numbers come in.
    const LEN: usize = Self::IMAGE[0] * Self::IMAGE[1] * Self::IMAGE[2];
    /// The steps before one that a causal window sees: as many as are padded.
    #[doc(hidden)]
    type Past<T: Real>: Rows<T>;
}

impl<const C: usize, const H: usize, const W: usize, K, S, D, P, const G: usize> Sliding
    for Slide<Image<C, H, W>, K, S, D, P, Groups<G>>
where
    K: Pair,
    S: Pair,
    D: Pair,
    P: Sides,
{
    const IMAGE: [usize; 3] = [C, H, W];
    const KERNEL: [usize; 2] = K::PAIR;
    const STRIDE: [usize; 2] = S::PAIR;
    const DILATION: [usize; 2] = D::PAIR;
    const PAD: [[usize; 2]; 2] = P::SIDES;
    const GROUPS: usize = G;
    type Past<T: Real> = P::Top<T, C>;
}
