//! `Dense<OUT>`, `Dense<OUT, NoBias>`

use quote::quote;

use super::window::mention_of;
use super::{
    Context, Definition, NO_BIAS, Parameter, ParameterKind, Product, Resolved, Role, numbers_only, size,
};
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
    let bias = layer.option("NoBias");
    let biased = bias.is_none();
    let mention = bias.map(|option| mention_of(cx, &option.name));
    let (i, o) = (inputs.arg(), out.arg());
    let ty =
        if biased { quote!(#dl::layers::#name<T, #i, #o>) } else { quote!(#dl::layers::#name<T, #i, #o, 0>) };
    let (known_in, known_out) = (inputs.known(), out.known());
    let params =
        known_in.zip(known_out).map(|(i, o)| i.saturating_mul(o).saturating_add(if biased { o } else { 0 }));
    let macs = cx.input.len().known().zip(known_out).map(|(all, o)| all.saturating_mul(o));
    Ok(Resolved {
        ty,
        output,
        role: Role::Product(Product::Features),
        params,
        macs,
        checks: quote!(#mention #checks),
    })
}
