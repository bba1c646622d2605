//! Weights that are part of the program: what `weights!("file.safetensors")` calls, while compiling.
//!
//! Every parameter of the network must be in the file, in its shape and type of numbers, and nothing else; a file that says
//! which layers it was saved from must have been saved from such. Then the numbers are put where they belong: a network that is
//! initialized so lies in the program's constants, in flash on a microcontroller.
//!
//! ```
//! #[dl_macros::network(input = [3], crate = dl_core)]
//! struct Net { fc1: Dense<2>, act: Relu }
//!
//! static NET: Net = dl_macros::weights!("../tests/two.safetensors", crate = dl_core);
//! assert_eq!(NET.fc1.bias.as_slice(), [0.5, -0.5]);
//! ```

use crate::params::{Order, ParamLayout, Place, equal};
use crate::shape::{Message, stop};
use crate::{Blank, Network, Params, place};

/// A safetensors file, whose header has been read.
#[doc(hidden)]
#[derive(Debug)]
pub struct File {
    /// As it is written in `weights!`.
    pub name: &'static str,
    /// The layers that it was saved from, if it says so: [`Params::ARCHITECTURE`].
    pub architecture: Option<u32>,
    /// What is in it.
    pub tensors: &'static [Tensor],
    /// All of its bytes.
    pub bytes: &'static [u8],
}

/// One tensor of a file.
#[doc(hidden)]
#[derive(Debug)]
pub struct Tensor {
    /// Its dotted name.
    pub name: &'static str,
    /// `F32`, ..
    pub dtype: &'static str,
    /// PyTorch's shape.
    pub shape: &'static [usize],
    /// Where its first byte is in the file.
    pub at: usize,
}

/// A network with the weights of a file.
#[doc(hidden)]
#[track_caller]
pub const fn load<N: Network>(file: &File) -> N {
    let mut net = <N as Blank>::ZERO;
    let layout = <N as Params<N::Scalar>>::LAYOUT;
    if layout.has(true) {
        return net;
    }
    if layout.has(false) {
        stop(about::<N>(file).text("a layer does not say where its parameters lie\nhelp: derive its `Params`, or give them a `LAYOUT`"));
    }
    every_parameter_is_there::<N>(file, &layout, Name::ROOT);
    let mut i = 0;
    while i < file.tensors.len() {
        let tensor = &file.tensors[i];
        match layout.find(tensor.name) {
            Some(place) => put(&mut net, file, tensor, &place),
            None => stop(
                about::<N>(file)
                    .text("`")
                    .text(tensor.name)
                    .text("` of shape ")
                    .dims(tensor.shape)
                    .text(" is in the file, but not in the network\n")
                    .text("help: add the layer to the struct, or save a network without it"),
            ),
        }
        i += 1;
    }
    if let Some(found) = file.architecture
        && found != <N as Params<N::Scalar>>::ARCHITECTURE
    {
        stop(
            about::<N>(file)
                .text("the parameters are the same, but the file was saved from other layers: their hash is ")
                .hex(found)
                .text(", not ")
                .hex(<N as Params<N::Scalar>>::ARCHITECTURE)
                .text("\nhelp: write the layers as they were, activations too, or save the weights again"),
        );
    }
    net
}

/// The beginning of every message.
const fn about<N: Network>(file: &File) -> Message {
    Message::new().text("`").text(file.name).text("` does not fit `").text(N::NAME).text("`: ")
}

