//! `Conv1d<OUT, K>`, with `Pad`, `Stride`, `Dilation`, `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::conv2d::bias;
use super::window::{self, DILATION_STEPS, PAD_STEPS, STRIDE_STEPS, Windows};
use super::{
    Context, Definition, NO_BIAS, Parameter, ParameterKind, Product, Resolved, Role, numbers_only, size,
};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Conv1d",
    arguments: &[
        Parameter { what: "number of output features", kind: ParameterKind::Size, required: true },
        Parameter { what: "steps of the window", kind: ParameterKind::Kernel, required: true },
    ],
    options: &[PAD_STEPS, STRIDE_STEPS, DILATION_STEPS, NO_BIAS],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let outputs = size(layer, 0)?;
    let mut checks = TokenStream::new();
    let [steps, features] = window::steps(layer, cx, &mut checks)?;
    let mut windows = Windows::<1>::read(layer, cx, 1, false)?;
    let [len] = windows.over(layer, cx, [&steps])?;
    checks.extend(windows.checks.clone());
    let fan = features.times(&windows.kernel[0]);
    let (bias, mention) = bias(layer, cx);
    let slide = windows.slide(layer, cx, &steps, &features);
    let (o, f) = (outputs.arg(), fan.arg());
    let ty = quote!(#dl::layers::#name<T, #slide, #o, #f #bias>);
    let biases = if bias.is_empty() { outputs.known() } else { Some(0) };
    let params = outputs.times(&fan).known().zip(biases).map(|(w, b)| w.saturating_add(b));
    let output = window::shape(cx, [len, outputs]);
    let macs = output.len().times(&fan).known();
    let role = Role::Product(Product::Steps);
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #checks) })
}
