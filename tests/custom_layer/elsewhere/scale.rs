//! `y = s ⊙ x`

use dl::{Edge, Fit, Fitted, Layer, Params, Pass, Real, SMatrix, Vals};

#[derive(Params)]
pub(crate) struct Scale<const N: usize, T = f32> {
    #[param(init = ones)]
    pub(crate) scale: SMatrix<T, N, 1>,
}

impl<E: Edge, const N: usize, T> Fit<E> for Scale<N, T> {
    const OUT: Fitted = Ok(E::SHAPE);
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Scale<N, T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const MACS: usize = N;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        for (mut y, x) in y.column_iter_mut().zip(x.column_iter()) {
            y.copy_from(&x.component_mul(&self.scale));
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        if let Some(grad) = grad {
            for (x, dy) in x.column_iter().zip(dy.column_iter()) {
                grad.scale += x.component_mul(&dy);
            }
        }
        if let Some(dx) = dx {
            for (mut dx, dy) in dx.column_iter_mut().zip(dy.column_iter()) {
                dx.copy_from(&dy.component_mul(&self.scale));
            }
        }
    }
}
