//! The bias of a product, and `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::window::mention_of;
use super::{Context, Marker};
use crate::ast::BuiltIn;
use crate::shape::Dim;

pub(super) const NO_BIAS: Marker = Marker { name: "NoBias", counts: &[0], words: &[], forms: &["NoBias"] };

pub(super) struct Bias {
    /// How many numbers it has: none with `NoBias`.
    pub(super) len: Dim,
    /// The last argument of a layer's type that without it has a bias.
    pub(super) argument: TokenStream,
    /// A statement that speaks of the option.
    pub(super) mention: TokenStream,
}

/// The bias of a layer that has one for each of `outputs`, unless it says `NoBias`.
pub(super) fn bias(layer: &BuiltIn, cx: &Context<'_>, outputs: &Dim) -> Bias {
    match layer.option(NO_BIAS.name) {
        Some(option) => {
            Bias { len: Dim::Known(0), argument: quote!(, 0), mention: mention_of(cx, &option.name) }
        }
        None => Bias { len: outputs.clone(), argument: TokenStream::new(), mention: TokenStream::new() },
    }
}
