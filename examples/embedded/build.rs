//! Writes what the firmware keeps in flash: the handwritten digits as bytes, of each image its 64 pixels, from 0 to 16, and the
//! digit; and of some networks with seeded weights an input, what the host makes of it, and the integers.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use dl::kernels::Isa;
use dl::quant::{Calibration, Int8Layer, Int8Memory, Int8Network, Method, QuantizeNetwork};
use dl::train::Model;
use dl::zoo::{Autoencoder, AutoencoderFolded, DsCnn, DsCnnFolded, ResNet8, ResNet8Folded};
use dl::{Fold, Network, Rng, Vals};

#[path = "src/nets.rs"]
mod nets;

fn main() {
    let digits = smartcore::dataset::digits::load_dataset();
    let mut bytes = Vec::new();
    for (pixels, digit) in digits.data.chunks_exact(64).zip(&digits.target) {
        bytes.extend(pixels.iter().map(|&grey| grey as u8));
        bytes.push(*digit as u8);
    }
    write("digits.bin", &bytes);
    int8::<_, nets::Sine, 1, 1>("sine", &*nets::Sine::boxed(0));
    int8::<_, DsCnnFolded, 490, 12>("ds_cnn", &*DsCnn::boxed(0));
    int8::<_, AutoencoderFolded, 640, 640>("autoencoder", &*Autoencoder::boxed(0));
    int8::<_, ResNet8Folded, 3072, 10>("resnet8", &*ResNet8::boxed(0));
    floats::<DsCnnFolded, 490, 12>("ds_cnn_f32");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../src/nets.rs");
}

/// The network in integers, for inputs from a normal distribution; and the first of these, with its output.
fn int8<N, F, const X: usize, const Y: usize>(name: &str, net: &N)
where
    N: Fold<Folded = F>,
    F: QuantizeNetwork<X, Y>,
{
    let mut rng = Rng::new(1);
    let mut input = || [(); X].map(|()| rng.normal() as f32);
    let first = input();
    let mut calibration = Calibration::boxed(net);
    calibration.observe(&first);
    calibration.observe(&input());
    let mut int8 = dl::place::zeroed_box::<F::Int8>();
    calibration.quantize(&mut int8, Method::MinMax).expect("inputs were seen");
    let mut memory = dl::place::zeroed_box::<Int8Memory<<F::Int8 as Int8Layer>::Work, X, Y>>();
    int8.predict(&first, &mut [0.0; Y], &mut memory);
    write(&format!("{name}.int8"), &int8.to_bytes());
    let mut text = String::new();
    writeln!(text, "pub static X: [i8; {X}] = {:?};", memory.x).expect("a string takes all");
    writeln!(text, "pub static Y: [i8; {Y}] = {:?};", memory.y).expect("a string takes all");
    write(&format!("{name}.rs"), text.as_bytes());
}

/// An input from a normal distribution, and the bits of what a network with seeded weights makes of it.
fn floats<N, const X: usize, const Y: usize>(name: &str)
where
    N: Network<Scalar = f32, In = Vals<X>, Out = Vals<Y>>,
{
    let mut rng = Rng::new(1);
    let x = [(); X].map(|()| rng.normal() as f32);
    let mut model = Model::<N>::boxed(0);
    model.isa = Isa::PORTABLE;
    let y = model.predict(&x).map(f32::to_bits);
    let mut text = String::new();
    writeln!(text, "pub static X: [f32; {X}] = {x:?};").expect("a string takes all");
    writeln!(text, "pub static Y: [u32; {Y}] = {y:?};").expect("a string takes all");
    write(&format!("{name}.rs"), text.as_bytes());
}

fn write(name: &str, bytes: &[u8]) {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(Path::new(&out).join(name), bytes).expect("the folder is cargo's own");
}
