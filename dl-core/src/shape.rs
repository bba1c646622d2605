//! Shapes as constants, and the rules that need the compiler's own arithmetic.
//!
//! The macro folds what is literal. What is not, it leaves to the total functions here, beside one check for each
//! rule whose message shows the evaluated numbers: a size function never panics, so one mistake is one error.

use core::fmt;

mod expect;
mod message;
mod operators;
mod window;

pub use expect::*;
pub use message::Message;
pub use operators::*;
pub use window::*;

/// The shape of one value: up to four dimensions, of numbers or of tokens.
///
/// ```
/// use dl_core::Shape;
///
/// const IMAGE: Shape = Shape::new([3, 32, 32]);
/// assert_eq!((IMAGE.rank(), IMAGE.dim(0), IMAGE.len()), (3, 3, 3072));
/// assert_eq!(IMAGE.to_string(), "[3, 32, 32]");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    dims: [usize; 4],
    rank: usize,
    tokens: bool,
}

impl Shape {
    /// `[n]`, `[steps, features]`, `[channels, height, width]`, ...
    ///
    /// ```
    /// assert_eq!(dl_core::Shape::new([2, 3]).dims(), [2, 3]);
    /// ```
    pub const fn new<const R: usize>(dims: [usize; R]) -> Shape {
        let mut shape = Shape { dims: [1; 4], rank: R, tokens: false };
        let mut i = 0;
        while i < R {
            shape.dims[i] = dims[i];
            i += 1;
        }
        shape
    }

    /// `[u16; n]`: `n` tokens.
    ///
    /// ```
    /// let words = dl_core::Shape::tokens(12);
    /// assert!(words.is_tokens() && words.to_string() == "[u16; 12]");
    /// ```
    pub const fn tokens(n: usize) -> Shape {
        Shape { dims: [n, 1, 1, 1], rank: 1, tokens: true }
    }

    /// `n` numbers of a shape that fits everywhere: what a network with a mistake in it gives, so that the mistake is
    /// reported once, and not again by every network around it.
    #[doc(hidden)]
    pub const fn unknown(n: usize) -> Shape {
        Shape { dims: [n, 1, 1, 1], rank: 0, tokens: false }
    }

    /// Whether it fits everywhere.
    const fn is_unknown(&self) -> bool {
        self.rank == 0
    }

    /// Whether these are tokens.
    ///
    /// ```
    /// assert!(!dl_core::Shape::new([12]).is_tokens());
    /// ```
    pub const fn is_tokens(&self) -> bool {
        self.tokens
    }

    /// The number of dimensions.
    ///
    /// ```
    /// assert_eq!(dl_core::Shape::new([3, 32, 32]).rank(), 3);
    /// ```
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// Dimension `i`; 1 past the last.
    ///
    /// ```
    /// let shape = dl_core::Shape::new([10, 4]);
    /// assert_eq!((shape.dim(0), shape.dim(1), shape.dim(2)), (10, 4, 1));
    /// ```
    pub const fn dim(&self, i: usize) -> usize {
        if i < 4 { self.dims[i] } else { 1 }
    }

    /// The dimensions.
    ///
    /// ```
    /// assert_eq!(dl_core::Shape::new([10, 4]).dims(), [10, 4]);
    /// ```
    pub const fn dims(&self) -> &[usize] {
        self.dims.split_at(self.rank).0
    }

    /// How many numbers (saturating).
    ///
    /// ```
    /// assert_eq!(dl_core::Shape::new([10, 4]).len(), 40);
    /// ```
    pub const fn len(&self) -> usize {
        let d = self.dims;
        d[0].saturating_mul(d[1]).saturating_mul(d[2]).saturating_mul(d[3])
    }

    /// Whether a dimension is zero.
    ///
    /// ```
    /// assert!(dl_core::Shape::new([10, 0]).is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last dimension.
    ///
    /// ```
    /// assert_eq!(dl_core::Shape::new([10, 4]).last(), 4);
    /// ```
    pub const fn last(&self) -> usize {
        if self.rank == 0 { 1 } else { self.dims[self.rank - 1] }
    }

