//! Central differences: shows that a layer's backward pass is the derivative of its forward pass.
//!
//! The layer's output is turned into one number by a fixed random linear functional, `Σ dyᵢ yᵢ`, whose derivative by
//! every parameter and every input number is measured in `f64` and compared with what `backward` gives for that `dy`.
//!
//! - difference: `D(h) = Σ dyᵢ (yᵢ(v + h) − yᵢ(v − h)) / 2h`, extrapolated once: `(4 D(h/2) − D(h)) / 3`
//!   (Richardson, 1911), which leaves an error of `h⁴ f⁽⁵⁾ / 480`. The step `h` is `2⁻¹⁰`, times `|v|` where that is
//!   larger than one; this error and the rounding are then near `1e-12`. Where the two sides disagree, `h/16` and
//!   `h/256` are tried too, for values close to a kink; a wrong derivative disagrees at every step.
//! - relative error: `|D − backward| / max(|D|, |backward|, 1e-4 M)`, where `M` is the layer's largest derivative:
//!   what is far below `M` cannot be measured any better.
//!
//! Beside the derivatives, the contract of [`Layer`] is checked:
//!
//! - `forward` overwrites `y` and the tape, and gives the same bits without a tape;
//! - `backward` adds to `grad` (twice is double) and overwrites `dx`;
//! - leaving out `dx` or `grad` does not change the other;
//! - where `NEEDS_X` or `NEEDS_Y` is false, `backward` gets NaN in the place of `x` or `y`;
//! - the derivatives are not all zero, for then nothing would have been shown.
//!
//! Values at a kink (0 of a ReLU, ties of a maximum) have no derivative: choose others. Samples past `pass.live()`
//! get a zero `dy`, as from a loss.

mod numbers;
mod report;

use core::fmt;

pub use numbers::{Numbers, Place};
pub use report::{Mismatch, Report, Spot};

use crate::params::Path;
use crate::{Blank, Layer, Params, Pass, Rng, Signal};

