//! Layers whose parameters take a step of gradient descent while the gradient is computed.

use crate::shape::{Message, stop};
use crate::{Layer, Pass, Real, Signal};

/// A layer that adds a step of gradient descent to its parameters instead of adding the gradient to memory of its own.
///
/// [`FusedSgd`](crate::train::FusedSgd) multiplies the derivative of the loss by `−lr` at the network's output. Every derivative
/// behind it is linear in that one, so what would be added to the gradient is the step itself, and can be added to the weights:
/// no gradient is kept, and none is read again.
///
/// `dx` follows from the parameters as they were. So a layer computes `dx` first, and one that is called twice in a network cannot
/// do this.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Blank, Descend, Pass, layers::Dense};
///
/// let mut dense = Dense::<f32, 2, 1>::ZERO;
/// dense.weight = matrix![2.0, 3.0];
/// let (x, y, mut dx) = (vector![1.0, 10.0], vector![32.0], vector![0.0, 0.0]);
/// // the derivative 1 with a learning rate of 0.5
/// dense.descend(&x, &y, &(), &vector![-0.5], Some(&mut dx), &mut (), Pass::infer());
/// assert_eq!((dense.weight, dense.bias[0]), (matrix![1.5, -2.0], -0.5));
/// assert_eq!(dx, vector![-1.0, -1.5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take a step while its gradient is computed",
    label = "no `Descend` implementation from `{X}` to `{Y}`",
    note = "a network can if it says `#[network(.., fused_sgd)]`; a layer of your own implements `Descend`"
)]
pub trait Descend<T: Real, X: Signal, Y: Signal>: Layer<T, X, Y> {
    /// Computes `dx`, and adds to the parameters, from `dy` times minus the learning rate: then `dx` has this factor as well.
    ///
    /// A layer without parameters goes backward, which is what it does where nothing is written here; one with parameters
    /// does not compile so.
    #[allow(clippy::too_many_arguments)] // as `Layer::backward`
    #[inline(always)]
    fn descend<'a, const B: usize>(
        &mut self,
        x: X::Ref<'_, T, B>,
        y: Y::Ref<'_, T, B>,
        tape: &Self::Tape<B>,
        dy: Y::Ref<'_, T, B>,
        dx: X::Grad<'_, T, B>,
        work: &mut Self::Work<B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    ) {
        const { expect_no_params(Self::PARAMS) }
        self.backward(x, y, tape, dy, dx, None, work, pass);
    }
}

const fn expect_no_params(params: usize) {
    if params > 0 {
        stop(
            Message::new()
                .text("`Descend` of a layer with parameters says how they take a step, but here are ")
                .number(params)
                .text(" and no `descend`\nhelp: compute `dx`, then add to the parameters what `backward` adds to the gradient"),
        )
    }
}

/// [`Descend`] of a layer that has `grad_input` and `add_gradient`.
macro_rules! descends {
    ([$($generics:tt)*] $layer:ty) => {
        impl<T: $crate::Real, $($generics)*, const X: usize, const Y: usize>
            $crate::Descend<T, $crate::Vals<X>, $crate::Vals<Y>> for $layer
        {
            #[inline(always)]
            fn descend<'a, const B: usize>(
                &mut self,
                x: &SMatrix<T, X, B>,
                _: &SMatrix<T, Y, B>,
                _: &(),
                dy: &SMatrix<T, Y, B>,
                dx: Option<&mut SMatrix<T, X, B>>,
                _: &mut (),
                pass: $crate::Pass<'a, B>,
            ) {
                if let Some(dx) = dx {
                    self.grad_input(dy, dx, pass);
                }
                self.add_gradient(x, dy, pass.fresh(false));
            }
        }
    };
}
pub(crate) use descends;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "but here are 2 and no `descend`"]
    fn a_layer_with_parameters_says_how_they_take_a_step() {
        expect_no_params(2);
    }
}
