//! `Fold`: how a network fills its twin without batch norms.

use proc_macro2::TokenStream;
use quote::quote;

use super::Names;
use crate::check::Layer;
use crate::plan::Plan;
use crate::twin::{Declared, Twin};

/// ```text
/// impl<T: Real> Fold for Net<T> {
///     type Folded = NetFolded<T>;
///     fn fold_into(&self, folded: &mut NetFolded<T>) {
///         self.conv1.fold_norm_into(&self.norm1, &mut folded.conv1);
///         Fold::fold_into(&self.blocks, &mut folded.blocks);
///         params::copy(&mut folded.head, &self.head);
///     }
/// }
/// ```
pub(super) fn fold(plan: &Plan<'_>, names: &Names, twin: &Twin) -> TokenStream {
    let (dl, decls, net_ty) = (&names.dl, &names.decls, &names.net_ty);
    let is_missing = matches!(twin, Twin::Missing);
    let is_folded = is_missing.then(|| {
        quote!(
            const IS_FOLDED: bool = false;
        )
    });
    let (folded, body) = match twin {
        Twin::Itself | Twin::Missing => (quote!(Self), quote!(#dl::params::copy::<T, Self>(folded, self);)),
        Twin::Other(declared) => {
            let (ident, args) = (declared.ident(), &names.args);
            let layers = plan.net.layers.iter().filter(|layer| layer.has_params());
            let layers = layers.filter_map(|layer| fill(layer, declared, names));
            (quote!(#ident<#args T>), quote!(#(#layers)*))
        }
    };
    quote! {
        impl<#decls T: #dl::Real> #dl::Fold for #net_ty {
            type Folded = #folded;
            #is_folded

            fn fold_into(&self, folded: &mut #folded) {
                #body
            }
        }
    }
}

/// Fills one field of the twin, unless that has none of the name.
fn fill(layer: &Layer<'_>, twin: &Declared, names: &Names) -> Option<TokenStream> {
    let (dl, field) = (&names.dl, &layer.field.ident);
    if twin.folds.iter().any(|(_, norm)| norm == field) {
        return None;
    }
    Some(match twin.folds.iter().find(|(product, _)| product == field) {
        Some((_, norm)) => quote!(self.#field.fold_norm_into(&self.#norm, &mut folded.#field);),
        None if layer.is_own() => quote!(#dl::Fold::fold_into(&self.#field, &mut folded.#field);),
        None => quote!(#dl::params::copy::<T, _>(&mut folded.#field, &self.#field);),
    })
}
