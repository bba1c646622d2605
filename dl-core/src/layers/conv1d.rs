//! Convolution over the steps of a sequence. PyTorch: `nn.Conv1d`.

use core::marker::PhantomData;
use core::ops::Range;

use nalgebra::{SMatrix, SVector};

use crate::descend::descends;
use crate::kernels::checked::{copy, fits, part, part_mut};
use crate::layers::{BatchNorm, weight_and_bias};
use crate::options::{Rows, Sliding};
use crate::shape::span;
use crate::signal::LenMap;
use crate::{Layer, Pass, Pointwise, Real, Shape, Stream, Vals, pointwise};

/// Convolution over the steps of a sequence. PyTorch: `nn.Conv1d`.
///
/// Written `Conv1d<OUT, K>` in a network, with the options [`Pad`](crate::options::Pad),
/// [`Stride`](crate::options::Stride), [`Dilation`](crate::options::Dilation) and [`NoBias`](crate::options::NoBias). Values
/// are `[steps, features]`, so a window lies in one piece; PyTorch's are `[features, steps]`, transposed. All sizes are in
/// `S`, a [`Slide`](crate::options::Slide) over an image of `IN` channels that is one column wide.
///
/// | symbol | shape          | meaning                              |
/// |--------|----------------|--------------------------------------|
/// | `x`    | `[STEPS, IN]`  | input                                |
/// | `W`    | `[OUT, IN, K]` | weight (learned)                     |
/// | `b`    | `OUT`          | bias (learned), absent with `NoBias` |
/// | `y`    | `[LEN, OUT]`   | output                               |
///
/// - forward:  `y[t] = b + Σₖ W[.., k] x[t s + k d − p]`, where steps outside of the sequence are zero
/// - backward: `dx[t s + k d − p] += W[.., k]ᵀ dy[t]`, `dW[.., k] += dy[t] x[t s + k d − p]ᵀ`, `db += dy[t]`
/// - `LEN = ⌊(STEPS + before + after − d (K − 1) − 1) / s⌋ + 1`
///
/// A sequence that is shorter than `STEPS` is mapped as if it ended there: its length becomes that of the same formula, and
/// what lies behind is zero. (Padding as wide as the window would make steps of a sequence that has none.)
///
/// With [`Pad<Causal>`](crate::options::Causal) a window ends at the step that it is for; the steps before are kept in a ring
/// where a network runs one step at a time.
///
/// Weight and bias start uniform in `±1/√(IN K)`, as PyTorch's do.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::Conv1d};
///
/// // 3 steps of 1 feature, with a zero before them: differences of neighbours
/// type Sizes = Slide<Image<1, 3, 1>, Kernel<2, 1>, Stride<1>, Dilation<1>, Pad<1, 0, 0, 0>>;
/// let mut conv = Conv1d::<f32, Sizes, 1, 2>::ZERO;
/// conv.weight = matrix![-1.0, 1.0];
/// let mut y = vector![0.0, 0.0, 0.0];
/// conv.forward(&vector![5.0, 7.0, 4.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![5.0, 2.0, -3.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [16000, 1], crate = dl_core)]
/// struct Audio { conv1: Conv1d<16, 80, Stride<16>>, act1: Relu, conv2: Conv1d<32, 3, Pad<1>> }
///
/// assert_eq!(<Audio as dl_core::Network>::OUTPUT.dims(), [996, 32]);
/// assert_eq!(<Audio>::PARAMS, 16 * 80 + 16 + 32 * 16 * 3 + 32);
/// ```
#[doc(alias = "nn.Conv1d")]
#[derive(Debug)]
#[repr(C)]
pub struct Conv1d<T, S, const OUT: usize, const FAN: usize, const BIAS: usize = OUT> {
    /// `OUT × FAN`: a column for each number of a window, step by step.
    pub weight: SMatrix<T, OUT, FAN>,
    /// `OUT`, or nothing with `NoBias`.
    pub bias: SVector<T, BIAS>,
    sizes: PhantomData<S>,
}

/// Windows that see the same places of their sequence.
struct Piece {
    windows: Range<usize>,
    /// The numbers of a window that are seen, as columns of the weight.
    columns: Range<usize>,
    /// Where the first of them is in the first window.
    x: usize,
}