/// Checks `layer` at `x` with the settings of [`Gradcheck::default`], on the stack.
///
/// `pass` is a training pass for layers that differ there (dropout); every call gets the same one, so that its random
/// numbers repeat. Layer and `x` are changed on the way and are at the end what they were.
///
/// Where the size of `y` does not follow from the layer's type, name the signals: `layer::<_, Vals<3>, Vals<2>, 1>`.
///
/// # Errors
///
/// The first [`Mismatch`]; printed, it says where, and both numbers.
///
/// ```
/// use dl_core::nalgebra::{SMatrix, SVector, vector};
/// use dl_core::{Layer, Pass, Vals, gradcheck};
/// # use dl_core::params::{Kind, Order, Param, ParamMut, Path, Visitor, Zipper};
/// # use dl_core::{Blank, Params, Rng, Shape, ZeroValid};
///
/// /// `yᵢ = wᵢ xᵢ²`
/// struct Squares<const N: usize> {
///     weight: SVector<f64, N>,
/// }
/// # // what `#[derive(Params)]` writes
/// # impl<const N: usize> Blank for Squares<N> {
/// #     const ZERO: Self = Squares { weight: Blank::ZERO };
/// # }
/// # unsafe impl<const N: usize> ZeroValid for Squares<N> {}
/// # impl<const N: usize> Params<f64> for Squares<N> {
/// #     type Grad = Self;
/// #     const PARAMS: usize = N;
/// #     fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, f64>) {
/// #         let weight = self.weight.as_slice();
/// #         f(at.field("weight"), Param::new(weight, Shape::new([N]), Order::RowMajor, Kind::Weight));
/// #     }
/// #     fn zip<const M: usize>(&mut self, with: [&mut Self; M], at: Path<'_>, f: &mut Zipper<'_, f64, M>) {
/// #         let weight = self.weight.as_mut_slice();
/// #         let weight = ParamMut::new(weight, Shape::new([N]), Order::RowMajor, Kind::Weight);
/// #         f(at.field("weight"), weight, with.map(|g| g.weight.as_mut_slice()));
/// #     }
/// #     fn init(&mut self, _: Rng) {}
/// # }
///
/// impl<const N: usize> Layer<f64, Vals<N>, Vals<N>> for Squares<N> {
///     type Tape<const B: usize> = ();
///     type Work<const B: usize> = ();
///     const NEEDS_Y: bool = false;
///
///     fn forward<'a, const B: usize>(
///         &self,
///         x: &SMatrix<f64, N, B>,
///         y: &mut SMatrix<f64, N, B>,
///         _: Option<&mut ()>,
///         _: &mut (),
///         _: Pass<'a, B>,
///     ) {
///         for b in 0..B {
///             for i in 0..N {
///                 y[(i, b)] = self.weight[i] * x[(i, b)] * x[(i, b)];
///             }
///         }
///     }
///
///     fn backward<'a, const B: usize>(
///         &self,
///         x: &SMatrix<f64, N, B>,
///         _: &SMatrix<f64, N, B>,
///         _: &(),
///         dy: &SMatrix<f64, N, B>,
///         mut dx: Option<&mut SMatrix<f64, N, B>>,
///         mut grad: Option<&mut Self>,
///         _: &mut (),
///         _: Pass<'a, B>,
///     ) {
///         for b in 0..B {
///             for i in 0..N {
///                 if let Some(dx) = &mut dx {
///                     dx[(i, b)] = 2.0 * self.weight[i] * x[(i, b)] * dy[(i, b)];
///                 }
///                 if let Some(grad) = &mut grad {
///                     grad.weight[i] += x[(i, b)] * x[(i, b)] * dy[(i, b)];
///                 }
///             }
///         }
///     }
/// }
///
/// let mut layer = Squares { weight: vector![0.5, -2.0, 1.5] };
/// let mut x = vector![0.3, -0.7, 1.1];
/// let report = gradcheck::layer(&mut layer, &mut x, Pass::infer())?;
/// assert_eq!(report.checked, 6);
/// assert!(report.worst < 1e-10, "{report}");
/// # Ok::<(), gradcheck::Mismatch>(())
/// ```
pub fn layer<'a, L, X, Y, const B: usize>(
    layer: &mut L,
    x: &mut X::Buf<f64, B>,
    pass: Pass<'a, B, X::Lens<'a, B>>,
) -> Result<Report, Mismatch>
where
    L: Layer<f64, X, Y>,
    X: Numbers,
    Y: Numbers,
{
    Gradcheck::default().layer(layer, x, pass)
}

/// The settings of a check.
///
/// ```
/// use dl_core::gradcheck::Gradcheck;
/// use dl_core::nalgebra::vector;
/// use dl_core::{Pass, layers::Tanh};
///
/// let strict = Gradcheck { limit: 1e-9, ..Gradcheck::default() };
/// assert!(strict.layer(&mut Tanh, &mut vector![0.3, -0.7], Pass::infer()).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradcheck {
    /// The largest relative error that passes.
    pub limit: f64,
    /// The first step, `h`.
    pub step: f64,
    /// Seeds the functional, `dy`.
    pub seed: u64,
}

impl Default for Gradcheck {
    /// A relative error of at most `1e-7`, a step of `2⁻¹⁰`.
    fn default() -> Self {
        Gradcheck { limit: 1e-7, step: 1.0 / 1024.0, seed: 0 }
    }
}

/// A derivative counts as at least this fraction of the largest one.
const FLOOR: f64 = 1e-4;

