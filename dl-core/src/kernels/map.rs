//! Functions of one number over whole slices, compiled for each instruction set.
//!
//! A function of the user's is compiled where it is used. The built-in ones are compiled here, once, so that they are fast
//! even where the rest of a debug build is not.

use super::Isa;
use super::isa::versions;
use crate::layers::{
    Gelu, GeluTanh, HardSigmoid, HardSwish, HardTanh, Relu, Selu, Sigmoid, Silu, Softplus, Tanh,
};
use crate::{FromOutput, Pointwise, Real};

/// The plain loops.
pub(crate) mod plain {
    use super::*;

    #[inline(always)]
    pub(crate) fn forward<T: Real, F: Pointwise<T>>(x: &[T], y: &mut [T]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = F::f(x);
        }
    }
    #[inline(always)]
    pub(crate) fn forward_in_place<T: Real, F: Pointwise<T>>(y: &mut [T]) {
        for y in y {
            *y = F::f(*y);
        }
    }
    #[inline(always)]
    pub(crate) fn backward<T: Real, F: Pointwise<T>>(x: &[T], dy: &[T], dx: &mut [T]) {
        for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
            *dx = dy * F::df(x);
        }
    }
    #[inline(always)]
    pub(crate) fn backward_from_output<T: Real, F: FromOutput<T>>(y: &[T], dy: &[T], dx: &mut [T]) {
        for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
            *dx = dy * F::df_at(y);
        }
    }
    #[inline(always)]
    pub(crate) fn backward_in_place<T: Real, F: FromOutput<T>>(y: &[T], d: &mut [T]) {
        for (d, &y) in d.iter_mut().zip(y) {
            *d *= F::df_at(y);
        }
    }
}

/// Pointwise functions over slices, for one scalar.
pub trait Maps: Sized {
    /// `y = f(x)`
    fn forward<F: Pointwise<Self>>(isa: Isa, x: &[Self], y: &mut [Self])
    where
        Self: Real;
    /// `y ← f(y)`
    fn forward_in_place<F: Pointwise<Self>>(isa: Isa, y: &mut [Self])
    where
        Self: Real;
    /// `dx = f′(x) dy`
    fn backward<F: Pointwise<Self>>(isa: Isa, x: &[Self], dy: &[Self], dx: &mut [Self])
    where
        Self: Real;
    /// `dx = f′ dy`, from the value `y`
    fn backward_from_output<F: FromOutput<Self>>(isa: Isa, y: &[Self], dy: &[Self], dx: &mut [Self])
    where
        Self: Real;
    /// `d ← f′ d`, from the value `y`
    fn backward_in_place<F: FromOutput<Self>>(isa: Isa, y: &[Self], d: &mut [Self])
    where
        Self: Real;
}

impl Maps for f64 {
    #[inline]
    fn forward<F: Pointwise<f64>>(_: Isa, x: &[f64], y: &mut [f64]) {
        plain::forward::<f64, F>(x, y);
    }
    #[inline]
    fn forward_in_place<F: Pointwise<f64>>(_: Isa, y: &mut [f64]) {
        plain::forward_in_place::<f64, F>(y);
    }
    #[inline]
    fn backward<F: Pointwise<f64>>(_: Isa, x: &[f64], dy: &[f64], dx: &mut [f64]) {
        plain::backward::<f64, F>(x, dy, dx);
    }
    #[inline]
    fn backward_from_output<F: FromOutput<f64>>(_: Isa, y: &[f64], dy: &[f64], dx: &mut [f64]) {
        plain::backward_from_output::<f64, F>(y, dy, dx);
    }
    #[inline]
    fn backward_in_place<F: FromOutput<f64>>(_: Isa, y: &[f64], d: &mut [f64]) {
        plain::backward_in_place::<f64, F>(y, d);
    }
}