impl<T: Real, S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize>
    Conv1d<T, S, OUT, FAN, BIAS>
{
    const IN: usize = S::IMAGE[0];
    const STEPS: usize = S::IMAGE[1];
    const K: usize = S::KERNEL[0];
    const STRIDE: usize = S::STRIDE[0];
    const DILATION: usize = S::DILATION[0];
    const BEFORE: usize = S::PAD[0][0];
    const LENS: LenMap =
        LenMap::window(span(Self::K, Self::DILATION), Self::STRIDE, Self::BEFORE + S::PAD[0][1]);
    /// How far apart windows are, in numbers.
    const STEP: usize = Self::STRIDE * Self::IN;

    /// [`Layer::forward`] and an activation `F` over its output.
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::options::{Image, Kernel, Slide};
    /// use dl_core::{Blank, Pass, layers::{Conv1d, Relu}};
    ///
    /// let mut conv = Conv1d::<f32, Slide<Image<1, 3, 1>, Kernel<2, 1>>, 1, 2>::ZERO;
    /// conv.weight = matrix![-1.0, 1.0];
    /// let mut y = vector![0.0, 0.0];
    /// conv.forward_then(&Relu, &vector![5.0, 7.0, 4.0], &mut y, Pass::infer());
    /// assert_eq!(y, vector![2.0, 0.0]);
    /// ```
    #[inline(always)]
    pub fn forward_then<F: Pointwise<T>, const X: usize, const Y: usize, const B: usize>(
        &self,
        _then: &F,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        self.product(x, y, pass);
        pointwise::forward_in_place::<T, F>(pass, pass.live_part_of(y.as_mut_slice()));
        self.clear_rest(y, pass);
        pass.copy_first(y.as_mut_slice());
    }

    /// Takes `norm`, which follows this layer, into the weight and bias of `folded`: see [`Fold`](crate::Fold).
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::{Blank, layers::{BatchNorm, Conv1d}, options::{Image, Kernel, Slide}};
    ///
    /// let (mut layer, mut norm, mut folded) = (Conv1d::<f64, Slide<Image<1, 3, 1>, Kernel<2, 1>>, 1, 2, 0>::ZERO, BatchNorm::<f64, 1>::ZERO, Blank::ZERO);
    /// layer.weight = matrix![1.0, -2.0];
    /// norm.weight = vector![6.0];
    /// norm.running_mean = vector![5.0];
    /// norm.running_var = vector![4.0 - 1e-5];
    /// layer.fold_norm_into(&norm, &mut folded);
    /// assert!((folded.weight - 3.0 * layer.weight).amax() < 1e-12); // 6 / √4
    /// assert!((folded.bias[0] + 15.0).abs() < 1e-12); // −5 · 3
    /// ```
    pub fn fold_norm_into<const RUN: usize>(
        &self,
        norm: &BatchNorm<T, OUT, RUN>,
        folded: &mut Conv1d<T, S, OUT, FAN>,
    ) {
        let from = (self.weight.as_slice(), self.bias.as_slice());
        norm.fold_into(from, (folded.weight.as_mut_slice(), &mut folded.bias), |i| i % OUT);
    }

    /// The output of the samples that count.
    fn product<const X: usize, const Y: usize, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        const { Self::check::<X, Y>() }
        let (isa, w) = (pass.isa(), self.weight.as_slice());
        for b in 0..pass.live() {
            let (steps, windows) = Self::steps(b, pass);
            let x = part(x.as_slice(), b * X..b * X + steps * Self::IN);
            let y = part_mut(y.as_mut_slice(), b * Y..b * Y + windows * OUT);
            match BIAS {
                0 => y.fill(T::zero()),
                _ => y.chunks_exact_mut(OUT).for_each(|y| y.copy_from_slice(self.bias.as_slice())),
            }
            Self::pieces(steps, windows, |Piece { windows, columns, x: at }| {
                let size = [OUT, windows.len(), columns.len()];
                let y = part_mut(y, windows.start * OUT..windows.end * OUT);
                let (w, x) = (part(w, columns.start * OUT..columns.end * OUT), part(x, at..x.len()));
                fits(T::windows_add(isa, size, Self::STEP, w, x, y));
            });
        }
    }

    /// Sets what lies behind the valid steps to zero.
    fn clear_rest<const Y: usize, const B: usize>(&self, y: &mut SMatrix<T, Y, B>, pass: Pass<'_, B>) {
        for b in 0..pass.live() {
            let (_, windows) = Self::steps(b, pass);
            part_mut(y.as_mut_slice(), b * Y + windows * OUT..(b + 1) * Y).fill(T::zero());
        }
    }

    /// The valid steps of sample `b`, and the windows over them.
    fn steps<const B: usize>(b: usize, pass: Pass<'_, B>) -> (usize, usize) {
        let lens = pass.lens();
        (lens.of_any().steps(b, Self::STEPS), lens.map(Self::LENS).of_any().steps(b, S::OUT[0]))
    }

    /// Shows all windows over `steps` steps in pieces: in as few as there are different cuts at the ends, or, where the
    /// numbers of a window are apart, one for each of these.
    fn pieces(steps: usize, windows: usize, mut f: impl FnMut(Piece)) {
        // the windows whose number `k` is one of the steps
        let inside = |k: usize| {
            let at = k * Self::DILATION;
            let end = (steps + Self::BEFORE).saturating_sub(at).div_ceil(Self::STRIDE).min(windows);
            Self::BEFORE.saturating_sub(at).div_ceil(Self::STRIDE).min(end)..end
        };
        let mut piece = |windows: Range<usize>, taps: Range<usize>| {
            if !windows.is_empty() && !taps.is_empty() {
                let x = windows.start * Self::STRIDE + taps.start * Self::DILATION - Self::BEFORE;
                let columns = taps.start * Self::IN..taps.end * Self::IN;
                f(Piece { windows, columns, x: x * Self::IN });
            }
        };
        if Self::DILATION > 1 {
            (0..Self::K).for_each(|k| piece(inside(k), k..k + 1));
            return;
        }
        let whole = inside(0).start..inside(Self::K - 1).end.max(inside(0).start);
        let cut = |t: usize| {
            let first = Self::BEFORE.saturating_sub(t * Self::STRIDE);
            first..(steps + Self::BEFORE).saturating_sub(t * Self::STRIDE).min(Self::K).max(first)
        };
        (0..whole.start).for_each(|t| piece(t..t + 1, cut(t)));
        piece(whole.clone(), 0..Self::K);
        (whole.end..windows).for_each(|t| piece(t..t + 1, cut(t)));
    }

    /// Adds to the weight and bias of `self` what their gradients are.
    fn add_gradient<const X: usize, const Y: usize, const B: usize>(
        &mut self,
        x: &SMatrix<T, X, B>,
        dy: &SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        let isa = pass.isa();
        if pass.is_fresh() {
            self.weight.fill(T::zero());
            self.bias.fill(T::zero());
        }
        for b in 0..pass.live() {
            let (steps, windows) = Self::steps(b, pass);
            let x = part(x.as_slice(), b * X..b * X + steps * Self::IN);
            let dy = part(dy.as_slice(), b * Y..b * Y + windows * OUT);
            T::add_columns(isa, OUT, dy, self.bias.as_mut_slice());
            Self::pieces(steps, windows, |Piece { windows, columns, x: at }| {
                let size = [OUT, windows.len(), columns.len()];
                let (dy, x) = (part(dy, windows.start * OUT..windows.end * OUT), part(x, at..x.len()));
                let dw = part_mut(self.weight.as_mut_slice(), columns.start * OUT..columns.end * OUT);
                fits(T::windows_nt_add(isa, size, Self::STEP, dy, x, dw));
            });
        }
    }

    fn grad_input<const X: usize, const Y: usize, const B: usize>(
        &self,
        dy: &SMatrix<T, Y, B>,
        dx: &mut SMatrix<T, X, B>,
        pass: Pass<'_, B>,
    ) {
        dx.fill(T::zero());
        for b in 0..pass.live() {
            let (steps, windows) = Self::steps(b, pass);
            let dx = part_mut(dx.as_mut_slice(), b * X..b * X + steps * Self::IN);
            let dy = part(dy.as_slice(), b * Y..b * Y + windows * OUT);
            Self::pieces(steps, windows, |Piece { windows, columns, x: at }| {
                let size = [OUT, windows.len(), columns.len()];
                let dy = part(dy, windows.start * OUT..windows.end * OUT);
                let w = part(self.weight.as_slice(), columns.start * OUT..columns.end * OUT);
                let end = dx.len();
                let dx = part_mut(dx, at..end);
                fits(T::windows_tn_add(pass.isa(), size, Self::STEP, w, dy, dx));
            });
        }
    }

    const fn check<const X: usize, const Y: usize>() {
        assert!(X == S::LEN && Y == OUT * S::OUT[0] && (BIAS == 0 || BIAS == OUT));
        assert!(FAN == Self::IN * Self::K && S::IMAGE[2] == 1 && S::AREA == S::OUT[0] && S::GROUPS == 1);
    }
}

