//! `SelfAttention<HEADS>`, with `Causal`, `Rotary`, `NoBias`; `CrossAttention<HEADS>`, with `NoBias`; `Attend`, with
//! `Additive<UNITS>`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::window::{self, mention_of};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape};

const HEADS: &[Parameter] =
    &[Parameter { what: "number of heads", kind: ParameterKind::Size, required: true }];

const CAUSAL: Marker = Marker { name: "Causal", counts: &[0], words: &[], forms: &["Causal"] };

const ROTARY: Marker = Marker { name: "Rotary", counts: &[0], words: &[], forms: &["Rotary"] };
const ADDITIVE: Marker = Marker { name: "Additive", counts: &[1], words: &[], forms: &["Additive<64>"] };

pub(super) const LAYERS: &[Definition] = &[
    Definition {
        name: "SelfAttention",
        arguments: HEADS,
        options: &[CAUSAL, ROTARY, NO_BIAS],
        rule: self_attention,
    },
    Definition { name: "CrossAttention", arguments: HEADS, options: &[NO_BIAS], rule: cross_attention },
    Definition { name: "Attend", arguments: &[], options: &[ADDITIVE], rule: attend },
];

/// Both inputs are read again, and weights are kept.
const fn role(has_params: bool) -> Role {
    Role::Layer { needs_x: true, needs_y: false, has_params, has_memory: true, keeps_lens: true }
}

/// The dimensions of a sequence whose steps look at steps.
fn sequence(layer: &BuiltIn, cx: &Context<'_>, checks: &mut TokenStream) -> syn::Result<[Dim; 2]> {
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "a sequence has two dimensions, for example `input = [64, 96]`",
    };
    window::dims(layer, cx, "a sequence [steps, features]", hint, checks)
}

/// The numbers of heads next to `heads` that would do, for messages.
fn near(heads: usize, features: usize, fits: impl Fn(usize) -> bool) -> String {
    let (below, above) =
        ((1..heads.min(features)).rev().find(|n| fits(*n)), (heads + 1..=features).find(|n| fits(*n)));
    let near: Vec<_> = below.into_iter().chain(above).map(|n| format!("`{n}`")).collect();
    near.join(" or ")
}

