//! The same numbers in another shape. PyTorch: `nn.Unflatten`, `torch.reshape`.

use nalgebra::SMatrix;

use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The same numbers in another shape. PyTorch: `nn.Unflatten`, `torch.reshape`.
///
/// Written `Reshape<C, H, W>` in a network for an image, `Reshape<STEPS, FEATURES>` for a sequence and `Reshape<N>` for
/// features; what comes in has any shape of as many numbers. From features to an image it is the inverse of
/// [`Flatten`](super::Flatten), as a decoder or a generator needs it.
///
/// - forward:  `y = x`
/// - backward: `dx = dy`
///
/// The numbers keep their order, in which the last dimension runs fastest; [`Permute`](super::Permute) is the layer that
/// moves them. A sample is contiguous whatever its shape, so a network emits nothing for this layer; its arithmetic runs
/// only where a network consists of nothing else. Valid lengths end here, unless the shape stays as it is.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::Reshape};
///
/// let mut y = vector![0.0, 0.0];
/// Reshape::<2, 1>.forward(&vector![1.0, 2.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 2.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [10], crate = dl_core)]
/// struct Decoder { fc: Dense<128>, act: Relu, image: Reshape<8, 4, 4>, up: ConvTranspose2d<1, 2, Stride<2>> }
///
/// assert_eq!(<Decoder as dl_core::Network>::OUTPUT.dims(), [1, 8, 8]);
/// ```
#[doc(alias = "Unflatten")]
#[doc(alias = "view")]
#[derive(Debug)]
pub struct Reshape<const C: usize, const H: usize = 1, const W: usize = 1>;

impl<T: Real, const N: usize, const C: usize, const H: usize, const W: usize> Layer<T, Vals<N>, Vals<N>>
    for Reshape<C, H, W>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP; // other steps, or none

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        const { assert!(N == C * H * W) }
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

super::no_params!([const C: usize, const H: usize, const W: usize] Reshape<C, H, W> = Reshape);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::gradcheck;

    #[test]
    fn forward_by_hand() {
        let (x, mut y) = (matrix![1.0, 5.0; 2.0, 6.0; 3.0, 7.0; 4.0, 8.0], SMatrix::zeros());
        Reshape::<1, 2, 2>.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, x);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![0.3, -0.7; 1.1, 0.2; -0.4, 0.6];
        gradcheck::layer(&mut Reshape::<3, 1>, &mut x, Pass::infer()).unwrap();
    }
}
