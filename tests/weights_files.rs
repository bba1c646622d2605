//! The files that `tests/weights` is compiled with are what `save` writes. After a change that is meant, write them anew:
//!
//! ```text
//! DL_BLESS=1 cargo test --test weights_files
//! ```
#![forbid(unsafe_code)]

use dl::host::io::safetensors;
use dl::prelude::*;

#[path = "weights/nets.rs"]
mod nets;

/// Random numbers everywhere: what starts at zero or one would hide a number in a wrong place.
fn is_what_is_saved<N: Network>(name: &str) {
    let (mut net, mut rng) = (N::boxed(0), Rng::new(7));
    net.zip([], dl::params::Path::ROOT, &mut |_, param, []| {
        param.values.iter_mut().for_each(|value| *value = dl::Real::of(0.5 + 0.1 * rng.normal()));
    });
    let path = format!("{}/tests/weights/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("DL_BLESS").is_some() {
        safetensors::save(&*net, &path).expect("the file can be written");
    }
    let written = std::fs::read(&path).expect("the file can be read");
    assert!(safetensors::to_bytes(&*net).expect("other names") == written, "{name} is another file");
}

#[test]
fn the_files_are_what_is_saved() {
    is_what_is_saved::<nets::Net>("ours");
    is_what_is_saved::<nets::Steps>("steps");
    is_what_is_saved::<nets::Steps<f64>>("steps_f64");
}