/// The number of heads, which divides the features.
fn heads(layer: &BuiltIn, cx: &Context<'_>, features: &Dim, checks: &mut TokenStream) -> syn::Result<Dim> {
    let heads = size(layer, 0)?;
    let at = layer.arguments[0].tokens();
    match (heads.known(), features.known()) {
        (Some(n), Some(features)) if features.is_multiple_of(n) => {}
        (Some(n), Some(features)) => {
            let message = format!(
                "`{}` has {n} heads, but receives {} with {features} features\n\
                 help: the heads must divide the features: write {}",
                cx.field,
                cx.input.text(),
                near(n, features, |n| features.is_multiple_of(n))
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

/// Whether queries and keys turn: pairs of a head's numbers.
fn rotary(
    layer: &BuiltIn,
    cx: &Context<'_>,
    [heads, features]: [&Dim; 2],
    checks: &mut TokenStream,
) -> syn::Result<bool> {
    let Some(option) = layer.option(ROTARY.name) else { return Ok(false) };
    checks.extend(mention_of(cx, &option.name));
    match (heads.known(), features.known()) {
        (Some(heads), Some(features)) if (features / heads).is_multiple_of(2) => {}
        (Some(heads), Some(features)) => {
            let message = format!(
                "`{}` turns pairs of numbers, but each of its {heads} heads has {} of the {features} features\n\
                 help: each head needs an even number of features{}",
                cx.field,
                features / heads,
                match near(heads, features, |n| features.is_multiple_of(2 * n)) {
                    near if near.is_empty() => near,
                    near => format!(": write {near} heads"),
                }
            );
            return Err(syn::Error::new_spanned(&option.ty, message));
        }
        _ => {
            let (dl, field, heads, input) = (cx.dl, cx.field, heads.value(), cx.input.value(cx.dl));
            checks.extend(over(quote!(#dl::shape::expect_pairs(#field, #heads, #input);), &option.ty));
        }
    }
    Ok(true)
}

fn self_attention(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let [steps, features] = sequence(layer, cx, &mut checks)?;
    let heads = heads(layer, cx, &features, &mut checks)?;
    let rotary = rotary(layer, cx, [&heads, &features], &mut checks)?;
    let causal = layer.option(CAUSAL.name);
    if let Some(option) = causal {
        checks.extend(mention_of(cx, &option.name));
    }
    let rows = Dim::Known(3).times(&features);
    let Bias { len: biases, mention, .. } = bias(layer, cx, &rows);
    let Bias { len: out_bias, .. } = bias(layer, cx, &features);
    let pairs = match (steps.known(), causal) {
        (Some(n), Some(_)) => Some(n.saturating_mul(n.saturating_add(1)) / 2),
        (n, _) => n.map(|n| n.saturating_mul(n)),
    };
    let weights = Dim::Known(4).times(&features).times(&features);
    let of_pairs = Dim::Known(2).times(&features).known().zip(pairs).map(|(a, b)| a.saturating_mul(b));
    let macs = steps.times(&weights).known().zip(of_pairs).map(|(a, b)| a.saturating_add(b));
    let is_causal = causal.is_some();
    let [d, d3, s, h, b3, b] = [&features, &rows, &steps, &heads, &biases, &out_bias].map(Dim::arg);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #d, #d3, #s, #h, #is_causal, #rotary, #b3, #b>),
        output: window::shape(cx, [steps, features]),
        role: role(true),
        params: weights.plus(&biases).plus(&out_bias).known(),
        macs,
        checks: quote!(#mention #checks),
    })
}

/// The dimensions of both inputs of a layer that looks from one at the other, and the second one's shape.
fn two_sequences<'c>(
    layer: &BuiltIn,
    cx: &Context<'c>,
    checks: &mut TokenStream,
) -> syn::Result<([[Dim; 2]; 2], &'c Shape)> {
    let Some(memory) = cx.second else {
        return Err(syn::Error::new_spanned(&layer.ty, one_sequence(cx.field)));
    };
    let of_memory = Context { input: memory, ..*cx };
    for cx in [cx, &of_memory] {
        numbers_only(layer, cx)?;
    }
    Ok(([sequence(layer, cx, checks)?, sequence(layer, &of_memory, checks)?], memory))
}

/// What to say where a layer that looks from one sequence at another gets only one.
pub(crate) fn one_sequence(field: &str) -> String {
    format!(
        "`{field}` looks from one sequence at another, but is given one value\n\
         help: give it both, by `#[forward(|x, memory| {field}(x, memory))]`"
    )
}

fn cross_attention(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let ([[steps, features], [others, seen]], _) = two_sequences(layer, cx, &mut checks)?;
    let heads = heads(layer, cx, &features, &mut checks)?;
    let rows = Dim::Known(3).times(&features);
    let Bias { len: biases, mention, .. } = bias(layer, cx, &rows);
    let Bias { len: out_bias, .. } = bias(layer, cx, &features);
    // PyTorch has one matrix where both have the same features
    let (joint, apart) = match (features.known(), seen.known()) {
        (Some(a), Some(b)) if a == b => (rows, Dim::Known(0)),
        (Some(_), Some(_)) => (Dim::Known(0), features.clone()),
        _ => {
            let [a, b] = [&features, &seen].map(Dim::value);
            (
                Dim::Expr(quote!(#dl::shape::joint_rows(#a, #b))),
                Dim::Expr(quote!(#dl::shape::rows_apart(#a, #b))),
            )
        }
    };
    let weights = Dim::Known(2).times(&features).times(&features.plus(&seen));
    let of_steps = Dim::Known(2).times(&steps).times(&features).times(&features);
    let of_others = Dim::Known(2).times(&others).times(&features).times(&seen);
    let of_pairs = Dim::Known(2).times(&steps).times(&others).times(&features);
    let [d, e, s, m, h] = [&features, &seen, &steps, &others, &heads].map(Dim::arg);
    let [joint, apart, b3, b] = [&joint, &apart, &biases, &out_bias].map(Dim::arg);
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #d, #e, #s, #m, #h, #joint, #apart, #b3, #b>),
        output: window::shape(cx, [steps, features]),
        role: role(true),
        params: weights.plus(&biases).plus(&out_bias).known(),
        macs: of_steps.plus(&of_others).plus(&of_pairs).known(),
        checks: quote!(#mention #checks),
    })
}

fn attend(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let ([[steps, features], [others, seen]], memory) = two_sequences(layer, cx, &mut checks)?;
    let pairs = steps.times(&others);
    let [d, e, s, m] = [&features, &seen, &steps, &others].map(Dim::arg);
    let output = window::shape(cx, [steps.clone(), seen.clone()]);
    if let Some(option) = layer.option(ADDITIVE.name) {
        let mention = &option.name;
        checks.extend(mention_of(cx, &quote!(#mention::<1>)));
        let [units] = window::positive::<1>(option, cx, &mut checks)?;
        let of_rows = steps.times(&features).plus(&others.times(&seen)).plus(&pairs);
        let u = units.arg();
        return Ok(Resolved {
            ty: quote!(#dl::layers::AdditiveAttention<T, #d, #e, #u, #s, #m>),
            output,
            role: role(true),
            params: units.times(&features.plus(&seen).plus(&Dim::Known(1))).known(),
            macs: units.times(&of_rows).plus(&pairs.times(&seen)).known(),
            checks,
        });
    }
    match (features.known(), seen.known()) {
        (Some(a), Some(b)) if a == b => {}
        (Some(a), Some(b)) => {
            let message = format!(
                "`{}` multiplies steps of {} and {}, but these have {a} and {b} features\n\
                 help: `Attend<Additive<{b}>>` compares different ones",
                cx.field,
                cx.input.text(),
                memory.text()
            );
            return Err(syn::Error::new_spanned(&layer.ty, message));
        }
        _ => {
            let (field, a, b) = (cx.field, cx.input.value(dl), memory.value(dl));
            checks.extend(over(quote!(#dl::shape::expect_same_features(#field, #a, #b);), &layer.ty));
        }
    }
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#d, #s, #m>),
        output,
        role: role(false),
        params: Some(0),
        macs: Dim::Known(2).times(&pairs).times(&features).known(),
        checks,
    })
}
