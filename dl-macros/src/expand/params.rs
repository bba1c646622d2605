//! `Params`: every parameter by its dotted name.

use proc_macro2::TokenStream;
use quote::quote;

use super::passes::is_tiny;
use super::{Names, argument, number};
use crate::check::Layer;
use crate::plan::Plan;

pub(super) fn params(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls, net_ty, grad_ty) = (&names.dl, &names.decls, &names.net_ty, &names.grad_ty);
    let layers: Vec<_> = plan.net.layers.iter().enumerate().filter(|(_, layer)| layer.has_params()).collect();

    let counts = layers.iter().map(|(_, layer)| {
        let ty = &names.types[layer.index];
        quote!(<#ty as #dl::Params<T>>::PARAMS)
    });
    let counts = layers_sum(counts.collect());

    let flats: Vec<_> = layers
        .iter()
        .map(|(_, layer)| {
            let ty = &names.types[layer.index];
            quote!(<#ty as #dl::Params<T>>::FLAT)
        })
        .collect();
    let flat = match flats.split_first() {
        _ if layers.iter().any(|(_, layer)| !layer.is_trained()) => quote!(false),
        None => quote!(true),
        Some((first, others)) => quote!(#first #(&& #others)*),
    };

    let fields = layers.iter().map(|(_, layer)| {
        let (ty, field, name) = (&names.types[layer.index], &layer.field.ident, &layer.name);
        quote! {
            #dl::params::Field::new(
                #name,
                ::core::mem::offset_of!(Self, #field),
                <#ty as #dl::Params<T>>::LAYOUT,
            )
        }
    });
    let layout = quote!(#dl::params::ParamLayout::Fields(&[#(#fields),*]));

    let visits: TokenStream = layers
        .iter()
        .map(|(_, layer)| {
            let (field, at) = (&layer.field.ident, at(layer));
            quote!(#dl::Params::visit(&self.#field, #at, f);)
        })
        .collect();

    let zips: TokenStream = layers
        .iter()
        .map(|(_, layer)| {
            let (field, at) = (&layer.field.ident, at(layer));
            if layer.field.frozen {
                quote! {
                    #dl::Params::zip(&mut self.#field, [], #at, &mut |at, param, []| {
                        f(at, param, ::core::array::from_fn(|_| ::core::default::Default::default()));
                    });
                }
            } else {
                quote!(#dl::Params::zip(&mut self.#field, with.each_mut().map(|g| &mut g.#field), #at, f);)
            }
        })
        .collect();

    let inits: TokenStream = layers
        .iter()
        .map(|(i, layer)| {
            let (field, key) = (&layer.field.ident, number(*i));
            let weights = layer.field.init.as_ref().map(|init| {
                let init = match init.get_ident() {
                    Some(known) => quote!(#dl::init::#known),
                    None => quote!(#init),
                };
                quote!(#dl::init::weights::<T, _>(&mut self.#field, #init, rng.fork(#key));)
            });
            quote! {
                #dl::Params::<T>::init(&mut self.#field, rng.fork(#key));
                #weights
            }
        })
        .collect();

    let visit_at = argument("at", &quote!(#dl::params::Path<'_>), &visits);
    let visit_f = argument("f", &quote!(&mut #dl::params::Visitor<'_, T>), &visits);
    let with = if super::mentions(&zips, "with") { quote!(mut with) } else { quote!(_) };
    let zip_at = argument("at", &quote!(#dl::params::Path<'_>), &zips);
    // Not `N`, which may be a type in the user's scope; rustc would take that.
    let n = names.free("WITH");
    let zip_f = argument("f", &quote!(&mut #dl::params::Zipper<'_, T, #n>), &zips);
    let inline = is_tiny(plan).then(|| quote!(#[inline(always)]));
    let rng = argument("rng", &quote!(#dl::Rng), &inits);
    quote! {
        impl<#decls T: #dl::Real> #dl::Params<T> for #net_ty {
            type Grad = #grad_ty;
            const PARAMS: usize = #counts;
            const FLAT: bool = #flat;
            const LAYOUT: #dl::params::ParamLayout = #layout;
            const ARCHITECTURE: u32 = #dl::quant::architecture::<Self>();

            fn visit(&self, #visit_at, #visit_f) {
                #visits
            }

            #inline
            fn zip<const #n: usize>(&mut self, #with: [&mut Self::Grad; #n], #zip_at, #zip_f) {
                #zips
            }

            fn init(&mut self, #rng) {
                #inits
            }
        }
    }
}

/// `a + b + c`, or 0.
pub(super) fn layers_sum(terms: Vec<TokenStream>) -> TokenStream {
    if terms.is_empty() { quote!(0) } else { quote!(#(#terms)+*) }
}

/// The path of a layer's parameters.
fn at(layer: &Layer<'_>) -> TokenStream {
    let name = &layer.name;
    let group = layer.field.group.as_ref().map(|group| quote!(.in_group(#group)));
    let frozen = layer.field.frozen.then(|| quote!(.frozen()));
    quote!(at.field(#name) #group #frozen)
}
