//! Parameters by name: what saving, loading, initialization and optimizers walk over.

use core::fmt;
use core::marker::PhantomData;

use nalgebra::SMatrix;

use crate::{Blank, Real, Rng, Shape, ZeroValid};

mod layout;

pub(crate) use layout::equal;
pub use layout::{Field, ParamLayout, Place};

/// The parameters of a layer or network.
///
/// `#[network]` implements it for networks and `#[derive(Params)]` for layers of your own. A layer whose
/// parameters are all trained has itself as gradient type; what is frozen or not trained is absent from it.
///
/// ```
/// use dl_core::params::Path;
/// use dl_core::{Blank, Params, layers::Dense};
///
/// let mut dense = Dense::<f32, 3, 2>::ZERO;
/// dense.visit(Path::ROOT, &mut |path, param| assert!(path.is("weight") && param.shape.len() == 6 || path.is("bias")));
/// dense.zip([], Path::ROOT, &mut |_, param, []| param.values.fill(1.0));
/// assert_eq!((dense.weight.sum(), dense.bias.sum()), (6.0, 2.0));
/// assert_eq!(<Dense<f32, 3, 2> as Params<f32>>::PARAMS, 8);
/// ```
pub trait Params<T: Real>: Blank + ZeroValid {
    /// Gradients, and an optimizer's moments: the trained parameters, by the same names.
    type Grad: Blank + ZeroValid;

    /// The number of parameters, running statistics and the like not counted.
    const PARAMS: usize;

    /// Whether `Grad` holds the same numbers as `Self`, all of them, in the same order and nothing else. An optimizer may
    /// then walk them in one piece.
    const FLAT: bool = false;

    /// Where the parameters and buffers lie, by the names and in the shapes of [`visit`](Self::visit). `weights!` asks it.
    const LAYOUT: ParamLayout = ParamLayout::Unknown;

    /// A hash of a network's layers, by [`quant::architecture`](crate::quant::architecture); 0 of what is no network.
    /// Files of weights carry it.
    const ARCHITECTURE: u32 = 0;

    /// Shows every parameter and buffer, in the order of the fields.
    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>);

    /// Walks the parameters and `N` values of the gradient's type in step.
    ///
    /// What is not trained (frozen, or a buffer) comes with empty slices. `zip::<0>` is plain mutable access.
    fn zip<const N: usize>(&mut self, with: [&mut Self::Grad; N], at: Path<'_>, f: &mut Zipper<'_, T, N>);

    /// Sets the parameters to their starting values.
    fn init(&mut self, rng: Rng);
}

/// What [`Params::visit`] calls for every parameter.
pub type Visitor<'f, T> = dyn FnMut(Path<'_>, Param<'_, T>) + 'f;

/// What [`Params::zip`] calls for every parameter and its `N` companions.
pub type Zipper<'f, T, const N: usize> = dyn FnMut(Path<'_>, ParamMut<'_, T>, [&mut [T]; N]) + 'f;

/// One parameter, lent for reading.
///
/// ```
/// use dl_core::Shape;
/// use dl_core::params::{Kind, Order, Param};
///
/// // [[1, 2, 3], [4, 5, 6]], column by column
/// let weight = Param::new(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0], Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight);
/// assert_eq!((weight.values.len(), weight.shape.dims()), (6, &[2, 3][..]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Param<'a, T> {
    /// The numbers, as they lie in memory.
    pub values: &'a [T],
    /// PyTorch's shape, for example `[out, in]`.
    pub shape: Shape,
    /// How `values` are ordered with respect to `shape`.
    pub order: Order,
    /// What it is.
    pub kind: Kind,
}

/// One parameter, lent for writing.
///
/// ```
/// use dl_core::Shape;
/// use dl_core::params::{Kind, Order, ParamMut};
///
/// let mut values = [0.0; 2];
/// let bias = ParamMut::new(&mut values, Shape::new([2]), Order::RowMajor, Kind::Bias);
/// bias.values.fill(0.5);
/// assert_eq!(values, [0.5, 0.5]);
/// ```
#[derive(Debug)]
pub struct ParamMut<'a, T> {
    /// The numbers, as they lie in memory.
    pub values: &'a mut [T],
    /// PyTorch's shape, for example `[out, in]`.
    pub shape: Shape,
    /// How `values` are ordered with respect to `shape`.
    pub order: Order,
    /// What it is.
    pub kind: Kind,
}

