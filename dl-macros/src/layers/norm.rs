//! `BatchNorm`: over the batch. `LayerNorm`, `RmsNorm`: over the last dimension. `GroupNorm<GROUPS>`, `InstanceNorm`: over
//! channels of one sample.

use quote::quote;

use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape};

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "BatchNorm", arguments: &[], options: &[], rule: batch },
    Definition { name: "LayerNorm", arguments: &[], options: &[], rule: last_dimension },
    Definition { name: "RmsNorm", arguments: &[], options: &[], rule: last_dimension },
    Definition {
        name: "GroupNorm",
        arguments: &[Parameter { what: "number of groups", kind: ParameterKind::Size, required: true }],
        options: &[],
        rule: group,
    },
    Definition { name: "InstanceNorm", arguments: &[], options: &[], rule: instance },
];

/// `x` is read again, and mean and deviation are kept.
const fn role(has_params: bool) -> Role {
    Role::Layer { needs_x: true, needs_y: false, has_params, has_memory: true, keeps_lens: true }
}

/// Refuses a shape, at the whole layer.
fn refused<R>(layer: &BuiltIn, cx: &Context<'_>, needs: &str, help: &str) -> syn::Result<R> {
    let (field, input) = (cx.field, cx.input.text());
    Err(syn::Error::new_spanned(&layer.ty, format!("`{field}` {needs}, but receives {input}\nhelp: {help}")))
}

fn batch(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, channels) = (cx.dl, &layer.name, cx.input.channels());
    let [n, run] = [&channels, &cx.input.area()].map(Dim::arg);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #n, #run>),
        output: cx.input.clone(),
        role: role(true),
        params: channels.known().map(|n| n.saturating_mul(2)),
        macs: Some(0),
        checks: quote!(),
    })
}

fn last_dimension(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let checks = match cx.input {
        Shape::Dims(dims) if dims.len() > 2 => {
            return Err(syn::Error::new_spanned(
                &layer.ty,
                format!(
                    "`{field}` normalizes the last dimension of [features] or [steps, features], but receives the \
                     image {}\n\
                     help: `GroupNorm<1>` normalizes a whole image",
                    cx.input.text()
                ),
            ));
        }
        Shape::Const(input) => over(quote!(#dl::shape::expect_rows(#field, #input);), &layer.ty),
        _ => quote!(),
    };
    let (last, rows) = (cx.input.last(), cx.input.rows().arg());
    let (n, weights) = (last.arg(), if name == "RmsNorm" { 1 } else { 2 });
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #n, #rows>),
        output: cx.input.clone(),
        role: role(true),
        params: last.known().map(|n| n.saturating_mul(weights)),
        macs: Some(0),
        checks,
    })
}

fn group(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let groups = size(layer, 0)?;
    let channels = cx.input.channels();
    if let Shape::Dims(dims) = cx.input
        && dims.len() == 2
    {
        let help = "`LayerNorm` normalizes every step";
        return refused(layer, cx, "needs [features] or an image [channels, height, width]", help);
    }
    let checks = match (groups.known(), channels.known()) {
        (Some(groups), Some(channels)) if channels.is_multiple_of(groups) => quote!(),
        (Some(groups), Some(channels)) => {
            let near = (1..groups.min(channels)).rev().find(|n| channels.is_multiple_of(*n)).unwrap_or(1);
            return Err(syn::Error::new_spanned(
                layer.arguments[0].tokens(),
                format!(
                    "`{field}` has {groups} groups, but receives {} with {channels} channels\n\
                     help: the groups must divide the channels, for example `GroupNorm<{near}>`",
                    cx.input.text()
                ),
            ));
        }
        _ => {
            let (groups, input) = (groups.value(), cx.input.value(dl));
            over(quote!(#dl::shape::expect_channel_groups(#field, #groups, #input);), &layer.ty)
        }
    };
    let [c, run, groups] = [&channels, &cx.input.area(), &groups].map(Dim::arg);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #c, #run, #groups>),
        output: cx.input.clone(),
        role: role(true),
        params: channels.known().map(|n| n.saturating_mul(2)),
        macs: Some(0),
        checks,
    })
}

fn instance(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let checks = match cx.input {
        Shape::Dims(dims) if dims.len() != 3 => {
            let help = "`LayerNorm` normalizes features";
            return refused(layer, cx, "needs an image [channels, height, width]", help);
        }
        Shape::Const(input) => over(quote!(#dl::shape::expect_rank(#field, 3, #input);), &layer.ty),
        _ => quote!(),
    };
    let [c, run] = [cx.input.channels(), cx.input.area()].map(|dim| dim.arg());
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#c, #run>),
        output: cx.input.clone(),
        role: role(false),
        params: Some(0),
        macs: Some(0),
        checks,
    })
}
