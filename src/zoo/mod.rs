//! Networks that everybody compares with, to train, to run, or to look at.
//!
//! The four of MLPerf Tiny (Banbury et al., 2021). Their numbers are all that a file of them holds: the parameters and
//! the running statistics of the norms.
//!
//! | network | for | numbers |
//! |---|---|---:|
//! | [`DsCnn`] | keyword spotting | 24,908 |
//! | [`ResNet8`] | image classification | 78,666 |
//! | [`MobileNet`] | visual wake words | 221,794 |
//! | [`Autoencoder`] | anomaly detection | 269,992 |
//!
//! ```
//! use dl::zoo::ResNet8;
//!
//! println!("{}", ResNet8::summary());
//! ```
//!
//! Each has a twin without norms for inference, such as [`ResNet8Folded`]: see [`Fold`](crate::Fold).

mod autoencoder;
mod ds_cnn;
mod mobilenet;
mod resnet8;

pub use autoencoder::*;
pub use ds_cnn::*;
pub use mobilenet::*;
pub use resnet8::*;
