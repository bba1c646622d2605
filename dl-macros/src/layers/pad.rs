//! `Pad<1>`, `Pad<HEIGHT, WIDTH>`, `Pad<TOP, LEFT, BOTTOM, RIGHT>`, with `Reflect`, `Replicate`: the layer. The option of
//! the same name is in `window`.

use proc_macro2::TokenStream;
use quote::quote;

use super::window::{self, IMAGE_SIDES};
use super::{Context, Definition, Marker, Parameter, ParameterKind, Resolved, Role, numbers_only, one_way};
use crate::ast::BuiltIn;
use crate::check::over;
use crate::report::any_of;
use crate::shape::{Dim, tidy};

const fn side(what: &'static str) -> Parameter {
    Parameter { what, kind: ParameterKind::Count, required: false }
}

const fn outside(name: &'static str, forms: &'static [&'static str]) -> Marker {
    Marker { name, counts: &[0], words: &[], forms }
}

pub(super) const LAYERS: &[Definition] = &[Definition {
    name: "Pad",
    arguments: &[side("top"), side("left"), side("bottom"), side("right")],
    options: &[
        outside("Zeros", &["Zeros"]),
        outside("Reflect", &["Reflect"]),
        outside("Replicate", &["Replicate"]),
    ],
    rule,
}];

/// What to do with a sequence.
const STEPS: &str = "`Conv1d` and the pools of steps have an option `Pad` of their own";

fn rule(layer: &BuiltIn, cx: &Context<'_>) -> syn::Result<Resolved> {
    numbers_only(layer, cx)?;
    if !matches!(layer.arguments.len(), 1 | 2 | 4) {
        let message = format!(
            "`{}`: `{}` does not say how wide the border is\nhelp: write {}",
            cx.field,
            tidy(&layer.ty),
            any_of(IMAGE_SIDES)
        );
        return Err(syn::Error::new_spanned(&layer.ty, message));
    }
    let (dl, name) = (cx.dl, &layer.name);
    let mut checks = TokenStream::new();
    let image = window::image_or(layer, cx, STEPS, &mut checks)?;
    let sides = window::sides::<2>(&layer.arguments)?;
    let outside = one_way(layer, cx, "Zeros")?;
    if outside.is_some_and(|outside| outside == "Reflect") {
        expect_reflected(layer, cx, &image, &sides, &mut checks)?;
    }
    let [c, h, w] = image.each_ref().map(Dim::arg);
    let [[top, bottom], [left, right]] = &sides;
    let [t, l, b, r] = [top, left, bottom, right].map(Dim::arg);
    let mode = outside.map(|outside| quote!(, #dl::options::#outside));
    let slide = quote! {
        #dl::options::Slide<
            #dl::options::Image<#c, #h, #w>,
            #dl::options::Kernel<1>,
            #dl::options::Stride<1>,
            #dl::options::Dilation<1>,
            #dl::options::Pad<#t, #l, #b, #r>
        >
    };
    let [channels, height, width] = image;
    let output = [channels, top.plus(&height).plus(bottom), left.plus(&width).plus(right)];
    let role = Role::Layer {
        needs_x: false,
        needs_y: false,
        has_params: false,
        has_memory: false,
        keeps_lens: true,
    };
    Ok(Resolved {
        ty: quote!(#dl::layers::#name<#slide #mode>),
        output: window::shape(cx, output),
        role,
        params: Some(0),
        macs: Some(0),
        checks,
    })
}

/// Refuses a reflection that is not smaller than the image, or has rustc refuse it.
fn expect_reflected(
    layer: &BuiltIn,
    cx: &Context<'_>,
    [_, height, width]: &[Dim; 3],
    sides: &[[Dim; 2]; 2],
    checks: &mut TokenStream,
) -> syn::Result<()> {
    for (what, n, [before, after]) in [("rows", height, &sides[0]), ("columns", width, &sides[1])] {
        match (n.known(), before.known(), after.known()) {
            (Some(n), Some(before), Some(after)) => {
                let most = before.max(after);
                if most >= n {
                    return Err(syn::Error::new_spanned(
                        &layer.ty,
                        format!(
                            "`{}` reflects {most} {what}, but its input {} has {n}, of which {} lie behind the edge\n\
                             help: reflect {} at most, or write `Replicate`",
                            cx.field,
                            cx.input.text(),
                            n - 1,
                            n - 1
                        ),
                    ));
                }
            }
            _ => {
                let (dl, field, [n, before, after]) = (cx.dl, cx.field, [n, before, after].map(Dim::value));
                let check = quote!(#dl::shape::expect_reflected(#field, #what, #n, [#before, #after]););
                checks.extend(over(check, &layer.ty));
            }
        }
    }
    Ok(())
}
