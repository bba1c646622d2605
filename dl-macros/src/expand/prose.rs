//! Makes an expansion readable: full paths become imports of the block they stand in.
//!
//! Items are generated with absolute paths, which nothing in the user's scope can change. Inside the block that holds
//! the implementations no name of the user's is spoken but the network's own (field types go by their public names),
//! so the framework's names can be imported there, unless the network is called like one of them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// Names at the root of the framework that are worth importing.
const NAMES: [&str; 18] = [
    "Blank",
    "Edge",
    "Fit",
    "Fitted",
    "Layer",
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
const MODULES: [&str; 4] = ["init", "params", "pointwise", "signal"];

/// `block` with short names, after the imports it needs.
pub(super) fn with_imports(block: TokenStream, dl: &TokenStream, net: &Ident) -> TokenStream {
    let paths = |names: &[&str]| -> Vec<(Vec<String>, String)> {
        names
            .iter()
            .filter(|name| net != **name)
            .map(|name| {
                let name_token = Ident::new(name, proc_macro2::Span::call_site());
                (spelled(&quote!(#dl::#name_token)), (*name).to_owned())
            })
            .collect()
    };
    let mut known = paths(&NAMES);
    known.extend(paths(&MODULES));
    let option = |variant: &str| {
        let variant = Ident::new(variant, proc_macro2::Span::call_site());
        spelled(&quote!(::core::option::Option::#variant))
    };
    for variant in ["Some", "None"] {
        if net != variant {
            known.push((option(variant), variant.to_owned()));
        }
    }
    if net != "Option" {
        known.push((spelled(&quote!(::core::option::Option)), "Option".to_owned()));
    }
    let mut used = Vec::new();
    let block = shorten(block, &known, &mut used);
    used.sort_unstable();
    used.dedup();
    let is_option = |name: &&String| ["Option", "Some", "None"].contains(&name.as_str());
    let ident = |name: &String| Ident::new(name, proc_macro2::Span::call_site());
    let options: Vec<_> = used
        .iter()
        .filter(is_option)
        .map(|name| if name == "Option" { quote!(self) } else { ident(name).to_token_stream() })
        .collect();
    let ours: Vec<_> = used.iter().filter(|name| !is_option(name)).map(ident).collect();
    let options = (!options.is_empty()).then(|| quote!(use ::core::option::Option::{#(#options),*};));
    quote! {
        #options
        use #dl::{#(#ours),*};
        #block
    }
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
        let starts = !matches!(tokens[..i].last(), Some(TokenTree::Ident(before)) if before != "as" && before != "mut" && before != "for" && before != "impl" && before != "dyn" && before != "in");
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
