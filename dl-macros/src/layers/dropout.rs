//! `Dropout<0.5>`

use quote::quote;

use super::number::{Number, number};
use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Dropout",
    arguments: &[Parameter { what: "share to drop", kind: ParameterKind::Number, required: true }],
    options: &[],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let rate = number(layer, Number { numerator: 0, denominator: 1 })?;
    if rate.numerator >= rate.denominator {
        return Err(syn::Error::new_spanned(
            layer.arguments[0].tokens(),
            format!(
                "`{}` would drop everything: the share is at least 0 and below 1\n\
                 help: `Dropout<0.2>` drops one of five",
                cx.field
            ),
        ));
    }
    let rate = rate.args();
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#rate>),
        output: cx.input.clone(),
        role: Role::Layer {
            needs_x: false,
            needs_y: false,
            has_params: false,
            has_memory: false,
            keeps_lens: true,
        },
        params: Some(0),
        macs: Some(0),
        checks: quote!(),
    })
}