/// How the numbers of a parameter lie in memory.
///
/// ```
/// use dl_core::params::{Order, Path};
/// use dl_core::{Blank, Params, layers::Dense};
///
/// // the weight is nalgebra's matrix
/// Dense::<f32, 3, 2>::ZERO.visit(Path::ROOT, &mut |path, param| {
///     assert_eq!(param.order, if path.is("weight") { Order::ColumnMajor } else { Order::RowMajor });
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last index runs fastest: PyTorch's order.
    RowMajor,
    /// The first index runs fastest, the others as in row order: nalgebra's matrix of the first index by the others.
    ColumnMajor,
    /// The first index runs fastest, then the second, and the last one slowest.
    Reversed,
}

impl Order {
    /// Where number `i` is in memory, counted in PyTorch's order, of a parameter of shape `shape`.
    ///
    /// ```
    /// use dl_core::{Shape, params::Order};
    ///
    /// let shape = Shape::new([2, 3, 4]); // number 7 is at [0, 1, 3]
    /// let places = [Order::RowMajor, Order::ColumnMajor, Order::Reversed].map(|order| order.place(&shape, 7));
    /// assert_eq!(places, [7, 7 * 2, 2 + 3 * 6]);
    /// ```
    pub const fn place(self, shape: &Shape, mut i: usize) -> usize {
        match self {
            Order::RowMajor => i,
            Order::ColumnMajor => {
                let rows = shape.dim(0);
                match shape.len().checked_div(rows) {
                    Some(columns) if columns > 0 => i % columns * rows + i / columns,
                    _ => i,
                }
            }
            Order::Reversed => {
                let (mut place, mut stride, mut k) = (0, shape.len(), shape.rank());
                while k > 0 && stride > 0 {
                    k -= 1;
                    stride /= shape.dim(k);
                    place += i % shape.dim(k) * stride;
                    i /= shape.dim(k);
                }
                place
            }
        }
    }

    /// How far apart in memory neighbours along each dimension of a shape are.
    pub(crate) const fn strides(self, shape: &Shape) -> [usize; 4] {
        let [a, b, c, d] = [shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(3)];
        match self {
            Order::RowMajor => [b * c * d, c * d, d, 1],
            Order::ColumnMajor => [1, a * c * d, a * d, a],
            Order::Reversed => [1, a, a * b, a * b * c],
        }
    }
}

/// What a parameter is: optimizers and initializers treat them differently.
///
/// ```
/// use dl_core::params::{Kind, Path};
/// use dl_core::{Blank, Params, layers::{Dense, PRelu}};
///
/// Dense::<f32, 3, 2>::ZERO.visit(Path::ROOT, &mut |path, param| {
///     assert_eq!(param.kind, if path.is("weight") { Kind::Weight } else { Kind::Bias });
/// });
/// PRelu::<f32>::ZERO.visit(Path::ROOT, &mut |_, slope| assert_eq!(slope.kind, Kind::Norm));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A matrix or kernel.
    Weight,
    /// An offset.
    Bias,
    /// A scale or shift of a normalization, or a learned slope: not decayed.
    Norm,
    /// Not trained: running statistics.
    Buffer,
}

impl<'a, T> Param<'a, T> {
    /// Describes a parameter of PyTorch's shape `shape`.
    ///
    /// ```
    /// use dl_core::Shape;
    /// use dl_core::params::{Kind, Order, Param};
    ///
    /// let bias = Param::new(&[0.5, 0.25], Shape::new([2]), Order::RowMajor, Kind::Bias);
    /// assert_eq!(bias.values[1], 0.25);
    /// ```
    pub fn new(values: &'a [T], shape: Shape, order: Order, kind: Kind) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        Param { values, shape, order, kind }
    }
}

impl<'a, T> ParamMut<'a, T> {
    /// Describes a parameter of PyTorch's shape `shape`.
    ///
    /// ```
    /// use dl_core::Shape;
    /// use dl_core::params::{Kind, Order, ParamMut};
    ///
    /// let mut values = [0.5, 0.25];
    /// let bias = ParamMut::new(&mut values, Shape::new([2]), Order::RowMajor, Kind::Bias);
    /// bias.values[1] = 1.0;
    /// assert_eq!(values, [0.5, 1.0]);
    /// ```
    pub fn new(values: &'a mut [T], shape: Shape, order: Order, kind: Kind) -> Self {
        debug_assert_eq!(values.len(), shape.len());
        ParamMut { values, shape, order, kind }
    }
}

