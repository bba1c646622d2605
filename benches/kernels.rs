//! Products, convolutions, softmax and optimizers, by instruction set.
//!
//!     cargo bench --bench kernels                      # all
//!     cargo bench --bench kernels -- to_weight/784x128 # those whose name has this in it
//!
//! A product is named after its sizes: `forward/784x128/32/Avx2` takes 32 samples of 784 numbers to 128. A convolution is
//! named after its layer: `conv/lenet1/to_weight/Avx2`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use dl::kernels::conv::{Convolutions, Window};
use dl::kernels::{self, Isa};
use dl::layers::Dense;
use dl::optim::{Adam, Optimizer, Sgd, Step};
use dl::place::zeroed_box;
use dl::{Params, Rng};

/// Numbers of inputs and outputs: the layers of `dl-bench`'s `mlp_train`.
const SIZES: [(usize, usize); 3] = [(784, 128), (128, 64), (64, 10)];
const BATCHES: [usize; 3] = [1, 32, 64];

fn numbers(n: usize) -> Vec<f32> {
    let mut rng = Rng::new(0);
    (0..n).map(|_| rng.normal() as f32).collect()
}

/// Times a product for each size, batch and instruction set. It is given the latter, the number of outputs, and what
/// has the shapes of `W`, `X` and `Y`.
fn products(
    c: &mut Criterion,
    name: &str,
    mut product: impl FnMut(Isa, usize, &mut [f32], &mut [f32], &mut [f32]),
) {
    for ((inputs, outputs), batch) in SIZES.into_iter().flat_map(|size| BATCHES.map(|batch| (size, batch))) {
        let mut group = c.benchmark_group(format!("{name}/{inputs}x{outputs}"));
        group.throughput(Throughput::Elements((inputs * outputs * batch) as u64)); // multiply-adds
        let (mut w, mut x, mut y) =
            (numbers(outputs * inputs), numbers(inputs * batch), numbers(outputs * batch));
        for isa in Isa::all() {
            group.bench_function(BenchmarkId::new(batch.to_string(), format!("{isa:?}")), |bencher| {
                bencher
                    .iter(|| product(isa, outputs, black_box(&mut w), black_box(&mut x), black_box(&mut y)));
            });
        }
    }
}

fn forward(c: &mut Criterion) {
    let bias = numbers(128);
    products(c, "forward", |isa, m, w, x, y| kernels::gemm_bias(isa, m, w, x, &bias[..m], y));
}

fn to_input(c: &mut Criterion) {
    products(c, "to_input", |isa, m, w, dx, dy| kernels::gemm_tn(isa, m, w, dy, dx));
}

fn to_weight(c: &mut Criterion) {
    // The sums do not grow without end: once they are large, rounding leaves nothing of what is added.
    products(c, "to_weight", |isa, m, dw, x, dy| kernels::gemm_nt_add(isa, m, dy, x, dw));
}

/// Layers of LeNet, ResNet-8 and DS-CNN, and one of odd sizes: name, window, samples.
fn windows() -> [(&'static str, Window, usize); 8] {
    let padded = Window { kernel: [3, 3], pad: [1, 1], ..Window::ONE };
    [
        ("lenet1", Window { input: [1, 28, 28], output: [6, 24, 24], kernel: [5, 5], ..Window::ONE }, 32),
        ("lenet2", Window { input: [6, 12, 12], output: [16, 8, 8], kernel: [5, 5], ..Window::ONE }, 32),
        ("resnet32", Window { input: [16, 32, 32], output: [16, 32, 32], ..padded }, 8),
        ("resnet8", Window { input: [64, 8, 8], output: [64, 8, 8], ..padded }, 8),
        ("strided", Window { input: [16, 32, 32], output: [32, 16, 16], stride: [2, 2], ..padded }, 8),
        ("pointwise", Window { input: [64, 25, 5], output: [64, 25, 5], ..Window::ONE }, 8),
        ("depthwise", Window { input: [64, 25, 5], output: [64, 25, 5], groups: 64, ..padded }, 8),
        (
            "odd",
            Window { input: [3, 13, 13], output: [10, 13, 13], kernel: [7, 7], pad: [3, 3], ..padded },
            8,
        ),
    ]
}

fn convolutions(c: &mut Criterion) {
    for (name, window, samples) in windows() {
        let mut group = c.benchmark_group(format!("conv/{name}"));
        let [inputs, outputs] =
            [window.input, window.output].map(|size| size.iter().product::<usize>() * samples);
        let macs = window.weights() * outputs / window.output[0];
        group.throughput(Throughput::Elements(macs as u64));
        let (mut w, mut x, mut y) = (numbers(window.weights()), numbers(inputs), numbers(outputs));
        let mut b = numbers(window.output[0]);
        for isa in Isa::all() {
            let id = |name: &str| BenchmarkId::new(name, format!("{isa:?}"));
            group.bench_function(id("forward"), |bencher| {
                bencher.iter(|| f32::conv(isa, &window, &w, Some(&b), black_box(&x), &mut y, samples, true));
            });
            group.bench_function(id("to_input"), |bencher| {
                bencher.iter(|| f32::conv_grad_input(isa, &window, &w, black_box(&y), &mut x, samples));
            });
            group.bench_function(id("to_weight"), |bencher| {
                bencher.iter(|| {
                    let db = Some(&mut b[..]);
                    f32::conv_grad_weight(isa, &window, black_box(&x), &y, &mut w, db, samples, true);
                });
            });
        }
    }
}

fn softmax(c: &mut Criterion) {
    let mut group = c.benchmark_group("softmax");
    for classes in [10, 65] {
        let (z, mut p) = (numbers(classes), vec![0.0; classes]);
        for isa in Isa::all() {
            group.bench_function(BenchmarkId::new(classes.to_string(), format!("{isa:?}")), |bencher| {
                bencher.iter(|| kernels::softmax(isa, black_box(&z), Some(black_box(&mut p)), 1.0));
            });
        }
    }
}

/// 100,000 numbers.
type Large = Dense<f32, 249, 400>;

fn update<O: Optimizer>(c: &mut Criterion, name: &str, optimizer: O) {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(<Large as Params<f32>>::PARAMS as u64));
    let (mut params, mut grad) = (zeroed_box::<Large>(), zeroed_box::<Large>());
    let mut moments = zeroed_box::<O::Moments<Large>>();
    params.init(Rng::new(0));
    grad.init(Rng::new(1));
    for isa in Isa::all() {
        let step = Step { isa, ..Step::new(1) };
        group.bench_function(format!("100000/{isa:?}"), |bencher| {
            bencher.iter(|| optimizer.update(&mut *params, black_box(&mut *grad), &mut moments, &step));
        });
    }
}

fn optimizers(c: &mut Criterion) {
    update(c, "adam", Adam::new(1e-9));
    update(c, "sgd", Sgd::new(1e-9));
}

fn main() {
    let c = &mut Criterion::default()
        .without_plots()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args();
    forward(c);
    to_input(c);
    to_weight(c);
    convolutions(c);
    softmax(c);
    optimizers(c);
    c.final_summary();
}