    /// How many channels an image has; of anything else the last dimension.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!((Shape::new([3, 32, 32]).channels(), Shape::new([10, 4]).channels()), (3, 4));
    /// ```
    pub const fn channels(&self) -> usize {
        if self.rank > 2 { self.dims[0] } else { self.last() }
    }

    /// How many numbers in a row belong to one channel: height × width of an image, else 1.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!((Shape::new([3, 32, 32]).area(), Shape::new([10, 4]).area()), (1024, 1));
    /// ```
    pub const fn area(&self) -> usize {
        if self.rank > 2 { self.dims[1].saturating_mul(self.dims[2]).saturating_mul(self.dims[3]) } else { 1 }
    }

    /// How many times the last dimension is there: the steps of a sequence, 1 for features.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!((Shape::new([10, 4]).rows(), Shape::new([4]).rows()), (10, 1));
    /// ```
    pub const fn rows(&self) -> usize {
        match self.len().checked_div(self.last()) {
            Some(rows) => rows,
            None => 0,
        }
    }

    /// The same shape with another last dimension.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!(Shape::new([10, 4]).with_last(8), Shape::new([10, 8]));
    /// ```
    pub const fn with_last(mut self, n: usize) -> Shape {
        if self.rank > 0 {
            self.dims[self.rank - 1] = n;
        }
        self
    }

    /// How many numbers lie together along the axis of [`concat`](Self::concat): one step's features, or a whole sample.
    #[doc(hidden)]
    pub const fn run(&self, steps: bool) -> usize {
        if self.rank == 2 && !steps { self.dims[1] } else { self.len() }
    }

    /// How many numbers one entry of that axis has.
    #[doc(hidden)]
    pub const fn unit(&self, steps: bool) -> usize {
        if self.rank == 2 && !steps || self.dims[0] == 0 { 1 } else { self.len() / self.dims[0] }
    }

    /// The axis along which values are joined and cut: channels of an image, features of a sequence (or its steps).
    const fn axis(&self, steps: bool) -> usize {
        if self.rank == 2 && !steps { 1 } else { 0 }
    }

    /// Values side by side: along the channels of images, the steps of sequences if `steps`, and features otherwise.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// let parts = [Shape::new([10, 4]), Shape::new([10, 3])];
    /// assert_eq!(Shape::concat(&parts, false), Shape::new([10, 7]));
    /// ```
    pub const fn concat(parts: &[Shape], steps: bool) -> Shape {
        let (mut all, mut i) = (parts[0], 1);
        let axis = all.axis(steps);
        while i < parts.len() {
            all.dims[axis] += parts[i].dims[axis];
            i += 1;
        }
        all
    }

    /// The part from `from` to before `to` of the axis of [`concat`](Self::concat); never empty.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!(Shape::new([10, 4]).slice(1, 3, false), Shape::new([10, 2]));
    /// ```
    pub const fn slice(mut self, from: usize, to: usize, steps: bool) -> Shape {
        let axis = self.axis(steps);
        let to = if to > self.dims[axis] { self.dims[axis] } else { to };
        self.dims[axis] = if to > from { to - from } else { 1 };
        self
    }

    /// As one dimension.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// assert_eq!(Shape::new([10, 4]).flat(), Shape::new([40]));
    /// ```
    pub const fn flat(&self) -> Shape {
        Shape::new([self.len()])
    }

    /// Equality, in constants.
    ///
    /// ```
    /// use dl_core::Shape;
    ///
    /// const SAME: bool = Shape::new([4]).same(&Shape::tokens(4));
    /// assert!(!SAME);
    /// ```
    pub const fn same(&self, other: &Shape) -> bool {
        let (a, b) = (self.dims, other.dims);
        self.rank == other.rank
            && self.tokens == other.tokens
            && a[0] == b[0]
            && a[1] == b[1]
            && a[2] == b[2]
            && a[3] == b[3]
    }
}

