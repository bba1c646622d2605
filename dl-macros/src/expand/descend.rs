//! `Descend`: the backward pass in which every layer that learns takes its step.

use proc_macro2::TokenStream;
use quote::quote;

use super::Names;
use super::passes::{self, Passes};
use crate::plan::Plan;

/// The whole implementation.
pub(super) fn descend(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls, net_ty, x, y) = (&names.dl, &names.decls, &names.net_ty, &names.input, &names.output);
    let passes = Passes { descends: true, ..Passes::new(plan, names, passes::is_tiny(plan)) };
    let body = passes.backward();
    let args = passes.back_args(&body);
    let inline = passes.is_tiny.then(|| quote!(#[inline(always)]));
    quote! {
        impl<#decls T: #dl::Real> #dl::Descend<T, #x, #y> for #net_ty {
            #inline
            fn descend<'a, const B: usize>(&mut self, #(#args),*) {
                #body
            }
        }
    }
}