/// The dotted name of a parameter, such as `blocks.0.fc1.weight`, built on the stack.
///
/// ```
/// use dl_core::params::Path;
///
/// let blocks = Path::ROOT.field("blocks");
/// let (first, other) = (blocks.index(0), blocks.index(1));
/// assert_eq!(first.field("weight").to_string(), "blocks.0.weight");
/// assert!(other.field("weight").is("blocks.1.weight"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    up: Option<&'a Path<'a>>,
    name: Name<'a>,
    group: &'a str,
    frozen: bool,
}

#[derive(Clone, Copy, Debug)]
enum Name<'a> {
    Root,
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The network itself.
    ///
    /// ```
    /// assert_eq!(dl_core::params::Path::ROOT.to_string(), "");
    /// ```
    pub const ROOT: Path<'static> = Path { up: None, name: Name::Root, group: "", frozen: false };

    /// The field `name` of this.
    ///
    /// ```
    /// assert_eq!(dl_core::params::Path::ROOT.field("bias").to_string(), "bias");
    /// ```
    pub const fn field(&'a self, name: &'a str) -> Path<'a> {
        Path { up: Some(self), name: Name::Field(name), group: self.group, frozen: self.frozen }
    }

    /// Element `i` of this.
    ///
    /// ```
    /// assert_eq!(dl_core::params::Path::ROOT.field("blocks").index(2).to_string(), "blocks.2");
    /// ```
    pub const fn index(&'a self, i: usize) -> Path<'a> {
        Path { up: Some(self), name: Name::Index(i), group: self.group, frozen: self.frozen }
    }

    /// This and all below it belong to the parameter group `group` (`#[group(..)]`).
    ///
    /// ```
    /// let head = dl_core::params::Path::ROOT.field("head").in_group("fast");
    /// assert_eq!(head.field("weight").group(), "fast");
    /// ```
    pub const fn in_group(mut self, group: &'a str) -> Path<'a> {
        self.group = group;
        self
    }

    /// This and all below it are not trained (`#[frozen]`).
    ///
    /// ```
    /// let stem = dl_core::params::Path::ROOT.field("stem").frozen();
    /// assert!(stem.field("weight").is_frozen());
    /// ```
    pub const fn frozen(mut self) -> Path<'a> {
        self.frozen = true;
        self
    }

    /// The parameter group, `""` where none was named.
    ///
    /// ```
    /// assert_eq!(dl_core::params::Path::ROOT.group(), "");
    /// ```
    pub const fn group(&self) -> &'a str {
        self.group
    }

    /// Whether `#[frozen]` holds here.
    ///
    /// ```
    /// assert!(!dl_core::params::Path::ROOT.is_frozen());
    /// ```
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// Whether the dotted name is `name`.
    ///
    /// ```
    /// use dl_core::params::Path;
    ///
    /// let head = Path::ROOT.field("head");
    /// assert!(head.field("bias").is("head.bias"));
    /// assert!(!head.field("bias").is("bias"));
    /// ```
    pub fn is(&self, name: &str) -> bool {
        struct Rest<'a>(&'a str);
        impl fmt::Write for Rest<'_> {
            fn write_str(&mut self, s: &str) -> fmt::Result {
                self.0 = self.0.strip_prefix(s).ok_or(fmt::Error)?;
                Ok(())
            }
        }
        let mut rest = Rest(name);
        fmt::write(&mut rest, format_args!("{self}")).is_ok() && rest.0.is_empty()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up
            && !matches!(up.name, Name::Root)
        {
            write!(f, "{up}.")?;
        }
        match self.name {
            Name::Root => Ok(()),
            Name::Field(name) => f.write_str(name),
            Name::Index(i) => write!(f, "{i}"),
        }
    }
}

