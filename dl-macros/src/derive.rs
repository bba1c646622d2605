//! `#[derive(Params)]` and `#[derive(Blank)]`, for layers and tapes of the user's own.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, GenericParam, Generics};

use crate::expand::fresh;

/// The framework's path.
fn dl() -> TokenStream {
    quote!(::dl)
}

/// The fields' names (or positions) and types.
fn fields(item: &DeriveInput) -> syn::Result<Vec<(TokenStream, &syn::Field)>> {
    let fields = match &item.data {
        Data::Struct(data) => &data.fields,
        _ => {
            return Err(syn::Error::new_spanned(
                &item.ident,
                format!("only a struct can hold parameters, but `{}` is none", item.ident),
            ));
        }
    };
    Ok(match fields {
        Fields::Unit => Vec::new(),
        fields => fields
            .iter()
            .enumerate()
            .map(|(i, field)| match &field.ident {
                Some(ident) => (ident.to_token_stream(), field),
                None => (syn::Index::from(i).to_token_stream(), field),
            })
            .collect(),
    })
}

/// The struct's scalar: its last type parameter.
fn scalar(generics: &Generics) -> Option<&Ident> {
    generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Type(param) => Some(&param.ident),
            _ => None,
        })
        .last()
}

/// The names of all parameters but lifetimes.
fn taken(generics: &Generics) -> Vec<Ident> {
    let consts = generics.const_params().map(|param| param.ident.clone());
    generics.type_params().map(|param| param.ident.clone()).chain(consts).collect()
}

