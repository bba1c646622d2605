//! Layers, losses, optimizers and the trainer behind `#[network(...)]`.
//!
//! This crate is `no_std`, allocates nothing and keeps every size in a type. Where to look:
//!
//! | module | what is there |
//! |---|---|
//! | [`layer`] | the contract every layer and every network fulfils |
//! | [`signal`] | what flows between layers: values, tokens, pairs; and valid lengths |
//! | [`params`] | parameters by name: saving, loading, optimizers |
//! | [`layers`] | the built-in layers, one file each |
//! | [`options`] | what may follow a layer's sizes, such as `Pad<1>` |
//! | [`fold`] | batch norms folded into the layers before them |
//! | [`quant`] | networks of 8-bit integers |
//! | [`loss`], [`optim`], [`metrics`] | what their names say |
//! | [`train`] | the trainer, callbacks, data sets |
//! | [`store`] | weights as bytes, for a page of flash |
//! | [`detect`] | objects in images: boxes, grids, suppression |
//! | [`Sampler`] | the next token, drawn from a model's scores |
//! | `BeamSearch` (feature `alloc`) | the most likely sequence of tokens |
//! | [`gradcheck`] | central differences for layers of your own |
//! | [`kernels`] | the arithmetic on slices |
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "alloc")]
mod beam_search;
pub mod blank;
mod descend;
pub mod detect;
mod fnv;
pub mod fold;
pub mod gradcheck;
pub mod graph;
pub mod init;
pub mod kernels;
pub mod layer;
pub mod layers;
pub mod loss;
pub mod math;
pub mod metrics;
pub mod optim;
pub mod options;
pub mod params;
pub mod pass;
pub mod place;
pub mod pointwise;
pub mod quant;
pub mod real;
mod repeat;
pub mod rng;
mod sampler;
pub mod shape;
pub mod signal;
pub mod small;
pub mod store;
pub mod stream;
pub mod summary;
pub mod train;
#[doc(hidden)]
pub mod weights;

#[cfg(feature = "alloc")]
pub use beam_search::{BeamSearch, Hypothesis};
pub use blank::Blank;
pub use descend::Descend;
pub use fold::Fold;
pub use layer::{Layer, Network};
pub use loss::Loss;
pub use nalgebra;
pub use nalgebra::SMatrix;
pub use optim::Optimizer;
pub use params::Params;
pub use pass::Pass;
pub use place::ZeroValid;
pub use pointwise::{FromOutput, Pointwise};
pub use real::Real;
pub use rng::Rng;
pub use sampler::Sampler;
pub use shape::{Edge, Fit, Fitted, Message, Shape, Shaped};
pub use signal::{Lens, Signal, Tokens, Vals};
pub use stream::{Stream, StreamNetwork};
