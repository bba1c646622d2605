//! A learned vector for each position is added to its step. PyTorch: `nn.Embedding` of positions, added.

use core::mem::offset_of;

use nalgebra::SMatrix;

use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Stream, Vals, kernels};

/// A learned vector for each position is added to its step. PyTorch: `nn.Embedding` of positions, added.
///
/// Written `Position` in a network; `[steps, features]` stays what it is, and the sizes are inferred.
///
/// | symbol | shape   | meaning                                    |
/// |--------|---------|--------------------------------------------|
/// | `x`    | `S × D` | input: `S` steps                           |
/// | `W`    | `S × D` | weight (learned): a row for each position  |
/// | `y`    | `S × D` | output                                     |
///
/// - forward:  `y = x + W`
/// - backward: `dx = dy`, `dW += dy`
///
/// Rows start normal with deviation 1, as those of `nn.Embedding` do. A padded sequence has the positions of one that is not:
/// they count from its first step.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Layer, Pass, layers::Position};
///
/// let position = Position { weight: matrix![1.0, 3.0; 2.0, 4.0] }; // a column for each position
/// let mut y = vector![0.0, 0.0, 0.0, 0.0];
/// position.forward(&vector![10.0, 10.0, 20.0, 20.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![11.0, 12.0, 23.0, 24.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Words { embed: Embedding<1000, 16>, pos: Position, attend: SelfAttention<2>, head: Dense<2> }
///
/// assert_eq!(<Words>::PARAMS, 1000 * 16 + 20 * 16 + 4 * 16 * 16 + 4 * 16 + 34);
/// ```
#[doc(alias = "PositionalEmbedding")]
#[derive(Debug)]
#[repr(C)]
pub struct Position<T, const D: usize, const S: usize> {
    /// `D × S`: a column for each position.
    pub weight: SMatrix<T, D, S>,
}

impl<T: Real, const D: usize, const S: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for Position<T, D, S>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(D > 0 && X == S * D) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            for (x, y) in x.chunks_exact(X).zip(y.chunks_exact_mut(X)) {
                kernels::add(pass, x, self.weight.as_slice(), y);
            }
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        _: &(),
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        if let Some(grad) = grad {
            let dw = pass.gradient(grad.weight.as_mut_slice());
            kernels::add_columns(pass, X, pass.live_part(dy.as_slice()), dw);
        }
        if let Some(dx) = dx {
            dx.copy_from(dy);
        }
    }
}

impl<T: Real, const D: usize, const S: usize> Stream<T, Vals<D>, Vals<D>> for Position<T, D, S> {
    /// Steps so far. Behind the last position the output is NaN, as of a token that is not in the vocabulary.
    type State<const B: usize> = u32;
    type Work<const B: usize> = ();

    fn step<'a, const B: usize>(
        &self,
        x: &SMatrix<T, D, B>,
        y: &mut SMatrix<T, D, B>,
        step: &mut u32,
        (): &mut (),
        pass: Pass<'a, B>,
    ) {
        match self.weight.as_slice().chunks_exact(D).nth(*step as usize) {
            Some(here) => {
                for (x, y) in x.as_slice().chunks_exact(D).zip(y.as_mut_slice().chunks_exact_mut(D)) {
                    kernels::add(pass, x, here, y);
                }
            }
            None => y.fill(T::of(f64::NAN)),
        }
        *step = step.saturating_add(1);
    }
}

impl<T: Real, const D: usize, const S: usize> Params<T> for Position<T, D, S> {
    type Grad = Self;
    const PARAMS: usize = S * D;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Fields(&[Field::param(
        "weight",
        offset_of!(Self, weight),
        Shape::new([S, D]),
        Order::RowMajor,
    )]);

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let (values, shape) = (self.weight.as_slice(), Shape::new([S, D]));
        f(at.field("weight"), Param::new(values, shape, Order::RowMajor, Kind::Weight));
    }

    fn zip<const N: usize>(&mut self, with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        let (values, shape) = (self.weight.as_mut_slice(), Shape::new([S, D]));
        let weight = ParamMut::new(values, shape, Order::RowMajor, Kind::Weight);
        f(at.field("weight"), weight, with.map(|g| g.weight.as_mut_slice()));
    }

    fn init(&mut self, mut rng: Rng) {
        self.weight.as_mut_slice().fill_with(|| T::of(rng.normal()));
    }
}

impl<T: Real, const D: usize, const S: usize> Blank for Position<T, D, S> {
    const ZERO: Self = Position { weight: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_by_hand() {
        let position = Position { weight: matrix![1.0, 2.0, 3.0] };
        let mut y = SMatrix::<f64, 3, 2>::zeros();
        let x = matrix![0.5, 0.1; 0.5, 0.2; 0.5, 0.3];
        position.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert!((y - matrix![1.5, 1.1; 2.5, 2.2; 3.5, 3.3]).amax() < 1e-15);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut position = Position { weight: matrix![1.0, 3.0; 2.0, 4.0] };
        let mut x = matrix![0.1, 0.5; 0.2, 0.6; 0.3, 0.7; 0.4, 0.8];
        assert_eq!(gradcheck::layer(&mut position, &mut x, Pass::infer()).unwrap().checked, 12);
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        gradcheck::layer(&mut position, &mut x, pass).unwrap();
    }
}
