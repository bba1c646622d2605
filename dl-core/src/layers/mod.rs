//! The built-in layers, one file each.

mod dense;
mod flatten;
mod relu;
mod tanh;

pub use dense::Dense;
pub use flatten::Flatten;
pub use relu::Relu;
pub use tanh::Tanh;

/// Makes a layer without parameters of a type that has none: its `Blank` and `Params`.
macro_rules! no_params {
    ($([$($generics:tt)*])? $layer:ty = $value:expr) => {
        impl$(<$($generics)*>)? $crate::Blank for $layer {
            const ZERO: Self = $value;
        }
        impl<T: $crate::Real, $($($generics)*)?> $crate::Params<T> for $layer {
            type Grad = ();
            const PARAMS: usize = 0;
            fn visit(
                &self,
                _: $crate::params::Path<'_>,
                _: &mut $crate::params::Visitor<'_, T>,
            ) {
            }
            fn zip<const N: usize>(
                &mut self,
                _: [&mut (); N],
                _: $crate::params::Path<'_>,
                _: &mut $crate::params::Zipper<'_, T, N>,
            ) {
            }
            fn init(&mut self, _: $crate::Rng) {}
        }
    };
}
use no_params;

/// Makes a layer of a [`Pointwise`](crate::Pointwise) function. `x` or `y` says what its derivative follows from.
macro_rules! pointwise_layer {
    ($([$($generics:tt)*])? $layer:ty, $from:ident) => {
        impl<T: $crate::Real, const N: usize, $($($generics)*)?>
            $crate::Layer<T, $crate::Vals<N>, $crate::Vals<N>> for $layer
        {
            type Tape<const B: usize> = ();
            type Work<const B: usize> = ();

            const NEEDS_X: bool = $crate::layers::pointwise_layer!(@needs_x $from);
            const NEEDS_Y: bool = !$crate::layers::pointwise_layer!(@needs_x $from);

            fn forward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, N, B>,
                y: &mut nalgebra::SMatrix<T, N, B>,
                _: Option<&mut ()>,
                _: &mut (),
                _: $crate::Pass<'a, B>,
            ) {
                $crate::pointwise::forward::<T, Self>(x.as_slice(), y.as_mut_slice());
            }

            fn backward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, N, B>,
                y: &nalgebra::SMatrix<T, N, B>,
                _: &(),
                dy: &nalgebra::SMatrix<T, N, B>,
                dx: Option<&mut nalgebra::SMatrix<T, N, B>>,
                _: Option<&mut ()>,
                _: &mut (),
                _: $crate::Pass<'a, B>,
            ) {
                let _ = (x, y); // one of them goes unread
                let Some(dx) = dx else { return };
                $crate::layers::pointwise_layer!(@backward $from x y dy dx);
            }
        }
    };
    (@needs_x x) => { true };
    (@needs_x y) => { false };
    (@backward x $x:ident $y:ident $dy:ident $dx:ident) => {
        $crate::pointwise::backward::<T, Self>($x.as_slice(), $dy.as_slice(), $dx.as_mut_slice())
    };
    (@backward y $x:ident $y:ident $dy:ident $dx:ident) => {
        $crate::pointwise::backward_from_output::<T, Self>($y.as_slice(), $dy.as_slice(), $dx.as_mut_slice())
    };
}
use pointwise_layer;
