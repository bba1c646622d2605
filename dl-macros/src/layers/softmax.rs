//! `Softmax`, `LogSoftmax`: over the last dimension.

use quote::quote;

use super::{Context, Definition, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "Softmax", arguments: &[], options: &[], rule },
    Definition { name: "LogSoftmax", arguments: &[], options: &[], rule },
];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, n) = (cx.dl, &layer.name, cx.input.last().arg());
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#n>),
        output: cx.input.clone(),
        role: Role::Layer {
            needs_x: false,
            needs_y: true,
            has_params: false,
            has_memory: false,
            keeps_lens: true,
        },
        params: Some(0),
        macs: Some(0),
        checks: quote!(),
    })
}
