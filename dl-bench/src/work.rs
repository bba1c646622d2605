//! What a call asks of the machine: arithmetic and weights.

/// Of one training step, or of the inference of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Work {
    /// Floating-point operations: two for each multiply-add of a matrix product. Biases, activations, losses and the
    /// optimizer are not counted.
    pub(crate) flops: usize,
    /// Bytes of weights to read when nothing else shares them: a batch reads them once for all its samples, so none
    /// are counted there.
    pub(crate) weight_bytes: usize,
}

impl Work {
    /// One sample through dense layers of these sizes.
    pub(crate) const fn infer(sizes: &[usize]) -> Work {
        let products = products(sizes);
        Work { flops: 2 * products, weight_bytes: size_of::<f32>() * products }
    }

    /// Forward, and backward to weights and inputs; the first layer's inputs get no gradient.
    pub(crate) const fn train(sizes: &[usize], batch: usize) -> Work {
        Work { flops: 2 * batch * (3 * products(sizes) - sizes[0] * sizes[1]), weight_bytes: 0 }
    }
}

/// Multiply-adds of one sample, which are as many as there are weights.
const fn products(sizes: &[usize]) -> usize {
    let (mut sum, mut layer) = (0, 1);
    while layer < sizes.len() {
        sum += sizes[layer - 1] * sizes[layer];
        layer += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inference_reads_each_weight_once_for_a_multiply_add() {
        // 2*3 + 3*4 = 18 weights
        assert_eq!(Work::infer(&[2, 3, 4]), Work { flops: 36, weight_bytes: 72 });
    }

    #[test]
    fn training_makes_three_products_of_a_layer_and_two_of_the_first() {
        // 5 samples * 2 * (2 * 2*3 + 3 * 3*4)
        assert_eq!(Work::train(&[2, 3, 4], 5), Work { flops: 480, weight_bytes: 0 });
    }
}