/// The generics of an implementation, with the scalar bound, and one added if there is none.
fn generics(item: &DeriveInput, dl: &TokenStream) -> (TokenStream, TokenStream, Ident) {
    let name = scalar(&item.generics).cloned().unwrap_or_else(|| fresh("T", &taken(&item.generics)));
    let mut generics = item.generics.clone();
    for param in generics.type_params_mut() {
        if param.ident == name {
            param.bounds.push(syn::parse_quote!(#dl::Real));
        }
    }
    let (_, type_generics, where_clause) = item.generics.split_for_impl();
    let (impl_generics, _, _) = generics.split_for_impl();
    let ident = &item.ident;
    let ty = quote!(#ident #type_generics #where_clause);
    (impl_generics.to_token_stream(), ty, name)
}

/// `Blank` and `ZeroValid`.
pub(crate) fn blank(item: DeriveInput) -> TokenStream {
    match fields(&item) {
        Ok(fields) => blank_of(&item, &fields),
        Err(error) => error.into_compile_error(),
    }
}

fn blank_of(item: &DeriveInput, fields: &[(TokenStream, &syn::Field)]) -> TokenStream {
    let dl = dl();
    let (impl_generics, ty, _) = generics(item, &dl);
    let (names, types): (Vec<_>, Vec<_>) = fields.iter().map(|(name, field)| (name, &field.ty)).unzip();
    let checks = types.iter().map(|ty| quote!(zero_valid::<#ty>();));
    let (_, _, where_clause) = item.generics.split_for_impl();
    let zero_valid = (!types.is_empty()).then(|| {
        quote! {
            #[allow(dead_code)]
            fn all_fields #impl_generics () #where_clause {
                fn zero_valid<A: #dl::ZeroValid>() {}
                #(#checks)*
            }
        }
    });
    // The user's own bounds may stand in a `where` clause; ours stand with the parameters.
    quote! {
        #[allow(clippy::multiple_bound_locations)]
        const _: () = {
            impl #impl_generics #dl::Blank for #ty {
                const ZERO: Self = Self { #(#names: #dl::Blank::ZERO,)* };
            }
            #zero_valid
            // SAFETY: every field is valid when zero and needs no drop, as `all_fields` has the compiler check.
            unsafe impl #impl_generics #dl::ZeroValid for #ty {
                const ATOM: usize = #dl::place::atom::<Self>(&[#(#dl::place::field::<#types>()),*]);
            }
        };
    }
}

/// What `#[param(..)]` says of a field.
#[derive(Default)]
struct Options {
    init: Option<syn::Path>,
    kind: Option<Ident>,
}

fn options(field: &syn::Field) -> syn::Result<Options> {
    let mut options = Options::default();
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("param")) {
        attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("init") {
                options.init = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("bias") {
                options.kind = Some(Ident::new("Bias", proc_macro2::Span::call_site()));
            } else if meta.path.is_ident("norm") {
                options.kind = Some(Ident::new("Norm", proc_macro2::Span::call_site()));
            } else {
                return Err(meta.error(
                    "a parameter has no such option\nhelp: `init = ones`, `bias` and `norm` are understood",
                ));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

/// `Params`, with `Blank` and `ZeroValid`.
pub(crate) fn params(item: DeriveInput) -> TokenStream {
    let dl = dl();
    let fields = match fields(&item) {
        Ok(fields) => fields,
        Err(error) => return error.into_compile_error(),
    };
    let blank = blank_of(&item, &fields);
    let (impl_generics, ty, t) = generics(&item, &dl);
    let impl_generics = if scalar(&item.generics).is_some() {
        impl_generics
    } else {
        let mut with_scalar = item.generics.clone();
        with_scalar.params.push(syn::parse_quote!(#t: #dl::Real));
        with_scalar.split_for_impl().0.to_token_stream()
    };
    let (mut counts, mut visits, mut zips, mut inits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut places = Vec::new();
    for (i, (name, field)) in fields.iter().enumerate() {
        let options = match options(field) {
            Ok(options) => options,
            Err(error) => return error.into_compile_error(),
        };
        let (ty, key) = (&field.ty, proc_macro2::Literal::usize_unsuffixed(i));
        let text = match &field.ident {
            Some(ident) => ident.unraw().to_string(),
            None => i.to_string(),
        };
        counts.push(quote!(<#ty as #dl::Params<#t>>::PARAMS));
        places.push(quote! {
            #dl::params::Field::new(
                #text,
                ::core::mem::offset_of!(Self, #name),
                <#ty as #dl::Params<#t>>::LAYOUT,
            )
        });
        let (visit, zip) = match &options.kind {
            None => (quote!(f), quote!(f)),
            Some(kind) => (
                quote!(&mut |at, mut param| { param.kind = #dl::params::Kind::#kind; f(at, param) }),
                quote!(&mut |at, mut param, with| { param.kind = #dl::params::Kind::#kind; f(at, param, with) }),
            ),
        };
        visits.push(quote!(#dl::Params::<#t>::visit(&self.#name, at.field(#text), #visit);));
        zips.push(
            quote!(#dl::Params::<#t>::zip(&mut self.#name, with.each_mut().map(|g| &mut g.#name), at.field(#text), #zip);),
        );
        inits.push(match options.init {
            None => quote!(#dl::Params::<#t>::init(&mut self.#name, rng.fork(#key));),
            Some(init) => {
                let init = match init.get_ident() {
                    Some(known) => quote!(#dl::init::#known),
                    None => quote!(#init),
                };
                quote!(#dl::init::weights::<#t, _>(&mut self.#name, #init, rng.fork(#key));)
            }
        });
    }
    let (fold, quantize) = (fold(&item, &ty, &dl), quantize(&item, &dl));
    let n = fresh("N", &taken(&item.generics));
    let grad = if fields.is_empty() { quote!(()) } else { quote!(Self) };
    let count = if counts.is_empty() { quote!(0) } else { quote!(#(#counts)+*) };
    let (at, f, with, rng) = if fields.is_empty() {
        (quote!(_), quote!(_), quote!(_), quote!(_))
    } else {
        (quote!(at), quote!(f), quote!(mut with), quote!(rng))
    };
    quote! {
        #blank
        #fold
        #quantize
        #[allow(clippy::multiple_bound_locations)]
        impl #impl_generics #dl::Params<#t> for #ty {
            type Grad = #grad;
            const PARAMS: usize = #count;
            const LAYOUT: #dl::params::ParamLayout = #dl::params::ParamLayout::Fields(&[#(#places),*]);
            fn visit(&self, #at: #dl::params::Path<'_>, #f: &mut #dl::params::Visitor<'_, #t>) {
                #(#visits)*
            }
            fn zip<const #n: usize>(
                &mut self,
                #with: [&mut #grad; #n],
                #at: #dl::params::Path<'_>,
                #f: &mut #dl::params::Zipper<'_, #t, #n>,
            ) {
                #(#zips)*
            }
            fn init(&mut self, #rng: #dl::Rng) {
                #(#inits)*
            }
        }
    }
}

/// A layer of the user's own stays in floats, in a network of integers.
fn quantize(item: &DeriveInput, dl: &TokenStream) -> TokenStream {
    let t = scalar(&item.generics);
    let params = item.generics.params.iter().filter(|param| match param {
        GenericParam::Type(param) => Some(&param.ident) != t,
        _ => true,
    });
    let params = params.map(|param| {
        let mut param = param.clone();
        match &mut param {
            GenericParam::Type(param) => param.default = None,
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
        param
    });
    let args = item.generics.params.iter().map(|param| match param {
        GenericParam::Type(param) if Some(&param.ident) == t => quote!(f32),
        GenericParam::Type(param) => param.ident.to_token_stream(),
        GenericParam::Const(param) => param.ident.to_token_stream(),
        GenericParam::Lifetime(param) => param.lifetime.to_token_stream(),
    });
    let ident = &item.ident;
    quote!(#dl::keep_f32!([#(#params,)*] #ident<#(#args),*>, true);)
}

/// A layer of the user's own is its own twin.
fn fold(item: &DeriveInput, ty: &TokenStream, dl: &TokenStream) -> TokenStream {
    let (impl_generics, _, t) = generics(item, dl);
    let t = if scalar(&item.generics).is_some() { quote!(#t) } else { quote!(f32) };
    quote! {
        #[allow(clippy::multiple_bound_locations)]
        impl #impl_generics #dl::Fold for #ty {
            type Folded = Self;
            fn fold_into(&self, folded: &mut Self) {
                #dl::params::copy::<#t, Self>(folded, self);
            }
        }
    }
}
