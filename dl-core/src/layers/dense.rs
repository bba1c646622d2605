//! Fully connected layer, on the last dimension. PyTorch: `nn.Linear`.

use nalgebra::{SMatrix, SVector};

use crate::descend::descends;
use crate::kernels::map::Known;
use crate::layers::{BatchNorm, weight_and_bias};
use crate::{Layer, Pass, Pointwise, Real, Shape, Vals, pointwise};

/// Fully connected layer, on the last dimension. PyTorch: `nn.Linear`.
///
/// Written `Dense<OUT>` in a network, with the option `NoBias`; the number of inputs is inferred. On `[steps,
/// features]` it acts on every step alike.
///
/// | symbol | shape      | meaning                                |
/// |--------|------------|----------------------------------------|
/// | `x`    | `IN`       | input (each step of it, of a sequence) |
/// | `W`    | `OUT × IN` | weight (learned)                       |
/// | `b`    | `OUT`      | bias (learned), absent with `NoBias`   |
/// | `y`    | `OUT`      | output                                 |
///
/// - forward:  `y = W x + b`
/// - backward: `dx = Wᵀ dy`, `dW += dy xᵀ`, `db += dy`
///
/// Weight and bias start uniform in `±1/√IN`, as PyTorch's do.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Layer, Pass, layers::Dense};
///
/// let mut dense = Dense::<f32, 2, 2>::ZERO;
/// dense.weight = matrix![1.0, 3.0; 2.0, 4.0];
/// dense.bias = vector![10.0, 20.0];
/// let mut y = vector![0.0, 0.0];
/// dense.forward(&vector![1.0, 1.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![14.0, 26.0]);
/// ```
#[doc(alias = "Linear")]
#[derive(Debug)]
#[repr(C)]
pub struct Dense<T, const IN: usize, const OUT: usize, const BIAS: usize = OUT> {
    /// `OUT × IN`
    pub weight: SMatrix<T, OUT, IN>,
    /// `OUT`, or nothing with `NoBias`.
    pub bias: SVector<T, BIAS>,
}

impl<T: Real, const IN: usize, const OUT: usize, const BIAS: usize> Dense<T, IN, OUT, BIAS> {
    /// [`Layer::forward`] and an activation `F` over its output, in one pass.
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::{Blank, Pass, layers::{Dense, Relu}};
    ///
    /// let mut dense = Dense::<f32, 2, 2>::ZERO;
    /// dense.weight = matrix![1.0, 3.0; -2.0, -4.0];
    /// let mut y = vector![0.0, 0.0];
    /// dense.forward_then(&Relu, &vector![1.0, 1.0], &mut y, Pass::infer());
    /// assert_eq!(y, vector![4.0, 0.0]);
    /// ```
    #[inline(always)]
    pub fn forward_then<F: Pointwise<T>, const X: usize, const Y: usize, const B: usize>(
        &self,
        _then: &F,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        const { Self::check::<X, Y>() }
        // the product can rectify on its way
        self.product(x.as_slice(), y.as_mut_slice(), F::KNOWN == Some(Known::Relu), pass);
        if F::KNOWN != Some(Known::Relu) {
            pointwise::forward_in_place::<T, F>(pass, pass.live_part_of(y.as_mut_slice()));
        }
        pass.copy_first(y.as_mut_slice());
    }