impl Gradcheck {
    /// The check described at [`layer`], with these settings.
    ///
    /// ```
    /// use dl_core::gradcheck::Gradcheck;
    /// use dl_core::nalgebra::vector;
    /// use dl_core::{Pass, layers::Sigmoid};
    ///
    /// let report = Gradcheck::default().layer(&mut Sigmoid, &mut vector![0.3, -0.7], Pass::infer())?;
    /// assert_eq!(report.checked, 2);
    /// # Ok::<(), dl_core::gradcheck::Mismatch>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first [`Mismatch`].
    pub fn layer<'a, L, X, Y, const B: usize>(
        &self,
        layer: &mut L,
        x: &mut X::Buf<f64, B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    ) -> Result<Report, Mismatch>
    where
        L: Layer<f64, X, Y>,
        X: Numbers,
        Y: Numbers,
    {
        let mut memory = Memory::ZERO;
        self.layer_in(&mut memory, layer, x, pass)
    }

    /// [`layer`](Gradcheck::layer) in memory of the caller's, for layers too large for the stack.
    ///
    /// # Errors
    ///
    /// The first [`Mismatch`].
    ///
    /// ```
    /// use dl_core::gradcheck::{Gradcheck, Memory};
    /// use dl_core::nalgebra::SMatrix;
    /// use dl_core::params::Params;
    /// use dl_core::{Blank, Pass, Rng, Vals, layers::Dense};
    ///
    /// // a `static` in firmware, `place::zeroed_box` on a host
    /// let mut memory = Memory::<Dense<f64, 3, 2>, Vals<3>, Vals<2>, 4>::ZERO;
    /// let mut dense = Dense::ZERO;
    /// Params::<f64>::init(&mut dense, Rng::new(0));
    /// let mut rng = Rng::new(1);
    /// let mut x = SMatrix::<f64, 3, 4>::from_fn(|_, _| rng.normal());
    /// Gradcheck::default().layer_in(&mut memory, &mut dense, &mut x, Pass::infer())?;
    /// # Ok::<(), dl_core::gradcheck::Mismatch>(())
    /// ```
    pub fn layer_in<'a, L, X, Y, const B: usize>(
        &self,
        memory: &mut Memory<L, X, Y, B>,
        layer: &mut L,
        x: &mut X::Buf<f64, B>,
        pass: Pass<'a, B, X::Lens<'a, B>>,
    ) -> Result<Report, Mismatch>
    where
        L: Layer<f64, X, Y>,
        X: Numbers,
        Y: Numbers,
    {
        let mut check = Check { settings: self, memory, layer, x, pass };
        check.forward()?;
        let largest = check.backward()?;
        check.differences(largest)
    }
}

/// What a check needs beside the layer and its input.
///
/// It is [`Blank`] and [`ZeroValid`](crate::ZeroValid), so a `static` or a zeroed box can hold it.
pub struct Memory<L: Layer<f64, X, Y>, X: Signal, Y: Signal, const B: usize> {
    y: [Y::Buf<f64, B>; 2],
    dy: Y::Buf<f64, B>,
    dx: [X::Buf<f64, B>; 2],
    grad: [L::Grad; 2],
    /// What `backward` gets in the place of what it says it does not read.
    unread: (X::Buf<f64, B>, Y::Buf<f64, B>),
    tape: L::Tape<B>,
    work: L::Work<B>,
}

impl<L: Layer<f64, X, Y>, X: Signal, Y: Signal, const B: usize> Blank for Memory<L, X, Y, B> {
    const ZERO: Self = Memory {
        y: Blank::ZERO,
        dy: Blank::ZERO,
        dx: Blank::ZERO,
        grad: Blank::ZERO,
        unread: Blank::ZERO,
        tape: Blank::ZERO,
        work: Blank::ZERO,
    };
}

impl<L: Layer<f64, X, Y>, X: Signal, Y: Signal, const B: usize> fmt::Debug for Memory<L, X, Y, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory of {} bytes", size_of::<Self>())
    }
}

/// One number that can be turned: of the input, or of a parameter.
#[derive(Clone, Copy)]
enum Knob {
    Input(usize),
    /// Number `.1` of parameter `.0`, counted in the order of [`Params::zip`].
    Param(usize, usize),
}

struct Check<'m, 'a, L: Layer<f64, X, Y>, X: Numbers, Y: Numbers, const B: usize> {
    settings: &'m Gradcheck,
    memory: &'m mut Memory<L, X, Y, B>,
    layer: &'m mut L,
    x: &'m mut X::Buf<f64, B>,
    pass: Pass<'a, B, X::Lens<'a, B>>,
}

