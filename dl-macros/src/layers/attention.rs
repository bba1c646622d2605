//! `SelfAttention<HEADS>`, with `Causal`, `NoBias`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{NO_BIAS, bias};
use super::window::{self, mention_of};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::Dim;

const HEADS: &[Parameter] =
    &[Parameter { what: "number of heads", kind: ParameterKind::Size, required: true }];

const CAUSAL: Marker = Marker { name: "Causal", counts: &[0], words: &[], forms: &["Causal"] };

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "SelfAttention",
    arguments: HEADS,
    options: &[CAUSAL, NO_BIAS],
    rule: self_attention,
}];

/// The dimensions of a sequence whose steps look at steps.
fn sequence(layer: &BuiltIn, cx: &Context<'_>, checks: &mut TokenStream) -> syn::Result<[Dim; 2]> {
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "a sequence has two dimensions, for example `input = [64, 96]`",
    };
    window::dims(layer, cx, "a sequence [steps, features]", hint, checks)
}

/// The number of heads, which divides the features.
fn heads(layer: &BuiltIn, cx: &Context<'_>, features: &Dim, checks: &mut TokenStream) -> syn::Result<Dim> {
    let heads = size(layer, 0)?;
    let at = layer.arguments[0].tokens();
    match (heads.known(), features.known()) {
        (Some(n), Some(features)) if features.is_multiple_of(n) => {}
        (Some(n), Some(features)) => {
            let divides = |n: &usize| features.is_multiple_of(*n);
            let below = (1..n.min(features)).rev().find(divides);
            let near: Vec<_> = below.into_iter().chain((n + 1..=features).find(divides)).collect();
            let near: Vec<_> = near.iter().map(|n| format!("`{n}`")).collect();
            let message = format!(
                "`{}` has {n} heads, but receives {} with {features} features\n\
                 help: the heads must divide the features: write {}",
                cx.field,
                cx.input.text(),
                near.join(" or ")
            );
            return Err(syn::Error::new_spanned(at, message));
        }
        _ => {
            let (dl, field, heads, input) = (cx.dl, cx.field, heads.value(), cx.input.value(cx.dl));
            checks.extend(over(quote!(#dl::shape::expect_heads(#field, #heads, #input);), &at));
        }
    }
    Ok(heads)
}

fn self_attention(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let [steps, features] = sequence(layer, cx, &mut checks)?;
    let heads = heads(layer, cx, &features, &mut checks)?;
    let causal = layer.option(CAUSAL.name);
    if let Some(option) = causal {
        checks.extend(mention_of(cx, &option.name));
    }
    let rows = Dim::Known(3).times(&features);
    let (of_rows, of_outputs) = (bias(layer, cx, &rows), bias(layer, cx, &features));
    checks.extend(of_rows.mention);
    let pairs = match (steps.known(), causal) {
        (Some(n), Some(_)) => Some(n.saturating_mul(n.saturating_add(1)) / 2),
        (n, _) => n.map(|n| n.saturating_mul(n)),
    };
    let weights = Dim::Known(4).times(&features).times(&features);
    let of_pairs = Dim::Known(2).times(&features).known().zip(pairs).map(|(a, b)| a.saturating_mul(b));
    let macs = steps.times(&weights).known().zip(of_pairs).map(|(a, b)| a.saturating_add(b));
    let is_causal = causal.is_some();
    let [d, d3, s, h, biases, bias] =
        [&features, &rows, &steps, &heads, &of_rows.len, &of_outputs.len].map(Dim::arg);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #d, #d3, #s, #h, #is_causal, #biases, #bias>),
        output: window::shape(cx, [steps, features]),
        role: Role::Layer {
            needs_x: true,
            needs_y: false,
            has_params: true,
            has_memory: true,
            keeps_lens: true,
        },
        params: weights.plus(&of_rows.len).plus(&of_outputs.len).known(),
        macs,
        checks,
    })
}
