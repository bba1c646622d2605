//! Rules of single fields: open and repeated layers, starting values.

use quote::quote;
use syn::Type;

use super::sizes::over;
use super::{Layer, Net, Settled};
use crate::layers::initializer;
use crate::report::Report;
use crate::shape::{Shape, tidy};

/// A layer of the user's own has a shape only rustc can compute, and only without const parameters.
pub(super) fn check_open(ty: &Type, net: &Net<'_>, report: &mut Report) -> Option<()> {
    let name = &net.written.ident;
    let is_itself = |path: &syn::TypePath| path.path.is_ident(name) || path.path.is_ident("Self");
    if matches!(ty, Type::Path(path) if is_itself(path)) {
        report.error(
            ty,
            format!("`{name}` cannot contain itself: it would be endless\nhelp: name another network here"),
        );
        return None;
    }
    if net.const_names.is_empty() {
        return Some(());
    }
    report.error(
        ty,
        format!(
            "`{name}` has const parameters, so stable Rust cannot compute the shape behind `{}`, which is no built-in \
             layer\n\
             help: give `{name}` concrete sizes (literals or constants)",
            tidy(ty)
        ),
    );
    None
}

/// A repeated layer gives back the shape it takes.
pub(super) fn check_repeat(
    name: &str,
    element: &Type,
    input: &Shape,
    one: &mut Settled,
    net: &mut Net<'_>,
    report: &mut Report,
) -> Option<()> {
    let output = &one.resolved.output;
    if input.is_same_text(output) {
        return Some(());
    }
    if input.is_known() && output.is_known() {
        report.error(
            element,
            format!(
                "`{name}` is repeated, so it must give back the shape it takes, but maps {} to {}\n\
                 help: make its output {}, or write the layers as fields of their own",
                input.text(),
                output.text(),
                input.text()
            ),
        );
        return None;
    }
    let dl = &net.args.dl;
    let (x, y) = (input.value(dl), output.value(dl));
    let check = quote!(#dl::shape::expect_repeats(#name, #x, #y););
    net.checks.push(over(check, element));
    // If the check fails it is the one message: the layers behind go on as if it held.
    one.resolved.output = input.clone();
    Some(())
}

/// An initializer is known, and there are weights to start.
pub(super) fn check_init(layer: &Layer<'_>, report: &mut Report) {
    let Some(init) = &layer.field.init else { return };
    if !layer.has_params() {
        report.error(
            init,
            format!("`{}` has no weights to initialize\nhelp: remove `#[init({})]`", layer.name, tidy(init)),
        );
        return;
    }
    if let Some(name) = init.get_ident()
        && let Err(message) = initializer(&name.to_string())
    {
        report.error(init, message);
    }
}