/// Copies a tensor to its place in the network.
#[track_caller]
const fn put<N: Network>(net: &mut N, file: &File, tensor: &Tensor, place: &Place) {
    if !same(tensor.shape, place.shape.dims()) {
        stop(
            about::<N>(file)
                .text("`")
                .text(tensor.name)
                .text("` is ")
                .dims(tensor.shape)
                .text(" in the file, but ")
                .shape(place.shape)
                .text(" in the network\nhelp: change the sizes in the struct, or save the weights of this network"),
        );
    }
    let (dtype, method) = if size_of::<N::Scalar>() == 4 { ("F32", "float") } else { ("F64", "double") };
    if !equal(tensor.dtype.as_bytes(), dtype.as_bytes()) {
        stop(
            about::<N>(file)
                .text("`")
                .text(tensor.name)
                .text("` has numbers of type ")
                .text(tensor.dtype)
                .text(", but the network of ")
                .text(dtype)
                .text("\nhelp: in PyTorch, convert with `model.")
                .text(method)
                .text("()` and save again"),
        );
    }
    const {
        assert!(
            cfg!(target_endian = "little"),
            "numbers in files have their lowest byte first\nhelp: load them when the program runs"
        )
    }
    let from = file.bytes.split_at(tensor.at).1;
    if let Some(numbers) = place::words::<N, 4>(net) {
        place_numbers(numbers, from, place);
    } else if let Some(numbers) = place::words::<N, 8>(net) {
        place_numbers(numbers, from, place);
    } else {
        stop(about::<N>(file).text(
            "a layer holds other things than numbers of one size\nhelp: load the weights when the program runs",
        ));
    }
}

/// Numbers of `S` bytes, in the file's order, to where they lie in the network.
///
/// The compiler counts turns of loops and calls, and complains of millions: so there is one turn a number and no call, and the
/// dimensions that are large stand inside.
const fn place_numbers<const S: usize>(to: &mut [[u8; S]], from: &[u8], place: &Place) {
    let (from, first) = (from.as_chunks::<S>().0, place.at / S);
    let [n0, n1, n2, n3] = [place.shape.dim(0), place.shape.dim(1), place.shape.dim(2), place.shape.dim(3)];
    let ([f0, f1, f2, f3], [t0, t1, t2, t3]) =
        (Order::RowMajor.strides(&place.shape), place.order.strides(&place.shape));
    let mut d = 0;
    while d < n3 {
        let mut c = 0;
        while c < n2 {
            let mut a = 0;
            while a < n0 {
                let mut source = a * f0 + c * f2 + d * f3;
                let mut target = first + a * t0 + c * t2 + d * t3;
                let end = source + n1 * f1;
                while source < end {
                    to[target] = from[source];
                    source += f1;
                    target += t1;
                }
                a += 1;
            }
            c += 1;
        }
        d += 1;
    }
}

/// Whether two shapes are the same.
const fn same(a: &[usize], b: &[usize]) -> bool {
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

/// The dotted name of a part of the network.
#[derive(Clone, Copy)]
struct Name(Message);

impl Name {
    const ROOT: Name = Name(Message::new());

    const fn field(self, name: &str) -> Name {
        Name(self.dot().text(name))
    }

    const fn index(self, i: usize) -> Name {
        Name(self.dot().number(i))
    }

    const fn dot(self) -> Message {
        if self.0.as_str().is_empty() { self.0 } else { self.0.text(".") }
    }
}

/// Stops the build at the first parameter of a part that the file does not have.
#[track_caller]
const fn every_parameter_is_there<N: Network>(file: &File, part: &ParamLayout, name: Name) {
    match part {
        ParamLayout::Param(shape, _) => {
            let (mut i, name) = (0, name.0);
            while i < file.tensors.len() {
                if shape.is_empty() || equal(file.tensors[i].name.as_bytes(), name.as_str().as_bytes()) {
                    return;
                }
                i += 1;
            }
            stop(
                about::<N>(file)
                    .text("the file has no `")
                    .text(name.as_str())
                    .text("`, which is ")
                    .shape(*shape)
                    .text(" in the network\nhelp: name the fields as the file does, or save the weights of this network"),
            );
        }
        ParamLayout::Fields(fields) => {
            let mut i = 0;
            while i < fields.len() {
                every_parameter_is_there::<N>(file, fields[i].layout(), name.field(fields[i].name()));
                i += 1;
            }
        }
        ParamLayout::Repeat { each, count, .. } => {
            let mut i = 0;
            while i < *count {
                every_parameter_is_there::<N>(file, each, name.index(i));
                i += 1;
            }
        }
        ParamLayout::Unknown | ParamLayout::Any => {}
    }
}
