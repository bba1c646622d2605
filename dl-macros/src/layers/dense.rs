//! `Dense<OUT>`, `Dense<OUT, NoBias>`

use quote::quote;

use super::bias::{Bias, NO_BIAS, bias};
use super::{Context, Definition, Parameter, ParameterKind, Product, Resolved, Role, numbers_only, size};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::shape::Shape;

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Dense",
    arguments: &[Parameter { what: "number of outputs", kind: ParameterKind::Size, required: true }],
    options: &[NO_BIAS],
    rule,
}];

/// Acts on the last dimension of `[features]` and `[steps, features]`.
fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name, field) = (cx.dl, &layer.name, cx.field);
    let out = size(layer, 0)?;
    let inputs = cx.input.last();
    let (output, checks) = match cx.input {
        Shape::Dims(dims) if dims.len() > 2 => {
            return Err(syn::Error::new_spanned(
                &layer.ty,
                format!(
                    "`{field}` needs [features] or [steps, features], but receives the image {}\n\
                     help: put a `Flatten` before it",
                    cx.input.text()
                ),
            ));
        }
        Shape::Dims(dims) => {
            let mut dims = dims.clone();
            if let Some(last) = dims.last_mut() {
                *last = out.clone();
            }
            (Shape::Dims(dims), quote!())
        }
        input => {
            let (input, out) = (input.value(dl), out.value());
            (
                Shape::Const(quote!(#input.with_last(#out))),
                over(quote!(#dl::shape::expect_features(#field, #input);), &layer.ty),
            )
        }
    };
    let Bias { len: biases, argument: bias, mention } = bias(layer, cx, &out);
    let (i, o) = (inputs.arg(), out.arg());
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<T, #i, #o #bias>),
        output,
        role: Role::Product(Product::Features),
        params: inputs.times(&out).plus(&biases).known(),
        macs: cx.input.len().times(&out).known(),
        checks: quote!(#mention #checks),
    })
}
