//! What `#[forward(..)]` says: a closure, whose parameters name the inputs.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Expr, Pat, ReturnType};

use crate::report::Report;
use crate::shape::tidy;

/// How the fields are connected.
#[derive(Clone)]
pub(crate) enum Forward {
    /// In their order.
    Chain,
    /// As a closure says.
    Graph(Box<Closure>),
    /// By something that is no such closure; that is reported.
    Broken,
}

#[derive(Clone)]
pub(crate) struct Closure {
    pub(crate) inputs: Vec<Ident>,
    pub(crate) body: Expr,
}

const EXAMPLE: &str = "help: for example `#[forward(|x| fc2(relu(fc1(x))))]`";

/// Takes `#[forward(..)]` out of the attributes of a struct.
pub(crate) fn take(attrs: &mut Vec<Attribute>, report: &mut Report) -> Forward {
    let is_forward = |attr: &Attribute| attr.path().segments.last().is_some_and(|s| s.ident == "forward");
    let (found, others) = std::mem::take(attrs).into_iter().partition::<Vec<_>, _>(is_forward);
    *attrs = others;
    if let Some(second) = found.get(1) {
        report.error(second, "`#[forward(..)]` is said twice\nhelp: keep one of them");
        return Forward::Broken;
    }
    match found.first() {
        None => Forward::Chain,
        Some(attr) => {
            report.take(parse(attr)).map_or(Forward::Broken, |closure| Forward::Graph(Box::new(closure)))
        }
    }
}

fn parse(attr: &Attribute) -> syn::Result<Closure> {
    let error = |at: &dyn ToTokens, message: String| Err(syn::Error::new_spanned(at, message));
    let no_closure =
        format!("`#[forward(..)]` takes a closure that says how the fields are connected\n{EXAMPLE}");
    if attr.meta.require_list().is_err() {
        return error(attr, no_closure);
    }
    let closure = match attr.parse_args::<Expr>() {
        Ok(Expr::Closure(closure)) => closure,
        Ok(other) => return error(&other, no_closure),
        Err(wrong) => return Err(syn::Error::new(wrong.span(), format!("{wrong}\n{EXAMPLE}"))),
    };
    let words = [
        closure.constness.to_token_stream(),
        closure.asyncness.to_token_stream(),
        closure.capture.to_token_stream(),
    ];
    if let Some(word) = words.into_iter().flatten().next() {
        let message = format!(
            "the closure of `#[forward(..)]` is never run, so `{word}` means nothing\nhelp: remove it"
        );
        return error(&word, message);
    }
    if let ReturnType::Type(..) = closure.output {
        let message = "the shapes of the outputs follow from the layers\nhelp: remove the type";
        return error(&closure.output, message.to_owned());
    }
    let mut inputs: Vec<Ident> = Vec::new();
    for pat in &closure.inputs {
        match pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
                if inputs.contains(&pat.ident) {
                    let message =
                        format!("two inputs are called `{}`\nhelp: give each a name of its own", pat.ident);
                    return error(pat, message);
                }
                inputs.push(pat.ident.clone());
            }
            Pat::Type(pat) => {
                let message = "the shape of an input is said by `input = ..`\nhelp: write the name alone";
                return error(pat, message.to_owned());
            }
            other => {
                let message = format!(
                    "an input is a name, but this is `{}`\n\
                     help: several inputs are named one after the other: `|a, b| ..`",
                    tidy(other)
                );
                return error(other, message);
            }
        }
    }
    Ok(Closure { inputs, body: *closure.body })
}
