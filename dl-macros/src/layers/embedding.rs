//! `Embedding<VOCAB, DIM>`, with `PaddingIdx`, `Sparse`.

use proc_macro2::TokenStream;
use quote::quote;

use super::window::{self, numbers};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape};

const PADDING_IDX: Marker =
    Marker { name: "PaddingIdx", counts: &[1], words: &[], forms: &["PaddingIdx<0>"] };

pub(crate) const SPARSE: Marker = Marker { name: "Sparse", counts: &[0], words: &[], forms: &["Sparse"] };

/// A vocabulary is of tokens: of no more than there are.
pub(super) fn vocabulary(
    cx: &Context<'_>,
    vocab: &Dim,
    at: &TokenStream,
    checks: &mut TokenStream,
) -> syn::Result<()> {
    let (dl, field) = (cx.dl, cx.field);
    match vocab.known() {
        Some(tokens) if tokens <= TOKENS => {}
        Some(tokens) => {
            let message = format!(
                "`{field}` has {tokens} tokens, but a token is a `u16`, of which there are {TOKENS}\n\
                 help: write `{TOKENS}` at most"
            );
            return Err(syn::Error::new_spanned(at, message));
        }
        None => {
            let vocab = vocab.value();
            checks.extend(over(quote!(#dl::shape::expect_vocabulary(#field, #vocab);), at));
        }
    }
    Ok(())
}

/// How many tokens there are: a token is a `u16`.
const TOKENS: usize = 1 << 16;

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Embedding",
    arguments: &[
        Parameter { what: "number of tokens", kind: ParameterKind::Size, required: true },
        Parameter { what: "number of features", kind: ParameterKind::Size, required: true },
    ],
    options: &[PADDING_IDX, SPARSE],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let (vocab, dim) = (size(layer, 0)?, size(layer, 1)?);
    let mut checks = TokenStream::new();
    let steps = match cx.input {
        Shape::Tokens(steps) => steps.clone(),
        input if input.is_unknown() => Dim::Known(1),
        input => {
            let what = match input {
                Shape::Const(_) => "what another layer gives".to_owned(),
                _ => format!("the numbers {}", input.text()),
            };
            return Err(syn::Error::new_spanned(
                &layer.ty,
                format!(
                    "`{field}` looks up tokens, but receives {what}\n\
                     help: tokens are an input of the network, for example `input = [u16; 64]`"
                ),
            ));
        }
    };
    vocabulary(cx, &vocab, &layer.arguments[0].tokens(), &mut checks)?;
    let padding = match layer.option(PADDING_IDX.name) {
        None => TokenStream::new(),
        Some(option) => {
            let [padding] = numbers::<1>(option)?;
            match (padding.known(), vocab.known()) {
                (Some(token), Some(tokens)) if token < tokens => {}
                (Some(token), Some(tokens)) => {
                    return Err(syn::Error::new_spanned(
                        option.arguments[0].tokens(),
                        format!(
                            "`{field}` has {tokens} tokens, of which none is {token}\n\
                             help: the padding is a token from 0 to {}",
                            tokens - 1
                        ),
                    ));
                }
                _ => {
                    let (token, tokens) = (padding.value(), vocab.value());
                    let check = quote!(#dl::shape::expect_token(#field, #token, #tokens););
                    checks.extend(over(check, &option.arguments[0].tokens()));
                }
            }
            let (mention, padding) = (&option.name, padding.arg());
            checks.extend(window::mention_of(cx, &quote!(#mention::<0>)));
            quote!(, #padding)
        }
    };
    let (v, d) = (vocab.arg(), dim.arg());
    let ty = match layer.option(SPARSE.name) {
        Some(option) => {
            checks.extend(window::mention_of(cx, &option.name));
            quote!(#dl::layers::SparseEmbedding<T, #v, #d #padding>)
        }
        None => quote!(#dl::layers::#name<T, #v, #d #padding>),
    };
    let role =
        Role::Layer { needs_x: true, needs_y: false, has_params: true, has_memory: false, keeps_lens: true };
    Ok(Resolved {
        ty,
        output: window::shape(cx, [steps, dim.clone()]),
        role,
        params: vocab.times(&dim).known(),
        macs: Some(0),
        checks,
    })
}