impl<L: Layer<f64, X, Y>, X: Numbers, Y: Numbers, const B: usize> Check<'_, '_, L, X, Y, B> {
    /// Runs `forward` over dirty memory, with a tape and without one; leaves `y[0]` and the tape for `backward`.
    fn forward(&mut self) -> Result<(), Mismatch> {
        let Memory { y: [once, again], tape, work, .. } = &mut *self.memory;
        fill::<Y, B>(again, 7.0);
        self.layer.forward(X::get(self.x), Y::get_mut(again), Some(tape), work, self.pass);
        fill::<Y, B>(once, -3.0);
        self.layer.forward(X::get(self.x), Y::get_mut(once), Some(tape), work, self.pass);
        for i in 0..Y::count::<B>() {
            let value = get::<Y, B>(once, i);
            if !value.is_finite() {
                return Err(Mismatch::NotFinite { at: Spot::input::<Y, B>("y", i), value, unread: "" });
            }
        }
        if let Some((i, first, second)) = differ::<Y, B>(again, once) {
            return Err(Mismatch::NotRepeated { at: Spot::input::<Y, B>("y", i), first, second });
        }
        fill::<Y, B>(again, 5.0);
        self.layer.forward(X::get(self.x), Y::get_mut(again), None, work, self.pass);
        match differ::<Y, B>(once, again) {
            Some((i, with, without)) => {
                Err(Mismatch::WithoutTape { at: Spot::input::<Y, B>("y", i), with, without })
            }
            None => Ok(()),
        }
    }

    /// Leaves `dx` and `grad` in `dx[0]` and `grad[0]`; returns the largest number of both.
    fn backward(&mut self) -> Result<f64, Mismatch> {
        let mut rng = Rng::new(self.settings.seed).fork(0);
        for i in 0..Y::count::<B>() {
            let sign = if rng.next_u64() >> 63 == 0 { 1.0 } else { -1.0 };
            let dy = sign * rng.uniform_in::<f64>(0.5, 1.5);
            let live = Y::place::<B>(i).is_some_and(|p| p.sample < self.pass.live());
            set::<Y, B>(&mut self.memory.dy, i, if live { dy } else { 0.0 });
        }
        fill::<X, B>(&mut self.memory.unread.0, f64::NAN);
        fill::<Y, B>(&mut self.memory.unread.1, f64::NAN);

        fill::<X, B>(&mut self.memory.dx[0], 0.0);
        self.clear_grad(0);
        self.run(Some(0), Some(0));
        let largest = self.largest()?;

        fill::<X, B>(&mut self.memory.dx[1], 7.0);
        self.run(Some(1), Some(0));
        let [first, second] = &mut self.memory.dx;
        if let Some((i, clean, dirty)) = differ::<X, B>(first, second) {
            return Err(Mismatch::NotOverwritten { at: Spot::input::<X, B>("dx", i), clean, dirty });
        }
        self.clear_grad(1);
        self.run(Some(0), Some(1));
        let [twice, once] = &mut self.memory.grad;
        let limit = self.settings.limit;
        let doubled = |twice: f64, once: f64| relative(twice, 2.0 * once, largest) <= limit;
        if let Some((at, twice, once)) = pair_up(self.layer, [twice, once], doubled) {
            return Err(Mismatch::NotAdded { at, once, twice });
        }

        self.clear_grad(0);
        self.run(None, Some(0));
        let [without, with] = &mut self.memory.grad;
        if let Some((at, with, without)) = pair_up(self.layer, [with, without], same) {
            return Err(Mismatch::WithoutDx { at, with, without });
        }
        if L::SETS_GRAD {
            self.layer.zip([&mut self.memory.grad[0]], Path::ROOT, &mut |_, _, [g]| g.fill(7.0));
            self.pass = self.pass.fresh(true);
            self.run(None, Some(0));
            self.pass = self.pass.fresh(false);
            let [fresh, clean] = &mut self.memory.grad;
            if let Some((at, dirty, clean)) = pair_up(self.layer, [fresh, clean], same) {
                return Err(Mismatch::NotSet { at, clean, dirty });
            }
        }
        fill::<X, B>(&mut self.memory.dx[1], -2.0);
        self.run(Some(1), None);
        let [with, without] = &mut self.memory.dx;
        if let Some((i, with, without)) = differ::<X, B>(with, without) {
            return Err(Mismatch::WithoutGrad { at: Spot::input::<X, B>("dx", i), with, without });
        }
        Ok(largest)
    }

