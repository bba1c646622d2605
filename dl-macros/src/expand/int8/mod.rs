//! The network of integers, and how a network of floats fills it.
//!
//! The steps are those of the forward pass, with a memory plan of their own. Each is there three times: with floats, whose values
//! are looked at; with integers; and as the call that fills the layer of integers.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use super::passes::Passes;
use super::{Names, items, mentions, number, prose};
use crate::args::Int8;
use crate::check::{Form, Node};
use crate::plan::Plan;

mod fields;
mod fill;
mod floats;
mod steps;

use floats::Floats;

/// All items of the network of integers.
pub(crate) fn int8(plan: &mut Plan<'_>, asked: &Int8) -> TokenStream {
    let names = Names::new(plan);
    // Every value is looked at after it is made: no reference to it is given away.
    plan.values.iter_mut().for_each(|value| value.readers += 2);
    let floats: Vec<_> = {
        let passes = Passes::new(plan, &names, false);
        plan.steps.iter().map(|step| passes.floats(step)).collect()
    };
    plan.place_integers();
    let passes = Passes::new(plan, &names, false);
    let name = asked.name(&names.net);
    Integers { passes, work: format_ident!("{name}Work"), values: format_ident!("{name}Values"), name }
        .items(&floats)
}

/// That a network has no form in integers.
pub(super) fn none(names: &Names) -> TokenStream {
    let (dl, decls, net_ty) = (&names.dl, &names.decls, f32_of(&names.net_ty));
    quote!(#dl::keep_f32!([#decls] #net_ty, false);)
}

/// Whether a node has values inside.
fn is_nested(passes: &Passes<'_>, node: &Node) -> bool {
    let net = &passes.plan.net;
    net.layer_of(node).is_some_and(|layer| layer.is_open) && net.form(node) == Some(Form::Own)
}

/// What the generated items are made from.
struct Integers<'a> {
    passes: Passes<'a>,
    name: Ident,
    work: Ident,
    values: Ident,
}

/// Names of the input, the output, the scratch memory and the network, in one of the functions.
struct Side {
    x: TokenStream,
    y: TokenStream,
    work: TokenStream,
    net: TokenStream,
}

