//! Puts the target's memory map where the linker looks for it.

use std::path::Path;
use std::{env, fs};

fn main() {
    let [out, arch] = ["OUT_DIR", "CARGO_CFG_TARGET_ARCH"].map(|name| env::var(name).expect("cargo sets it"));
    let map = format!("{arch}.x");
    fs::copy(&map, Path::new(&out).join("memory.x")).expect("there is a map for each target");
    println!("cargo:rustc-link-search={out}");
    println!("cargo:rerun-if-changed={map}");
}