impl<
    T: Real,
    S: Sliding,
    const OUT: usize,
    const FAN: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
> Layer<T, Vals<X>, Vals<Y>> for Conv1d<T, S, OUT, FAN, BIAS>
{
    type Tape<const B: usize> = (); // x is lent by the network; nothing else is needed
    type Work<const B: usize> = ();

    const MACS: usize = Y * FAN;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;
    const LENS: LenMap = Self::LENS;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        self.product(x, y, pass);
        self.clear_rest(y, pass);
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { Self::check::<X, Y>() }
        if let Some(grad) = grad {
            grad.add_gradient(x, dy, pass);
        }
        if let Some(dx) = dx {
            self.grad_input(dy, dx, pass);
        }
    }
}

descends! {
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] Conv1d<T, S, OUT, FAN, BIAS>
}

impl<T: Real, S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize, const X: usize>
    Stream<T, Vals<X>, Vals<OUT>> for Conv1d<T, S, OUT, FAN, BIAS>
{
    /// The steps before, in a ring for each sample, and which of them is the oldest.
    type State<const B: usize> = ([S::Past<T>; B], usize);
    type Work<const B: usize> = ();

    const STEP_MACS: usize = OUT * FAN;

    fn step<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, OUT, B>,
        (past, oldest): &mut Self::State<B>,
        (): &mut (),
        pass: Pass<'a, B>,
    ) {
        const {
            assert!(X == Self::IN && Self::STRIDE == 1 && S::PAD[0][1] == 0);
            assert!(Self::BEFORE + 1 == span(Self::K, Self::DILATION), "a window ends at its step");
        }
        let (isa, w) = (pass.isa(), self.weight.as_slice());
        for (b, past) in past.iter_mut().enumerate() {
            let (past, x) = (past.numbers(), part(x.as_slice(), b * X..(b + 1) * X));
            let y = part_mut(y.as_mut_slice(), b * OUT..(b + 1) * OUT);
            match BIAS {
                0 => y.fill(T::zero()),
                _ => copy(self.bias.as_slice(), y),
            }
            // the numbers of the window from number `k` on, which lie together
            let mut add = |k: usize, x: &[T]| {
                if !x.is_empty() {
                    let w = part(w, k * X * OUT..(k * X + x.len()) * OUT);
                    fits(T::windows_add(isa, [OUT, 1, x.len()], 0, w, x, y));
                }
            };
            if Self::DILATION == 1 {
                let first = *oldest * X;
                add(0, part(past, first..past.len()));
                add(Self::BEFORE - *oldest, part(past, 0..first));
            } else {
                for k in 0..Self::K - 1 {
                    let at = (*oldest + k * Self::DILATION) % Self::BEFORE;
                    add(k, part(past, at * X..(at + 1) * X));
                }
            }
            add(Self::K - 1, x);
            if Self::BEFORE > 0 {
                copy(x, part_mut(past, *oldest * X..(*oldest + 1) * X));
            }
        }
        *oldest = if *oldest + 1 < Self::BEFORE { *oldest + 1 } else { 0 };
    }
}

