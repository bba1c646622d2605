//! `FakeQuantize`

use quote::quote;

use super::{Context, Definition, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] =
    &[Definition { name: "FakeQuantize", arguments: &[], options: &[], rule: rounded }];

fn rounded(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T>),
        output: cx.input.clone(),
        role: Role::Layer {
            needs_x: true,
            needs_y: false,
            has_params: true,
            has_memory: true,
            keeps_lens: true,
        },
        params: Some(0),
        macs: Some(0),
        checks: quote!(),
    })
}
