//! `MaxPool2d<K>`, `AvgPool2d<K>`, `MaxPool1d<K>`, `AvgPool1d<K>`, with `Pad`, `Stride` and, of maxima, `Dilation`;
//! `GlobalAvgPool`, `GlobalMaxPool`.

use proc_macro2::TokenStream;
use quote::quote;

use super::conv2d::KERNEL;
use super::window::{self, DILATION, DILATION_STEPS, PAD, PAD_STEPS, STRIDE, STRIDE_STEPS, Windows};
use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape};

const STEPS: Parameter =
    Parameter { what: "steps of the window", kind: ParameterKind::Kernel, required: true };

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "MaxPool2d", arguments: &[KERNEL], options: &[PAD, STRIDE, DILATION], rule: image },
    Definition { name: "AvgPool2d", arguments: &[KERNEL], options: &[PAD, STRIDE], rule: image },
    Definition {
        name: "MaxPool1d",
        arguments: &[STEPS],
        options: &[PAD_STEPS, STRIDE_STEPS, DILATION_STEPS],
        rule: steps,
    },
    Definition { name: "AvgPool1d", arguments: &[STEPS], options: &[PAD_STEPS, STRIDE_STEPS], rule: steps },
    Definition { name: "GlobalAvgPool", arguments: &[], options: &[], rule: global },
    Definition { name: "GlobalMaxPool", arguments: &[], options: &[], rule: global },
];

/// A maximum keeps where it was; a mean keeps nothing.
fn resolved(
    layer: &BuiltIn,
    ty: TokenStream,
    output: Shape,
    keeps_lens: bool,
    checks: TokenStream,
) -> Resolved {
    let has_memory = layer.name.to_string().contains("Max");
    let role = Role::Layer { needs_x: false, needs_y: false, has_params: false, has_memory, keeps_lens };
    Resolved { ty, output, role, params: Some(0), macs: Some(0), checks }
}

fn image(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let image = window::image(layer, cx, &mut checks)?;
    let mut windows = Windows::<2>::read(layer, cx, 0, true)?;
    let [channels, height, width] = &image;
    let [rows, columns] = windows.over(layer, cx, [height, width])?;
    windows.expect_little_padding(layer, cx)?;
    checks.extend(windows.checks.clone());
    let slide = windows.slide(layer, cx, &image, &Dim::Known(1));
    let output = window::shape(cx, [channels.clone(), rows, columns]);
    Ok(resolved(layer, quote!(#dl::layers::#name<#slide>), output, true, checks))
}

fn steps(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let [steps, features] = window::steps(layer, cx, &mut checks)?;
    let mut windows = Windows::<1>::read(layer, cx, 0, true)?;
    let [len] = windows.over(layer, cx, [&steps])?;
    windows.expect_little_padding(layer, cx)?;
    checks.extend(windows.checks.clone());
    let slide = windows.slide(layer, cx, &steps, &features);
    let output = window::shape(cx, [len, features]);
    Ok(resolved(layer, quote!(#dl::layers::#name<#slide>), output, false, checks))
}

fn global(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let checks = match cx.input {
        Shape::Dims(dims) if !(2..=3).contains(&dims.len()) => {
            return Err(syn::Error::new_spanned(
                &layer.ty,
                format!(
                    "`{field}` needs an image [channels, height, width] or a sequence [steps, features], but receives \
                     {}\n\
                     help: leave it out: there is nothing to pool",
                    cx.input.text()
                ),
            ));
        }
        Shape::Const(input) => over(quote!(#dl::shape::expect_pooled(#field, #input);), &layer.ty),
        _ => quote!(),
    };
    let channels = cx.input.channels();
    let [n, run] = [&channels, &cx.input.area()].map(Dim::arg);
    let ty = quote!(#dl::layers::#name<#n, #run>);
    Ok(resolved(layer, ty, Shape::Dims(vec![channels]), false, checks))
}
