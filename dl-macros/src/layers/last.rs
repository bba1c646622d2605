//! `Last`: the last step of a sequence.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, Definition, Resolved, Role, numbers_only, window};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] = &[Definition { name: "Last", arguments: &[], options: &[], rule }];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "leave it out: there are no steps",
    };
    let [_, features] = window::dims(layer, cx, "a sequence [steps, features]", hint, &mut checks)?;
    let f = features.arg();
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#f>),
        output: window::shape(cx, [features]),
        role: Role::Layer {
            needs_x: false,
            needs_y: false,
            has_params: false,
            has_memory: false,
            keeps_lens: false,
        },
        params: Some(0),
        macs: Some(0),
        checks,
    })
}
