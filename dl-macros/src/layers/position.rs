//! `Position`, `Sinusoidal`: what is added to each step for its position.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, Definition, Resolved, Role, numbers_only, window};
use crate::ast::BuiltIn;
use crate::shape::Dim;

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "Position", arguments: &[], options: &[], rule: learned },
    Definition { name: "Sinusoidal", arguments: &[], options: &[], rule: sinusoidal },
];

fn learned(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    rule(layer, cx, true)
}

fn sinusoidal(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    rule(layer, cx, false)
}

fn rule(layer: &BuiltIn, cx: &Context<'_>, has_params: bool) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "a sequence has two dimensions, for example `input = [64, 96]`",
    };
    let [steps, features] = window::dims(layer, cx, "a sequence [steps, features]", hint, &mut checks)?;
    let [d, s] = [&features, &steps].map(Dim::arg);
    let sizes = if has_params { quote!(T, #d, #s) } else { quote!(#d, #s) };
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#sizes>),
        output: cx.input.clone(),
        role: Role::Layer {
            needs_x: false,
            needs_y: false,
            has_params,
            has_memory: !has_params, // sines and cosines
            keeps_lens: true,
        },
        params: if has_params { steps.times(&features).known() } else { Some(0) },
        macs: Some(0),
        checks,
    })
}
