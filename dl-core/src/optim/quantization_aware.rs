//! Training of weights that will be integers.

use super::{Optimizer, Step, swap};
use crate::params::{Kind, Order, ParamMut, Path};
use crate::{Blank, Params, Real, ZeroValid};

/// Another optimizer, for weights that are used as integers of 8 bits. PyTorch: the weights' `FakeQuantize` of
/// `ao.quantization.prepare_qat`.
///
/// The network's weights are on the grid of their integers: `round(w / s) s`, with one scale `s = max |w| / 127` for each
/// output channel. Gradients are computed there, and move weights that are not rounded, which the optimizer remembers: the
/// gradient goes straight through the rounding. Before the first step weights are not rounded yet.
///
/// - Every matrix and kernel is rounded. Biases, norms and frozen parameters are not.
/// - A [`BatchNorm`](crate::layers::BatchNorm) behind a product need not be folded first: it scales a whole channel, and the
///   channel's integers stay the same.
/// - Values between layers are rounded by [`FakeQuantize`](crate::layers::FakeQuantize).
///
/// ```
/// use dl_core::optim::{Optimizer, QuantizationAware, Sgd, Step};
/// use dl_core::{Blank, layers::Dense, nalgebra::matrix};
///
/// let mut net = Dense::<f64, 2, 1> { weight: matrix![127.0, 2.0], bias: matrix![0.0] };
/// let mut moments = Blank::ZERO;
/// let optimizer = QuantizationAware(Sgd::new(1.0));
/// for (number, rounded) in [(1, 2.0), (2, 3.0)] {
///     let mut grad = Dense { weight: matrix![0.0, -0.3], bias: matrix![-0.3] };
///     optimizer.update(&mut net, &mut grad, &mut moments, &Step::new(number));
///     assert_eq!(net.weight, matrix![127.0, rounded]); // 2.3, and then 2.6
/// }
/// assert_eq!(net.bias[0], 0.6);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct QuantizationAware<O>(
    /// What moves the weights.
    pub O,
);

impl<O: Optimizer> Optimizer for QuantizationAware<O> {
    /// The weights as they are before rounding, and what the optimizer remembers.
    type Moments<G: Blank + ZeroValid> = (G, O::Moments<G>);

    fn lr(&self) -> f64 {
        self.0.lr()
    }

    fn update<T: Real, P: Params<T>>(
        &self,
        params: &mut P,
        grad: &mut P::Grad,
        (whole, moments): &mut Self::Moments<P::Grad>,
        step: &Step<'_>,
    ) {
        if step.number > 1 {
            swap(params, whole);
        }
        self.0.update(params, grad, moments, step);
        params.zip([whole], Path::ROOT, &mut |_, param, [whole]| {
            if whole.len() == param.values.len() {
                whole.copy_from_slice(param.values);
                round(param);
            }
        });
    }
}

/// Rounds a weight to integers of 8 bits, each output channel by itself.
fn round<T: Real>(ParamMut { values, shape, order, kind }: ParamMut<'_, T>) {
    if kind != Kind::Weight || shape.rank() < 2 || values.is_empty() {
        return;
    }
    let channels = shape.dim(0);
    let (stride, first) = match order {
        Order::RowMajor => (1, values.len() / channels),
        Order::ColumnMajor | Order::Reversed => (channels, 1),
    };
    for channel in 0..channels {
        let own = |i: usize| channel * first + i * stride;
        let count = values.len() / channels;
        let largest = (0..count).fold(0.0, |max: f64, i| max.max(values[own(i)].to_f64().abs()));
        let scale = largest / 127.0;
        if scale > 0.0 {
            for i in 0..count {
                let w = &mut values[own(i)];
                *w = T::of(libm::round(w.to_f64() / scale) * scale);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use crate::optim::testing::*;
    use crate::optim::{Adam, Sgd};

    #[test]
    fn each_output_channel_has_a_grid_of_its_own_in_every_order() {
        for (order, numbers, expected) in [
            (Order::RowMajor, [127.0, 3.4, 12.7, 0.26], [127.0, 3.0, 12.7, 0.3]),
            (Order::ColumnMajor, [127.0, 12.7, 3.4, 0.26], [127.0, 12.7, 3.0, 0.3]),
        ] {
            let mut values: [f64; 4] = numbers;
            round(ParamMut::new(&mut values, Shape::new([2, 2]), order, Kind::Weight));
            assert!(values.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{order:?}: {values:?}");
        }
    }

    #[test]
    fn biases_are_not_rounded_and_small_steps_add_up() {
        let (optimizer, mut net) = (QuantizationAware(Sgd::new(1.0)), model([127.0, 0.0, 0.0]));
        let mut moments = Blank::ZERO;
        for number in 1..=5 {
            optimizer.update(&mut net, &mut model([0.0, -0.3, -0.3]), &mut moments, &Step::new(number));
        }
        assert_eq!(values(&net)[1], 2.0); // 1.5, halves away from zero
        assert!((values(&net)[2] - 1.5).abs() < 1e-12);
        assert!((values(&moments.0)[1] - 1.5).abs() < 1e-12);
    }

    #[test]
    fn what_is_frozen_stays() {
        let mut params: Three = (model([127.0, 0.4, 0.0]), model([127.0, 0.4, 0.0]), model([1.0; 3]));
        let mut grad = (Blank::ZERO, (), Blank::ZERO);
        let mut moments = Blank::ZERO;
        QuantizationAware(Adam::new(0.1)).update(&mut params, &mut grad, &mut moments, &Step::new(1));
        assert_eq!((values(&params.0)[1], values(&params.1)[1]), (0.0, 0.4));
    }
}
