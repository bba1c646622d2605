//! Networks of 8-bit integers: a quarter of the memory, and no floating point.
//!
//! `#[network(.., int8)]` gives a network a twin, `NetInt8`, with the same fields. [`Calibration`] sees some inputs, to learn
//! the range of every value, and fills the twin:
//!
//! ```
//! use dl_core::quant::{Calibration, Int8Network, Method};
//! use dl_core::{Blank, Network, Rng};
//!
//! #[dl_macros::network(input = [4], int8, crate = dl_core)]
//! struct Net { hidden: Dense<8>, act: Relu, head: Dense<2> }
//!
//! # #[cfg(feature = "alloc")] {
//! let net = Net::<f32>::boxed(0);
//! let mut rng = Rng::new(1);
//! let inputs: Vec<[f32; 4]> = (0..100).map(|_| [(); 4].map(|_| rng.normal() as f32)).collect();
//!
//! let mut calibration = Calibration::boxed(&*net);
//! inputs.iter().for_each(|x| calibration.observe(x));
//! let mut int8 = NetInt8::ZERO;
//! calibration.quantize(&mut int8, Method::MinMax).unwrap();
//!
//! let (mut y, mut memory) = ([0.0; 2], Blank::ZERO);
//! int8.predict(&inputs[0], &mut y, &mut memory);
//! inputs.iter().for_each(|x| calibration.compare(&int8, x));
//! assert!(calibration.report().largest() < 0.1); // the error of each value, relative to it
//! # }
//! ```
//!
//! The twin is plain numbers: a `static` of it lies in flash. Only scratch memory, [`Int8Memory`], needs RAM.
//!
//! | | integers | one scale for |
//! |---|---|---|
//! | weights | `w = scale q`, −127 to 127 | an output channel |
//! | values | `x = scale (q − zero_point)`, −128 to 127 | a value |
//! | biases | `b = x scale · w scale · q`, of 32 bits | an output channel |
//!
//! This is TensorFlow Lite's scheme, and each operator has the bits of LiteRT's reference kernel:
//! [`kernels::int8`](crate::kernels::int8). Batch norms that can be folded are folded first, see [`Fold`](crate::Fold).
//! `Relu` behind a product or a sum is a bound of its output; other activations are tables. What has no form of its own in
//! integers is computed with floats, between integers: [`KeepF32`].

//!
//! # Training that knows of it
//!
//! Where rounding costs too much, train with it: `#[network(.., int8, quantization_aware)]` rounds each value of a chain by a
//! [`FakeQuantize`](crate::layers::FakeQuantize), which learns its range, and
//! [`QuantizationAware`](crate::optim::QuantizationAware) around an optimizer rounds the weights. In a graph you say where. The
//! twin then has the ranges that were learnt.
//!
//! ```
//! use dl_core::optim::{Adam, QuantizationAware};
//! use dl_core::quant::{Calibration, Int8Network, Method};
//! use dl_core::{Blank, loss::Mse};
//!
//! #[dl_macros::network(input = [2], int8, quantization_aware, crate = dl_core)]
//! struct Net { hidden: Dense<8>, act: Relu, head: Dense<1> }
//!
//! # #[cfg(feature = "alloc")] {
//! let optimizer = QuantizationAware(Adam::new(0.01));
//! let mut trainer = NetTrainer::<Mse, _>::boxed_with(Mse, optimizer, 0);
//! let (x, y) = ([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]], [1.0, 2.0, 1.0]);
//! for _ in 0..300 {
//!     trainer.step(&(&x, &y)).unwrap();
//! }
//! let mut calibration = Calibration::boxed(trainer.net());
//! x.iter().for_each(|x| calibration.observe(x)); // the range of the input
//! let mut int8 = NetInt8::ZERO;
//! calibration.quantize(&mut int8, Method::MinMax).unwrap();
//! assert_eq!(Some(int8.ends()[1]), trainer.net().head_range.affine());
//! # }
//! ```

mod add;
mod affine;
mod calibration;
mod conv;
mod dense;
mod flash;
mod keep;
mod layer;
mod network;
mod pool;
mod repeat;
mod same;
mod softmax;
mod table;
mod value;

pub use add::AddInt8;
pub use affine::Affine;
pub use calibration::{Calibration, CalibrationMemory, NotObserved, Report};
pub use conv::ConvInt8;
pub use dense::DenseInt8;
pub use flash::{Flash, FlashError, Writer, architecture};
pub use keep::{KeepF32, KeepF32Work};
pub use layer::{At, Int8Layer, Quantize, Spare, expect_int8};
pub use network::{Int8Memory, Int8Network, QuantizeNetwork};
pub use pool::{AvgPoolInt8, GlobalAvgPoolInt8, GlobalMaxPoolInt8, MaxPoolInt8};
pub use repeat::{LayerValues, RepeatInt8, RepeatInt8Work, RepeatValues};
pub use same::SameInt8;
pub use softmax::SoftmaxInt8;
pub use table::TableInt8;
pub use value::{Method, Value, Values};
