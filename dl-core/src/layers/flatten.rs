//! Any shape as one dimension. PyTorch: `nn.Flatten`.

use nalgebra::SMatrix;

use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// Any shape as one dimension. PyTorch: `nn.Flatten`.
///
/// - forward:  `y = x`
/// - backward: `dx = dy`
///
/// A sample is contiguous whatever its shape, so a network emits nothing for this layer; its arithmetic runs
/// only where a network consists of nothing else.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::Flatten};
///
/// let mut y = vector![0.0, 0.0];
/// Flatten.forward(&vector![1.0, 2.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 2.0]);
/// ```
#[derive(Debug)]
pub struct Flatten;

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Flatten {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP; // no steps are left

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        y.copy_from(x);
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from(dy);
        }
    }
}

super::no_params!(Flatten = Flatten);
