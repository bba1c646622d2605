//! Statistics of channels over many samples, and their use: batch norm.
//!
//! Sums are split in a fixed way: the bits are the same for every instruction set.

use super::Isa;
use super::isa::versions;
use super::lanes::{sum, sum_of_two};
use crate::Real;

/// What to do with the numbers of whole samples, channel by channel.
///
/// Channel `c` of a sample is `run` numbers in a row: 1 for features, height × width for images. What is given for each
/// channel says how many there are.
#[derive(Debug)]
pub enum Channels<'a, T> {
    /// `sums[c] += Σ x`
    Sums { x: &'a [T], sums: &'a mut [T] },
    /// `sums[c] += Σ (x − mean[c])²`
    Squares { x: &'a [T], mean: &'a [T], sums: &'a mut [T] },
    /// `whole[c] += Σ dy`, `along[c] += Σ dy (x − mean[c])`
    Dots { x: &'a [T], dy: &'a [T], mean: &'a [T], whole: &'a mut [T], along: &'a mut [T] },
    /// `y = (x − mean[c]) scale[c] + shift[c]`
    Scale { x: &'a [T], mean: &'a [T], scale: &'a [T], shift: &'a [T], y: &'a mut [T] },
    /// `dx = scale[c] (dy − whole[c] − (x − mean[c]) along[c])`
    Back {
        x: &'a [T],
        dy: &'a [T],
        mean: &'a [T],
        scale: &'a [T],
        whole: &'a [T],
        along: &'a [T],
        dx: &'a mut [T],
    },
}

/// [`Channels`] of one scalar.
pub trait OnChannels: Sized {
    /// Does it. Panics if there are no channels, or nothing in them.
    fn on_channels(isa: Isa, run: usize, what: Channels<'_, Self>);
}

impl OnChannels for f64 {
    fn on_channels(_: Isa, run: usize, what: Channels<'_, f64>) {
        what.check(run);
        what.run(run);
    }
}

impl OnChannels for f32 {
    #[inline(always)]
    fn on_channels(isa: Isa, run: usize, what: Channels<'_, f32>) {
        what.check(run);
        on_channels(isa, run, what);
    }
}

versions! {
    fn on_channels(run: usize, what: Channels<'_, f32>) {
        what.run(run);
    }
}

impl<T: Real> Channels<'_, T> {
    #[inline(always)]
    fn check(&self, run: usize) {
        let channels = match self {
            Channels::Sums { sums, .. } => sums.len(),
            Channels::Squares { mean, .. }
            | Channels::Dots { mean, .. }
            | Channels::Scale { mean, .. }
            | Channels::Back { mean, .. } => mean.len(),
        };
        assert!(run > 0 && channels > 0, "{channels} channels of {run} numbers");
    }

    #[inline(always)]
    fn run(self, run: usize) {
        // both are above zero, which is said again for the compiler
        let run = run.max(1);
        let size = |channels: usize| (run * channels).max(1);
        match self {
            Channels::Sums { x, sums } => {
                for x in x.chunks_exact(size(sums.len())) {
                    if run == 1 {
                        for (sum, &x) in sums.iter_mut().zip(x) {
                            *sum += x;
                        }
                    } else {
                        for (total, x) in sums.iter_mut().zip(x.chunks_exact(run)) {
                            *total += sum(x, |x| x);
                        }
                    }
                }
            }
            Channels::Squares { x, mean, sums } => {
                for x in x.chunks_exact(size(sums.len())) {
                    if run == 1 {
                        for ((sum, &x), &mean) in sums.iter_mut().zip(x).zip(mean) {
                            *sum += (x - mean) * (x - mean);
                        }
                    } else {
                        for ((total, x), &mean) in sums.iter_mut().zip(x.chunks_exact(run)).zip(mean) {
                            *total += sum(x, |x| (x - mean) * (x - mean));
                        }
                    }
                }
            }
            Channels::Dots { x, dy, mean, whole, along } => {
                let sample = size(mean.len());
                for (x, dy) in x.chunks_exact(sample).zip(dy.chunks_exact(sample)) {
                    let sums = whole.iter_mut().zip(&mut *along).zip(mean);
                    if run == 1 {
                        for (((whole, along), &mean), (&x, &dy)) in sums.zip(x.iter().zip(dy)) {
                            *whole += dy;
                            *along += dy * (x - mean);
                        }
                    } else {
                        let runs = x.chunks_exact(run).zip(dy.chunks_exact(run));
                        for (((whole, along), &mean), (x, dy)) in sums.zip(runs) {
                            let (a, b) = sum_of_two(dy, x, |dy, x| (dy, dy * (x - mean)));
                            *whole += a;
                            *along += b;
                        }
                    }
                }
            }
            Channels::Scale { x, mean, scale, shift, y } => {
                let sample = size(mean.len());
                for (x, y) in x.chunks_exact(sample).zip(y.chunks_exact_mut(sample)) {
                    let by = mean.iter().zip(scale).zip(shift);
                    if run == 1 {
                        for (((&mean, &scale), &shift), (&x, y)) in by.zip(x.iter().zip(y)) {
                            *y = (x - mean) * scale + shift;
                        }
                    } else {
                        let runs = x.chunks_exact(run).zip(y.chunks_exact_mut(run));
                        for (((&mean, &scale), &shift), (x, y)) in by.zip(runs) {
                            for (&x, y) in x.iter().zip(y) {
                                *y = (x - mean) * scale + shift;
                            }
                        }
                    }
                }
            }
            Channels::Back { x, dy, mean, scale, whole, along, dx } => {
                let sample = size(mean.len());
                let samples = x.chunks_exact(sample).zip(dy.chunks_exact(sample));
                for ((x, dy), dx) in samples.zip(dx.chunks_exact_mut(sample)) {
                    let by = mean.iter().zip(scale).zip(whole.iter().zip(along));
                    if run == 1 {
                        let numbers = x.iter().zip(dy).zip(dx);
                        for (((&mean, &scale), (&whole, &along)), ((&x, &dy), dx)) in by.zip(numbers) {
                            *dx = scale * (dy - whole - (x - mean) * along);
                        }
                    } else {
                        let runs =
                            x.chunks_exact(run).zip(dy.chunks_exact(run)).zip(dx.chunks_exact_mut(run));
                        for (((&mean, &scale), (&whole, &along)), ((x, dy), dx)) in by.zip(runs) {
                            for ((&x, &dy), dx) in x.iter().zip(dy).zip(dx) {
                                *dx = scale * (dy - whole - (x - mean) * along);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_plain_loops() {
        let mut rng = Rng::new(7);
        for (channels, run) in [(1, 1), (3, 1), (33, 1), (2, 7), (3, 49), (5, 64)] {
            let mut draw = |n| (0..n).map(|_| rng.normal() as f32).collect::<Vec<f32>>();
            let n = 3 * channels * run;
            let (x, dy) = (draw(n), draw(n));
            let [mean, scale, shift, along] = [0; 4].map(|_| draw(channels));
            let on = |isa: Option<Isa>| {
                let [mut sums, mut squares, mut whole, mut dots] = [0; 4].map(|_| std::vec![0.5; channels]);
                let (mut y, mut dx) = (std::vec![0.0; n], std::vec![0.0; n]);
                for what in [
                    Channels::Sums { x: &x, sums: &mut sums },
                    Channels::Squares { x: &x, mean: &mean, sums: &mut squares },
                    Channels::Dots { x: &x, dy: &dy, mean: &mean, whole: &mut whole, along: &mut dots },
                    Channels::Scale { x: &x, mean: &mean, scale: &scale, shift: &shift, y: &mut y },
                    Channels::Back {
                        x: &x,
                        dy: &dy,
                        mean: &mean,
                        scale: &scale,
                        whole: &shift,
                        along: &along,
                        dx: &mut dx,
                    },
                ] {
                    match isa {
                        Some(isa) => f32::on_channels(isa, run, what),
                        None => what.run(run),
                    }
                }
                [sums, squares, whole, dots, y, dx].concat().into_iter().map(f32::to_bits).collect::<Vec<_>>()
            };
            let plain = on(None);
            for isa in Isa::all() {
                assert_eq!(on(Some(isa)), plain, "{channels} channels of {run} on {isa:?}");
            }
        }
    }
}
