//! The struct itself: its attributes and its generics.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, GenericParam, Type};

use crate::args::Args;
use crate::ast::Written;
use crate::report::Report;

/// No second `#[network]`, no derive that would copy a network.
pub(super) fn check_attributes(attrs: &[Attribute], report: &mut Report) {
    for attr in attrs {
        let name = attr.path().segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "network" => report.error(attr, "`#[network]` is said twice\nhelp: keep one of them"),
            "repr" => report.error(
                attr,
                "a network is `repr(C)` already: the macro lays out its parameters\n\
                 help: remove this attribute",
            ),
            "derive" => {
                // A derive that does not parse is rustc's to report.
                let _ = attr.parse_nested_meta(|meta| {
                    check_derive(&meta.path, report);
                    Ok(())
                });
            }
            _ => {}
        }
    }
}

fn check_derive(path: &syn::Path, report: &mut Report) {
    let name = path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
    match name.as_str() {
        "Clone" | "Copy" => report.error(
            path,
            format!(
                "a network does not derive `{name}`, which would pass it through the stack\n\
                 help: copy the parameters of one into another with `dl::params::copy`"
            ),
        ),
        "Default" => report.error(
            path,
            "a network does not derive `Default`, which would pass it through the stack\n\
             help: make one with `boxed(seed)`",
        ),
        "Debug" => report
            .error(path, "`#[network]` writes `Debug` itself: it prints the summary\nhelp: remove it here"),
        "Params" | "Blank" => {
            report.error(path, format!("`#[network]` writes `{name}` itself\nhelp: remove it here"))
        }
        _ => {}
    }
}

/// Const parameters of type `usize` only; the scalar is added. Gives their declarations and names.
pub(super) fn check_generics(written: &Written, report: &mut Report) -> (Vec<TokenStream>, Vec<Ident>) {
    let (mut decls, mut names) = (Vec::new(), Vec::new());
    for param in &written.generics.params {
        match param {
            GenericParam::Const(param) if matches!(&param.ty, Type::Path(ty) if ty.path.is_ident("usize")) => {
                let name = &param.ident;
                decls.push(quote!(const #name: usize));
                names.push(name.clone());
            }
            GenericParam::Const(param) => report.error(
                &param.ty,
                format!(
                    "const parameters of a network are sizes\nhelp: write `const {}: usize`",
                    param.ident
                ),
            ),
            GenericParam::Type(param) => report.error(
                param,
                format!(
                    "the scalar is added by `#[network]`: `{}<f64>` works without saying so here\n\
                     help: remove `{}`",
                    written.ident, param.ident
                ),
            ),
            GenericParam::Lifetime(param) => report.error(
                param,
                format!(
                    "a network owns its parameters, so it has no lifetimes\nhelp: remove `{}`",
                    param.lifetime
                ),
            ),
        }
    }
    if let Some(clause) = &written.generics.where_clause {
        report.error(
            clause,
            "a network needs no `where` clause: its sizes are checked by the macro\nhelp: remove it",
        );
    }
    (decls, names)
}

/// A budget is compared while compiling, so the sizes must be known.
pub(super) fn check_budgets(args: &Args, written: &Written, consts: &[Ident], report: &mut Report) {
    let Some(param) = consts.first() else { return };
    let limits = [args.max_params.as_ref(), args.max_train_bytes.as_ref().map(|budget| &budget.limit)];
    for limit in limits.into_iter().flatten() {
        report.error(
            limit,
            format!(
                "a budget needs known sizes, but `{}` has the const parameter `{param}`\n\
                 help: remove the budget, or put it on a network that holds this one",
                written.ident
            ),
        );
    }
}
