//! `Flatten`

use quote::quote;

use super::{Context, Definition, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;
use crate::shape::Shape;

pub(super) const LAYERS: &[Definition] =
    &[Definition { name: "Flatten", arguments: &[], options: &[], rule }];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name),
        output: Shape::Dims(vec![cx.input.len()]),
        role: Role::Rename,
        params: Some(0),
        macs: Some(0),
        checks: quote!(),
    })
}
