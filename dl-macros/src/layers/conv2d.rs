//! `Conv2d<OUT, K>`, `Depthwise2d<K>`, with `Pad`, `Stride`, `Dilation`, `Groups`, `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::window::{self, DILATION, GROUPS, PAD, STRIDE, Windows};
use super::{Context, Definition, Parameter, ParameterKind, Product, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::Dim;

pub(super) const OUTPUTS: Parameter =
    Parameter { what: "number of output channels", kind: ParameterKind::Size, required: true };
pub(super) const KERNEL: Parameter =
    Parameter { what: "size of the window", kind: ParameterKind::Kernel, required: true };

pub(super) const LAYERS: &[Definition] = &[
    Definition {
        name: "Conv2d",
        arguments: &[OUTPUTS, KERNEL],
        options: &[PAD, STRIDE, DILATION, GROUPS, NO_BIAS],
        rule: conv2d,
    },
    Definition {
        name: "Depthwise2d",
        arguments: &[KERNEL],
        options: &[PAD, STRIDE, DILATION, NO_BIAS],
        rule: depthwise2d,
    },
];

fn conv2d(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let outputs = size(layer, 0)?;
    let mut checks = TokenStream::new();
    let image = window::image(layer, cx, &mut checks)?;
    let groups = groups(layer, cx, &image[0], &outputs, &mut checks)?;
    resolve(layer, cx, 1, image, outputs, groups, checks)
}

fn depthwise2d(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let mut checks = TokenStream::new();
    let image = window::image(layer, cx, &mut checks)?;
    let channels = image[0].clone();
    resolve(layer, cx, 0, image, channels.clone(), channels, checks)
}

/// A convolution of `groups` groups, whose window is argument `at`.
fn resolve(
    layer: &BuiltIn,
    cx: &Context<'_>,
    at: usize,
    image: [Dim; 3],
    outputs: Dim,
    groups: Dim,
    mut checks: TokenStream,
) -> syn::Result<Resolved> {
    let (dl, name) = (cx.dl, &layer.name);
    let mut windows = Windows::<2>::read(layer, cx, at, false)?;
    let [channels, height, width] = &image;
    let [rows, columns] = windows.over(layer, cx, [height, width])?;
    checks.extend(windows.checks.clone());
    let fan = per_group(cx, channels, &groups).times(&windows.kernel[0]).times(&windows.kernel[1]);
    let Bias { len: biases, argument: bias, mention } = bias(layer, cx, &outputs);
    let slide = windows.slide(layer, cx, &image, &groups);
    let (o, f) = (outputs.arg(), fan.arg());
    let ty = quote!(#dl::layers::#name<T, #slide, #o, #f #bias>);
    let params = outputs.times(&fan).plus(&biases).known();
    let output = window::shape(cx, [outputs, rows, columns]);
    let macs = output.len().times(&fan).known();
    let role = Role::Product(Product::Image);
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #checks) })
}

/// The channels of one group. Total: where the groups are wrong, that is said elsewhere.
pub(super) fn per_group(cx: &Context<'_>, channels: &Dim, groups: &Dim) -> Dim {
    match (channels, groups) {
        (channels, Dim::Known(1)) => channels.clone(),
        (Dim::Known(c), Dim::Known(g)) => Dim::Known(c / (*g).max(1)),
        _ if channels.text() == groups.text() => Dim::Known(1),
        _ => {
            let (dl, c, g) = (cx.dl, channels.value(), groups.value());
            Dim::Expr(quote!(#dl::shape::per_group(#c, #g)))
        }
    }
}

/// The number of groups, which divides the channels on both sides.
pub(super) fn groups(
    layer: &BuiltIn,
    cx: &Context<'_>,
    channels: &Dim,
    outputs: &Dim,
    checks: &mut TokenStream,
) -> syn::Result<Dim> {
    let Some(option) = layer.option("Groups") else { return Ok(Dim::Known(1)) };
    let [groups] = window::positive::<1>(option, cx, checks)?;
    match (groups.known(), channels.known(), outputs.known()) {
        (Some(g), Some(c), Some(o)) if c.is_multiple_of(g) && o.is_multiple_of(g) => {}
        (Some(g), Some(c), Some(o)) => {
            let divisors: Vec<_> = (1..=c.min(o))
                .filter(|g| c.is_multiple_of(*g) && o.is_multiple_of(*g))
                .map(|g| g.to_string())
                .collect();
            return Err(syn::Error::new_spanned(
                &option.ty,
                format!(
                    "`{}` has {g} groups, but {c} channels come in and {o} go out\n\
                     help: the number of groups divides both: {}",
                    cx.field,
                    divisors.join(", ")
                ),
            ));
        }
        _ => {
            let (dl, field) = (cx.dl, cx.field);
            let [g, c, o] = [&groups, channels, outputs].map(Dim::value);
            checks.extend(over(quote!(#dl::shape::expect_groups(#field, #g, #c, #o);), &option.ty));
        }
    }
    Ok(groups)
}
