//! Says whether the processor has Arm's DSP instructions for certain: stable Rust does not tell crates.
//!
//! They belong to what `thumbv7em` means, the Cortex-M4 and M7. A `thumbv8m.main` processor may lack them.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(dsp)");
    if std::env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv7em")) {
        println!("cargo::rustc-cfg=dsp");
    }
}
