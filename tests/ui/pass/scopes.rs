//! Every visibility, prefixes of names, attributes, and a network inside a function.
#![deny(warnings, missing_docs, unreachable_pub, rust_2018_idioms, unused)]
#![deny(private_interfaces, private_bounds, missing_debug_implementations)]
#![forbid(unsafe_code)]

use dl::{Network, network};

/// A module with networks of all visibilities.
pub mod zoo {
    use dl::network;

    /// Public, of private parts.
    #[network(input = [SIDE, 4])]
    #[must_use]
    #[cfg_attr(all(), doc = "A line by `cfg_attr`.")]
    pub struct Open {
        /// Seen by all.
        #[doc(alias = "one")]
        pub first: Dense<8>,
        /// Seen by the crate.
        pub(crate) second: Tanh,
        /// Seen by the module above.
        pub(super) third: Dense<4>,
        flat: Flatten,
        hidden: Hidden,
    }

    const SIDE: usize = 2;

    /// Seen by the crate.
    #[network(input = [8])]
    pub(crate) struct Inside {
        pub(crate) fc: Dense<2>,
    }

    #[network(input = [8])]
    struct Hidden {
        #[frozen]
        fc: Dense<8>,
        #[allow(unused)]
        act: Relu,
        #[group(head)]
        head: Dense<2>,
    }
}

/// A network, and others whose names begin with its own.
#[network(input = [4])]
pub struct Net {
    block: NetBlock,
    head: Dense<4>,
}

/// What the name of a field's type would have been.
#[network(input = [4])]
pub struct NetBlock {
    fc: Dense<4>,
}

/// Another prefix.
#[network(input = [4])]
pub struct NetTwo {
    net: Net,
}

fn main() {
    #[network(input = [WIDTH])]
    struct Local {
        fc: Dense<{ WIDTH / 2 }>,
        act: Tanh,
        inner: Inner,
    }
    const WIDTH: usize = 4;

    #[network(input = [2])]
    struct Inner {
        fc: Dense<1>,
    }

    println!("{} {}", Local::summary(), Inner::MACS);
    println!("{} {} {}", zoo::Open::summary(), <zoo::Inside as Network>::NAME, NetTwo::summary());
    let _ = <Net>::boxed(0);
}
