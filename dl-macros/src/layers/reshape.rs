//! `Reshape<N>`, `Reshape<STEPS, FEATURES>`, `Reshape<C, H, W>`

use quote::quote;

use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape};

const fn dimension(what: &'static str, required: bool) -> Parameter {
    Parameter { what, kind: ParameterKind::Size, required }
}

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Reshape",
    arguments: &[dimension("channels", true), dimension("height", false), dimension("width", false)],
    options: &[],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let dims = (0..layer.arguments.len()).map(|i| size(layer, i)).collect::<syn::Result<Vec<_>>>()?;
    let args: Vec<_> = dims.iter().map(Dim::arg).collect();
    let shape = Shape::Dims(dims);
    let (given, made) = (cx.input.len(), shape.len());
    let (output, checks) = match (given.known(), made.known()) {
        (Some(given), Some(made)) if given != made => {
            return Err(wrong_count(layer, cx, &shape, given, made));
        }
        _ if given.text() == made.text() => (shape, quote!()),
        _ => {
            let (input, shape) = (cx.input.value(dl), shape.value(dl));
            let check = over(quote!(#dl::shape::expect_reshaped(#field, #input, #shape);), &layer.ty);
            (Shape::Const(quote!(#dl::shape::reshaped(#input, #shape))), check)
        }
    };
    let ty = quote!(#dl::layers::#name<#(#args),*>);
    Ok(Resolved { ty, output, role: Role::Rename, params: Some(0), macs: Some(0), checks })
}

/// The shapes have different counts of numbers. One dimension that would mend it, the first that can, is the remedy.
fn wrong_count(layer: &BuiltIn, cx: &Context<'_>, shape: &Shape, given: usize, made: usize) -> syn::Error {
    let dims: Vec<_> = match shape {
        Shape::Dims(dims) => dims.iter().filter_map(Dim::known).collect(),
        _ => Vec::new(),
    };
    let mended = (0..dims.len()).find_map(|i| {
        let others = made / dims[i];
        let mut dims: Vec<_> = dims.iter().map(usize::to_string).collect();
        dims[i] = (given / others).to_string();
        (given.is_multiple_of(others)).then(|| dims.join(", "))
    });
    let remedy = match mended {
        Some(dims) => format!("write `Reshape<{dims}>`, or let {made} numbers come in"),
        None => format!("let {made} numbers come in, or write sizes that make {given}"),
    };
    let (field, shape, input) = (cx.field, shape.text(), cx.input.text());
    syn::Error::new_spanned(
        &layer.ty,
        format!(
            "`{field}` makes {shape}, which is {made} numbers, but receives {input}, which is {given}\n\
             help: {remedy}"
        ),
    )
}
