//! `[Block; N]` in integers.

use nalgebra::SVector;

use super::value::{Value, Values};
use super::{Affine, At, Int8Layer, Quantize, Writer};
use crate::Blank;
use crate::params::Path;

/// The scratch memory of a repeated layer: that of one, and a value that takes turns with the output.
#[derive(Debug)]
#[repr(C)]
pub struct RepeatInt8Work<W, const X: usize> {
    work: W,
    turn: [i8; X],
}

/// A layer of integers of which one knows how many numbers it gives, which is as many as it takes.
#[derive(Debug)]
#[repr(transparent)]
pub struct RepeatInt8<L, const N: usize, const X: usize>(
    /// The layers, in their order.
    pub [L; N],
);

impl<L: Int8Layer, const N: usize, const X: usize> Int8Layer for RepeatInt8<L, N, X> {
    type Work = RepeatInt8Work<L::Work, X>;

    fn forward(&self, x: &[i8], y: &mut [i8], RepeatInt8Work { work, turn }: &mut Self::Work) {
        for (i, layer) in self.0.iter().enumerate() {
            let (from, to) = turns(N - i, y, turn);
            layer.forward(if i == 0 { x } else { from }, to, work);
        }
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        for (i, layer) in self.0.iter().enumerate() {
            layer.write(at + i * size_of::<L>(), to);
        }
    }
}

/// What a layer reads and writes that has `left` layers to go, itself counted: the last one writes the output.
fn turns<'a>(left: usize, y: &'a mut [i8], turn: &'a mut [i8]) -> (&'a [i8], &'a mut [i8]) {
    if left % 2 == 1 { (turn, y) } else { (y, turn) }
}

/// The values of one of the layers: what it gives, and what is inside.
#[derive(Debug)]
#[repr(C)]
pub struct RepeatValues<V> {
    value: Value,
    inside: V,
}

impl<V: Values, const N: usize> Values for [RepeatValues<V>; N] {
    fn visit(&self, at: Path<'_>, f: &mut dyn FnMut(Path<'_>, &Value)) {
        for (i, layer) in self.iter().enumerate() {
            f(at.index(i), &layer.value);
            layer.inside.visit(at.index(i), f);
        }
    }
}

impl<L: Quantize<X, X>, const N: usize, const X: usize> Quantize<X, X> for [L; N] {
    type Int8 = RepeatInt8<L::Int8, N, X>;
    type Values = [RepeatValues<L::Values>; N];
    const IS_INT8: bool = L::IS_INT8;

    fn observe(
        &self,
        x: &SVector<f32, X>,
        y: &mut SVector<f32, X>,
        (work, turns): &mut Self::Work<1>,
        values: &mut Self::Values,
    ) {
        let [even, odd] = turns;
        for (i, (layer, values)) in self.iter().zip(values).enumerate() {
            let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
            let x = if i == 0 { x } else { from };
            let y = if i + 1 == N { &mut *y } else { to };
            layer.observe(x, y, work, &mut values.inside);
            values.value.see(y.as_slice());
        }
    }

    fn quantize(&self, int8: &mut Self::Int8, at: At, values: &mut Self::Values) -> Affine {
        let mut x = at.x;
        for ((layer, int8), values) in self.iter().zip(&mut int8.0).zip(values) {
            let at = At { x, y: values.value.affine_by(at.method), ..at };
            x = layer.quantize(int8, at, &mut values.inside);
            values.value.set_affine(x, at.pixels[1]);
        }
        x
    }

    fn compare(
        &self,
        int8: &Self::Int8,
        x: (&SVector<f32, X>, &[i8]),
        y: (&mut SVector<f32, X>, &mut [i8]),
        ((work, float_turns), RepeatInt8Work { work: int8_work, turn }): (
            &mut Self::Work<1>,
            &mut RepeatInt8Work<<L::Int8 as Int8Layer>::Work, X>,
        ),
        values: &mut Self::Values,
    ) {
        let [even, odd] = float_turns;
        for (i, ((layer, int8), values)) in self.iter().zip(&int8.0).zip(values).enumerate() {
            let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
            let (int8_from, int8_to) = turns(N - i, y.1, turn);
            let x = if i == 0 { x } else { (from, int8_from) };
            let y = if i + 1 == N { &mut *y.0 } else { to };
            layer.compare(
                int8,
                x,
                (&mut *y, &mut *int8_to),
                (&mut *work, &mut *int8_work),
                &mut values.inside,
            );
            values.value.compare(y.as_slice(), int8_to);
        }
    }
}

impl<L: Blank, const N: usize, const X: usize> Blank for RepeatInt8<L, N, X> {
    const ZERO: Self = RepeatInt8(Blank::ZERO);
}
impl<W: Blank, const X: usize> Blank for RepeatInt8Work<W, X> {
    const ZERO: Self = RepeatInt8Work { work: Blank::ZERO, turn: Blank::ZERO };
}
impl<V: Blank> Blank for RepeatValues<V> {
    const ZERO: Self = RepeatValues { value: Blank::ZERO, inside: Blank::ZERO };
}
