//! `tests/portable/train.rs` as a WebAssembly module, without std and without a heap.
#![no_std]

use core::panic::PanicInfo;

use dl::Blank;

#[path = "../../train.rs"]
mod train;

static mut MEMORY: train::Place = Blank::ZERO;

/// The weights' hash here.
#[unsafe(no_mangle)]
extern "C" fn hash() -> u64 {
    // SAFETY: a module has one thread, and its host calls this once.
    train::hash(unsafe { &mut *&raw mut MEMORY })
}

/// The weights' hash on every other target.
#[unsafe(no_mangle)]
extern "C" fn expected() -> u64 {
    train::HASH
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
