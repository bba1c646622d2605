//! Where parameters lie in a layer, as a constant: what lets weights be checked and placed while compiling.

use super::Order;
use crate::Shape;

/// Where the parameters of a layer or network lie in it, by name: [`Params::LAYOUT`](crate::Params::LAYOUT).
///
/// ```
/// use dl_core::params::{Order, Place};
/// use dl_core::{Params, Shape, layers::Dense};
///
/// const LAYOUT: dl_core::params::ParamLayout = <[Dense<f32, 3, 2>; 2] as Params<f32>>::LAYOUT;
/// let bias = Place { shape: Shape::new([2]), order: Order::RowMajor, at: 4 * 8 + 4 * 6 };
/// assert_eq!(LAYOUT.find("1.bias"), Some(bias));
/// assert_eq!(LAYOUT.find("2.bias"), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum ParamLayout {
    /// It is one parameter, of PyTorch's shape and in this order. With an empty shape there is none.
    Param(Shape, Order),
    /// It is a struct.
    Fields(&'static [Field]),
    /// It is an array.
    Repeat {
        /// One element.
        each: &'static ParamLayout,
        /// How many there are.
        count: usize,
        /// From one to the next.
        bytes: usize,
    },
    /// It does not say.
    Unknown,
    /// All names fit: a network with a mistake in it, which is reported elsewhere.
    Any,
}

/// A field of a [`ParamLayout`].
///
/// ```
/// use dl_core::params::{Field, ParamLayout};
/// use dl_core::{Params, SMatrix};
///
/// struct Scale { factor: SMatrix<f32, 4, 1> }
///
/// const FACTOR: ParamLayout = <SMatrix<f32, 4, 1> as Params<f32>>::LAYOUT;
/// const LAYOUT: ParamLayout =
///     ParamLayout::Fields(&[Field::new("factor", core::mem::offset_of!(Scale, factor), FACTOR)]);
/// assert_eq!(LAYOUT.find("factor").map(|place| place.at), Some(0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    at: usize,
    layout: ParamLayout,
}

impl Field {
    /// The field `name`, so many bytes from the start of the struct, and how it is laid out itself.
    pub const fn new(name: &'static str, at: usize, layout: ParamLayout) -> Field {
        Field { name, at, layout }
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn layout(&self) -> &ParamLayout {
        &self.layout
    }

    /// A field that is one parameter.
    pub(crate) const fn param(name: &'static str, at: usize, shape: Shape, order: Order) -> Field {
        Field { name, at, layout: ParamLayout::Param(shape, order) }
    }
}

/// One parameter of a [`ParamLayout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// PyTorch's shape.
    pub shape: Shape,
    /// How the numbers are ordered with respect to `shape`.
    pub order: Order,
    /// Bytes from the start of the network.
    pub at: usize,
}

impl ParamLayout {
    /// The parameter of a dotted name.
    pub const fn find(&self, name: &str) -> Option<Place> {
        self.find_from(name.as_bytes(), 0)
    }

    const fn find_from(&self, name: &[u8], at: usize) -> Option<Place> {
        match self {
            ParamLayout::Param(shape, order) => match name {
                [] if !shape.is_empty() => Some(Place { shape: *shape, order: *order, at }),
                _ => None,
            },
            ParamLayout::Fields(fields) => {
                let (first, rest) = split(name);
                let mut i = 0;
                while i < fields.len() {
                    if equal(fields[i].name.as_bytes(), first) {
                        return fields[i].layout.find_from(rest, at + fields[i].at);
                    }
                    i += 1;
                }
                None
            }
            ParamLayout::Repeat { each, count, bytes } => {
                let (first, rest) = split(name);
                match index(first) {
                    Some(i) if i < *count => each.find_from(rest, at + i * *bytes),
                    _ => None,
                }
            }
            ParamLayout::Unknown | ParamLayout::Any => None,
        }
    }

    /// Whether a part of it is [`ParamLayout::Unknown`] or, if that is asked, [`ParamLayout::Any`].
    pub(crate) const fn has(&self, any: bool) -> bool {
        match self {
            ParamLayout::Param(..) => false,
            ParamLayout::Fields(fields) => {
                let mut i = 0;
                while i < fields.len() {
                    if fields[i].layout.has(any) {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            ParamLayout::Repeat { each, .. } => each.has(any),
            ParamLayout::Unknown => !any,
            ParamLayout::Any => any,
        }
    }
}

/// Whether two texts are the same.
pub(crate) const fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// What is before the first dot of a name, and what is behind it.
const fn split(name: &[u8]) -> (&[u8], &[u8]) {
    let mut i = 0;
    while i < name.len() {
        if name[i] == b'.' {
            return (name.split_at(i).0, name.split_at(i + 1).1);
        }
        i += 1;
    }
    (name, &[])
}

/// A number as [`Path`](super::Path) writes it.
const fn index(digits: &[u8]) -> Option<usize> {
    let (mut index, mut i) = (0_usize, 0);
    while i < digits.len() {
        if !digits[i].is_ascii_digit() || (i == 0 && digits[0] == b'0' && digits.len() > 1) {
            return None;
        }
        index = index.saturating_mul(10).saturating_add((digits[i] - b'0') as usize);
        i += 1;
    }
    if digits.is_empty() { None } else { Some(index) }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;
    use crate::layers::{BatchNorm, Dense, Gru};
    use crate::params::Path;
    use crate::{Blank, Params};

    fn is_as_visited<P: Params<f32>>(net: &P) {
        net.visit(Path::ROOT, &mut |path, param| {
            let at = param.values.as_ptr() as usize - core::ptr::from_ref(net) as usize;
            let place = Place { shape: param.shape, order: param.order, at };
            assert_eq!(P::LAYOUT.find(&path.to_string()), Some(place), "{path}");
        });
    }

    #[test]
    fn places_are_those_that_are_visited() {
        is_as_visited(&[Dense::<f32, 3, 2>::ZERO, Dense::ZERO]);
        is_as_visited(&BatchNorm::<f32, 3>::ZERO);
        is_as_visited(&Gru::<f32, 3, 4, 12, 5, 0, 12>::ZERO);
    }

    #[test]
    fn only_whole_names_are_found() {
        type Net = [Dense<f32, 3, 2, 0>; 12];
        let layout = <Net as Params<f32>>::LAYOUT;
        assert!(layout.find("11.weight").is_some());
        for name in [
            "12.weight",
            "01.weight",
            ".weight",
            "1",
            "1.weigh",
            "1.weight.0",
            "",
            "1..weight",
            "1x.weight",
            "1.bias",
        ] {
            assert_eq!(layout.find(name), None, "{name}");
        }
    }
}
