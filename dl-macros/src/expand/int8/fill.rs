//! What fills a network of integers, and what writes its numbers.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Integers, is_nested};
use crate::check::{Form, ValueId};

impl Integers<'_> {
    /// What writes its numbers.
    pub(super) fn written(&self) -> TokenStream {
        let (dl, name, [input, output, architecture]) = (self.dl(), &self.name, self.ends());
        let fields = self.plan().net.nodes.iter().filter_map(|node| {
            let (field, ty) = (self.field(node), self.int8_ty(node).to_string());
            let at = quote!(at + ::core::mem::offset_of!(#name, #field));
            match self.plan().net.form(node) {
                _ if ty == "()" => None,
                Some(Form::Own | Form::Keep) => {
                    Some(quote!(#dl::quant::Int8Layer::write(&self.#field, #at, to);))
                }
                _ => Some(quote!(self.#field.write(#at, to);)),
            }
        });
        quote! {
            #(#fields)*
            to.affine(at + ::core::mem::offset_of!(#name, #input), self.#input);
            to.affine(at + ::core::mem::offset_of!(#name, #output), self.#output);
            to.u32(at + ::core::mem::offset_of!(#name, #architecture), self.#architecture);
        }
    }

    /// The layer that has learnt the range of a value, if one reads it.
    fn learnt(&self, v: ValueId) -> Option<TokenStream> {
        let plan = self.plan();
        let readers = plan.steps.iter().filter(|step| step.inputs.contains(&v));
        let mut nodes = readers.filter_map(|step| plan.node(step));
        nodes.find(|node| plan.net.is_named(node, &["FakeQuantize"])).map(|node| self.passes.layer(node))
    }

    /// What fills the network of integers.
    pub(super) fn quantize(&self) -> TokenStream {
        let dl = self.dl();
        let plan = self.plan();
        let [input, output, architecture] = self.ends();
        let scale = |v: ValueId| format_ident!("of_{}", plan.values[v].name);
        let input_scale = scale(0);
        let input_pixels = self.pixels_of(0);
        let steps = plan.steps.iter().map(|step| {
            let (v, from) = (step.outputs[0], scale(step.inputs[0]));
            let (to, place) = (scale(v), self.place_of(&plan.values[v].name));
            let [x_pixels, y_pixels] = [step.inputs[0], v].map(|v| self.pixels_of(v));
            let relu = self.passes.bound(step).is_some();
            let learnt = self.learnt(v);
            let range_of = |place: &TokenStream| {
                let seen = quote!(values.values[#place].affine_by(at.method));
                learnt.as_ref().map_or(
                    seen.clone(),
                    |learnt| quote!(#dl::layers::FakeQuantize::affine(#learnt).unwrap_or(#seen)),
                )
            };
            let range = match self.passes.then(step) {
                None => range_of(&quote!(#place)),
                Some(_) => quote!(values.values[#place].affine_by(at.method)),
            };
            let at = quote!(at.between(#from, #range, #relu, [#x_pixels, #y_pixels]));
            let filled = match plan.node(step) {
                None => quote!(#from),
                Some(node) => {
                    let (field, layer) = (self.field(node), self.passes.layer(node));
                    match plan.net.form(node) {
                        Some(Form::Own) => {
                            let ty = self.as_quantize(node);
                            let inside = if is_nested(&self.passes, node) {
                                let inside = self.inside_of(node);
                                quote!(&mut values.#inside)
                            } else {
                                quote!(&mut ())
                            };
                            quote!(#ty::quantize(#layer, &mut int8.#field, #at, #inside))
                        }
                        Some(Form::Keep) => quote!(int8.#field.fill(#layer, #at)),
                        Some(Form::Add) => {
                            let other = scale(step.inputs[1]);
                            quote!(int8.#field.set(#other, #at))
                        }
                        Some(Form::Table) => {
                            let ty = self.layer_ty(node);
                            quote!(int8.#field.fill::<#ty>(#from, #range))
                        }
                        None => quote!(#from),
                    }
                }
            };
            let then = self.passes.then(step).map(|then| {
                let (field, ty, place) = (self.field(then), self.layer_ty(then), self.place_of(&then.name));
                let range = range_of(&quote!(#place));
                quote! {
                    let #to = int8.#field.fill::<#ty>(#to, #range);
                    values.values[#place].set_affine(#to, #y_pixels);
                }
            });
            quote! {
                let #to = #filled;
                values.values[#place].set_affine(#to, #y_pixels);
                #then
            }
        });
        let last = scale(plan.outputs[0]);
        quote! {
            let #input_scale = at.x;
            values.values[0].set_affine(#input_scale, #input_pixels);
            #(#steps)*
            int8.#input = at.x;
            int8.#output = #last;
            int8.#architecture = #dl::quant::architecture::<Self>();
            #last
        }
    }
}
