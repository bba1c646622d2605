//! Memory and parameters of test structs, and the check that every layer has to pass.

use dl_core::nalgebra::SMatrix;
use dl_core::params::Path;
use dl_core::{Blank, Layer, Params, Pass, Real, Rng, Signal};

/// Declares a struct of plain numbers: what the macro writes for tapes, scratch memory and gradients.
macro_rules! memory {
    (
        $(#[$doc:meta])*
        struct $name:ident[$($generics:tt)*]<$($args:ident),*> {
            $($(#[$about:meta])* $field:ident: $ty:ty),* $(,)?
        }
    ) => {
        $(#[$doc])*
        #[repr(C)]
        pub(crate) struct $name<$($generics)*> {
            $($(#[$about])* pub(crate) $field: $ty,)*
        }
        impl<$($generics)*> dl_core::Blank for $name<$($args),*> {
            const ZERO: Self = $name { $($field: dl_core::Blank::ZERO),* };
        }
        // SAFETY: every field is `ZeroValid`, which `all_zero_valid` has the compiler confirm.
        #[allow(unsafe_code)]
        unsafe impl<$($generics)*> dl_core::ZeroValid for $name<$($args),*> {}
        const _: () = {
            #[allow(dead_code)]
            fn all_zero_valid<$($generics)*>() {
                fn is<Z: dl_core::ZeroValid>() {}
                $(is::<$ty>();)*
            }
        };
    };
}

/// Declares a struct of layers and its gradient: what the macro writes for a network without frozen fields.
macro_rules! network {
    ($(#[$doc:meta])* struct $name:ident<T>, $grad:ident { $($field:ident: $ty:ty),* $(,)? }) => {
        memory! { $(#[$doc])* struct $name[T: dl_core::Real]<T> { $($field: $ty),* } }
        memory! { struct $grad[T: dl_core::Real]<T> { $($field: <$ty as dl_core::Params<T>>::Grad),* } }
        impl<T: dl_core::Real> dl_core::Params<T> for $name<T> {
            type Grad = $grad<T>;
            const PARAMS: usize = 0 $(+ <$ty as dl_core::Params<T>>::PARAMS)*;
            fn visit(&self, at: dl_core::params::Path<'_>, f: &mut dl_core::params::Visitor<'_, T>) {
                $(dl_core::Params::<T>::visit(&self.$field, at.field(stringify!($field)), f);)*
            }
            fn zip<const N: usize>(
                &mut self,
                mut with: [&mut $grad<T>; N],
                at: dl_core::params::Path<'_>,
                f: &mut dl_core::params::Zipper<'_, T, N>,
            ) {
                $(dl_core::Params::<T>::zip(
                    &mut self.$field,
                    with.each_mut().map(|g| &mut g.$field),
                    at.field(stringify!($field)),
                    f,
                );)*
                let _ = &mut with; // the last field needs no re-borrow
            }
            fn init(&mut self, rng: dl_core::Rng) {
                $(dl_core::Params::<T>::init(
                    &mut self.$field,
                    rng.fork(stringify!($field).bytes().fold(0, |h, c| 31 * h + c as u64)),
                );)*
            }
        }
    };
}

/// Makes the parameters of a layer whose matrices are all trained: what `#[derive(Params)]` writes.
macro_rules! weights {
    ([$($generics:tt)*] $layer:ty { $($field:ident: $shape:expr, $order:ident, $kind:ident);* $(;)? }) => {
        impl<$($generics)*> dl_core::Params<T> for $layer {
            type Grad = Self;
            const PARAMS: usize = size_of::<Self>() / size_of::<T>();
            fn visit(&self, at: dl_core::params::Path<'_>, f: &mut dl_core::params::Visitor<'_, T>) {
                use dl_core::params::{Kind, Order, Param};
                $(f(
                    at.field(stringify!($field)),
                    Param::new(self.$field.as_slice(), dl_core::Shape::new($shape), Order::$order, Kind::$kind),
                );)*
            }
            fn zip<const WITH: usize>(
                &mut self,
                mut with: [&mut Self; WITH],
                at: dl_core::params::Path<'_>,
                f: &mut dl_core::params::Zipper<'_, T, WITH>,
            ) {
                use dl_core::params::{Kind, Order, ParamMut};
                $(f(
                    at.field(stringify!($field)),
                    ParamMut::new(
                        self.$field.as_mut_slice(),
                        dl_core::Shape::new($shape),
                        Order::$order,
                        Kind::$kind,
                    ),
                    with.each_mut().map(|g| g.$field.as_mut_slice()),
                );)*
            }
            fn init(&mut self, mut rng: dl_core::Rng) {
                $(self.$field.iter_mut().for_each(|v| *v = rng.uniform_in(-0.8, 0.8));)*
            }
        }
    };
}

/// The `f64` numbers of a buffer, whatever its signal.
pub(crate) trait Numbers {
    fn numbers(&mut self) -> Vec<&mut f64>;

    fn copied(&mut self) -> Vec<f64> {
        self.numbers().iter().map(|n| **n).collect()
    }
    fn set(&mut self, values: &[f64]) {
        let mut numbers = self.numbers();
        assert_eq!(numbers.len(), values.len());
        numbers.iter_mut().zip(values).for_each(|(n, v)| **n = *v);
    }
}
impl<const N: usize, const B: usize> Numbers for SMatrix<f64, N, B> {
    fn numbers(&mut self) -> Vec<&mut f64> {
        self.iter_mut().collect()
    }
}
impl<const N: usize, const B: usize> Numbers for [[u16; N]; B] {
    fn numbers(&mut self) -> Vec<&mut f64> {
        Vec::new()
    }
}
impl<X: Numbers, Y: Numbers> Numbers for (X, Y) {
    fn numbers(&mut self) -> Vec<&mut f64> {
        self.0.numbers().into_iter().chain(self.1.numbers()).collect()
    }
}

/// Numbers in `[-1, 1)`, the same for the same seed.
pub(crate) fn filled<T: Real, const N: usize, const B: usize>(seed: u64) -> SMatrix<T, N, B> {
    let mut rng = Rng::new(seed).fork(u64::from(u32::MAX));
    SMatrix::from_fn(|_, _| rng.uniform_in(-1.0, 1.0))
}

/// All zero; `&mut` of the constant itself is a lint.
pub(crate) fn zero<Z: Blank>() -> Z {
    Z::ZERO
}

/// The network's parameters from a seed.
pub(crate) fn made<T: Real, P: Params<T>>(seed: u64) -> P {
    let mut params = P::ZERO;
    params.init(Rng::new(seed));
    params
}

/// The trained parameters' gradients by name.
pub(crate) fn named<T: Real, P: Params<T>>(params: &mut P, grad: &mut P::Grad) -> Vec<(String, Vec<T>)> {
    let mut all = Vec::new();
    params.zip([grad], Path::ROOT, &mut |path, param, [grad]| {
        if !grad.is_empty() {
            assert_eq!(grad.len(), param.values.len(), "the gradient of {path} has its size");
            all.push((path.to_string(), grad.to_vec()));
        }
    });
    all
}

/// All parameters and buffers by name.
pub(crate) fn params_of<T: Real, P: Params<T>>(params: &P) -> Vec<(String, Vec<T>)> {
    let mut all = Vec::new();
    params.visit(Path::ROOT, &mut |path, param| all.push((path.to_string(), param.values.to_vec())));
    all
}

/// What a backward pass of `Σ c y` gave.
pub(crate) struct Checked {
    /// `dx`, all parts in a row.
    pub(crate) dx: Vec<f64>,
    /// The gradient of each trained parameter, by name.
    pub(crate) grad: Vec<(String, Vec<f64>)>,
}

impl Checked {
    /// The gradient of the parameter `name`.
    pub(crate) fn of(&self, name: &str) -> &[f64] {
        let known = || self.grad.iter().map(|g| &g.0).collect::<Vec<_>>();
        &self.grad.iter().find(|g| g.0 == name).unwrap_or_else(|| panic!("no {name} in {:?}", known())).1
    }
}

/// Holds a layer to the whole contract at `x`.
///
/// - `forward` overwrites `y` and the tape; with and without tape it gives the same bits, whatever `work` holds;
/// - `backward` overwrites `dx` and adds to `grad`; leaving one of them out does not change the other;
/// - both gradients agree with central differences (five points, `f64`) to 1e-7, and none is zero throughout.
pub(crate) fn check<'a, L, X, Y, const B: usize>(
    layer: &mut L,
    x: &mut X::Buf<f64, B>,
    pass: Pass<'a, B, X::Lens<'a, B>>,
) -> Checked
where
    X: Signal<Buf<f64, B>: Numbers>,
    Y: Signal<Buf<f64, B>: Numbers>,
    L: Layer<f64, X, Y>,
{
    let mut tape = Box::new(L::Tape::<B>::ZERO);
    let mut work = Box::new(L::Work::<B>::ZERO);
    let (mut y, mut again, mut dy) = (Y::Buf::<f64, B>::ZERO, Y::Buf::<f64, B>::ZERO, Y::Buf::<f64, B>::ZERO);
    let mut rng = Rng::new(99);
    dy.numbers().into_iter().for_each(|d| *d = rng.uniform_in(-1.0, 1.0));
    let c = dy.copied();

    // Another input first, so that tape, work and y are dirty.
    let at = x.copied();
    x.set(&at.iter().map(|x| 3.0 - 2.0 * x).collect::<Vec<_>>());
    layer.forward(X::get(x), Y::get_mut(&mut y), Some(&mut tape), &mut work, pass);
    y.numbers().into_iter().for_each(|y| *y = f64::NAN);
    x.set(&at);
    layer.forward(X::get(x), Y::get_mut(&mut y), Some(&mut tape), &mut work, pass);

    let (mut dx, mut grad) = (X::Buf::<f64, B>::ZERO, Box::new(L::Grad::ZERO));
    dx.numbers().into_iter().for_each(|d| *d = f64::NAN);
    let (wants_dx, wants_grad) = (X::grad(&mut dx), Some(&mut *grad));
    layer.backward(X::get(x), Y::get(&y), &tape, Y::get(&dy), wants_dx, wants_grad, &mut work, pass);
    let (dx, first) = (dx.copied(), named(layer, &mut grad));

    again.numbers().into_iter().for_each(|y| *y = f64::NAN);
    layer.forward(X::get(x), Y::get_mut(&mut again), None, &mut work, pass);
    assert_eq!(bits(&y.copied()), bits(&again.copied()), "with a tape and without");

    let mut alone = X::Buf::<f64, B>::ZERO;
    layer.backward(X::get(x), Y::get(&y), &tape, Y::get(&dy), X::grad(&mut alone), None, &mut work, pass);
    assert_eq!(bits(&dx), bits(&alone.copied()), "dx with the gradient of the parameters and without");
    let mut alone = Box::new(L::Grad::ZERO);
    layer.backward(
        X::get(x),
        Y::get(&y),
        &tape,
        Y::get(&dy),
        X::no_grad(),
        Some(&mut alone),
        &mut work,
        pass,
    );
    assert_eq!(first, named(layer, &mut alone), "the gradient of the parameters with dx and without");
    layer.backward(X::get(x), Y::get(&y), &tape, Y::get(&dy), X::no_grad(), Some(&mut grad), &mut work, pass);
    for ((name, once), (_, twice)) in first.iter().zip(named(layer, &mut grad)) {
        for (once, twice) in once.iter().zip(twice) {
            assert!((2.0 * once - twice).abs() <= 1e-12, "{name}: {once} once but {twice} after two passes");
        }
    }

    for i in 0..at.len() {
        let difference = difference(at[i], |v| {
            *x.numbers()[i] = v;
            layer.forward(X::get(x), Y::get_mut(&mut again), None, &mut work, pass);
            dot(&c, &again.copied())
        });
        close(dx[i], difference, &format!("dx[{i}]"));
    }
    for (name, grad) in &first {
        for (i, &g) in grad.iter().enumerate() {
            let mut base = 0.0;
            change(layer, name, i, |v| base = *v);
            let difference = difference(base, |v| {
                change(layer, name, i, |p| *p = v);
                layer.forward(X::get(x), Y::get_mut(&mut again), None, &mut work, pass);
                dot(&c, &again.copied())
            });
            close(g, difference, &format!("{name}[{i}]"));
        }
        assert!(grad.iter().any(|g| g.abs() > 1e-3), "the gradient of {name} says something");
    }
    Checked { dx, grad: first }
}

/// `f′(at)` from five points; leaves `f` at `at`.
fn difference(at: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    const H: f64 = 2e-4;
    let [a, b, c, d] = [-2.0, -1.0, 1.0, 2.0].map(|k| f(at + k * H));
    f(at);
    (a - 8.0 * b + 8.0 * c - d) / (12.0 * H)
}

fn close(backward: f64, difference: f64, what: &str) {
    let error = (backward - difference).abs() / backward.abs().max(difference.abs()).max(1e-2);
    assert!(
        error < 1e-7,
        "{what}: finite difference {difference}, backward {backward}, relative error {error:.1e}"
    );
}

/// Changes number `i` of the parameter `name`.
fn change<P: Params<f64>>(params: &mut P, name: &str, i: usize, mut f: impl FnMut(&mut f64)) {
    params.zip([], Path::ROOT, &mut |path, param, []| {
        if path.is(name) {
            f(&mut param.values[i]);
        }
    });
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The very bits, for comparisons that tell 0 from −0.
pub(crate) fn bits<T: Real>(values: &[T]) -> Vec<u64> {
    values.iter().map(|v| v.to_f64().to_bits()).collect()
}
