//! Activations: the shape stays as it is.

use proc_macro2::TokenStream;
use quote::quote;

use super::number::{Number, number};
use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::{Argument, BuiltIn};
use crate::check::over;
use crate::shape::Dim;

const SLOPE: &[Parameter] =
    &[Parameter { what: "slope below zero", kind: ParameterKind::Number, required: false }];
const ALPHA: &[Parameter] = &[Parameter { what: "alpha", kind: ParameterKind::Number, required: false }];

const fn plain(name: &'static str, rule: fn(&BuiltIn, &Context<'_>) -> syn::Result<Resolved>) -> Definition {
    Definition { name, arguments: &[], options: &[], rule }
}

pub(super) const LAYERS: &[Definition] = &[
    plain("Relu", in_place),
    plain("Sigmoid", in_place),
    plain("Tanh", in_place),
    Definition { name: "LeakyRelu", arguments: SLOPE, options: &[], rule: leaky_relu },
    Definition {
        name: "PRelu",
        arguments: &[Parameter { what: "number of slopes", kind: ParameterKind::Size, required: false }],
        options: &[],
        rule: prelu,
    },
    Definition { name: "Elu", arguments: ALPHA, options: &[], rule: elu },
    plain("Selu", in_place),
    plain("Gelu", from_input),
    plain("GeluTanh", from_input),
    plain("Silu", from_input),
    plain("Softplus", in_place),
    plain("HardSigmoid", in_place),
    plain("HardTanh", in_place),
    plain("HardSwish", from_input),
    Definition {
        name: "Map",
        arguments: &[Parameter { what: "a `Pointwise` type", kind: ParameterKind::Type, required: true }],
        options: &[],
        rule: map,
    },
];

const FROM_INPUT: Role =
    Role::Layer { needs_x: true, needs_y: false, has_params: false, has_memory: false, keeps_lens: true };

fn same(layer: &BuiltIn, cx: &Context<'_>, arguments: TokenStream, role: Role) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name #arguments),
        output: cx.input.clone(),
        role,
        params: Some(0),
        macs: Some(0),
        checks: quote!(),
    })
}

fn in_place(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    same(layer, cx, quote!(), Role::InPlace)
}

fn from_input(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    same(layer, cx, quote!(), FROM_INPUT)
}

fn leaky_relu(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let slope = number(layer, Number { numerator: 1, denominator: 100 })?.args();
    same(layer, cx, quote!(<#slope>), Role::InPlace)
}

fn elu(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let alpha = number(layer, Number { numerator: 1, denominator: 1 })?.args();
    same(layer, cx, quote!(<#alpha>), Role::InPlace)
}

fn map(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let function = match &layer.arguments[0] {
        Argument::Type(ty) => quote!(#ty),
        Argument::Expr(expr) => {
            return Err(syn::Error::new_spanned(
                expr,
                "`Map` takes a type that implements `Pointwise`\nhelp: for example `Map<self::Cube>`",
            ));
        }
    };
    same(layer, cx, quote!(<#function>), FROM_INPUT)
}

/// One slope for all, or one for each channel of an image, and of anything else for each feature.
fn prelu(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let (dl, field) = (cx.dl, cx.field);
    let slopes = if layer.arguments.is_empty() { Dim::Known(1) } else { size(layer, 0)? };
    let (channels, area) = (cx.input.channels(), cx.input.area());
    let mut checks = quote!();
    match (slopes.known(), channels.known()) {
        (Some(1), _) => {}
        (Some(n), Some(channels)) if n == channels => {}
        (Some(n), Some(channels)) => {
            let one = if cx.input.is_image() { "channel" } else { "feature" };
            return Err(syn::Error::new_spanned(
                layer.arguments[0].tokens(),
                format!(
                    "`{field}` has {n} slopes, but receives {} with {channels} {one}s\n\
                     help: write `PRelu` for one slope or `PRelu<{channels}>` for one a {one}",
                    cx.input.text()
                ),
            ));
        }
        _ => {
            let (slopes, input) = (slopes.value(), cx.input.value(dl));
            let check = quote!(#dl::shape::expect_slopes(#field, #slopes, #input););
            checks = over(check, &layer.arguments[0].tokens());
        }
    }
    let (n, run) = (slopes.arg(), area.arg());
    let arguments = match (slopes.known(), area.known()) {
        (Some(1), _) | (_, Some(1)) => quote!(<T, #n>),
        _ => quote!(<T, #n, #run>),
    };
    let role =
        Role::Layer { needs_x: true, needs_y: false, has_params: true, has_memory: false, keeps_lens: true };
    let resolved = same(layer, cx, arguments, role)?;
    Ok(Resolved { params: slopes.known(), checks, ..resolved })
}
