//! Writes the handwritten digits as bytes, for the firmware to keep in flash: of each image its 64 pixels, from 0 to 16,
//! and the digit.

use std::path::Path;
use std::{env, fs};

fn main() {
    let digits = smartcore::dataset::digits::load_dataset();
    let mut bytes = Vec::new();
    for (pixels, digit) in digits.data.chunks_exact(64).zip(&digits.target) {
        bytes.extend(pixels.iter().map(|&grey| grey as u8));
        bytes.push(*digit as u8);
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("digits.bin"), bytes).expect("the folder is cargo's own");
    println!("cargo:rerun-if-changed=build.rs");
}
