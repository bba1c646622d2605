//! `Rnn<HIDDEN>`, `Lstm<HIDDEN>`, `Gru<HIDDEN>`, with `Last`, `Bidirectional`, `NoBias`; `Rnn<HIDDEN, Relu>`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::window::{self, mention_of};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::shape::Dim;

const HIDDEN: &[Parameter] =
    &[Parameter { what: "number of states", kind: ParameterKind::Size, required: true }];

const LAST: Marker = Marker { name: "Last", counts: &[0], words: &[], forms: &["Last"] };
pub(super) const BIDIRECTIONAL: Marker =
    Marker { name: "Bidirectional", counts: &[0], words: &[], forms: &["Bidirectional"] };
const RELU: Marker = Marker { name: "Relu", counts: &[0], words: &[], forms: &["Relu"] };

pub(super) const LAYERS: &[Definition] = &[
    Definition { name: "Rnn", arguments: HIDDEN, options: &[LAST, BIDIRECTIONAL, NO_BIAS, RELU], rule },
    Definition { name: "Lstm", arguments: HIDDEN, options: &[LAST, BIDIRECTIONAL, NO_BIAS], rule },
    Definition { name: "Gru", arguments: HIDDEN, options: &[LAST, BIDIRECTIONAL, NO_BIAS], rule },
];

/// How many sums a step makes for each state.
fn gates(name: &str) -> usize {
    match name {
        "Lstm" => 4,
        "Gru" => 3,
        _ => 1,
    }
}

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "a sequence has two dimensions, for example `input = [50, 6]`",
    };
    let [steps, features] = window::dims(layer, cx, "a sequence [steps, features]", hint, &mut checks)?;
    let hidden = size(layer, 0)?;
    let sums = Dim::Known(gates(layer.definition.name)).times(&hidden);
    let Bias { len: biases, mention, .. } = bias(layer, cx, &sums);
    let (last, both) = (layer.option(LAST.name), layer.option(BIDIRECTIONAL.name));
    for option in [last, both].into_iter().flatten() {
        checks.extend(mention_of(cx, &option.name));
    }
    let rectifier = layer.option(RELU.name).map(|relu| {
        let relu = &relu.name;
        checks.extend(quote!(let _ = #dl::layers::#relu;));
        quote!(, true)
    });
    // the states of all steps are the output, or have memory of their own
    let kept = if last.is_some() || both.is_some() { steps.clone() } else { Dim::Known(0) };
    let g = (gates(layer.definition.name) > 1).then(|| sums.arg()).map(|g| quote!(, #g));
    let [i, h, s, k, b] = [&features, &hidden, &steps, &kept, &biases].map(Dim::arg);
    let one = quote!(#dl::layers::#name<T, #i, #h #g, #s, #k, #b #rectifier>);
    let is_last = last.is_some();
    let (ty, directions) = match both {
        Some(_) => (quote!(#dl::layers::Bidirectional<#one, #is_last>), Dim::Known(2)),
        None => (one, Dim::Known(1)),
    };
    let outputs = directions.times(&hidden);
    let output =
        if is_last { window::shape(cx, [outputs]) } else { window::shape(cx, [steps.clone(), outputs]) };
    let weights = sums.times(&features.plus(&hidden));
    let params = directions.times(&weights.plus(&biases).plus(&biases)).known();
    let macs = directions.times(&steps).times(&weights).known();
    let role = Role::Layer {
        needs_x: true,
        needs_y: kept.known() == Some(0),
        has_params: true,
        has_memory: true,
        keeps_lens: !is_last,
    };
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #checks) })
}