    /// Takes `norm`, which follows this layer, into the weight and bias of `folded`: see [`Fold`](crate::Fold).
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::{Blank, layers::{BatchNorm, Dense}};
    ///
    /// let (mut layer, mut norm, mut folded) = (Dense::<f64, 2, 1, 0>::ZERO, BatchNorm::<f64, 1>::ZERO, Blank::ZERO);
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
        folded: &mut Dense<T, IN, OUT>,
    ) {
        let from = (self.weight.as_slice(), self.bias.as_slice());
        norm.fold_into(from, (folded.weight.as_mut_slice(), &mut folded.bias), |i| i % OUT);
    }

    /// The output of the samples that count.
    #[inline(always)]
    fn product<const B: usize>(&self, x: &[T], y: &mut [T], relu: bool, pass: Pass<'_, B>) {
        let size = [OUT, pass.live_of(x.len() / IN), IN];
        let (w, b, x, y) =
            (self.weight.as_slice(), self.bias.as_slice(), pass.live_part(x), pass.live_part_of(y));
        T::gemm_bias(pass.isa(), size, w, x, b, y, relu);
    }

    /// `dW += dy xᵀ`, `db += Σ dy`, with the weight and bias of `self`.
    #[inline(always)]
    fn add_gradient<const X: usize, const Y: usize, const B: usize>(
        &mut self,
        x: &SMatrix<T, X, B>,
        dy: &SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        let size = [OUT, pass.live_of(x.len() / IN), IN];
        let (isa, x, dy) = (pass.isa(), pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()));
        if pass.is_fresh() {
            self.bias.fill(T::zero());
        }
        T::gemm_nt(isa, size, dy, x, self.weight.as_mut_slice(), pass.is_fresh());
        T::add_columns(isa, OUT, dy, self.bias.as_mut_slice());
    }

    /// `dx = Wᵀ dy`
    #[inline(always)]
    fn grad_input<const X: usize, const Y: usize, const B: usize>(
        &self,
        dy: &SMatrix<T, Y, B>,
        dx: &mut SMatrix<T, X, B>,
        pass: Pass<'_, B>,
    ) {
        let size = [OUT, pass.live_of(dx.len() / IN), IN];
        let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
        T::gemm_tn(pass.isa(), size, self.weight.as_slice(), dy, dx);
    }

    pub(crate) const fn check<const X: usize, const Y: usize>() {
        assert!(X.is_multiple_of(IN) && Y == X / IN * OUT && (BIAS == 0 || BIAS == OUT));
    }
}

impl<T: Real, const IN: usize, const OUT: usize, const BIAS: usize, const X: usize, const Y: usize>
    Layer<T, Vals<X>, Vals<Y>> for Dense<T, IN, OUT, BIAS>
{
    type Tape<const B: usize> = (); // x is lent by the network; nothing else is needed
    type Work<const B: usize> = ();

    const MACS: usize = X * OUT;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    #[inline(always)]
    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { Self::check::<X, Y>() }
        self.product(x.as_slice(), y.as_mut_slice(), false, pass);
        pass.copy_first(y.as_mut_slice());
    }

    #[inline(always)]
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
        if let Some(grad) = grad {
            grad.add_gradient(x, dy, pass);
        }
        if let Some(dx) = dx {
            self.grad_input(dy, dx, pass);
        }
    }
}

descends! { [const IN: usize, const OUT: usize, const BIAS: usize] Dense<T, IN, OUT, BIAS> }

weight_and_bias! {
    [const IN: usize, const OUT: usize, const BIAS: usize] Dense<T, IN, OUT, BIAS>,
    weight: [OUT, IN] as Shape::new([OUT, IN]), ColumnMajor;
    fan: IN; also: []
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::Blank;

    const LAYER: Dense<f64, 2, 2> = Dense {
        weight: SMatrix::from_array_storage(nalgebra::ArrayStorage([[1.0, 2.0], [3.0, 4.0]])),
        bias: SVector::from_array_storage(nalgebra::ArrayStorage([[10.0, 20.0]])),
    };

    #[test]
    fn forward_by_hand() {
        let x = matrix![1.0, 2.0; 1.0, 0.0];
        let mut y = SMatrix::<f64, 2, 2>::zeros();
        LAYER.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, matrix![14.0, 12.0; 26.0, 24.0]);
    }

    #[test]
    fn backward_by_hand_adds_to_the_gradient_and_overwrites_dx() {
        let (x, y, dy) = (vector![1.0, 2.0], vector![0.0, 0.0], vector![1.0, -1.0]);
        let (mut dx, mut grad) = (vector![7.0, 7.0], Dense::ZERO);
        for _ in 0..2 {
            LAYER.backward(&x, &y, &(), &dy, Some(&mut dx), Some(&mut grad), &mut (), Pass::infer());
        }
        assert_eq!(dx, vector![-1.0, -1.0]);
        assert_eq!(grad.weight, matrix![2.0, 4.0; -2.0, -4.0]);
        assert_eq!(grad.bias, vector![2.0, -2.0]);
    }

    #[test]
    fn a_sequence_is_mapped_step_by_step() {
        let x = vector![1.0, 1.0, 2.0, 0.0];
        let mut y = SMatrix::<f64, 4, 1>::zeros();
        LAYER.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![14.0, 26.0, 12.0, 24.0]);
    }
}
