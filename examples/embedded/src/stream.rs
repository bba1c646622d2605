//! A recurrent network reads a sensor one sample at a time, and gives what it gives for the whole sequence.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::{end, entry, println};
use dl::Blank;
use dl::prelude::*;
use dl::train::{ModelMemory, StreamMemory, StreamModel};
use static_cell::ConstStaticCell;

/// The samples of a sequence.
const STEPS: usize = 50;

/// Three accelerations in, four kinds of movement out.
#[network(input = [STEPS, 3], stream)]
struct Movement {
    gru: Gru<16>,
    head: Dense<4>,
}

static STREAM: ConstStaticCell<StreamMemory<Movement>> = ConstStaticCell::new(Blank::ZERO);
static WHOLE: ConstStaticCell<ModelMemory<Movement, 1>> = ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    board::sizes();
    let mut rng = Rng::new(1);
    let samples: [[f32; 3]; STEPS] = [(); STEPS].map(|()| [(); 3].map(|()| rng.normal() as f32));
    let mut stream = StreamModel::in_place(STREAM.take(), 0);
    let mut whole = Model::in_place(WHOLE.take(), 0);

    let mut flat = [0.0; 3 * STEPS];
    flat.copy_from_slice(samples.as_flattened());
    let (expected, _) = whole.predict(&flat).as_chunks::<4>();
    let mut largest = 0.0_f32;
    for (sample, expected) in samples.iter().zip(expected) {
        for (y, expected) in stream.step(sample).iter().zip(expected) {
            largest = largest.max((y - expected).abs());
        }
    }
    println!("stream: {} bytes of memory, {STEPS} steps", size_of::<StreamMemory<Movement>>());
    println!("stream: {} billionths from the whole sequence at most", (largest * 1e9) as u32);
    let sample = samples[0];
    let few = board::takes("stream: a step", 8000, || _ = black_box(stream.step(black_box(&sample))));
    end(largest < 2e-6 && few)
}
