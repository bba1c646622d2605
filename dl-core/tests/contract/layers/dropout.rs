//! Dropout of half the numbers, its mask drawn anew in the backward pass.

use dl_core::nalgebra::SMatrix;
use dl_core::{Layer, Params, Pass, Real, Rng, Vals};

memory! { struct Dropout[]<> {} }

impl<T: Real> Params<T> for Dropout {
    type Grad = ();
    const PARAMS: usize = 0;
    fn visit(&self, _: dl_core::params::Path<'_>, _: &mut dl_core::params::Visitor<'_, T>) {}
    fn zip<const N: usize>(
        &mut self,
        _: [&mut (); N],
        _: dl_core::params::Path<'_>,
        _: &mut dl_core::params::Zipper<'_, T, N>,
    ) {
    }
    fn init(&mut self, _: Rng) {}
}

impl Dropout {
    fn apply<T: Real, const N: usize, const B: usize>(
        from: &SMatrix<T, N, B>,
        to: &mut SMatrix<T, N, B>,
        pass: Pass<'_, B>,
    ) {
        for b in 0..B {
            let mut rng = pass.rng(b);
            for i in 0..N {
                let keep = !pass.is_train() || rng.next_u32() & 1 == 1;
                let scale = if pass.is_train() { 2.0 } else { 1.0 };
                to[(i, b)] = if keep { T::of(scale) * from[(i, b)] } else { T::zero() };
            }
        }
    }
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Dropout {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    // `Pass<'_, B>` in place of `Pass<'a, B>`: an author need not name the lifetime.
    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        Dropout::apply(x, y, pass);
    }

    fn backward<const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        if let Some(dx) = dx {
            Dropout::apply(dy, dx, pass);
        }
    }
}
