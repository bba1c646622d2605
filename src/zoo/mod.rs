//! Networks that everybody compares with, to train, to run, or to look at.
//!
//! The four of MLPerf Tiny (Banbury et al., 2021). Their parameters, with the running statistics of the norms:
//!
//! ```
//! use dl::Network;
//! use dl::zoo::{Autoencoder, DsCnn, MobileNet, ResNet8};
//!
//! println!("{}", ResNet8::summary());
//! # let _ = (Autoencoder::<f32>::PARAMS, DsCnn::<f32>::PARAMS, MobileNet::<f32>::PARAMS);
//! ```

mod autoencoder;
mod ds_cnn;
mod mobilenet;
mod resnet8;

pub use autoencoder::*;
pub use ds_cnn::*;
pub use mobilenet::*;
pub use resnet8::*;
