//! What the firmware of this folder shares: how it starts, prints, ends, and counts what it needs.
#![no_std]

#[cfg(target_arch = "arm")]
#[path = "arm.rs"]
mod target;
#[cfg(target_arch = "riscv32")]
#[path = "riscv32.rs"]
mod target;

use core::panic::PanicInfo;

pub use semihosting::println;
pub use target::entry;

/// Prints what the whole program takes, this printing included.
pub fn sizes() {
    println!("{} bytes of flash, {} bytes of statics", target::flash(), target::statics().len());
}

/// Prints how many instructions and how much stack `f` takes. Returns whether the instructions are at most `most`, which counts
/// for a processor with a floating-point unit only.
pub fn takes(what: &str, most: u32, mut f: impl FnMut()) -> bool {
    let stack = stack(&mut f);
    let instructions = target::instructions(f);
    println!("{what}: {instructions} instructions, {stack} bytes of stack");
    cfg!(not(target_abi = "eabihf")) || instructions <= most
}

/// Bytes of stack that `f` takes, to four bytes: what lies below the caller's own is painted before, and looked at
/// afterwards.
#[inline(never)]
fn stack(f: impl FnOnce()) -> usize {
    const PAINT: u32 = 0xA5A5_5AA5;
    let low = target::statics().end.next_multiple_of(4) as *mut u32;
    let here = target::stack_pointer();
    let mut at = low;
    while at.addr() < here {
        // SAFETY: between the statics and the stack's end is nothing.
        unsafe { at.write_volatile(PAINT) };
        at = at.wrapping_add(1);
    }
    f();
    let mut at = low;
    // SAFETY: as above; the loop ends where the stack was at the latest.
    while at.addr() < here && unsafe { at.read_volatile() } == PAINT {
        at = at.wrapping_add(1);
    }
    here - at.addr()
}

/// Ends the program; whoever started it sees whether all went well.
pub fn end(well: bool) -> ! {
    semihosting::process::exit(i32::from(!well))
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    println!("{info}");
    end(false)
}