impl Maps for f32 {
    #[inline]
    fn forward<F: Pointwise<f32>>(isa: Isa, x: &[f32], y: &mut [f32]) {
        match F::KNOWN {
            None => forward::<F>(isa, x, y),
            Some(known) => known.forward(isa, x, y),
        }
    }
    #[inline]
    fn forward_in_place<F: Pointwise<f32>>(isa: Isa, y: &mut [f32]) {
        match F::KNOWN {
            None => forward_in_place::<F>(isa, y),
            Some(known) => known.forward_in_place(isa, y),
        }
    }
    #[inline]
    fn backward<F: Pointwise<f32>>(isa: Isa, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        match F::KNOWN {
            None => backward::<F>(isa, x, dy, dx),
            Some(known) => known.backward(isa, x, dy, dx),
        }
    }
    #[inline]
    fn backward_from_output<F: FromOutput<f32>>(isa: Isa, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        match F::KNOWN_FROM_OUTPUT {
            None => backward_from_output::<F>(isa, y, dy, dx),
            Some(known) => known.backward(isa, y, dy, dx),
        }
    }
    #[inline]
    fn backward_in_place<F: FromOutput<f32>>(isa: Isa, y: &[f32], d: &mut [f32]) {
        match F::KNOWN_FROM_OUTPUT {
            None => backward_in_place::<F>(isa, y, d),
            Some(known) => known.backward_in_place(isa, y, d),
        }
    }
}

versions! {
    fn forward<F: Pointwise<f32>>(x: &[f32], y: &mut [f32]) {
        plain::forward::<f32, F>(x, y);
    }
    fn forward_in_place<F: Pointwise<f32>>(y: &mut [f32]) {
        plain::forward_in_place::<f32, F>(y);
    }
    fn backward<F: Pointwise<f32>>(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        plain::backward::<f32, F>(x, dy, dx);
    }
    fn backward_from_output<F: FromOutput<f32>>(y: &[f32], dy: &[f32], dx: &mut [f32]) {
        plain::backward_from_output::<f32, F>(y, dy, dx);
    }
    fn backward_in_place<F: FromOutput<f32>>(y: &[f32], d: &mut [f32]) {
        plain::backward_in_place::<f32, F>(y, d);
    }
}

/// The functions that are compiled in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named after the layers
pub enum Known {
    Relu,
    Sigmoid,
    Tanh,
    Selu,
    Softplus,
    HardSigmoid,
    HardTanh,
    Gelu,
    GeluTanh,
    Silu,
    HardSwish,
}

/// Those of them whose derivative follows from their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // named after the layers
pub enum KnownFromOutput {
    Relu,
    Sigmoid,
    Tanh,
    Selu,
    Softplus,
    HardSigmoid,
    HardTanh,
}

/// Calls loops for the function that an enum names.
macro_rules! by_name {
    ($known:expr, $loops:ident $args:tt: $($function:ident)*) => {
        match $known { $(Self::$function => $loops::<$function> $args),* }
    };
}

impl Known {
    fn forward(self, isa: Isa, x: &[f32], y: &mut [f32]) {
        by_name!(self, forward(isa, x, y):
            Relu Sigmoid Tanh Selu Softplus HardSigmoid HardTanh Gelu GeluTanh Silu HardSwish)
    }
    fn forward_in_place(self, isa: Isa, y: &mut [f32]) {
        by_name!(self, forward_in_place(isa, y):
            Relu Sigmoid Tanh Selu Softplus HardSigmoid HardTanh Gelu GeluTanh Silu HardSwish)
    }
    fn backward(self, isa: Isa, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        by_name!(self, backward(isa, x, dy, dx):
            Relu Sigmoid Tanh Selu Softplus HardSigmoid HardTanh Gelu GeluTanh Silu HardSwish)
    }
}

impl KnownFromOutput {
    fn backward(self, isa: Isa, y: &[f32], dy: &[f32], dx: &mut [f32]) {
        by_name!(self, backward_from_output(isa, y, dy, dx):
            Relu Sigmoid Tanh Selu Softplus HardSigmoid HardTanh)
    }
    fn backward_in_place(self, isa: Isa, y: &[f32], d: &mut [f32]) {
        by_name!(self, backward_in_place(isa, y, d):
            Relu Sigmoid Tanh Selu Softplus HardSigmoid HardTanh)
    }
}
