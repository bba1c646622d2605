//! Sizes: what they may be computed from, how large they may be, and which names they may not speak of.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::Net;
use crate::ast::{BuiltIn, Written};
use crate::closure::Forward;
use crate::layers::{ParameterKind, Resolved};
use crate::report::Report;
use crate::shape::{Dim, is_qualified, tidy};

/// More numbers than this in one value or weight are a mistake: 16 GiB in `f32`.
pub(super) const TOO_LARGE: usize = u32::MAX as usize;

/// Names of the expansion that would capture a user's constant or type of the same name.
const RESERVED: [(&str, &str); 2] = [("B", "the chunk of samples"), ("T", "the scalar")];

/// Refuses `B` and `T` where the expansion would give them its own meaning.
pub(super) fn check_names(written: &Written, consts: &[Ident], input: &TokenStream, report: &mut Report) {
    for (name, meaning) in RESERVED {
        if written.ident == name {
            report.error(
                &written.ident,
                format!(
                    "a network cannot be called `{name}`, which is {meaning} in the generated code\n\
                     help: give it another name"
                ),
            );
            continue;
        }
        if let Some(param) = consts.iter().find(|param| *param == name) {
            report.error(
                param,
                format!(
                    "a const parameter cannot be called `{name}`, which is {meaning} in the generated code\n\
                     help: give it another name"
                ),
            );
            continue;
        }
        let types = written.fields.iter().map(|field| field.ty.to_token_stream());
        let body = match &written.forward {
            Forward::Graph(closure) => closure.body.to_token_stream(),
            _ => TokenStream::new(),
        };
        for tokens in [input.clone(), body].into_iter().chain(types) {
            if let Some(used) = bare(tokens, name) {
                report.error(
                    used,
                    format!(
                        "`{name}` is {meaning} in the generated code, so it would not mean yours here\n\
                         help: write a path, for example `self::{name}`, or give it another name"
                    ),
                );
            }
        }
    }
}

/// The first `name` in `tokens` that no path leads to.
fn bare(tokens: TokenStream, name: &str) -> Option<Ident> {
    let mut before = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if ident == name && !is_qualified(&before) => return Some(ident.clone()),
            TokenTree::Group(group) => {
                if let Some(found) = bare(group.stream(), name) {
                    return Some(found);
                }
            }
            _ => {}
        }
        before.push(token);
    }
    None
}

/// Whether `tokens` contain the name `word`.
fn mentions(tokens: TokenStream, word: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), word),
        TokenTree::Ident(ident) => ident == *word,
        _ => false,
    })
}

/// A size may be a lone const parameter, but nothing computed from one; and it must fit into memory.
pub(super) fn check_size(
    consts: &[Ident],
    net: &Ident,
    at: &impl ToTokens,
    what: &str,
    size: &Dim,
    report: &mut Report,
) -> Option<()> {
    match size {
        Dim::Known(n) if *n > TOO_LARGE => {
            report.error(at, too_large(what, "numbers a sample", *n));
            None
        }
        Dim::Known(_) => Some(()),
        Dim::Expr(expr) => {
            if syn::parse2::<Ident>(expr.clone()).is_ok() {
                return Some(());
            }
            let Some(param) = consts.iter().find(|param| mentions(expr.clone(), param)) else {
                return Some(());
            };
            report.error(
                at,
                format!(
                    "{what} has a size computed from the const parameter `{param}`: `{}`, which stable Rust does \
                     not allow\n\
                     help: give `{net}` concrete sizes, or use `{param}` only by itself",
                    tidy(expr)
                ),
            );
            None
        }
    }
}

/// What to say of a value or weight that no memory holds.
pub(super) fn too_large(what: &str, unit: &str, n: usize) -> String {
    let size = if n == usize::MAX {
        "more than the address space".to_owned()
    } else {
        format!("{n} {unit}, {:.1} GB in `f32`", n as f64 * 4.0 / 1e9)
    };
    format!(
        "{what} is too large for memory: {size}\n\
         help: make it smaller; the limit is {TOO_LARGE} numbers in one value or weight"
    )
}

/// Sizes that only rustc knows must be above zero; each is checked at its own token.
pub(super) fn check_arguments(
    layer: &BuiltIn,
    name: &str,
    net: &mut Net<'_>,
    resolved: &mut Resolved,
    report: &mut Report,
) -> Option<()> {
    let dl = &net.args.dl;
    for (argument, parameter) in layer.arguments.iter().zip(layer.definition.arguments) {
        if parameter.kind != ParameterKind::Size {
            continue;
        }
        let dim = Dim::of(&report.take(argument.expr())?);
        let (consts, ident) = (&net.const_names, &net.written.ident);
        check_size(consts, ident, &argument.tokens(), &format!("`{name}`"), &dim, report)?;
        if dim.known().is_none() {
            let (n, before) = (dim.arg(), &resolved.checks);
            let check = over(quote!(#dl::shape::expect_size::<#n>(#name);), &argument.tokens());
            resolved.checks = quote!(#before #check);
        }
    }
    let (consts, ident) = (&net.const_names, &net.written.ident);
    let computed = |param: &&Ident| is_computed(resolved.ty.clone(), param);
    if let Some(param) = consts.iter().find(computed) {
        report.error(
            &layer.ty,
            format!(
                "`{name}` has a size computed from the const parameter `{param}`, which stable Rust does not allow\n\
                 help: give `{ident}` concrete sizes, or use `{param}` only where nothing is computed from it"
            ),
        );
        return None;
    }
    Some(())
}

/// Whether an argument of the type `ty` is computed from `param`: more than `{ param }` in braces.
fn is_computed(ty: TokenStream, param: &Ident) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Group(group) => group.stream().into_iter().count() > 1 && mentions(group.stream(), param),
        _ => false,
    })
}

/// Gives a call that is ours the place of the user's tokens `at`, all of them, so that rustc underlines those.
///
/// Only what is no name is moved: editors look up names where they stand, and would find ours at the user's.
pub(crate) fn over(call: TokenStream, at: &impl ToTokens) -> TokenStream {
    let at: Vec<_> = at.to_token_stream().into_iter().collect();
    let (Some(first), Some(last)) = (at.first(), at.last()) else { return call };
    moved(call, first.span(), last.span())
}

fn moved(tokens: TokenStream, first: Span, last: Span) -> TokenStream {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    for token in &mut tokens {
        match token {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), moved(group.stream(), first, last));
                inner.set_span(last);
                *token = TokenTree::Group(inner);
            }
            TokenTree::Punct(punct) => punct.set_span(first),
            TokenTree::Literal(literal) => literal.set_span(first),
            TokenTree::Ident(_) => {}
        }
    }
    // A path that starts with a name, where the framework is said to be elsewhere.
    if let Some(TokenTree::Ident(ident)) = tokens.first_mut() {
        ident.set_span(ident.span().located_at(first));
    }
    tokens.into_iter().collect()
}