impl Shape {
    /// Equality as far as both are known.
    const fn fits(&self, other: &Shape) -> bool {
        self.is_unknown() || other.is_unknown() || self.same(other)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Message::new().shape(*self).as_str())
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value between two layers, as a type, so that a shape rule can be asked about it. The macro makes them.
///
/// ```
/// use dl_core::{Edge, Shape, shape::{At, TokensAt}};
///
/// assert_eq!(At::<2, 10, 4, 1, 1>::SHAPE, Shape::new([10, 4]));
/// assert_eq!(TokensAt::<12>::SHAPE, Shape::tokens(12));
/// assert_eq!(<(At<2, 10, 4, 1, 1>, TokensAt<12>)>::PARTS[1], Shape::tokens(12));
/// ```
pub trait Edge {
    /// The value's shape; of several values, the first's.
    const SHAPE: Shape;
    /// The shapes of all values.
    const PARTS: &'static [Shape] = &[Self::SHAPE];
}

impl<A: Edge, B: Edge> Edge for (A, B) {
    const SHAPE: Shape = A::SHAPE;
    const PARTS: &'static [Shape] = &[A::SHAPE, B::SHAPE];
}

impl<A: Edge, B: Edge, C: Edge> Edge for (A, B, C) {
    const SHAPE: Shape = A::SHAPE;
    const PARTS: &'static [Shape] = &[A::SHAPE, B::SHAPE, C::SHAPE];
}

/// The edge of a value of `RANK` dimensions.
#[derive(Debug)]
pub struct At<const RANK: usize, const A: usize, const B: usize, const C: usize, const D: usize>;
impl<const RANK: usize, const A: usize, const B: usize, const C: usize, const D: usize> Edge
    for At<RANK, A, B, C, D>
{
    const SHAPE: Shape = Shape { dims: [A, B, C, D], rank: RANK, tokens: false };
}

/// The edge of `N` tokens.
#[derive(Debug)]
pub struct TokensAt<const N: usize>;
impl<const N: usize> Edge for TokensAt<N> {
    const SHAPE: Shape = Shape::tokens(N);
}

/// The answer of a shape rule: the output's shape, or why the input does not fit.
///
/// ```
/// use dl_core::{Fitted, Message, Shape};
///
/// const FITS: Fitted = Ok(Shape::new([4]));
/// const REFUSED: Fitted = Err(Message::new().text("needs [steps, features]"));
/// assert!(FITS.is_ok() && REFUSED.is_err());
/// ```
pub type Fitted = Result<Shape, Message>;

/// The shape rule of a layer that the macro does not know: a nested network or a layer of your own.
///
/// ```
/// use dl_core::{Edge, Fit, Fitted, Message, Shape};
///
/// /// Halves a sequence: `[steps, features]` becomes `[steps / 2, features]`.
/// struct Halve;
/// impl<E: Edge> Fit<E> for Halve {
///     const OUT: Fitted = if E::SHAPE.rank() == 2 {
///         Ok(Shape::new([E::SHAPE.dim(0) / 2, E::SHAPE.dim(1)]))
///     } else {
///         Err(Message::new().text("halves [steps, features] but receives ").shape(E::SHAPE))
///     };
/// }
/// ```
///
/// A layer with several inputs asks `E::PARTS`; one with several outputs gives the first as `OUT` and the others as `MORE`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "neither a built-in layer nor a type that implements `Fit`",
    note = "a layer of your own implements `Fit` (its shape rule), `Layer` (its arithmetic) and `Params` (derived)"
)]
pub trait Fit<E> {
    /// What comes out of an input of shape `E::SHAPE`; of several outputs, the first.
    const OUT: Fitted;
    /// The outputs behind the first.
    const MORE: &'static [Shape] = &[];
}

