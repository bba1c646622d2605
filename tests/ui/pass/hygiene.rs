//! A crate whose own names are those of the expansion and of the layers.
#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms, unused, non_local_definitions)]
#![deny(private_interfaces, private_bounds, missing_debug_implementations, single_use_lifetimes)]
#![forbid(unsafe_code)]
#![allow(dead_code, non_camel_case_types)]

use dl::network;

mod own {
    #[derive(Debug)]
    pub(crate) struct Dense<const N: usize>;
    #[derive(Debug)]
    pub(crate) struct Relu;
    #[derive(Debug)]
    pub(crate) struct Vec;
    #[derive(Debug)]
    pub(crate) struct Box;
    #[derive(Debug)]
    pub(crate) struct PhantomData;
    #[derive(Debug)]
    pub(crate) enum Option {
        Some,
        None,
    }
    #[derive(Debug)]
    pub(crate) enum Result {
        Ok,
        Err,
    }
    #[derive(Debug)]
    pub(crate) struct SMatrix;
    #[derive(Debug)]
    pub(crate) struct Shape;
    #[derive(Debug)]
    pub(crate) struct Pass;
    #[derive(Debug)]
    pub(crate) struct Rng;
    #[derive(Debug)]
    pub(crate) struct Vals;
    #[derive(Debug)]
    pub(crate) struct T;
    pub(crate) trait Layer {}
    pub(crate) trait Params {}
    pub(crate) trait Default {}
    pub(crate) trait Blank {}
    pub(crate) trait Network {}
    pub(crate) trait Real {}
    pub(crate) trait Sized {}
    pub(crate) trait Fn {}
    pub(crate) trait Drop {}
}
use own::Option::{None, Some};
use own::Result::{Err, Ok};
#[allow(unused_imports)]
use own::*;

/// Names of the expansion in a closure.
#[network(input = ([4], [4]))]
#[forward(|tape, work| {
    let pass = grad(tape);
    let dx = x(work);
    let y = pass + r#type(dx);
    (relu(y), y, concat(pass, dx) * concat(y, dx))
})]
struct Closure {
    grad: Dense<3>,
    x: Dense<3>,
    relu: Tanh,
    r#type: Dense<3>,
}

/// Sizes in modules called like those of the framework.
mod params {
    pub(crate) const HIDDEN: usize = 6;
}
mod core {}
mod std {}
mod dl_core {}
mod init {
    pub(crate) const HIDDEN: usize = 5;
}

/// Constants called like those of the expansion, by a path.
mod paths {
    use dl::network;

    const B: usize = 4;
    const T: usize = 3;

    #[network(input = [self::B])]
    pub(crate) struct Paths {
        fc: Dense<{ self::T }>,
        act: Tanh,
        more: [Dense<{ self::T }>; self::B],
    }
}

/// Fields called like what the passes speak of.
#[network(input = [4])]
pub struct Names {
    x: Dense<params::HIDDEN>,
    y: Tanh,
    tape: Dense<{ init::HIDDEN }>,
    /// The work.
    pub work: Tanh,
    pub(crate) pass: Dense<4>,
    grad: Tanh,
    dx: Dense<4>,
    r#type: Relu,
    self_: Dense<3>,
    scalar: Tanh,
    slot0: Dense<4>,
    rng: Relu,
    at: Dense<4>,
    f: Relu,
    with: Dense<4>,
    input: Dense<4>,
    r#fn: [Dense<4>; 2],
    fn_tape: Dense<4>,
    fn_work: Dense<4>,
    dy: Dense<4>,
    trainer: Dense<2>,
}

/// A network of activations has no parameters.
#[network(input = [4])]
pub struct Empty {
    scalar: Relu,
}

/// Const parameters called like those of the expansion.
mod sizes {
    use dl::network;

    /// Its const parameters are called like those of the expansion.
    #[network(input = [N])]
    pub(crate) struct Sizes<const N: usize, const E: usize, const O: usize, const L: usize> {
        /// One.
        pub(crate) n: Dense<E>,
        act: Tanh,
        o: Dense<O>,
        l: Dense<L>,
    }
}

/// Networks called like the parameters of the expansion.
mod letters {
    use dl::network;

    /// One letter.
    #[network(input = [4])]
    pub(crate) struct E {
        fc: Dense<4>,
    }

    /// One letter.
    #[network(input = [4])]
    pub(crate) struct O {
        n: E,
    }

    /// One letter.
    #[network(input = [4])]
    pub(crate) struct L {
        o: O,
    }

    /// One letter.
    #[network(input = [4])]
    pub(crate) struct N {
        l: [L; 2],
    }
}

fn main() {
    let _ = (Some, None, Ok, Err);
    println!("{} {}", Names::summary(), sizes::Sizes::<2, 3, 4, 5>::summary());
    println!("{}", paths::Paths::summary());
    println!("{}", letters::N::summary());
}
