//! An inference in integers of a network whose weights are in flash, as the host made them: the output must be the host's.

use core::hint::black_box;

use board::end;
use dl::quant::{Flash, Int8Memory, Int8Network};

/// The bytes of a network of `$int8`, an input, and the output, from the build script.
macro_rules! from_host {
    ($int8:ty, $name:literal) => {
        mod host {
            include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
        }
        static NET: dl::quant::Flash<{ size_of::<$int8>() }> =
            dl::quant::Flash(*include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".int8")));
    };
}
pub(crate) use from_host;

/// Ends well if the output is the host's, and an inference takes at most so many instructions.
pub(crate) fn run<N: Int8Network<X, Y>, const N_BYTES: usize, const X: usize, const Y: usize>(
    bytes: &'static Flash<N_BYTES>,
    (x, y): (&[i8; X], &[i8; Y]),
    memory: &'static mut Int8Memory<N::Work, X, Y>,
    most: u32,
) -> ! {
    board::sizes();
    let Ok(net) = N::in_flash(bytes) else { end(false) };
    let few = board::takes("an inference", most, || once::<N, X, Y>(net, x, memory));
    end(few && memory.y == *y)
}

/// Once in flash, for all who measure it.
#[inline(never)]
fn once<N: Int8Network<X, Y>, const X: usize, const Y: usize>(
    net: &N,
    x: &[i8; X],
    memory: &mut Int8Memory<N::Work, X, Y>,
) {
    net.forward(black_box(x), &mut memory.y, &mut memory.work);
    black_box(&memory.y);
}
