//! From a network of floats and some inputs to one of integers.

use core::fmt;

use nalgebra::SVector;

use super::value::{Value, Values};
use super::{At, Int8Layer, Int8Network, Method, QuantizeNetwork};
use crate::params::Path;
use crate::place::{self, Place};
use crate::{Blank, Fold, Layer, Vals};

type FloatWork<F, const X: usize, const Y: usize> = <F as Layer<f32, Vals<X>, Vals<Y>>>::Work<1>;
type IntWork<F, const X: usize, const Y: usize> = <<F as super::Quantize<X, Y>>::Int8 as Int8Layer>::Work;

/// All that a [`Calibration`] needs: the network with its batch norms folded, and what is known about its values.
///
/// [`Blank::ZERO`] of it can initialize a `static`, for [`Calibration::in_place`].
#[repr(C)]
pub struct CalibrationMemory<F: QuantizeNetwork<X, Y>, const X: usize, const Y: usize> {
    net: F,
    work: FloatWork<F, X, Y>,
    x: SVector<f32, X>,
    y: SVector<f32, Y>,
    values: F::Values,
    int8_work: IntWork<F, X, Y>,
    int8_x: [i8; X],
    int8_y: [i8; Y],
}

impl<F: QuantizeNetwork<X, Y>, const X: usize, const Y: usize> Blank for CalibrationMemory<F, X, Y> {
    const ZERO: Self = CalibrationMemory {
        net: Blank::ZERO,
        work: Blank::ZERO,
        x: Blank::ZERO,
        y: Blank::ZERO,
        values: Blank::ZERO,
        int8_work: Blank::ZERO,
        int8_x: Blank::ZERO,
        int8_y: Blank::ZERO,
    };
}

/// Sees inputs of a network of floats, and makes one of integers: see [`quant`](super).
///
/// A hundred inputs are plenty, if they are like those to come. `F` is the network that has the twin: without the batch norms
/// that can be folded.
pub struct Calibration<F: QuantizeNetwork<X, Y>, const X: usize, const Y: usize> {
    memory: Place<CalibrationMemory<F, X, Y>>,
}

impl<F: QuantizeNetwork<X, Y>, const X: usize, const Y: usize> Calibration<F, X, Y> {
    /// A calibration on the heap, that has seen nothing yet. It copies the network, with batch norms folded.
    #[cfg(feature = "alloc")]
    pub fn boxed<N: Fold<Folded = F>>(net: &N) -> Self {
        Self::new(Place::boxed(), net)
    }

    /// A calibration in memory that the caller has set aside. What the memory held is lost.
    pub fn in_place<N: Fold<Folded = F>>(memory: &'static mut CalibrationMemory<F, X, Y>, net: &N) -> Self {
        place::clear(memory);
        Self::new(Place::lent(memory), net)
    }

    fn new<N: Fold<Folded = F>>(mut memory: Place<CalibrationMemory<F, X, Y>>, net: &N) -> Self {
        net.fold_into(&mut memory.net);
        Calibration { memory }
    }

    /// Takes in the range of every value for one input.
    pub fn observe(&mut self, x: &[f32; X]) {
        let CalibrationMemory { net, work, x: input, y, values, .. } = &mut *self.memory;
        input.as_mut_slice().copy_from_slice(x);
        net.observe(input, y, work, values);
    }

    /// Fills a network of integers, with ranges chosen by `method`. It can be called again, with another.
    ///
    /// # Errors
    /// [`NotObserved`], if no input was seen.
    pub fn quantize(&mut self, int8: &mut F::Int8, method: Method) -> Result<(), NotObserved> {
        let CalibrationMemory { net, values, .. } = &mut *self.memory;
        let input = F::input(values);
        if input.samples() == 0 {
            return Err(NotObserved);
        }
        let x = input.affine_by(method);
        let at = At { x, y: x, relu: false, pixels: <F::Int8 as Int8Network<X, Y>>::PIXELS, method };
        net.quantize(int8, at, values);
        Ok(())
    }

    /// Runs one input through both networks, and takes in how far the values are apart.
    pub fn compare(&mut self, int8: &F::Int8, x: &[f32; X]) {
        let CalibrationMemory { net, work, x: input, y, values, int8_work, int8_x, int8_y } =
            &mut *self.memory;
        input.as_mut_slice().copy_from_slice(x);
        int8.ends()[0].quantize_all(x, <F::Int8 as Int8Network<X, Y>>::PIXELS[0], int8_x);
        net.compare(int8, (input, int8_x), (y, int8_y), (work, int8_work), values);
    }

    /// What is known about each value: its range, what its integers stand for, and, after [`compare`](Self::compare), how far
    /// they are from its floats. It prints as a table.
    pub fn report(&self) -> Report<'_> {
        Report { name: F::NAME, values: &self.memory.values }
    }
}

impl<F: QuantizeNetwork<X, Y>, const X: usize, const Y: usize> fmt::Debug for Calibration<F, X, Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calibration of {}: {} inputs seen", F::NAME, F::input(&self.memory.values).samples())
    }
}

/// No input was seen: no range is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotObserved;

impl fmt::Display for NotObserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no input was seen, so no range is known: call `observe` first")
    }
}

impl core::error::Error for NotObserved {}

/// What a calibration knows, value by value.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    name: &'static str,
    values: &'a dyn Values,
}

impl Report<'_> {
    /// Calls `f` with the name and the knowledge of each value, in order.
    pub fn each(&self, mut f: impl FnMut(Path<'_>, &Value)) {
        self.values.visit(Path::ROOT, &mut f);
    }

    /// The largest [relative error](Value::relative_error) of a value.
    pub fn largest(&self) -> f32 {
        let mut largest = 0.0_f32;
        self.each(|_, value| largest = largest.max(value.relative_error()));
        largest
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} in integers", self.name)?;
        write!(f, "{:>11} {:>11} {:>11} {:>5} {:>7}  value", "least", "largest", "scale", "zero", "error")?;
        let mut result = Ok(());
        self.each(|path, value| {
            let ([least, largest], affine) = (value.range(Method::MinMax), value.affine());
            let (scale, zero, error) = (affine.scale, affine.zero_point, 100.0 * value.relative_error());
            let row =
                write!(f, "\n{least:>11.4} {largest:>11.4} {scale:>11.3e} {zero:>5} {error:>6.2}%  {path}");
            result = result.and(row);
        });
        result
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
