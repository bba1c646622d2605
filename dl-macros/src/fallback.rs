//! What is emitted beside an error: the struct and its traits, so that nothing else breaks.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::Args;
use crate::ast::{Spec, Written};
use crate::report::Report;
use crate::shape::{Dim, Shape};

/// The errors, and a network of the same name whose passes do nothing.
pub(crate) fn fallback(args: &Args, written: &Written, report: Report) -> TokenStream {
    let errors = report.into_tokens();
    let (dl, vis, ident) = (&args.dl, &written.vis, &written.ident);
    // Names of our own: the user's may be those of our other parameters.
    let decls: Vec<_> =
        (0..written.generics.const_params().count()).map(|i| quote::format_ident!("SIZE{i}")).collect();
    let fields = written.fields.iter().map(|field| {
        let (vis, ident) = (&field.vis, &field.ident);
        quote!(#vis #ident: ())
    });
    let names: Vec<_> = written.fields.iter().map(|field| &field.ident).collect();
    let known = |dim: Dim| dim.known().filter(|n| *n <= u16::MAX as usize).unwrap_or(1);
    let inputs = args.input.as_ref().map_or(1, |shape| known(shape.len()));
    let is_tokens = args.input.as_ref().is_some_and(Shape::is_tokens);
    let outputs = written.fields.iter().rev().find_map(outputs).unwrap_or(inputs);
    let (x, y) = (
        if is_tokens { quote!(#dl::Tokens<#inputs>) } else { quote!(#dl::Vals<#inputs>) },
        quote!(#dl::Vals<#outputs>),
    );
    let name = ident.to_string();
    let trainer = quote::format_ident!("{ident}Trainer");
    let trainer = decls.is_empty().then(|| {
        quote! {
            #[allow(dead_code)]
            #vis type #trainer<L, O, const B: usize = 1> = #dl::train::Trainer<#ident, L, O, B>;
        }
    });
    quote! {
        #errors
        #[allow(dead_code, missing_docs)]
        #vis struct #ident<#(const #decls: usize,)* T: #dl::Real = f32> {
            #(#fields,)*
            scalar: ::core::marker::PhantomData<T>,
        }
        #trainer
        const _: () = {
            impl<#(const #decls: usize,)* T: #dl::Real> #dl::Blank for #ident<#(#decls,)* T> {
                const ZERO: Self = #ident { #(#names: (),)* scalar: ::core::marker::PhantomData };
            }
            // SAFETY: no bytes at all.
            unsafe impl<#(const #decls: usize,)* T: #dl::Real> #dl::ZeroValid for #ident<#(#decls,)* T> {}
            impl<#(const #decls: usize,)* T: #dl::Real> #dl::Params<T> for #ident<#(#decls,)* T> {
                type Grad = ();
                const PARAMS: usize = 0;
                fn visit(&self, _: #dl::params::Path<'_>, _: &mut #dl::params::Visitor<'_, T>) {}
                fn zip<const N: usize>(
                    &mut self,
                    _: [&mut (); N],
                    _: #dl::params::Path<'_>,
                    _: &mut #dl::params::Zipper<'_, T, N>,
                ) {
                }
                fn init(&mut self, _: #dl::Rng) {}
            }
            impl<#(const #decls: usize,)* T: #dl::Real> #dl::Layer<T, #x, #y> for #ident<#(#decls,)* T> {
                type Tape<const B: usize> = ();
                type Work<const B: usize> = ();
                fn forward<'a, const B: usize>(
                    &self,
                    _: <#x as #dl::Signal>::Ref<'_, T, B>,
                    _: &mut #dl::SMatrix<T, #outputs, B>,
                    _: ::core::option::Option<&mut ()>,
                    _: &mut (),
                    _: #dl::Pass<'a, B>,
                ) {
                }
                fn backward<'a, const B: usize>(
                    &self,
                    _: <#x as #dl::Signal>::Ref<'_, T, B>,
                    _: &#dl::SMatrix<T, #outputs, B>,
                    _: &(),
                    _: &#dl::SMatrix<T, #outputs, B>,
                    _: <#x as #dl::Signal>::Grad<'_, T, B>,
                    _: ::core::option::Option<&mut ()>,
                    _: &mut (),
                    _: #dl::Pass<'a, B>,
                ) {
                }
            }
            impl<#(const #decls: usize,)* T: #dl::Real> #dl::Network for #ident<#(#decls,)* T> {
                type Scalar = T;
                type In = #x;
                type Out = #y;
                const NAME: &'static str = #name;
                const INPUT: #dl::Shape = #dl::Shape::new([#inputs]);
                const OUTPUT: #dl::Shape = #dl::Shape::new([#outputs]);
                const ROWS: &'static [#dl::summary::Row] = &[];
                fn first_non_finite<const B: usize>(_: &()) -> ::core::option::Option<&'static str> {
                    ::core::option::Option::None
                }
            }
            impl<#(const #decls: usize,)* T: #dl::Real> ::core::fmt::Debug for #ident<#(#decls,)* T> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Formatter::write_str(f, #name)
                }
            }
            impl<#(const #decls: usize,)* T: #dl::Real, E: #dl::Edge> #dl::Fit<E> for #ident<#(#decls,)* T> {
                const OUT: #dl::Fitted = ::core::result::Result::Ok(#dl::Shape::new([#outputs]));
            }
            #[allow(dead_code)]
            impl<#(const #decls: usize),*> #ident<#(#decls),*> {
                #vis const PARAMS: usize = 0;
                #vis const PARAM_BYTES: usize = 0;
                #vis const MACS: usize = 0;
                #vis const CHUNK: usize = 1;
                #vis const fn infer_bytes<const B: usize>() -> usize {
                    0
                }
                #vis const fn train_bytes<O: #dl::Optimizer, const B: usize>() -> usize {
                    0
                }
                #vis fn summary() -> #dl::summary::Summary {
                    <Self as #dl::Network>::summary()
                }
            }
        };
    }
}

/// The outputs of a `Dense`, as far as they are a number.
fn outputs(field: &crate::ast::Field) -> Option<usize> {
    match &field.spec {
        Some(Spec::BuiltIn(layer)) if layer.definition.name == "Dense" => {
            let first = layer.arguments.first()?.expr().ok()?;
            Dim::of(&first).known().filter(|n| *n > 0 && *n <= u16::MAX as usize)
        }
        _ => None,
    }
}
