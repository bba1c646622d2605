//! The mean over the valid steps: `[steps, F]` becomes `[F]`, and lengths end here.

use dl::signal::LenMap;
use dl::{Edge, Fit, Fitted, Layer, Message, Params, Pass, Real, SMatrix, Shape, Vals};

#[derive(Params)]
pub(crate) struct MeanSteps<T = f32> {
    scalar: core::marker::PhantomData<T>,
}

impl<E: Edge, T> Fit<E> for MeanSteps<T> {
    const OUT: Fitted = if E::SHAPE.rank() == 2 {
        Ok(Shape::new([E::SHAPE.last()]))
    } else {
        Err(Message::new().text("takes the mean of [steps, features] but receives ").shape(E::SHAPE))
    };
}

impl<T: Real, const X: usize, const F: usize> Layer<T, Vals<X>, Vals<F>> for MeanSteps<T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, F, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        y.fill(T::zero());
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for i in 0..steps * F {
                y[(i % F, b)] += x[(i, b)] / T::of(steps as f64);
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, F, B>,
        _: &(),
        dy: &SMatrix<T, F, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut Self::Grad>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        dx.fill(T::zero());
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for i in 0..steps * F {
                dx[(i, b)] = dy[(i % F, b)] / T::of(steps as f64);
            }
        }
    }
}
