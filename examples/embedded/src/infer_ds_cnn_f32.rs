//! An inference of DS-CNN in floats. Weights are drawn on the device from the seed that the host drew its own from: in portable
//! arithmetic the output has the host's bits.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::{end, entry};
use dl::Blank;
use dl::kernels::Isa;
use dl::train::{Model, ModelMemory};
use dl::zoo::DsCnnFolded;
use static_cell::ConstStaticCell;

mod host {
    include!(concat!(env!("OUT_DIR"), "/ds_cnn_f32.rs"));
}

static MEMORY: ConstStaticCell<ModelMemory<DsCnnFolded, 1>> = ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    board::sizes();
    let mut model = Model::in_place(MEMORY.take(), 0);
    model.isa = Isa::PORTABLE;
    let is_hosts = model.predict(&host::X).map(f32::to_bits) == host::Y;
    let few = board::takes("an inference", 17_000_000, || _ = black_box(model.predict(black_box(&host::X))));
    end(is_hosts && few)
}