    /// One `backward` into the buffers of these numbers.
    fn run(&mut self, dx: Option<usize>, grad: Option<usize>) {
        let memory = &mut *self.memory;
        let x = if L::NEEDS_X { &*self.x } else { &memory.unread.0 };
        let y = if L::NEEDS_Y { &memory.y[0] } else { &memory.unread.1 };
        let dx = match dx {
            Some(i) => X::grad(&mut memory.dx[i]),
            None => X::no_grad::<f64, B>(),
        };
        let grad = grad.map(|i| &mut memory.grad[i]);
        let dy = Y::get(&memory.dy);
        self.layer.backward(X::get(x), Y::get(y), &memory.tape, dy, dx, grad, &mut memory.work, self.pass);
    }

    fn clear_grad(&mut self, i: usize) {
        self.layer.zip([&mut self.memory.grad[i]], Path::ROOT, &mut |_, _, [g]| g.fill(0.0));
    }

    /// The largest number in `dx[0]` and `grad[0]`, which must be finite and not all zero.
    fn largest(&mut self) -> Result<f64, Mismatch> {
        let (mut dx, mut grads, mut count, mut strange) = (0.0_f64, 0.0_f64, 0, None);
        for i in 0..X::count::<B>() {
            let value = get::<X, B>(&mut self.memory.dx[0], i);
            if !value.is_finite() {
                strange = strange.or_else(|| Some((Spot::input::<X, B>("dx", i), value)));
            }
            dx = dx.max(value.abs());
        }
        self.layer.zip([&mut self.memory.grad[0]], Path::ROOT, &mut |path, param, [g]| {
            for (i, &value) in g.iter().enumerate() {
                if !value.is_finite() && strange.is_none() {
                    strange = Some((Spot::param(&path, param.shape, param.order, i), value));
                }
                grads = grads.max(value.abs());
                count += 1;
            }
        });
        if let Some((at, value)) = strange {
            let unread = match (L::NEEDS_X, L::NEEDS_Y) {
                (true, true) => "",
                (false, true) => "x",
                (true, false) => "y",
                (false, false) => "x and y",
            };
            return Err(Mismatch::NotFinite { at, value, unread });
        }
        match (X::count::<B>(), count) {
            (1.., _) if dx == 0.0 => Err(Mismatch::AllZero { what: "dx" }),
            (_, 1..) if grads == 0.0 => Err(Mismatch::AllZero { what: "grad" }),
            _ => Ok(dx.max(grads)),
        }
    }

    /// Compares `dx[0]` and `grad[0]` with differences.
    fn differences(&mut self, largest: f64) -> Result<Report, Mismatch> {
        let mut report = Report { checked: 0, worst: 0.0, at: Spot::EMPTY };
        let mut param = 0;
        while let Some(len) = self.param_len(param) {
            for i in 0..len {
                self.compare(Knob::Param(param, i), largest, &mut report)?;
            }
            param += 1;
        }
        for i in 0..X::count::<B>() {
            self.compare(Knob::Input(i), largest, &mut report)?;
        }
        Ok(report)
    }

    /// How many trained numbers parameter `k` has.
    fn param_len(&mut self, k: usize) -> Option<usize> {
        let (mut at, mut len) = (0, None);
        self.layer.zip([&mut self.memory.grad[0]], Path::ROOT, &mut |_, _, [g]| {
            if at == k {
                len = Some(g.len());
            }
            at += 1;
        });
        len
    }

    fn compare(&mut self, knob: Knob, largest: f64, report: &mut Report) -> Result<(), Mismatch> {
        let (at, backward) = self.expected(knob);
        let value = self.turn(knob, None);
        let (mut best, mut error) = (f64::NAN, f64::INFINITY);
        for shrink in [1.0, 16.0, 256.0] {
            let step = self.settings.step / shrink * value.abs().max(1.0);
            let (coarse, fine) =
                (self.difference(knob, value, step), self.difference(knob, value, step / 2.0));
            let extrapolated = (4.0 * fine - coarse) / 3.0;
            let this = relative(extrapolated, backward, largest);
            if this < error {
                (best, error) = (extrapolated, this);
            }
            if error <= self.settings.limit {
                break;
            }
        }
        self.turn(knob, Some(value));
        report.checked += 1;
        if error > report.worst || report.checked == 1 {
            (report.worst, report.at) = (error, at);
        }
        if error <= self.settings.limit {
            Ok(())
        } else {
            Err(Mismatch::Gradient { at, difference: best, backward, error })
        }
    }

