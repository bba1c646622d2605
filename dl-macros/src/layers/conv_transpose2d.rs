//! `ConvTranspose2d<OUT, K>`, with `Pad`, `Stride`, `Dilation`, `Groups`, `OutputPad`, `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{NO_BIAS, bias};
use super::conv2d::{KERNEL, OUTPUTS, groups, per_group};
use super::window::{self, DILATION, GROUPS, Windows, mention_of};
use super::{Context, Definition, Marker, Product, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::Dim;

/// `Same` is of windows that shrink an image.
const PAD: Marker = Marker { name: "Pad", counts: &[1, 2, 4], words: &[], forms: window::IMAGE_SIDES };
const OUTPUT_PAD: Marker = Marker {
    name: "OutputPad",
    counts: &[1, 2],
    words: &[],
    forms: &["OutputPad<1>", "OutputPad<height, width>"],
};

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "ConvTranspose2d",
    arguments: &[OUTPUTS, KERNEL],
    options: &[PAD, window::STRIDE, DILATION, GROUPS, OUTPUT_PAD, NO_BIAS],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let outputs = size(layer, 0)?;
    let mut checks = TokenStream::new();
    let image = window::image(layer, cx, &mut checks)?;
    let groups = groups(layer, cx, &image[0], &outputs, &mut checks)?;
    let windows = Windows::<2>::read(layer, cx, 1, false)?;
    checks.extend(windows.checks.clone());
    let (extra, mention) = output_pad(layer, cx, &windows, &mut checks)?;

    let mut sizes = Vec::new();
    for i in 0..2 {
        sizes.push(unfolded(layer, cx, &image[i + 1], &windows, i, &extra[i], &mut checks)?);
    }
    let [inputs, ..] = &image;
    let fan = per_group(cx, &outputs, &groups).times(&windows.kernel[0]).times(&windows.kernel[1]);
    let bias = bias(layer, cx, &outputs);
    // the sizes of the convolution from what comes out to what comes in
    let large = [outputs, sizes[0].clone(), sizes[1].clone()];
    let slide = windows.slide(layer, cx, &large, &groups);
    let (i, f, b) = (inputs.arg(), fan.arg(), bias.len.arg());
    let ty = quote!(#dl::layers::#name<T, #slide, #i, #f, #b>);
    let params = inputs.times(&fan).plus(&bias.len).known();
    let macs = cx.input.len().times(&fan).known();
    let output = window::shape(cx, large);
    let role = Role::Product(Product::Image);
    let mention_bias = bias.mention;
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #mention_bias #checks) })
}

/// What `OutputPad` says, which is less than the stride.
fn output_pad(
    layer: &BuiltIn,
    cx: &Context<'_>,
    windows: &Windows<2>,
    checks: &mut TokenStream,
) -> syn::Result<([Dim; 2], Option<TokenStream>)> {
    let Some(option) = layer.option("OutputPad") else { return Ok(([Dim::Known(0), Dim::Known(0)], None)) };
    let extra: [Dim; 2] = window::numbers(option)?;
    for (extra, stride) in extra.iter().zip(&windows.stride) {
        match (extra.known(), stride.known()) {
            (Some(e), Some(s)) if e < s => {}
            (Some(e), Some(s)) => {
                return Err(syn::Error::new_spanned(
                    &option.ty,
                    format!(
                        "`{}`: the output pad {e} is not below the stride {s}\n\
                         help: at most `OutputPad<{}>`, or a larger stride",
                        cx.field,
                        s - 1
                    ),
                ));
            }
            _ => {
                let (dl, field, e, s) = (cx.dl, cx.field, extra.value(), stride.value());
                checks.extend(over(quote!(#dl::shape::expect_output_pad(#field, #e, #s);), &option.ty));
            }
        }
    }
    let name = &option.name;
    Ok((extra, Some(mention_of(cx, &quote!(#name::<0>)))))
}

/// The size that comes out, along dimension `i` of the image.
fn unfolded(
    layer: &BuiltIn,
    cx: &Context<'_>,
    n: &Dim,
    windows: &Windows<2>,
    i: usize,
    extra: &Dim,
    checks: &mut TokenStream,
) -> syn::Result<Dim> {
    let (k, s, d) = (&windows.kernel[i], &windows.stride[i], &windows.dilation[i]);
    let [before, after] = &windows.pad[i];
    let all = [n, before, after, k, s, d, extra];
    let known: Option<Vec<usize>> = all.iter().map(|dim| dim.known()).collect();
    let Some(known) = known else {
        let (dl, field) = (cx.dl, cx.field);
        let [n, before, after, k, s, d, extra] = all.map(Dim::value);
        let sizes = quote!(#n, [#before, #after], #k, #s, #d, #extra);
        checks.extend(over(quote!(#dl::shape::expect_unfolded(#field, #sizes);), &layer.ty));
        return Ok(Dim::Expr(quote!(#dl::shape::unfolded(#sizes))));
    };
    let [n, before, after, k, s, d, extra] = known[..] else { return Ok(Dim::Known(1)) };
    let all = (n - 1).saturating_mul(s).saturating_add(window::span(k, d)).saturating_add(extra);
    match all.checked_sub(before.saturating_add(after)) {
        Some(left) if left > 0 => Ok(Dim::Known(left)),
        _ => Err(syn::Error::new_spanned(
            &layer.ty,
            format!(
                "`{}`: the padding {before} + {after} leaves nothing of {all}, what its input {} becomes\n\
                 help: make the padding smaller",
                cx.field,
                cx.input.text()
            ),
        )),
    }
}
