//! Augmentation of images: what leaves their class as it is.

use crate::{Real, Rng};

/// Changes to images `[C, H, W]`, for [`Augment`](super::Augment): the random ones draw from the stream that it hands
/// over, so that a run repeats.
///
/// | to | call | PyTorch |
/// |---|---|---|
/// | mirror left and right | [`flip`](Image::flip), [`random_flip`](Image::random_flip) | `RandomHorizontalFlip` |
/// | move, zeros coming in | [`shift`](Image::shift), [`random_shift`](Image::random_shift) | `RandomCrop(size, padding)` |
///
/// Zeros are the mean where images were standardized before, and black where not.
///
/// ```
/// use dl_core::Rng;
/// use dl_core::train::{Augment, Image};
///
/// let (images, labels) = ([[0.5_f32; 3072]; 2], [3_u16, 5]);
/// type Photo = Image<3, 32, 32>;
/// let train = Augment {
///     data: (&images, &labels),
///     augment: |image: &mut [f32; 3072], mut rng: Rng| {
///         Photo::random_flip(image, 0.5, &mut rng);
///         Photo::random_shift(image, 4, &mut rng);
///     },
/// };
/// # let _ = train;
/// ```
#[derive(Debug)]
pub struct Image<const C: usize, const H: usize, const W: usize>;

impl<const C: usize, const H: usize, const W: usize> Image<C, H, W> {
    /// Mirrors left and right: `y[c, i, j] = x[c, i, W − 1 − j]`.
    ///
    /// ```
    /// use dl_core::train::Image;
    ///
    /// let mut image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    /// Image::<1, 2, 3>::flip(&mut image);
    /// assert_eq!(image, [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
    /// ```
    #[doc(alias = "hflip")]
    pub fn flip<T: Real, const N: usize>(image: &mut [T; N]) {
        const { Self::check(N) }
        image.chunks_exact_mut(W).for_each(<[T]>::reverse);
    }

    /// [`flip`](Self::flip) with probability `p`. It always draws one number.
    ///
    /// ```
    /// use dl_core::{Rng, train::Image};
    ///
    /// let mut image = [1.0, 2.0];
    /// Image::<1, 1, 2>::random_flip(&mut image, 1.0, &mut Rng::new(0));
    /// assert_eq!(image, [2.0, 1.0]);
    /// ```
    #[doc(alias = "RandomHorizontalFlip")]
    pub fn random_flip<T: Real, const N: usize>(image: &mut [T; N], p: f64, rng: &mut Rng) {
        if rng.uniform() < p {
            Self::flip(image);
        }
    }

    /// Moves an image by `down` and `right` pixels (up and left where they are negative); zeros come in:
    /// `y[c, i, j] = x[c, i − down, j − right]`, 0 where there is no such pixel.
    ///
    /// ```
    /// use dl_core::train::Image;
    ///
    /// let mut image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    /// Image::<1, 2, 3>::shift(&mut image, 1, -1);
    /// assert_eq!(image, [0.0, 0.0, 0.0, 2.0, 3.0, 0.0]);
    /// ```
    pub fn shift<T: Real, const N: usize>(image: &mut [T; N], down: isize, right: isize) {
        const { Self::check(N) }
        let (rows, columns) = (down.unsigned_abs(), right.unsigned_abs());
        if rows >= H || columns >= W {
            return image.fill(T::zero());
        }
        // Where in a row the pixels that stay come from, and where they go.
        let (from, to) = if right > 0 { (0, columns) } else { (columns, 0) };
        for plane in image.chunks_exact_mut(H * W) {
            // Begun at the end that pixels move to, so that no row is overwritten before it is read.
            for step in 0..H {
                let row = if down > 0 { H - 1 - step } else { step };
                let source = row.checked_add_signed(-down).filter(|&source| source < H);
                let Some(source) = source else {
                    plane[row * W..(row + 1) * W].fill(T::zero());
                    continue;
                };
                plane.copy_within(source * W + from..(source + 1) * W - to, row * W + to);
                let incoming = if right > 0 { 0..columns } else { W - columns..W };
                plane[row * W..(row + 1) * W][incoming].fill(T::zero());
            }
        }
    }

