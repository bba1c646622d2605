//! `Conv1d<OUT, K>`, with `Pad`, `Stride`, `Dilation`, `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::window::{self, DILATION_STEPS, PAD_CONV_STEPS, STRIDE_STEPS, Windows};
use super::{Context, Definition, Parameter, ParameterKind, Product, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Conv1d",
    arguments: &[
        Parameter { what: "number of output features", kind: ParameterKind::Size, required: true },
        Parameter { what: "steps of the window", kind: ParameterKind::Kernel, required: true },
    ],
    options: &[PAD_CONV_STEPS, STRIDE_STEPS, DILATION_STEPS, NO_BIAS],
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
    let Bias { len: biases, argument: bias, mention } = bias(layer, cx, &outputs);
    let slide = windows.slide(layer, cx, &steps, &features);
    let (o, f) = (outputs.arg(), fan.arg());
    let ty = quote!(#dl::layers::#name<T, #slide, #o, #f #bias>);
    let params = outputs.times(&fan).plus(&biases).known();
    let output = window::shape(cx, [len, outputs]);
    let macs = output.len().times(&fan).known();
    let role = Role::Product(Product::Steps);
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #checks) })
}
