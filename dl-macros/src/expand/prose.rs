//! Makes an expansion readable: full paths become imports of the block they stand in.
//!
//! Items are generated with absolute paths, which nothing in the user's scope can change. Inside the block that holds
//! the implementations field types go by their public names, so few names of the user's are spoken: the network's own,
//! constants, functions. The framework's names can be imported there, but for those that one of them begins with.

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::shape::is_qualified;

/// Names at the root of the framework that are worth importing.
const NAMES: [&str; 21] = [
    "Blank",
    "Descend",
    "Edge",
    "Fit",
    "Fitted",
    "Fold",
    "Layer",
    "Lens",
    "Network",
    "Optimizer",
    "Params",
    "Pass",
    "Real",
    "Rng",
    "SMatrix",
    "Shape",
    "Shaped",
    "Tokens",
    "Vals",
    "ZeroValid",
    "place",
];

/// Modules of the framework that are worth importing.
const MODULES: [&str; 14] = [
    "graph",
    "init",
    "kernels",
    "layer",
    "layers",
    "math",
    "params",
    "pointwise",
    "quant",
    "shape",
    "signal",
    "small",
    "summary",
    "train",
];

/// Words that a path may follow; behind any other it goes on a path that is someone else's.
const BEFORE_PATHS: [&str; 8] = ["as", "dyn", "for", "impl", "in", "let", "mut", "return"];

/// `block` with short names, after the imports it needs.
pub(super) fn with_imports(block: TokenStream, dl: &TokenStream) -> TokenStream {
    let ident = |name: &str| Ident::new(name, Span::call_site());
    let ours = NAMES.iter().chain(&MODULES).map(|name| {
        let last = ident(name);
        (spelled(&quote!(#dl::#last)), (*name).to_owned())
    });
    let option = quote!(::core::option::Option);
    let variants = ["Some", "None"].map(|name| {
        let last = ident(name);
        (spelled(&quote!(#option::#last)), name.to_owned())
    });
    let known: Vec<_> = ours.chain(variants).chain([(spelled(&option), "Option".to_owned())]).collect();
    // A name that stands by itself already is a user's, such as a size `params::HIDDEN`: it keeps its meaning.
    let known: Vec<_> = known.into_iter().filter(|(_, name)| !stands_alone(&block, name)).collect();
    let mut used = Vec::new();
    let block = shorten(block, &known, &mut used);
    used.sort_unstable();
    used.dedup();
    let is_option = |name: &&String| ["Option", "Some", "None"].contains(&name.as_str());
    let mut options: Vec<_> = used
        .iter()
        .filter(is_option)
        .map(|name| if name == "Option" { quote!(self) } else { ident(name.as_str()).to_token_stream() })
        .collect();
    options.sort_by_key(|name| name.to_string() != "self");
    let ours: Vec<_> = used.iter().filter(|name| !is_option(name)).map(|name| ident(name)).collect();
    let options = (!options.is_empty()).then(|| quote!(use ::core::option::Option::{#(#options),*};));
    quote! {
        #options
        use #dl::{#(#ours),*};
        #block
    }
}

/// Whether `name` starts a path in `tokens`.
fn stands_alone(tokens: &TokenStream, name: &str) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(i, token)| match token {
        TokenTree::Ident(ident) => {
            ident == name && !is_qualified(&tokens[..i]) && !is_declared(&tokens[..i], &tokens[i + 1..])
        }
        TokenTree::Group(group) => stands_alone(&group.stream(), name),
        _ => false,
    })
}

/// Whether a name between these tokens is that of a function, after `fn`, or of a field, before one `:`.
fn is_declared(before: &[TokenTree], after: &[TokenTree]) -> bool {
    let is_function = matches!(before, [.., TokenTree::Ident(word)] if word == "fn");
    let is_field = matches!(
        after,
        [TokenTree::Punct(colon), ..] if colon.as_char() == ':' && colon.spacing() == Spacing::Alone
    );
    is_function || is_field
}

/// Tokens as text, one each.
fn spelled(tokens: &TokenStream) -> Vec<String> {
    tokens.clone().into_iter().map(|token| token.to_string()).collect()
}

/// Replaces each known path by its last name, and notes it.
fn shorten(tokens: TokenStream, known: &[(Vec<String>, String)], used: &mut Vec<String>) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = TokenStream::new();
    let mut i = 0;
    while i < tokens.len() {
        let rest = &tokens[i..];
        let is_here = |path: &[String]| {
            rest.len() >= path.len() && path.iter().zip(rest).all(|(name, token)| token.to_string() == *name)
        };
        // Only at the start of a path: `a::dl::Layer` is someone else's.
        let starts = match tokens[..i].last() {
            Some(TokenTree::Ident(before)) => BEFORE_PATHS.iter().any(|word| before == word),
            _ => true,
        };
        if starts && let Some((path, name)) = known.iter().find(|(path, _)| is_here(path)) {
            used.push(name.clone());
            out.extend([rest[path.len() - 1].clone()]);
            i += path.len();
            continue;
        }
        match &tokens[i] {
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), shorten(group.stream(), known, used));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            token => out.extend([token.clone()]),
        }
        i += 1;
    }
    out
}
