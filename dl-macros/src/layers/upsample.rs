//! `Upsample<2>`, `Upsample<2, 3>`, with `Bilinear`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use super::{
    Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, numbers_only, one_way, size,
    window,
};
use crate::ast::{Argument, BuiltIn};
use crate::shape::Dim;

const fn factor(what: &'static str, required: bool) -> Parameter {
    Parameter { what, kind: ParameterKind::Size, required }
}

/// What to do with a sequence.
const STEPS: &str = "steps can be the rows of an image one column wide: `input = [features, steps, 1]`";

const NEAREST: Marker = Marker { name: "Nearest", counts: &[0], words: &[], forms: &["Nearest"] };
const BILINEAR: Marker = Marker { name: "Bilinear", counts: &[0], words: &[], forms: &["Bilinear"] };

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Upsample",
    arguments: &[factor("factor", true), factor("factor of the width", false)],
    options: &[NEAREST, BILINEAR],
    rule,
}];

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    let (dl, name) = (cx.dl, &layer.name);
    if let Some(other) = layer.arguments.iter().find_map(other_way) {
        let message = format!(
            "`{}`: `{other}` is no factor, and no way to make an image larger\nhelp: write `Nearest` or `Bilinear`",
            cx.field
        );
        return Err(syn::Error::new_spanned(other, message));
    }
    let mut checks = TokenStream::new();
    let [channels, height, width] = window::image_or(layer, cx, STEPS, &mut checks)?;
    let down = size(layer, 0)?;
    let along = if layer.arguments.len() > 1 { size(layer, 1)? } else { down.clone() };
    let image = [channels, scaled(cx, &height, &down), scaled(cx, &width, &along)];
    let ([c, h, w], [k, l]) = (image.each_ref().map(Dim::arg), [&down, &along].map(Dim::arg));
    let mode = one_way(layer, cx, "Nearest")?.map(|way| quote!(, #dl::options::#way));
    let slide = quote! {
        #dl::options::Slide<
            #dl::options::Image<#c, #h, #w>,
            #dl::options::Kernel<#k, #l>,
            #dl::options::Stride<#k, #l>
        >
    };
    let role = Role::Layer {
        needs_x: false,
        needs_y: false,
        has_params: false,
        has_memory: false,
        keeps_lens: true,
    };
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#slide #mode>),
        output: window::shape(cx, image),
        role,
        params: Some(0),
        macs: Some(0),
        checks,
    })
}

/// What is named like a type, and so is no constant: a way that is not there, such as `Bicubic`.
fn other_way(argument: &Argument) -> Option<&Ident> {
    let Argument::Type(Type::Path(path)) = argument else { return None };
    path.path.get_ident().filter(|name| name.to_string().contains(char::is_lowercase))
}

/// `n`, `factor` times.
fn scaled(cx: &Context<'_>, n: &Dim, factor: &Dim) -> Dim {
    if let (Some(_), Some(_)) | (_, Some(1)) = (n.known(), factor.known()) {
        return n.times(factor);
    }
    let (dl, n, factor) = (cx.dl, n.value(), factor.value());
    Dim::Expr(quote!(#dl::shape::scaled(#n, #factor)))
}
