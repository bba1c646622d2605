//! The mean over the valid steps: `[steps, F]` becomes `[F]`, and lengths end here.

use dl_core::nalgebra::SMatrix;
use dl_core::params::{Path, Visitor, Zipper};
use dl_core::signal::LenMap;
use dl_core::{Layer, Params, Pass, Real, Rng, Vals};

memory! { struct MeanSteps[const F: usize]<F> {} }

impl<T: Real, const F: usize> Params<T> for MeanSteps<F> {
    type Grad = ();
    const PARAMS: usize = 0;
    fn visit(&self, _: Path<'_>, _: &mut Visitor<'_, T>) {}
    fn zip<const N: usize>(&mut self, _: [&mut (); N], _: Path<'_>, _: &mut Zipper<'_, T, N>) {}
    fn init(&mut self, _: Rng) {}
}

impl<T: Real, const F: usize, const X: usize> Layer<T, Vals<X>, Vals<F>> for MeanSteps<F> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, F, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        y.fill(T::zero());
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for t in 0..steps {
                for f in 0..F {
                    y[(f, b)] += x[(t * F + f, b)] / T::of(steps as f64);
                }
            }
        }
    }

    fn backward<const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, F, B>,
        _: &(),
        dy: &SMatrix<T, F, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        let Some(dx) = dx else { return };
        dx.fill(T::zero());
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for t in 0..steps {
                for f in 0..F {
                    dx[(t * F + f, b)] = dy[(f, b)] / T::of(steps as f64);
                }
            }
        }
    }
}
