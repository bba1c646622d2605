//! From floats to integers on the device: a network learns a sine, sees some inputs once more, and becomes one of 8 bits.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::{end, entry, println};
use dl::Blank;
use dl::optim::schedule::CosineLr;
use dl::prelude::*;
use dl::quant::{Calibration, CalibrationMemory, Int8Layer, Int8Memory, Int8Network, Method};
use dl::train::Memory;
use static_cell::ConstStaticCell;

#[network(input = [1], int8)]
struct Sine {
    fc1: Dense<16>,
    act1: Relu,
    fc2: Dense<16>,
    act2: Relu,
    head: Dense<1>,
}

static TRAINING: ConstStaticCell<Memory<Sine, Mse, Adam, 1>> = ConstStaticCell::new(Blank::ZERO);
static CALIBRATION: ConstStaticCell<CalibrationMemory<Sine, 1, 1>> = ConstStaticCell::new(Blank::ZERO);
static INT8: ConstStaticCell<SineInt8> = ConstStaticCell::new(Blank::ZERO);

/// Points of a whole turn.
const POINTS: usize = 64;

#[entry]
fn main() -> ! {
    board::sizes();
    let x: [f32; POINTS] = core::array::from_fn(|i| i as f32 * (core::f32::consts::TAU / POINTS as f32));
    let y = x.map(sine);
    let mut trainer = SineTrainer::<_, _, 1>::in_place(TRAINING.take(), Mse, Adam::new(0.01), 3);
    let mut schedule = CosineLr::default();
    let fit = trainer.fit(&(&x, &y), (), Fit { schedule: Some(&mut schedule), ..Fit::new(300, 8) }, ());

    let int8 = INT8.take();
    let mut calibration = Calibration::in_place(CALIBRATION.take(), trainer.net());
    x.iter().for_each(|&x| calibration.observe(&[x]));
    let filled = calibration.quantize(int8, Method::MinMax);

    let (mut memory, mut out) = (Int8Memory::ZERO, [0.0]);
    let mut errors = [0.0_f32; 2];
    for (&x, &y) in x.iter().zip(&y) {
        int8.predict(&[x], &mut out, &mut memory);
        let found = [trainer.predict(&[x])[0], out[0]];
        errors.iter_mut().zip(found).for_each(|(error, found)| *error = error.max((found - y).abs()));
    }
    let [floats, integers] = errors.map(|error| (1000.0 * error) as u32);
    println!("int8: {} bytes of integers, {} of floats", size_of_val(int8), Sine::<f32>::PARAM_BYTES);
    println!("int8: the largest error is {integers} thousandths, with floats {floats}");
    let few = board::takes("int8: an inference", 10_000, || {
        int8.forward(black_box(&[5]), &mut memory.y, &mut memory.work);
        black_box(memory.y);
    });
    end(fit.is_ok() && filled.is_ok() && integers < 60 && few)
}

/// By Bhaskara's formula, within 0.002: there is no sine in the core library.
fn sine(x: f32) -> f32 {
    let (x, sign) = if x > core::f32::consts::PI { (x - core::f32::consts::PI, -1.0) } else { (x, 1.0) };
    let product = x * (core::f32::consts::PI - x);
    sign * 16.0 * product / (5.0 * core::f32::consts::PI * core::f32::consts::PI - 4.0 * product)
}
