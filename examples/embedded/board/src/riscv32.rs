//! QEMU's virt board with a 32-bit RISC-V processor.

use core::arch::asm;
use core::ops::Range;

use riscv::register::minstret;
pub use riscv_rt::entry;

/// How many instructions `f` takes.
pub(crate) fn instructions(mut f: impl FnMut()) -> u32 {
    let start = minstret::read();
    f();
    minstret::read().wrapping_sub(start) as u32
}

unsafe extern "C" {
    static __stext: u8;
    static __sdata: u8;
    static __edata: u8;
    static __sidata: u8;
    static __ebss: u8;
}

pub(crate) fn flash() -> usize {
    let [text, data, start, end] =
        [&raw const __stext, &raw const __sidata, &raw const __sdata, &raw const __edata].map(|at| at.addr());
    data - text + (end - start)
}

pub(crate) fn statics() -> Range<usize> {
    (&raw const __sdata).addr()..(&raw const __ebss).addr()
}

pub(crate) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mv {}, sp", out(reg) sp, options(nomem, nostack)) };
    sp
}