    /// [`shift`](Self::shift) by `-pixels` to `pixels`, drawn evenly and apart for the two directions. It always draws
    /// two numbers, first for down, then for right.
    ///
    /// ```
    /// use dl_core::{Rng, train::Image};
    ///
    /// let mut image = [1.0; 9];
    /// Image::<1, 3, 3>::random_shift(&mut image, 1, &mut Rng::new(1));
    /// assert_eq!(image[4], 1.0); // the middle is reached from everywhere
    /// ```
    #[doc(alias = "RandomCrop")]
    #[doc(alias = "RandomAffine")]
    pub fn random_shift<T: Real, const N: usize>(image: &mut [T; N], pixels: usize, rng: &mut Rng) {
        let mut draw = || rng.below(2 * pixels + 1) as isize - pixels as isize;
        let (down, right) = (draw(), draw());
        Self::shift(image, down, right);
    }

    const fn check(n: usize) {
        assert!(n == C * H * W, "the image does not have this number of channels, rows and columns");
        assert!(n > 0, "an image has at least one pixel");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Small = Image<2, 3, 4>;

    fn image() -> [f64; 24] {
        core::array::from_fn(|i| i as f64 + 1.0)
    }

    #[test]
    fn a_flip_twice_is_none() {
        let mut flipped = image();
        Small::flip(&mut flipped);
        assert_eq!(flipped[..8], [4.0, 3.0, 2.0, 1.0, 8.0, 7.0, 6.0, 5.0]);
        assert_eq!(flipped[12..16], [16.0, 15.0, 14.0, 13.0]);
        Small::flip(&mut flipped);
        assert_eq!(flipped, image());
    }

    #[test]
    fn every_shift_is_what_its_formula_says() {
        for down in -4..=4 {
            for right in -5..=5 {
                let mut shifted = image();
                Small::shift(&mut shifted, down, right);
                for (at, &y) in shifted.iter().enumerate() {
                    let (plane, i, j) = (at / 12, (at / 4 % 3) as isize - down, (at % 4) as isize - right);
                    let inside = (0..3).contains(&i) && (0..4).contains(&j);
                    let x = if inside { image()[plane * 12 + i as usize * 4 + j as usize] } else { 0.0 };
                    assert_eq!(y, x, "down {down}, right {right}, at {at}");
                }
            }
        }
    }

    #[test]
    fn chances_are_as_said_and_follow_from_the_stream() {
        let mut rng = Rng::new(5);
        let (mut flips, mut shifts) = (0, [[0; 3]; 3]);
        for _ in 0..9000 {
            let mut pixels = [0.0_f32; 9];
            pixels[4] = 1.0;
            Image::<1, 3, 3>::random_shift(&mut pixels, 1, &mut rng);
            let at = pixels.iter().position(|&x| x == 1.0).expect("the pixel is still there");
            shifts[at / 3][at % 3] += 1;
            let mut pair = [0.0_f32, 1.0];
            Image::<1, 1, 2>::random_flip(&mut pair, 0.25, &mut rng);
            flips += usize::from(pair[0] == 1.0);
        }
        assert!((2100..2400).contains(&flips), "{flips} flips of 9000");
        assert!(shifts.as_flattened().iter().all(|n| (880..1120).contains(n)), "{shifts:?}");

        let once = |seed| {
            let mut image = image();
            let mut rng = Rng::new(seed);
            Small::random_flip(&mut image, 0.5, &mut rng);
            Small::random_shift(&mut image, 2, &mut rng);
            image
        };
        assert_eq!(once(1), once(1));
        assert!((2..9).any(|seed| once(seed) != once(1)));
    }
}
