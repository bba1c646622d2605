//! `Dropout<0.5>`, `Dropout2d<0.5>`

use proc_macro2::TokenStream;
use quote::quote;

use super::number::{Number, number};
use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::Shape;

const SHARE: &[Parameter] =
    &[Parameter { what: "share to drop", kind: ParameterKind::Number, required: true }];

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "Dropout", arguments: SHARE, options: &[], rule: numbers },
    Definition { name: "Dropout2d", arguments: SHARE, options: &[], rule: channels },
];

/// Drops numbers.
fn numbers(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, rate) = (cx.dl, &layer.name, rate(layer, cx)?);
    Ok(resolved(cx, quote!(#dl::layers::#name<#rate>), quote!()))
}

/// Drops whole channels of images.
fn channels(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let checks = match cx.input {
        Shape::Dims(dims) if dims.len() != 3 => {
            return Err(syn::Error::new_spanned(
                &layer.ty,
                format!(
                    "`{field}` needs an image [channels, height, width], but receives {}\n\
                     help: `Dropout` drops numbers of any value",
                    cx.input.text()
                ),
            ));
        }
        Shape::Const(input) => over(quote!(#dl::shape::expect_rank(#field, 3, #input);), &layer.ty),
        _ => quote!(),
    };
    let (rate, run) = (rate(layer, cx)?, cx.input.area().arg());
    Ok(resolved(cx, quote!(#dl::layers::#name<#rate, #run>), checks))
}

fn resolved(cx: &Context<'_>, ty: TokenStream, checks: TokenStream) -> Resolved {
    let role = Role::Layer {
        needs_x: false,
        needs_y: false,
        has_params: false,
        has_memory: false,
        keeps_lens: true,
    };
    Resolved { ty, output: cx.input.clone(), role, params: Some(0), macs: Some(0), checks }
}

/// The share as two arguments; not all of it.
fn rate(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<TokenStream> {
    let rate = number(layer, Number { numerator: 0, denominator: 1 })?;
    if rate.numerator >= rate.denominator {
        return Err(syn::Error::new_spanned(
            layer.arguments[0].tokens(),
            format!(
                "`{}` would drop everything: the share is at least 0 and below 1\n\
                 help: `{}<0.2>` drops one of five",
                cx.field, layer.definition.name
            ),
        ));
    }
    Ok(rate.args())
}
