//! `Rnn<HIDDEN>`, `Lstm<HIDDEN>`, `Gru<HIDDEN>`, with `Last`, `Bidirectional`, `NoBias`, `OneHot`; `Rnn<HIDDEN, Relu>`.

use proc_macro2::TokenStream;
use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::embedding::vocabulary;
use super::window::{self, mention_of};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, size};
use crate::ast::{BuiltIn, Chosen};
use crate::check::over;
use crate::shape::{Dim, Shape};

const HIDDEN: &[Parameter] =
    &[Parameter { what: "number of states", kind: ParameterKind::Size, required: true }];

const LAST: Marker = Marker { name: "Last", counts: &[0], words: &[], forms: &["Last"] };
pub(super) const BIDIRECTIONAL: Marker =
    Marker { name: "Bidirectional", counts: &[0], words: &[], forms: &["Bidirectional"] };
const ONE_HOT: Marker = Marker { name: "OneHot", counts: &[1], words: &[], forms: &["OneHot<65>"] };
const RELU: Marker = Marker { name: "Relu", counts: &[0], words: &[], forms: &["Relu"] };

pub(super) const LAYERS: &[Definition] = &[
    Definition {
        name: "Rnn",
        arguments: HIDDEN,
        options: &[LAST, BIDIRECTIONAL, NO_BIAS, ONE_HOT, RELU],
        rule,
    },
    Definition { name: "Lstm", arguments: HIDDEN, options: &[LAST, BIDIRECTIONAL, NO_BIAS, ONE_HOT], rule },
    Definition { name: "Gru", arguments: HIDDEN, options: &[LAST, BIDIRECTIONAL, NO_BIAS, ONE_HOT], rule },
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
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let one_hot = layer.option(ONE_HOT.name);
    let [steps, features] = match one_hot {
        Some(one_hot) => tokens(one_hot, layer, cx, &mut checks)?,
        None => sequence(layer, cx, &mut checks)?,
    };
    let hidden = size(layer, 0)?;
    if let Some(state) = cx.second {
        start(layer, cx, &hidden, state, &mut checks)?;
    }
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
        _ if one_hot.is_some() => (quote!(#dl::layers::OverTokens<#one>), Dim::Known(1)),
        Some(_) => (quote!(#dl::layers::Bidirectional<#one, #is_last>), Dim::Known(2)),
        None if cx.second.is_some() => (quote!(#dl::layers::FromState<#one>), Dim::Known(1)),
        None => (one, Dim::Known(1)),
    };
    let outputs = directions.times(&hidden);
    let output =
        if is_last { window::shape(cx, [outputs]) } else { window::shape(cx, [steps.clone(), outputs]) };
    let weights = sums.times(&features.plus(&hidden));
    let params = directions.times(&weights.plus(&biases).plus(&biases)).known();
    let products = if one_hot.is_some() { sums.times(&hidden) } else { weights };
    let macs = directions.times(&steps).times(&products).known();
    let role = Role::Layer {
        needs_x: true,
        needs_y: kept.known() == Some(0),
        has_params: true,
        has_memory: true,
        keeps_lens: !is_last,
    };
    Ok(Resolved { ty, output, role, params, macs, checks: quote!(#mention #checks) })
}

/// Holds a layer to the state that it starts from.
fn start(
    layer: &BuiltIn,
    cx: &Context<'_>,
    hidden: &Dim,
    state: &Shape,
    checks: &mut TokenStream,
) -> syn::Result<()> {
    let (dl, field) = (cx.dl, cx.field);
    for option in [BIDIRECTIONAL.name, ONE_HOT.name] {
        if let Some(option) = layer.option(option) {
            let (name, remedy) = match option.name == ONE_HOT.name {
                true => ("one-hot vectors", "put an `Embedding` before it in place of `OneHot`"),
                false => ("both directions", "remove `Bidirectional`, or call it with one value"),
            };
            let message = format!("`{field}` cannot start from a given state in {name}\nhelp: {remedy}");
            return Err(syn::Error::new_spanned(&option.ty, message));
        }
    }
    let refused = |message: String| Err(syn::Error::new_spanned(&layer.ty, message));
    if state.is_tokens() {
        return refused(format!(
            "`{field}` starts from a state of numbers, but is given the tokens {}\n\
             help: put an `Embedding` before it",
            state.text()
        ));
    }
    if let (Some(hidden), Shape::Dims(dims)) = (hidden.known(), state)
        && state.is_known()
    {
        return match dims.as_slice() {
            [one] if one.known() == Some(hidden) => Ok(()),
            dims => refused(format!(
                "`{field}` starts from a state [{hidden}], but is given {}\nhelp: {}",
                state.text(),
                match dims.len() {
                    2 => "`last(..)` takes the last step of a sequence".to_owned(),
                    _ => format!("`Dense<{hidden}>` makes a state of features"),
                }
            )),
        };
    }
    let (hidden, state) = (hidden.value(), state.value(dl));
    checks.extend(over(quote!(#dl::shape::expect_state(#field, #hidden, #state);), &layer.ty));
    Ok(())
}

/// What to say where a layer that has two states is given one.
pub(crate) fn two_states(field: &str) -> String {
    format!(
        "`{field}` has two states, `h` and `c`, and starts both from zeros, but is given a state\n\
         help: call it with one value; a `Gru` or an `Rnn` starts from a given state"
    )
}

/// Steps and features of what comes in.
fn sequence(layer: &BuiltIn, cx: &Context<'_>, checks: &mut TokenStream) -> syn::Result<[Dim; 2]> {
    if cx.input.is_tokens() {
        return Err(syn::Error::new_spanned(
            &layer.ty,
            format!(
                "`{}` computes with numbers, but receives the tokens {}\n\
                 help: put an `Embedding` before it, or write `{}<.., OneHot<vocabulary>>`",
                cx.field,
                cx.input.text(),
                layer.definition.name
            ),
        ));
    }
    let hint = |rank: usize| match rank {
        3 => "`Reshape<steps, features>` makes a sequence of an image",
        _ => "a sequence has two dimensions, for example `input = [50, 6]`",
    };
    window::dims(layer, cx, "a sequence [steps, features]", hint, checks)
}

/// Steps and vocabulary of the tokens that come in.
fn tokens(
    one_hot: &Chosen,
    layer: &BuiltIn,
    cx: &Context<'_>,
    checks: &mut TokenStream,
) -> syn::Result<[Dim; 2]> {
    if let Some(both) = layer.option(BIDIRECTIONAL.name) {
        let message = format!(
            "`{}` reads one-hot vectors in one direction only\n\
             help: put an `Embedding` before it in place of `OneHot`",
            cx.field
        );
        return Err(syn::Error::new_spanned(&both.ty, message));
    }
    let [vocab] = window::numbers::<1>(one_hot)?;
    vocabulary(cx, &vocab, &one_hot.arguments[0].tokens(), checks)?;
    let mention = &one_hot.name;
    checks.extend(mention_of(cx, &quote!(#mention::<1>)));
    let steps = match cx.input {
        Shape::Tokens(steps) => steps.clone(),
        input if input.is_unknown() => Dim::Known(1),
        input => {
            let message = format!(
                "`{}` reads tokens as one-hot vectors, but receives {}\n\
                 help: remove `{}`, or write `input = [u16; steps]`",
                cx.field,
                match input {
                    Shape::Const(_) => "what another layer gives".to_owned(),
                    _ => format!("the numbers {}", input.text()),
                },
                crate::shape::tidy(&one_hot.ty)
            );
            return Err(syn::Error::new_spanned(&one_hot.ty, message));
        }
    };
    Ok([steps, vocab])
}
