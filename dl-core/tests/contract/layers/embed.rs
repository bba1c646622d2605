//! A vector of `D` features for each of `V` tokens; a token past `V` has no vector: zeros.

use dl_core::nalgebra::SMatrix;
use dl_core::{Layer, Pass, Real, Tokens, Vals};

memory! {
    struct Embed[T: Real, const V: usize, const D: usize]<T, V, D> {
        weight: SMatrix<T, D, V>,
    }
}
weights! {
    [T: Real, const V: usize, const D: usize] Embed<T, V, D> {
        weight: [V, D], RowMajor, Weight;
    }
}

impl<T: Real, const V: usize, const D: usize, const S: usize, const Y: usize> Layer<T, Tokens<S>, Vals<Y>>
    for Embed<T, V, D>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<const B: usize>(
        &self,
        x: &[[u16; S]; B],
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'_, B>,
    ) {
        const { assert!(Y == S * D) }
        for (x, y) in x.as_flattened().iter().zip(y.as_mut_slice().chunks_exact_mut(D)) {
            match usize::from(*x) {
                token if token < V => y.copy_from_slice(self.weight.column(token).as_slice()),
                _ => y.fill(T::zero()),
            }
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &[[u16; S]; B],
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        (): (),
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'_, B>,
    ) {
        let Some(grad) = grad else { return };
        for (x, dy) in x.as_flattened().iter().zip(dy.as_slice().chunks_exact(D)) {
            if usize::from(*x) < V {
                for (d, dw) in grad.weight.column_mut(usize::from(*x)).iter_mut().enumerate() {
                    *dw += dy[d];
                }
            }
        }
    }
}