weight_and_bias! {
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] Conv1d<T, S, OUT, FAN, BIAS>,
    weight: [OUT, FAN] as Shape::new([OUT, S::IMAGE[0], S::KERNEL[0]]), Reversed;
    fan: FAN; also: [sizes: PhantomData]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
    use crate::{Blank, Lens, Params, Rng, gradcheck};

    /// Random parameters and two random samples, checked by central differences, whole and with 5 and 2 valid steps.
    fn differences<S: Sliding, const OUT: usize, const FAN: usize, const X: usize, const Y: usize>() {
        let mut layer = Conv1d::<f64, S, OUT, FAN>::ZERO;
        Params::init(&mut layer, Rng::new(3));
        let mut rng = Rng::new(4);
        let mut x = SMatrix::<f64, X, 2>::from_fn(|_, _| rng.uniform_in(-1.0, 1.0));
        let whole = gradcheck::layer::<_, Vals<X>, Vals<Y>, 2>(&mut layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 2 * X + OUT * FAN + OUT);
        let pass = Pass::infer().padded(Lens::of(&[5, 2]));
        gradcheck::layer::<_, Vals<X>, Vals<Y>, 2>(&mut layer, &mut x, pass).unwrap();
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Slide<Image<2, 7, 1>, Kernel<3, 1>>, 3, 6, 14, 15>();
        differences::<
            Slide<Image<3, 8, 1>, Kernel<4, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0, 2, 0>>,
            2,
            12,
            24,
            8,
        >();
        differences::<
            Slide<Image<2, 9, 1>, Kernel<3, 1>, Stride<1, 1>, Dilation<2, 1>, Pad<2, 0, 2, 0>>,
            3,
            6,
            18,
            27,
        >();
        differences::<
            Slide<Image<1, 6, 1>, Kernel<2, 1>, Stride<3, 1>, Dilation<3, 1>, Pad<0, 0, 1, 0>>,
            1,
            2,
            6,
            2,
        >();
    }

    #[test]
    fn step_by_step_it_gives_what_it_gives_at_once() {
        type Causal = Slide<Image<2, 9, 1>, Kernel<3, 1>, Stride<1>, Dilation<2, 1>, Pad<4, 0, 0, 0>>;
        let mut conv = Conv1d::<f64, Causal, 3, 6>::ZERO;
        Params::init(&mut conv, Rng::new(3));
        let mut rng = Rng::new(4);
        let x = SMatrix::<f64, 18, 2>::from_fn(|_, _| rng.normal());
        let mut y = SMatrix::<f64, 27, 2>::zeros();
        conv.forward(&x, &mut y, None, &mut (), Pass::infer());
        let (mut state, mut now) = (Blank::ZERO, SMatrix::<f64, 3, 2>::zeros());
        for t in 0..9 {
            let x = x.fixed_view::<2, 2>(2 * t, 0).into_owned();
            conv.step(&x, &mut now, &mut state, &mut (), Pass::infer());
            assert!((now - y.fixed_view::<3, 2>(3 * t, 0)).amax() < 1e-14, "step {t}");
        }
    }

    #[test]
    fn a_padded_sequence_equals_the_short_one_and_is_zero_behind_it() {
        type Long = Slide<Image<2, 9, 1>, Kernel<3, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0, 1, 0>>;
        type Short = Slide<Image<2, 4, 1>, Kernel<3, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0, 1, 0>>;
        let (mut long, mut short) = (Conv1d::<f64, Long, 3, 6>::ZERO, Conv1d::<f64, Short, 3, 6>::ZERO);
        Params::init(&mut long, Rng::new(3));
        (short.weight, short.bias) = (long.weight, long.bias);
        let x = SVector::<f64, 18>::from_fn(|i, _| if i < 8 { i as f64 } else { f64::NAN });
        let mut y = SVector::<f64, 15>::from_element(7.0);
        long.forward(&x, &mut y, None, &mut (), Pass::infer().padded(Lens::of(&[4])));
        let mut expected = SVector::<f64, 6>::zeros();
        short.forward(&x.fixed_rows::<8>(0).into_owned(), &mut expected, None, &mut (), Pass::infer());
        assert_eq!(y.as_slice()[..6], expected.as_slice()[..]);
        assert_eq!(y.as_slice()[6..], [0.0; 9]);
    }
}