    /// `Σ dyᵢ (yᵢ(v + h) − yᵢ(v − h)) / 2h`
    fn difference(&mut self, knob: Knob, value: f64, step: f64) -> f64 {
        let (above, below) = (value + step, value - step);
        for (i, value) in [above, below].into_iter().enumerate() {
            self.turn(knob, Some(value));
            let Memory { y, work, .. } = &mut *self.memory;
            self.layer.forward(X::get(self.x), Y::get_mut(&mut y[i]), None, work, self.pass);
        }
        let Memory { y: [y_above, y_below], dy, .. } = &mut *self.memory;
        let mut sum = 0.0;
        for i in 0..Y::count::<B>() {
            // output by output, so that those that do not move add no rounding
            sum += get::<Y, B>(dy, i) * (get::<Y, B>(y_above, i) - get::<Y, B>(y_below, i));
        }
        sum / (above - below)
    }

    /// What `backward` gave for a number, and its name.
    fn expected(&mut self, knob: Knob) -> (Spot, f64) {
        match knob {
            Knob::Input(i) => (Spot::input::<X, B>("dx", i), get::<X, B>(&mut self.memory.dx[0], i)),
            Knob::Param(k, i) => {
                let (mut at, mut found) = (0, (Spot::EMPTY, f64::NAN));
                self.layer.zip([&mut self.memory.grad[0]], Path::ROOT, &mut |path, param, [g]| {
                    if at == k {
                        found = (Spot::param(&path, param.shape, param.order, i), g[i]);
                    }
                    at += 1;
                });
                found
            }
        }
    }

    /// Sets a number, where a new value is given; returns the old one.
    fn turn(&mut self, knob: Knob, to: Option<f64>) -> f64 {
        let mut old = f64::NAN;
        let mut turn = |value: &mut f64| {
            old = *value;
            *value = to.unwrap_or(old);
        };
        match knob {
            Knob::Input(i) => {
                if let Some(value) = X::number::<B>(self.x, i) {
                    turn(value);
                }
            }
            Knob::Param(k, i) => {
                let mut at = 0;
                // with the gradient, whose rows may be fewer than the parameter's
                self.layer.zip([&mut self.memory.grad[0]], Path::ROOT, &mut |_, param, [_]| {
                    if at == k {
                        turn(&mut param.values[i]);
                    }
                    at += 1;
                });
            }
        }
        old
    }
}

fn relative(a: f64, b: f64, largest: f64) -> f64 {
    if a == b { 0.0 } else { (a - b).abs() / a.abs().max(b.abs()).max(FLOOR * largest) }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

fn fill<S: Numbers, const B: usize>(buf: &mut S::Buf<f64, B>, value: f64) {
    for i in 0..S::count::<B>() {
        set::<S, B>(buf, i, value);
    }
}

fn set<S: Numbers, const B: usize>(buf: &mut S::Buf<f64, B>, i: usize, value: f64) {
    if let Some(number) = S::number::<B>(buf, i) {
        *number = value;
    }
}

fn get<S: Numbers, const B: usize>(buf: &mut S::Buf<f64, B>, i: usize) -> f64 {
    S::number::<B>(buf, i).map_or(f64::NAN, |number| *number)
}

/// The first number in which two chunks differ.
fn differ<S: Numbers, const B: usize>(
    a: &mut S::Buf<f64, B>,
    b: &mut S::Buf<f64, B>,
) -> Option<(usize, f64, f64)> {
    (0..S::count::<B>()).map(|i| (i, get::<S, B>(a, i), get::<S, B>(b, i))).find(|&(_, a, b)| !same(a, b))
}

/// The first two numbers of two gradients that do not fit together.
fn pair_up<L: Params<f64>>(
    layer: &mut L,
    grads: [&mut L::Grad; 2],
    fit: impl Fn(f64, f64) -> bool,
) -> Option<(Spot, f64, f64)> {
    let mut found = None;
    layer.zip(grads, Path::ROOT, &mut |path, param, [a, b]| {
        for (i, (&a, &b)) in a.iter().zip(b.iter()).enumerate() {
            if found.is_none() && !fit(a, b) {
                found = Some((Spot::param(&path, param.shape, param.order, i), a, b));
            }
        }
    });
    found
}

#[cfg(test)]
mod tests;
