//! What a call asks of the machine: arithmetic and weights.

/// The matrix products and convolutions of a network, for one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Products {
    macs: usize,
    /// Of the first layer.
    first: usize,
    weights: usize,
}

impl Products {
    pub(crate) const NONE: Products = Products { macs: 0, first: 0, weights: 0 };

    /// Dense layers of these sizes.
    pub(crate) const fn dense(mut self, sizes: &[usize]) -> Products {
        let mut layer = 1;
        while layer < sizes.len() {
            self = self.conv(sizes[layer], sizes[layer - 1], 1);
            layer += 1;
        }
        self
    }

    /// A convolution: each of its outputs sums a window (input channels of a group, rows and columns) at so many places.
    pub(crate) const fn conv(self, outputs: usize, window: usize, places: usize) -> Products {
        let (weights, macs) = (outputs * window, outputs * window * places);
        let first = if self.macs == 0 { macs } else { self.first };
        Products { macs: self.macs + macs, first, weights: self.weights + weights }
    }

    /// A causal attention of so many steps and features: the products of half of all pairs of steps, and as many for what
    /// they get of each other.
    pub(crate) const fn attention(mut self, steps: usize, features: usize) -> Products {
        self.macs += steps * (steps + 1) * features;
        self
    }

    /// These, then others.
    pub(crate) const fn then(self, others: Products) -> Products {
        Products { macs: self.macs + others.macs, first: self.first, weights: self.weights + others.weights }
    }

    /// The inference of one of `steps` steps.
    pub(crate) const fn per_step(self, steps: usize) -> Work {
        Work { flops: 2 * self.macs / steps, weight_bytes: size_of::<f32>() * self.weights }
    }

    /// The inference of one sample.
    pub(crate) const fn infer(self) -> Work {
        Work { flops: 2 * self.macs, weight_bytes: size_of::<f32>() * self.weights }
    }

    /// The inference of one sample in integers of 8 bits.
    pub(crate) const fn infer_int8(self) -> Work {
        Work { flops: 2 * self.macs, weight_bytes: self.weights }
    }

    /// Forward, and backward to weights and inputs; the first layer's inputs get no gradient.
    pub(crate) const fn train(self, batch: usize) -> Work {
        Work { flops: 2 * batch * (3 * self.macs - self.first), weight_bytes: 0 }
    }

    /// The same where tokens come in: every product has an input that gets a gradient.
    pub(crate) const fn train_behind_tokens(self, batch: usize) -> Work {
        Work { flops: 2 * batch * 3 * self.macs, weight_bytes: 0 }
    }
}

/// Of one training step, or of the inference of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Work {
    /// Floating-point operations: two for each multiply-add of a product, those of a window that lie in the padding
    /// included. Biases, activations, pooling, losses and the optimizer are not counted.
    pub(crate) flops: usize,
    /// Bytes of weights to read when nothing else shares them: a batch reads them once for all its samples, so none
    /// are counted there.
    pub(crate) weight_bytes: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inference_reads_each_weight_once_for_a_multiply_add() {
        // 2*3 + 3*4 = 18 weights
        assert_eq!(Products::NONE.dense(&[2, 3, 4]).infer(), Work { flops: 36, weight_bytes: 72 });
    }

    #[test]
    fn a_convolution_uses_each_weight_at_every_place() {
        // 6 maps of 5*5 over 24*24 places, and 2*3 weights behind it
        let products = Products::NONE.conv(6, 25, 24 * 24).dense(&[2, 3]);
        assert_eq!(products.infer(), Work { flops: 2 * (86_400 + 6), weight_bytes: 4 * (150 + 6) });
    }

    #[test]
    fn training_makes_three_products_of_a_layer_and_two_of_the_first() {
        // 5 samples * 2 * (2 * 2*3 + 3 * 3*4)
        assert_eq!(Products::NONE.dense(&[2, 3, 4]).train(5), Work { flops: 480, weight_bytes: 0 });
        // 5 samples * 2 * (2 * 6*25*4 + 3 * 3*4)
        assert_eq!(
            Products::NONE.conv(6, 25, 4).dense(&[3, 4]).train(5),
            Work { flops: 12_360, weight_bytes: 0 }
        );
    }
}
