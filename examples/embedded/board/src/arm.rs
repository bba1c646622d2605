//! QEMU's mps2 boards with a Cortex-M processor.

use core::arch::asm;
use core::ops::Range;

use cortex_m::peripheral::syst::SystClkSource;
pub use cortex_m_rt::entry;

/// With `-icount shift=0` the timer counts one for so many instructions.
const TICK: u32 = 40;

/// How many instructions `f` takes, on average over so many calls that the timer's steps do not count.
pub(crate) fn instructions(mut f: impl FnMut()) -> u32 {
    let mut few = |calls: u32| {
        let start = ticks();
        for _ in 0..calls {
            f();
        }
        (start.wrapping_sub(ticks()) & 0xFF_FFFF) * TICK
    };
    let once = few(1);
    let calls = (20_000_000 / (once + TICK)).clamp(1, 20_000);
    few(calls) / calls
}

/// The timer, which counts down and begins again after 670 million instructions.
fn ticks() -> u32 {
    // SAFETY: nothing else uses the timer, and the processor has one core.
    let mut timer = unsafe { cortex_m::Peripherals::steal() }.SYST;
    if !timer.is_counter_enabled() {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(0xFF_FFFF);
        timer.clear_current();
        timer.enable_counter();
        while cortex_m::peripheral::SYST::get_current() == 0 {}
    }
    cortex_m::peripheral::SYST::get_current()
}

unsafe extern "C" {
    static __sdata: u8;
    static __edata: u8;
    static __sidata: u8;
    static __ebss: u8;
}

pub(crate) fn flash() -> usize {
    // Flash begins at 0, and the first values of statics are the last part of it.
    let [data, start, end] =
        [&raw const __sidata, &raw const __sdata, &raw const __edata].map(|at| at.addr());
    data + (end - start)
}

pub(crate) fn statics() -> Range<usize> {
    (&raw const __sdata).addr()..(&raw const __ebss).addr()
}

pub(crate) fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) sp, options(nomem, nostack)) };
    sp
}
