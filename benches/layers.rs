//! Layers forward and backward, by instruction set.
//!
//!     cargo bench --bench layers             # all
//!     cargo bench --bench layers -- backward # those whose name has this in it

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use dl::kernels::Isa;
use dl::layers::{Dense, Gelu, Relu, Sigmoid, Tanh};
use dl::place::zeroed_box;
use dl::{Layer, Pass, Rng, SMatrix, Vals, ZeroValid};

/// Samples that go through a dense layer together.
const BATCH: usize = 32;
/// Numbers that go through an activation.
const NUMBERS: usize = 4096;

fn normal<const N: usize, const B: usize>() -> Box<SMatrix<f32, N, B>>
where
    SMatrix<f32, N, B>: ZeroValid,
{
    let (mut rng, mut values) = (Rng::new(0), zeroed_box::<SMatrix<f32, N, B>>());
    values.iter_mut().for_each(|value| *value = rng.normal() as f32);
    values
}

/// Times a layer without tape and scratch memory, on normally distributed numbers.
fn layer<L, const X: usize, const Y: usize, const B: usize>(c: &mut Criterion, name: &str)
where
    L: Layer<f32, Vals<X>, Vals<Y>, Tape<B> = (), Work<B> = ()>,
{
    let mut layer = zeroed_box::<L>();
    layer.init(Rng::new(0));
    let (x, dy) = (normal::<X, B>(), normal::<Y, B>());
    let (mut y, mut dx) = (zeroed_box::<SMatrix<f32, Y, B>>(), zeroed_box::<SMatrix<f32, X, B>>());
    let mut grad = zeroed_box::<L::Grad>();
    for isa in Isa::all() {
        let pass = Pass::train(Rng::new(0)).on(isa);
        c.bench_function(&format!("{name}/forward/{isa:?}"), |bencher| {
            bencher.iter(|| layer.forward(black_box(&*x), black_box(&mut *y), Some(&mut ()), &mut (), pass));
        });
        c.bench_function(&format!("{name}/backward/{isa:?}"), |bencher| {
            bencher.iter(|| {
                let (dx, grad) = (black_box(&mut *dx), black_box(&mut *grad));
                layer.backward(black_box(&*x), &y, &(), black_box(&*dy), Some(dx), Some(grad), &mut (), pass);
            });
        });
    }
}

fn dense(c: &mut Criterion) {
    layer::<Dense<f32, 784, 100>, 784, 100, BATCH>(c, "dense/784x100");
    layer::<Dense<f32, 128, 64>, 128, 64, BATCH>(c, "dense/128x64");
    layer::<Dense<f32, 64, 10>, 64, 10, BATCH>(c, "dense/64x10");
}

fn activations(c: &mut Criterion) {
    layer::<Relu, NUMBERS, NUMBERS, 1>(c, "relu/4096");
    layer::<Tanh, NUMBERS, NUMBERS, 1>(c, "tanh/4096");
    layer::<Gelu, NUMBERS, NUMBERS, 1>(c, "gelu/4096");
    layer::<Sigmoid, NUMBERS, NUMBERS, 1>(c, "sigmoid/4096");
}

fn main() {
    let c = &mut Criterion::default()
        .without_plots()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args();
    dense(c);
    activations(c);
    c.final_summary();
}