impl<E: Edge, L: Fit<E>, const N: usize> Fit<E> for [L; N] {
    const OUT: Fitted = match L::OUT {
        Ok(out) if out.is_unknown() => Ok(E::SHAPE),
        Ok(out) if !out.fits(&E::SHAPE) => Err(Message::new()
            .text("is repeated, so it must give back the shape it takes, but maps ")
            .shape(E::SHAPE)
            .text(" to ")
            .shape(out)
            .text("\nhelp: make its output ")
            .shape(E::SHAPE)),
        other => other,
    };
}

/// The shapes of a whole network.
///
/// ```
/// use dl_core::{Shape, Shaped};
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { hidden: Dense<8>, act: Tanh, head: Dense<3> }
///
/// assert_eq!((<Net as Shaped>::IN, <Net as Shaped>::OUT), (Shape::new([2]), Shape::new([3])));
/// ```
pub trait Shaped {
    /// What it takes; of several inputs, the first.
    const IN: Shape;
    /// What it gives; of several outputs, the first.
    const OUT: Shape;
    /// All that it takes.
    const INS: &'static [Shape] = &[Self::IN];
    /// All that it gives.
    const OUTS: &'static [Shape] = &[Self::OUT];
}

/// The shape rule of a network: it takes its declared inputs and nothing else.
#[allow(clippy::result_large_err)] // evaluated while compiling only
pub const fn fit_network(name: &str, given: &[Shape], inputs: &[Shape], output: Shape) -> Fitted {
    let (mut fits, mut i) = (given.len() == inputs.len(), 0);
    while fits && i < inputs.len() {
        fits = given[i].fits(&inputs[i]);
        i += 1;
    }
    if fits {
        return Ok(output);
    }
    Err(Message::new()
        .text("(")
        .text(name)
        .text(") takes ")
        .shapes(inputs)
        .text(" but receives ")
        .shapes(given)
        .text(if inputs.len() == 1 { "\nhelp: give it an input of " } else { "\nhelp: give it inputs of " })
        .shapes(inputs))
}

/// The shape behind a layer; stops the build with the rule's own words if the input does not fit, or if not `outputs`
/// values come out.
#[track_caller]
pub const fn fitted<L: Fit<E>, E: Edge>(field: &str, outputs: usize) -> Shape {
    let shape = match L::OUT {
        Ok(shape) => shape,
        Err(why) => stop(Message::new().text("`").text(field).text("` ").text(why.as_str())),
    };
    let gives = 1 + L::MORE.len();
    if gives != outputs && !shape.is_unknown() {
        let text = Message::new().text("`").text(field).text("` gives ").number(gives).text(" values, but ");
        let text = text
            .number(outputs)
            .text(if outputs == 1 { " is" } else { " are" })
            .text(" taken\nhelp: write `let ");
        let text = text.text(match gives {
            1 => "a",
            2 => "(a, b)",
            _ => "(a, b, c)",
        });
        stop(text.text(" = ").text(field).text("(..);`"))
    }
    shape
}

/// Output `i` of a layer; of any shape where there is no such output, which [`fitted`] reports.
pub const fn output<L: Fit<E>, E: Edge>(i: usize) -> Shape {
    if i <= L::MORE.len() { L::MORE[i - 1] } else { Shape::unknown(1) }
}

/// The largest of some sizes.
pub const fn largest(sizes: &[usize]) -> usize {
    let (mut largest, mut i) = (0, 0);
    while i < sizes.len() {
        if sizes[i] > largest {
            largest = sizes[i];
        }
        i += 1;
    }
    largest
}

/// Stops the build with a message.
#[track_caller]
pub(crate) const fn stop(message: Message) -> ! {
    panic!("{}", message.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_read_as_they_are_written() {
        extern crate std;
        use std::string::ToString;
        assert_eq!(Shape::new([1, 28, 28]).to_string(), "[1, 28, 28]");
        assert_eq!(Shape::tokens(64).to_string(), "[u16; 64]");
        assert_eq!(Shape::new([]).to_string(), "[]");
        assert_eq!(Shape::new([20, 3]).with_last(7).dims(), [20, 7]);
        assert_eq!(Shape::new([usize::MAX, 3]).len(), usize::MAX);
    }
}
