//! `Permute<2, 0, 1>`, `Permute<1, 0>`, `Transpose`

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::{Context, Definition, Parameter, ParameterKind, Resolved, Role, numbers_only};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::{Dim, Shape, tidy};

const fn axis(what: &'static str) -> Parameter {
    Parameter { what, kind: ParameterKind::Count, required: false }
}

pub(super) const LAYERS: &[Definition] = &[
    Definition {
        name: "Permute",
        arguments: &[axis("first axis"), axis("second axis"), axis("third axis")],
        options: &[],
        rule: permute,
    },
    Definition { name: "Transpose", arguments: &[], options: &[], rule: transpose },
];

fn transpose(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let (dims, output, checks) = ordered(layer, cx, &[1, 0])?;
    let args = dims.iter().map(Dim::arg);
    Ok(resolved(quote!(#dl::layers::#name<#(#args),*>), output, checks, false))
}

fn permute(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    let axes = axes(layer, cx)?;
    let (dims, output, checks) = ordered(layer, cx, &axes)?;
    let args = dims.iter().map(Dim::arg);
    // a sequence is an image of one channel, whose place is kept
    let (channel, first) = if axes.len() == 2 { (Some(quote!(1,)), Some(quote!(0,))) } else { (None, None) };
    let orders = axes.iter().map(|axis| Literal::usize_unsuffixed(axis + 3 - axes.len()));
    let ty = quote!(#dl::layers::#name<#channel #(#args,)* #first #(#orders),*>);
    Ok(resolved(ty, output, checks, axes.len() == 3))
}

fn resolved(ty: TokenStream, output: Shape, checks: TokenStream, keeps_lens: bool) -> Resolved {
    let role =
        Role::Layer { needs_x: false, needs_y: false, has_params: false, has_memory: false, keeps_lens };
    Resolved { ty, output, role, params: Some(0), macs: Some(0), checks }
}

/// The axes in their new order: each of them once.
fn axes(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Vec<usize>> {
    let (field, n) = (cx.field, layer.arguments.len());
    if n < 2 {
        let message = format!(
            "`{field}`: `{}` names no order\nhelp: write `Permute<2, 0, 1>`, or another order of three axes or two",
            tidy(&layer.ty)
        );
        return Err(syn::Error::new_spanned(&layer.ty, message));
    }
    let help = if n == 3 { "name each of 0, 1 and 2 once" } else { "name each of 0 and 1 once" };
    let mut axes = Vec::new();
    for argument in &layer.arguments {
        let error = |what: String| {
            let message = format!("`{field}`: {what}\nhelp: {help}");
            syn::Error::new_spanned(argument.tokens(), message)
        };
        match Dim::of(&argument.expr()?).known() {
            None => return Err(error("an axis is written as a number, which decides the shape".to_owned())),
            Some(axis) if axis >= n => {
                return Err(error(format!("there is no axis {axis} among {n}, which are counted from 0")));
            }
            Some(axis) if axes.contains(&axis) => return Err(error(format!("axis {axis} is named twice"))),
            Some(axis) => axes.push(axis),
        }
    }
    Ok(axes)
}

/// The dimensions of the input, and the output whose axes are `axes` of them.
fn ordered(layer: &BuiltIn, cx: &Context<'_>, axes: &[usize]) -> syn::Result<(Vec<Dim>, Shape, TokenStream)> {
    let (dl, field, n) = (cx.dl, cx.field, axes.len());
    match cx.input {
        Shape::Dims(dims) if dims.len() == n => {
            let output = axes.iter().map(|&axis| dims[axis].clone()).collect();
            Ok((dims.clone(), Shape::Dims(output), quote!()))
        }
        Shape::Dims(dims) => {
            let help = match dims.len() {
                1 => "put a `Reshape` before it: features have one axis",
                2 => "write `Transpose`: a sequence has the axes 0 and 1",
                _ => "write `Permute<2, 0, 1>`, or another order: an image has the axes 0, 1 and 2",
            };
            let message = format!(
                "`{field}` orders {n} axes, but receives {}, which has {}\nhelp: {help}",
                cx.input.text(),
                dims.len()
            );
            Err(syn::Error::new_spanned(&layer.ty, message))
        }
        input => {
            let (input, axes) = (input.value(dl), axes.iter().map(|axis| Literal::usize_unsuffixed(*axis)));
            let count = Literal::usize_unsuffixed(n);
            let check = over(quote!(#dl::shape::expect_axes(#field, #count, #input);), &layer.ty);
            let dims = (0..n).map(Literal::usize_unsuffixed).map(|i| Dim::Expr(quote!(#input.dim(#i))));
            let output = Shape::Const(quote!(#dl::shape::permuted(#input, [#(#axes),*])));
            Ok((dims.collect(), output, check))
        }
    }
}
