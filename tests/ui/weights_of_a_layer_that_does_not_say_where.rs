use std::marker::PhantomData;

use dl::params::{Path, Visitor, Zipper};
use dl::prelude::*;
use dl::{Edge, Fit, Fitted, Real, SMatrix, Vals};

/// Doubles; its `Params` are written by hand, without a `LAYOUT`.
#[derive(dl::Blank)]
pub struct Double<T = f32>(PhantomData<T>);

impl<T: Real> Params<T> for Double<T> {
    type Grad = ();
    const PARAMS: usize = 0;
    fn visit(&self, _: Path<'_>, _: &mut Visitor<'_, T>) {}
    fn zip<const N: usize>(&mut self, _: [&mut (); N], _: Path<'_>, _: &mut Zipper<'_, T, N>) {}
    fn init(&mut self, _: Rng) {}
}

impl<T, E: Edge> Fit<E> for Double<T> {
    const OUT: Fitted = Ok(E::SHAPE);
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for Double<T> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();
    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        y.copy_from(&(x + x));
    }
    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from(&(dy + dy));
        }
    }
}

#[network(input = [3])]
struct Net {
    fc1: Dense<2>,
    twice: Double,
}

static NET: Net = weights!("weights/net.safetensors");

fn main() {}
