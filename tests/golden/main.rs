//! Layers, losses, optimizers and schedules give what PyTorch gives, in f64 and through the macro.
//!
//! `generate.py` in this folder wrote the vectors; no Python is needed to run the tests.

mod close;
mod int8;
mod int8_network;
mod layers;
mod losses;
mod norms;
mod optimizers;
mod pools;
mod schedules;
mod sequences;
mod shapes;
mod tensors;
mod training;
mod vectors;
