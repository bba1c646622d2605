//! `[Block; N]` in integers.

use nalgebra::SVector;

use super::value::{Value, Values};
use super::{Affine, At, Int8Layer, Quantize, Writer};
use crate::Blank;
use crate::params::Path;

/// The scratch memory of a repeated layer: that of one, and what that one needs to put its output in place of its input.
#[derive(Debug)]
#[repr(C)]
pub struct RepeatInt8Work<W, S> {
    work: W,
    spare: S,
}

/// A layer of integers of which one knows how many numbers it gives, which is as many as it takes.
#[derive(Debug)]
#[repr(transparent)]
pub struct RepeatInt8<L, const N: usize, const X: usize>(
    /// The layers, in their order.
    pub [L; N],
);

impl<L: Int8Layer, const N: usize, const X: usize> Int8Layer for RepeatInt8<L, N, X> {
    type Work = RepeatInt8Work<L::Work, L::Spare<X>>;
    type Spare<const M: usize> = ();

    fn forward(&self, x: &[i8], y: &mut [i8], RepeatInt8Work { work, spare }: &mut Self::Work) {
        if let [first, others @ ..] = &self.0[..] {
            first.forward(x, y, work);
            others.iter().for_each(|layer| layer.replace(y, spare, work));
        }
    }

    fn replace<const M: usize>(
        &self,
        xy: &mut [i8],
        (): &mut (),
        RepeatInt8Work { work, spare }: &mut Self::Work,
    ) {
        self.0.iter().for_each(|layer| layer.replace(xy, spare, work));
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        for (i, layer) in self.0.iter().enumerate() {
            layer.write(at + i * size_of::<L>(), to);
        }
    }
}

/// The values of all layers, and room for one in integers that takes turns with the output where both forms are compared.
#[derive(Debug)]
#[repr(C)]
pub struct RepeatValues<V, const N: usize, const X: usize> {
    layers: [LayerValues<V>; N],
    turn: [i8; X],
}

/// The values of one of the layers: what it gives, and what is inside.
#[derive(Debug)]
#[repr(C)]
pub struct LayerValues<V> {
    value: Value,
    inside: V,
}

impl<V: Values, const N: usize, const X: usize> Values for RepeatValues<V, N, X> {
    fn visit(&self, at: Path<'_>, f: &mut dyn FnMut(Path<'_>, &Value)) {
        for (i, layer) in self.layers.iter().enumerate() {
            f(at.index(i), &layer.value);
            layer.inside.visit(at.index(i), f);
        }
    }
}

impl<L: Quantize<X, X>, const N: usize, const X: usize> Quantize<X, X> for [L; N] {
    type Int8 = RepeatInt8<L::Int8, N, X>;
    type Values = RepeatValues<L::Values, N, X>;
    const IS_INT8: bool = L::IS_INT8;

    fn observe(
        &self,
        x: &SVector<f32, X>,
        y: &mut SVector<f32, X>,
        (work, turns): &mut Self::Work<1>,
        values: &mut Self::Values,
    ) {
        let [even, odd] = turns;
        for (i, (layer, values)) in self.iter().zip(&mut values.layers).enumerate() {
            let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
            let x = if i == 0 { x } else { from };
            let y = if i + 1 == N { &mut *y } else { to };
            layer.observe(x, y, work, &mut values.inside);
            values.value.see(y.as_slice());
        }
    }

    fn quantize(&self, int8: &mut Self::Int8, at: At, values: &mut Self::Values) -> Affine {
        let mut x = at.x;
        for ((layer, int8), values) in self.iter().zip(&mut int8.0).zip(&mut values.layers) {
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
        ((work, [even, odd]), RepeatInt8Work { work: int8_work, .. }): (
            &mut Self::Work<1>,
            &mut <Self::Int8 as Int8Layer>::Work,
        ),
        RepeatValues { layers, turn }: &mut Self::Values,
    ) {
        for (i, ((layer, int8), values)) in self.iter().zip(&int8.0).zip(layers).enumerate() {
            let (from, to) = if i % 2 == 0 { (&*odd, &mut *even) } else { (&*even, &mut *odd) };
            // the last one writes the output
            let (int8_from, int8_to) =
                if (N - i) % 2 == 1 { (&turn[..], &mut *y.1) } else { (&*y.1, &mut turn[..]) };
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
impl<W: Blank, S: Blank> Blank for RepeatInt8Work<W, S> {
    const ZERO: Self = RepeatInt8Work { work: Blank::ZERO, spare: Blank::ZERO };
}
impl<V: Blank, const N: usize, const X: usize> Blank for RepeatValues<V, N, X> {
    const ZERO: Self = RepeatValues { layers: Blank::ZERO, turn: Blank::ZERO };
}
impl<V: Blank> Blank for LayerValues<V> {
    const ZERO: Self = LayerValues { value: Blank::ZERO, inside: Blank::ZERO };
}
