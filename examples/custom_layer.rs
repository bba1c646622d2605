//! A layer and an activation of one's own: written, shown to be right, trained in a network that tells spirals apart.
//!
//!     cargo run --release --example custom_layer

use dl::layers::Map;
use dl::nalgebra::{SMatrix, SVector};
use dl::prelude::*;
use dl::{Blank, Edge, Fitted, Message, Pointwise, Real, Shape, Vals, gradcheck, math};

#[network(input = [2])]
struct Spirals {
    bumps: Bumps<2, 24>,
    fc: Dense<16>,
    act: Map<Snake>,
    head: Dense<2>,
}

/// Radial basis functions: `UNITS` bumps over the plane (or any space of `IN` dimensions), each with a place and a
/// sharpness that are learned.
///
/// - forward:  `yⱼ = exp(−sⱼ² |x − cⱼ|²)`
/// - backward, with `eⱼ = 2 sⱼ yⱼ dyⱼ`: `dx = −Σ sⱼ eⱼ (x − cⱼ)`, `dcⱼ += sⱼ eⱼ (x − cⱼ)`, `dsⱼ −= eⱼ |x − cⱼ|²`
#[derive(Params)]
struct Bumps<const IN: usize, const UNITS: usize, T = f32> {
    #[param(init = lecun_normal)]
    centre: SMatrix<T, UNITS, IN>,
    #[param(init = ones)]
    sharpness: SVector<T, UNITS>,
}

/// The shape rule: `[IN]` in, `[UNITS]` out. The message follows the field's name in the compiler's error.
impl<E: Edge, const IN: usize, const UNITS: usize, T> dl::Fit<E> for Bumps<IN, UNITS, T> {
    const OUT: Fitted = if E::SHAPE.same(&Shape::new([IN])) {
        Ok(Shape::new([UNITS]))
    } else {
        Err(Message::new().text("takes ").shape(Shape::new([IN])).text(" but receives ").shape(E::SHAPE))
    };
}

impl<const IN: usize, const UNITS: usize, T: Real> Layer<T, Vals<IN>, Vals<UNITS>> for Bumps<IN, UNITS, T> {
    type Tape<const B: usize> = (); // x and y are all that backward needs
    type Work<const B: usize> = ();
    const MACS: usize = (IN + 1) * UNITS;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, IN, B>,
        y: &mut SMatrix<T, UNITS, B>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        for b in 0..B {
            for j in 0..UNITS {
                let mut square = T::zero();
                for i in 0..IN {
                    let d = x[(i, b)] - self.centre[(j, i)];
                    square += d * d;
                }
                let s = self.sharpness[j];
                y[(j, b)] = math::exp(-s * s * square);
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, IN, B>,
        y: &SMatrix<T, UNITS, B>,
        _: &(),
        dy: &SMatrix<T, UNITS, B>,
        mut dx: Option<&mut SMatrix<T, IN, B>>,
        mut grad: Option<&mut Self>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        if let Some(dx) = &mut dx {
            dx.fill(T::zero()); // dx is overwritten, grad is added to
        }
        for b in 0..B {
            for j in 0..UNITS {
                let s = self.sharpness[j];
                let e = (s + s) * y[(j, b)] * dy[(j, b)];
                for i in 0..IN {
                    let d = x[(i, b)] - self.centre[(j, i)];
                    if let Some(dx) = &mut dx {
                        dx[(i, b)] -= s * e * d;
                    }
                    if let Some(grad) = &mut grad {
                        grad.centre[(j, i)] += s * e * d;
                        grad.sharpness[j] -= e * d * d;
                    }
                }
            }
        }
    }
}

/// `x + sin² x`, for values that repeat (Ziyin, Hartwig, Ueda: *Neural networks fail to learn periodic functions*).
struct Snake;

impl<T: Real> Pointwise<T> for Snake {
    fn f(x: T) -> T {
        x + math::sin(x) * math::sin(x)
    }
    fn df(x: T) -> T {
        T::one() + math::sin(x + x)
    }
}

fn main() -> anyhow::Result<()> {
    // Both are compared with differences of what they compute, in f64 and for two samples.
    let (mut bumps, mut snake) = (Bumps::<2, 3, f64>::ZERO, Map::<Snake>::ZERO);
    bumps.init(Rng::new(1));
    let mut x = SMatrix::from([[0.3, -0.4], [0.9, 0.2]]);
    println!("Bumps: {}", gradcheck::layer(&mut bumps, &mut x, Pass::infer())?);
    println!("Snake: {}", gradcheck::layer(&mut snake, &mut x, Pass::infer())?);

    println!("\n{}", Spirals::summary());
    let (train, test) = (spirals(400, Rng::new(2)), spirals(400, Rng::new(3)));
    let mut trainer =
        SpiralsTrainer::<CrossEntropy, Adam>::boxed_with(CrossEntropy::new(), Adam::new(0.01), 0);
    trainer.fit(&train, (), Fit::new(150, 32), ())?;
    let mut accuracy = Accuracy::new();
    trainer.evaluate(&test, &mut accuracy)?;
    println!("\naccuracy on {} new points: {:.3}", test.0.len(), accuracy.value());
    anyhow::ensure!(accuracy.value() >= 0.97, "the spirals were not told apart");
    Ok(())
}

/// Points near two arms that turn around each other, and the arm of each.
fn spirals(points: usize, mut rng: Rng) -> (Vec<[f32; 2]>, Vec<u16>) {
    let point = |n: usize| {
        let (arm, radius) = (n % 2, rng.uniform());
        let turn = 9.0 * radius + arm as f64 * std::f64::consts::PI;
        let at = [radius * math::cos(turn), radius * math::sin(turn)];
        (at.map(|v| (v + 0.02 * rng.normal()) as f32), arm as u16)
    };
    (0..points).map(point).unzip()
}
