//! The handwritten digits in flash.

use core::convert::Infallible;

use dl::train::Dataset;
use dl::{Rng, Tokens, Vals};

/// Images of 8 by 8 pixels with the digits they show: 65 bytes each, read where they lie.
pub(crate) struct Digits(pub(crate) &'static [[u8; 65]]);

/// The images to learn from, and 360 others.
pub(crate) fn load() -> (Digits, Digits) {
    static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/digits.bin"));
    let (all, _) = BYTES.as_chunks();
    let (train, test) = all.split_at(all.len() - 360);
    (Digits(train), Digits(test))
}

impl Dataset<f32, Vals<64>, Tokens<1>> for Digits {
    type Error = Infallible;

    fn len(&self) -> usize {
        self.0.len()
    }
    fn get(&self, index: usize, _: Rng, x: &mut [f32; 64], digit: &mut [u16; 1]) -> Result<(), Infallible> {
        let [pixels @ .., label] = &self.0[index];
        for (x, &grey) in x.iter_mut().zip(pixels) {
            *x = f32::from(grey) / 16.0;
        }
        *digit = [u16::from(*label)];
        Ok(())
    }
}
