//! Root mean square 1 over the last dimension, then a learned scale. PyTorch: `nn.RMSNorm`.

use core::mem::offset_of;

use nalgebra::{SMatrix, SVector};

use crate::kernels::rows::Rows;
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals};

/// Root mean square 1 over the last dimension, then a learned scale. PyTorch: `nn.RMSNorm`.
///
/// Written `RmsNorm` in a network; the sizes are inferred. On `[steps, features]` it acts on every step alike.
///
/// | symbol | shape | meaning                                                      |
/// |--------|-------|--------------------------------------------------------------|
/// | `x`    | `N`   | input (each of `ROWS` steps, of a sequence)                  |
/// | `r`    |       | `1 / √(mean x² + ε)`; `ε` is [`Real::EPSILON`], PyTorch's default |
/// | `w`    | `N`   | weight (learned), starts at 1                                |
/// | `y`    | `N`   | output                                                       |
///
/// - forward:  `y = r w ⊙ x`
/// - backward: `dx = r (w ⊙ dy − h mean(w ⊙ dy ⊙ h))` with `h = r x`, `dw += dy ⊙ h`
///
/// The tape holds `r` of every row; `x` is lent by the network. Training and inference are alike. The weight is not
/// decayed. Zhang, Sennrich: *Root mean square layer normalization* (2019).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::RmsNorm};
///
/// let norm = RmsNorm::<f32, 2> { weight: vector![1.0, 2.0] };
/// let mut y = vector![0.0, 0.0];
/// norm.forward(&vector![5.0, 5.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 2.0]);
/// ```
#[doc(alias = "RMSNorm")]
#[derive(Debug)]
#[repr(C)]
pub struct RmsNorm<T, const N: usize, const ROWS: usize = 1> {
    /// `w`
    pub weight: SVector<T, N>,
}

impl<T: Real, const N: usize, const ROWS: usize> RmsNorm<T, N, ROWS> {
    const HOW: Rows = Rows { len: N, run: 1, eps: T::EPSILON, centred: false };
}

impl<T: Real, const N: usize, const ROWS: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for RmsNorm<T, N, ROWS>
{
    /// `r` of every row.
    type Tape<const B: usize> = SMatrix<T, ROWS, B>;
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X.is_multiple_of(N) && X <= N * ROWS) } // less: some of the steps
        let stats = tape.map(|r| [&mut [][..], r.as_mut_slice()]);
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            Self::HOW.forward(pass, x, y, [self.weight.as_slice(), &[]], stats);
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        r: &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let values = [pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()), self.weight.as_slice()];
        let dx = dx.map(|dx| pass.live_part_mut(dx.as_mut_slice()));
        let grad = grad.map(|grad| [pass.gradient(grad.weight.as_mut_slice()), &mut []]);
        Self::HOW.backward(pass, values, [&[], r.as_slice()], dx, grad);
    }
}

impl<T: Real, const N: usize, const ROWS: usize> Params<T> for RmsNorm<T, N, ROWS> {
    type Grad = Self;
    const PARAMS: usize = N;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Fields(&[Field::param(
        "weight",
        offset_of!(Self, weight),
        Shape::new([N]),
        Order::RowMajor,
    )]);

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let weight = self.weight.as_slice();
        f(at.field("weight"), Param::new(weight, Shape::new([N]), Order::RowMajor, Kind::Norm));
    }

    fn zip<const M: usize>(&mut self, with: [&mut Self; M], at: Path<'_>, f: &mut Zipper<'_, T, M>) {
        let weight = self.weight.as_mut_slice();
        let weight = ParamMut::new(weight, Shape::new([N]), Order::RowMajor, Kind::Norm);
        f(at.field("weight"), weight, with.map(|g| g.weight.as_mut_slice()));
    }

    fn init(&mut self, _: Rng) {
        self.weight.fill(T::one());
    }
}

impl<T: Real, const N: usize, const ROWS: usize> Blank for RmsNorm<T, N, ROWS> {
    const ZERO: Self = RmsNorm { weight: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_by_hand() {
        // mean squares 25 and 4
        let mut norm = RmsNorm::<f64, 2, 2>::ZERO;
        Params::<f64>::init(&mut norm, Rng::new(0));
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        norm.forward(&vector![7.0, 1.0, -2.0, 2.0], &mut y, None, &mut (), Pass::infer());
        assert!((y - vector![1.4, 0.2, -1.0, 1.0]).amax() < 1e-15, "{y}");
    }

    #[test]
    fn zeros_stay_zeros() {
        let norm = RmsNorm::<f32, 2> { weight: vector![1.0, 2.0] };
        let mut y = vector![9.0, 9.0];
        norm.forward(&vector![0.0, 0.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![-4.0, 1.0; -0.3, 0.7; 0.6, -0.2; -1.0, -0.9; 0.1, 0.2; 2.0, 1.0];
        let mut one = RmsNorm::<f64, 6> { weight: vector![0.5, -1.0, 2.0, 1.0, 0.3, 0.7] };
        assert_eq!(gradcheck::layer(&mut one, &mut x, Pass::infer()).unwrap().checked, 18);
        let mut steps = RmsNorm::<f64, 3, 2> { weight: vector![0.5, -1.0, 2.0] };
        assert_eq!(gradcheck::layer(&mut steps, &mut x, Pass::infer()).unwrap().checked, 15);
    }
}