/// Copies all parameters and buffers of `from` into `to`, in place.
///
/// ```
/// use dl_core::{Blank, Params, Rng, layers::Dense, params};
///
/// let (mut to, mut from) = (Dense::<f32, 3, 2>::ZERO, Dense::ZERO);
/// from.init(Rng::new(0));
/// params::copy(&mut to, &from);
/// assert_eq!((to.weight, to.bias), (from.weight, from.bias));
/// ```
pub fn copy<T: Real, P: Params<T>>(to: &mut P, from: &P) {
    let mut k = 0;
    to.zip([], Path::ROOT, &mut |_, param, []| {
        let mut i = 0;
        from.visit(Path::ROOT, &mut |_, source| {
            if i == k {
                param.values.copy_from_slice(source.values);
            }
            i += 1;
        });
        k += 1;
    });
}

/// A matrix is a parameter by itself, `[R, C]`, or `[R]` if it is a column; it starts at zero.
impl<T: Real, const R: usize, const C: usize> Params<T> for SMatrix<T, R, C> {
    type Grad = Self;
    const PARAMS: usize = R * C;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Param(matrix_shape::<R, C>(), Order::ColumnMajor);

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        f(at, Param::new(self.as_slice(), matrix_shape::<R, C>(), Order::ColumnMajor, Kind::Weight));
    }

    fn zip<const N: usize>(&mut self, with: [&mut Self; N], at: Path<'_>, f: &mut Zipper<'_, T, N>) {
        let values = self.as_mut_slice();
        f(
            at,
            ParamMut::new(values, matrix_shape::<R, C>(), Order::ColumnMajor, Kind::Weight),
            with.map(|g| g.as_mut_slice()),
        );
    }

    fn init(&mut self, _: Rng) {
        self.as_mut_slice().fill(T::zero());
    }
}

/// No parameter: so that a layer without any can still name its scalar, which is its last type parameter.
impl<T: Real, A: ?Sized + Send + Sync> Params<T> for PhantomData<A> {
    type Grad = Self;
    const PARAMS: usize = 0;
    const FLAT: bool = true;
    const LAYOUT: ParamLayout = ParamLayout::Fields(&[]);
    fn visit(&self, _: Path<'_>, _: &mut Visitor<'_, T>) {}
    fn zip<const N: usize>(&mut self, _: [&mut Self; N], _: Path<'_>, _: &mut Zipper<'_, T, N>) {}
    fn init(&mut self, _: Rng) {}
}

const fn matrix_shape<const R: usize, const C: usize>() -> Shape {
    if C == 1 { Shape::new([R]) } else { Shape::new([R, C]) }
}

impl<T: Real, P: Params<T>, const N: usize> Params<T> for [P; N] {
    type Grad = [P::Grad; N];
    const PARAMS: usize = N * P::PARAMS;
    const FLAT: bool = P::FLAT;
    const LAYOUT: ParamLayout = ParamLayout::Repeat { each: &P::LAYOUT, count: N, bytes: size_of::<P>() };

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        for (i, p) in self.iter().enumerate() {
            p.visit(at.index(i), f);
        }
    }

    fn zip<const M: usize>(
        &mut self,
        mut with: [&mut Self::Grad; M],
        at: Path<'_>,
        f: &mut Zipper<'_, T, M>,
    ) {
        for (i, p) in self.iter_mut().enumerate() {
            p.zip(with.each_mut().map(|g| &mut g[i]), at.index(i), f);
        }
    }

    fn init(&mut self, rng: Rng) {
        for (i, p) in self.iter_mut().enumerate() {
            p.init(rng.fork(i as u64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strides_lead_to_the_same_places() {
        let shape = Shape::new([2, 3, 4, 5]);
        for order in [Order::RowMajor, Order::ColumnMajor, Order::Reversed] {
            let [a, b, c, d] = order.strides(&shape);
            for i in 0..shape.len() {
                let at = [i / 60 * a, i / 20 % 3 * b, i / 5 % 4 * c, i % 5 * d];
                assert_eq!(at.iter().sum::<usize>(), order.place(&shape, i), "{order:?} {i}");
            }
        }
    }

    #[test]
    fn a_path_knows_its_dotted_name() {
        let (blocks, first) = (Path::ROOT.field("blocks"), 0);
        let first = blocks.index(first);
        let weight = first.field("weight");
        assert!(weight.is("blocks.0.weight"));
        assert!(!weight.is("blocks.0.weigh") && !weight.is("blocks.0.weights") && !weight.is("blocks.0"));
        assert!(Path::ROOT.is(""));
    }
}
