//! Whole networks of integers.

#[cfg(feature = "alloc")]
use super::Writer;
use super::value::Values;
use super::{Affine, Flash, FlashError, Int8Layer, Quantize, Value};
use crate::summary::Summary;
use crate::{Blank, Network, place};

/// A network of integers: what `#[network(.., int8)]` makes of `Net` and calls `NetInt8`.
pub trait Int8Network<const X: usize, const Y: usize>: Int8Layer {
    /// The struct's name.
    const NAME: &'static str;
    /// Pixels of the image that comes in, and of the one that goes out; 1 for what is no image.
    const PIXELS: [usize; 2];

    /// A number for the layers, as [`architecture`](super::architecture) computes it.
    const ARCHITECTURE: u32;

    /// The table of layers, that of the network of floats; the bytes are those of the integers.
    fn summary() -> Summary
    where
        Self: Sized;

    /// The number for the layers that it was filled with; 0 if it was not.
    fn architecture(&self) -> u32;

    /// What the integers that come in and go out stand for.
    fn ends(&self) -> [Affine; 2];

    /// The output for one input, both in floats and in PyTorch's order.
    ///
    /// An input that is there in integers goes to [`Int8Layer::forward`] at once.
    fn predict(&self, x: &[f32; X], y: &mut [f32; Y], memory: &mut Int8Memory<Self::Work, X, Y>) {
        let ([from, to], [x_pixels, y_pixels]) = (self.ends(), Self::PIXELS);
        from.quantize_all(x, x_pixels, &mut memory.x);
        self.forward(&memory.x, &mut memory.y, &mut memory.work);
        to.dequantize_all(&memory.y, y_pixels, y);
    }

    /// All its bytes, for [`in_flash`](Self::in_flash): the first number first, each with its lowest byte first.
    #[cfg(feature = "alloc")]
    fn to_bytes(&self) -> alloc::vec::Vec<u8>
    where
        Self: Sized,
    {
        let mut all = alloc::vec![0; size_of::<Self>()];
        let mut put = |at: usize, bytes: &[u8]| all[at..at + bytes.len()].copy_from_slice(bytes);
        self.write(0, &mut Writer::new(&mut put));
        all
    }

    /// The network whose [bytes](Self::to_bytes) lie in a `static`: in flash, on a microcontroller. Nothing is copied.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use dl_core::quant::{Calibration, Flash, FlashError, Int8Network, Method};
    /// use dl_core::{Blank, Network};
    ///
    /// #[dl_macros::network(input = [2], int8, crate = dl_core)]
    /// struct Net { head: Dense<3> }
    ///
    /// const BYTES: usize = size_of::<NetInt8>();
    /// // on a device, a file: `static NET: Flash<BYTES> = Flash(*include_bytes!("net.int8"));`
    /// static BLANK: Flash<BYTES> = Flash([0; BYTES]);
    /// assert_eq!(NetInt8::in_flash(&BLANK).err(), Some(FlashError::Foreign));
    ///
    /// let mut calibration = Calibration::boxed(&*Net::boxed(0));
    /// calibration.observe(&[1.0, -1.0]);
    /// let mut int8 = NetInt8::ZERO;
    /// calibration.quantize(&mut int8, Method::MinMax).unwrap();
    /// let bytes = Flash::<BYTES>(int8.to_bytes().try_into().unwrap());
    /// assert_eq!(NetInt8::in_flash(&bytes).unwrap().head.weight, int8.head.weight);
    /// # }
    /// ```
    ///
    /// A file of another length does not compile.
    ///
    /// # Errors
    /// If the bytes are not those of such a network: [`FlashError`].
    fn in_flash<const N: usize>(bytes: &Flash<N>) -> Result<&Self, FlashError>
    where
        Self: Sized,
    {
        if N != size_of::<Self>() {
            return Err(FlashError::Length { found: N, expected: size_of::<Self>() });
        }
        let net: &Self = place::view(bytes).ok_or(FlashError::NotPlain)?;
        if net.architecture() == Self::ARCHITECTURE { Ok(net) } else { Err(FlashError::Foreign) }
    }
}

/// All that [`Int8Network::predict`] needs: the input and the output in integers, and scratch memory.
#[derive(Debug)]
#[repr(C)]
pub struct Int8Memory<W, const X: usize, const Y: usize> {
    /// Scratch memory of [`Int8Layer::forward`].
    pub work: W,
    /// The input.
    pub x: [i8; X],
    /// The output.
    pub y: [i8; Y],
}

impl<W: Blank, const X: usize, const Y: usize> Blank for Int8Memory<W, X, Y> {
    const ZERO: Self = Int8Memory { work: Blank::ZERO, x: [0; X], y: [0; Y] };
}

/// A network of floats without batch norms that can be folded, which can become one of integers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no network of integers",
    label = "does not say `int8`",
    note = "a network says it where it is declared: `#[network(.., int8)]`"
)]
pub trait QuantizeNetwork<const X: usize, const Y: usize>:
    Network<Scalar = f32> + Quantize<X, Y, Int8: Int8Network<X, Y>, Values: Values>
{
    /// What is known about the input.
    fn input(values: &Self::Values) -> &Value;
}
