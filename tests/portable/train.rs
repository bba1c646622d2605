//! One hundred steps in portable arithmetic, and a hash of the weights they lead to.
//!
//! The sizes are no multiples of a vector's, the activations call every elementary function that layers call, and a step
//! has chunks that are not full.

use dl::kernels::Isa;
use dl::loss::CrossEntropy;
use dl::network;
use dl::optim::Adam;
use dl::params::Path;
use dl::train::Memory;
use dl::{Params, Rng};

/// The weights' hash on every target.
pub(crate) const HASH: u64 = 0x8ee4_8615_34bb_fd9c;

#[network(input = [13])]
pub(crate) struct Net {
    fc1: Dense<37>,
    act1: Gelu,
    drop: Dropout<0.25>,
    fc2: Dense<21>,
    act2: Tanh,
    fc3: Dense<19>,
    act3: Sigmoid,
    fc4: Dense<11>,
    act4: Softplus,
    fc5: Dense<9>,
    act5: Silu,
    head: Dense<5>,
}

/// What training needs.
pub(crate) type Place = Memory<Net, CrossEntropy, Adam, 4>;

/// Trains in `memory`, and returns the hash of the weights.
pub(crate) fn hash(memory: &'static mut Place) -> u64 {
    let loss = CrossEntropy { label_smoothing: 0.1, ..CrossEntropy::new() };
    let mut trainer = NetTrainer::<_, _, 4>::in_place(memory, loss, Adam::new(0.01), 7);
    trainer.isa = Isa::PORTABLE;
    let mut rng = Rng::new(3);
    let (mut x, mut classes) = ([[0.0_f32; 13]; 50], [0_u16; 50]);
    for (x, class) in x.iter_mut().zip(&mut classes) {
        *class = rng.below(5) as u16;
        for (i, x) in x.iter_mut().enumerate() {
            *x = (rng.normal() + if i as u16 == *class { 2.0 } else { 0.0 }) as f32;
        }
    }
    for step in 0..100 {
        let at = step * 10 % 50;
        let report = trainer.step(&(&x[at..at + 10], &classes[at..at + 10]));
        assert!(report.is_ok_and(|report| report.loss < 3.0));
    }
    let mut hash = 0xcbf2_9ce4_8422_2325; // FNV-1a
    trainer.net().visit(Path::ROOT, &mut |_, param| {
        for byte in param.values.iter().flat_map(|v| v.to_bits().to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    });
    hash
}
