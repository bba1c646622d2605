//! The autoencoder of MLPerf Tiny: does a machine sound as it should?

use crate::prelude::*;

/// The autoencoder of MLPerf Tiny's anomaly detection benchmark, on five frames of 128 mel bands: 269,992 numbers.
///
/// From Koizumi et al., "Description and Discussion on DCASE2020 Challenge Task 2" (2020).
///
/// ```
/// assert_eq!(<dl::zoo::Autoencoder as dl::Network>::OUTPUT.dims(), [640]);
/// ```
#[network(input = [640], folded, int8, crate = crate)]
pub struct Autoencoder {
    fc1: Dense<128>,
    norm1: BatchNorm,
    act1: Relu,
    fc2: Dense<128>,
    norm2: BatchNorm,
    act2: Relu,
    fc3: Dense<128>,
    norm3: BatchNorm,
    act3: Relu,
    fc4: Dense<128>,
    norm4: BatchNorm,
    act4: Relu,
    fc5: Dense<8>,
    norm5: BatchNorm,
    act5: Relu,
    fc6: Dense<128>,
    norm6: BatchNorm,
    act6: Relu,
    fc7: Dense<128>,
    norm7: BatchNorm,
    act7: Relu,
    fc8: Dense<128>,
    norm8: BatchNorm,
    act8: Relu,
    fc9: Dense<128>,
    norm9: BatchNorm,
    act9: Relu,
    out: Dense<640>,
}