impl Integers<'_> {
    fn plan(&self) -> &Plan<'_> {
        self.passes.plan
    }

    fn dl(&self) -> &TokenStream {
        &self.passes.names.dl
    }

    fn items(&self, floats: &[Floats]) -> TokenStream {
        let dl = self.dl();
        let (net, vis) = (&self.passes.names.net, &self.plan().net.written.vis);
        let (name, work, values) = (&self.name, &self.work, &self.values);
        let [input, output, architecture] = self.ends();

        let fields = self.fields();
        let visibility = fields.iter().map(|(vis, ..)| vis);
        let types = fields.iter().map(|(.., ty)| ty);
        let fields: Vec<_> = fields.iter().map(|(_, field, _)| field.to_token_stream()).collect();
        let (doc_in, doc_out) =
            (" What the integers that come in stand for.", " What those that go out stand for.");
        let doc = format!(" [`{net}`] in integers, filled by `quant::Calibration`.");
        let (work_fields, work_types): (Vec<_>, Vec<_>) = self.work_fields().into_iter().unzip();
        let (inside, inside_types): (Vec<_>, Vec<_>) = self.inside().into_iter().unzip();
        let count = number(self.seen().len());
        let work_doc = format!(" Scratch memory of [`{name}`]: slots that values take turns in.");
        let values_doc = format!(" What a calibration knows about the values of [`{net}`].");
        let structs = quote! {
            #[doc = #doc]
            #[repr(C)]
            #[allow(dead_code, missing_docs, clippy::type_complexity)]
            #vis struct #name {
                #(#visibility #fields: #types,)*
                #[doc = #doc_in]
                pub #input: #dl::quant::Affine,
                #[doc = #doc_out]
                pub #output: #dl::quant::Affine,
                #[doc = " A number for the layers that it was filled with."]
                pub #architecture: u32,
            }
            #[doc = #work_doc]
            #[repr(C)]
            #[allow(dead_code, missing_docs)]
            #vis struct #work { #(#vis #work_fields: #work_types,)* }
            #[doc = #values_doc]
            #[repr(C)]
            #[allow(dead_code, missing_docs, clippy::type_complexity)]
            #vis struct #values {
                #vis values: [#dl::quant::Value; #count],
                #(#vis #inside: #inside_types,)*
            }
        };
        let own = [&input, &output, &architecture].map(ToTokens::to_token_stream);
        let all: Vec<_> = fields.iter().cloned().chain(own).collect();
        let plain = {
            let types = self.fields().into_iter().map(|(.., ty)| ty);
            quote!(const PLAIN: bool = true #(&& <#types as #dl::ZeroValid>::PLAIN)*;)
        };
        let zero = |ty: &Ident, fields: &[TokenStream], atom: TokenStream| {
            items::zeros(dl, &quote!(), &ty.to_token_stream(), ty, fields, atom)
        };
        let atom =
            quote!(const ATOM: usize = #dl::place::atom::<Self>(&[#(#dl::place::field::<#work_types>()),*]););
        let all_values: Vec<_> = std::iter::once(quote!(values)).chain(inside.iter().cloned()).collect();
        let zeros =
            [zero(name, &all, plain), zero(work, &work_fields, atom), zero(values, &all_values, quote!())];
        let implementations = self.implementations(floats);
        let mut block = quote!(#(#zeros)* #implementations);
        if !self.plan().net.args.dl_is_said {
            block = prose::with_imports(block, dl);
        }
        quote! {
            #structs
            const _: () = { #block };
        }
    }

    fn implementations(&self, floats: &[Floats]) -> TokenStream {
        let (dl, names) = (self.dl(), self.passes.names);
        let (net, name, work, values) = (&names.net, &self.name, &self.work, &self.values);
        let net_ty = f32_of(&names.net_ty);
        let [input, output, architecture] = self.ends();
        let written = self.written();
        let (x_len, y_len) = (self.plan().inputs()[0].len.arg(), self.plan().outputs()[0].len.arg());
        let text = name.unraw().to_string();
        let pixels = [self.plan().net.inputs.len() - 1, self.plan().net.outputs[0]].map(|v| self.pixels(v));

        let side = Side { x: quote!(x), y: quote!(y), work: quote!(work), net: quote!(self) };
        let forward: TokenStream = self.plan().steps.iter().map(|step| self.integers(step, &side)).collect();
        let work_arg = if mentions(&forward, "work") { quote!(work) } else { quote!(_) };
        let in_place = self.in_place();

        let scalars = quote! {
            #[allow(dead_code)]
            type T = f32;
            #[allow(dead_code)]
            const B: usize = 1;
        };
        let observe = self.observe(floats);
        let quantize = self.quantize();
        let compare = self.compare(floats);
        let pass = |body: &TokenStream| {
            mentions(body, "pass").then(|| quote!(let pass = #dl::Pass::<'_, 1>::infer();))
        };
        let (declared, _) = self.passes.passes(false);
        let observe = Passes::with_passes(declared.clone(), observe);
        let compare = Passes::with_passes(declared, compare);
        let (observe_pass, compare_pass) = (pass(&observe), pass(&compare));
        let used = |body: &TokenStream, name: &str| {
            let ident = format_ident!("{name}");
            if mentions(body, name) { quote!(#ident) } else { quote!(_) }
        };
        let observe_work = used(&observe, "work");
        let (compare_work, compare_int8_work) = (used(&compare, "work"), used(&compare, "int8_work"));
        let shown = self.shown();
        let vector = |len: &TokenStream| quote!(#dl::SMatrix<f32, #len, 1>);
        let (x_ty, y_ty) = (vector(&x_len), vector(&y_len));
        quote! {
            impl #dl::quant::Int8Layer for #name {
                type Work = #work;

                fn forward(&self, x: &[i8], y: &mut [i8], #work_arg: &mut #work) {
                    #forward
                }

                #in_place

                fn write(&self, at: usize, to: &mut #dl::quant::Writer<'_>) {
                    #written
                }
            }
            impl #dl::quant::Int8Network<#x_len, #y_len> for #name {
                const NAME: &'static str = #text;
                const PIXELS: [usize; 2] = [#(#pixels),*];
                const ARCHITECTURE: u32 = #dl::quant::architecture::<#net>();

                fn summary() -> #dl::summary::Summary {
                    #dl::summary::Summary {
                        name: #text,
                        param_bytes: ::core::mem::size_of::<Self>(),
                        infer_bytes: ::core::mem::size_of::<#dl::quant::Int8Memory<#work, #x_len, #y_len>>(),
                        ..<#net as #dl::Network>::summary()
                    }
                }

                fn architecture(&self) -> u32 {
                    self.#architecture
                }

                fn ends(&self) -> [#dl::quant::Affine; 2] {
                    [self.#input, self.#output]
                }
            }
            impl #dl::quant::Values for #values {
                fn visit(
                    &self,
                    at: #dl::params::Path<'_>,
                    f: &mut dyn ::core::ops::FnMut(#dl::params::Path<'_>, &#dl::quant::Value),
                ) {
                    #shown
                }
            }
            impl #dl::quant::QuantizeNetwork<#x_len, #y_len> for #net_ty {
                fn input(values: &#values) -> &#dl::quant::Value {
                    &values.values[0]
                }
            }
            impl #dl::quant::Quantize<#x_len, #y_len> for #net_ty {
                type Int8 = #name;
                type Values = #values;

                fn observe(
                    &self,
                    x: &#x_ty,
                    y: &mut #y_ty,
                    #observe_work: &mut <#net as #dl::Layer<f32, #dl::Vals<#x_len>, #dl::Vals<#y_len>>>::Work<1>,
                    values: &mut #values,
                ) {
                    #scalars
                    #observe_pass
                    #observe
                }

                fn quantize(&self, int8: &mut #name, at: #dl::quant::At, values: &mut #values) -> #dl::quant::Affine {
                    #quantize
                }

                fn compare(
                    &self,
                    int8: &#name,
                    (x, int8_x): (&#x_ty, &[i8]),
                    (y, int8_y): (&mut #y_ty, &mut [i8]),
                    (#compare_work, #compare_int8_work): (
                        &mut <#net as #dl::Layer<f32, #dl::Vals<#x_len>, #dl::Vals<#y_len>>>::Work<1>,
                        &mut #work,
                    ),
                    values: &mut #values,
                ) {
                    #scalars
                    #compare_pass
                    #compare
                }
            }
        }
    }
}

/// A type with `f32` for its scalar.
fn f32_of(ty: &TokenStream) -> TokenStream {
    ty.clone()
        .into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident == "T" => quote!(f32),
            TokenTree::Group(group) => {
                let mut new = proc_macro2::Group::new(group.delimiter(), f32_of(&group.stream()));
                new.set_span(group.span());
                TokenTree::Group(new).into_token_stream()
            }
            token => token.into_token_stream(),
        })
        .collect()
}
