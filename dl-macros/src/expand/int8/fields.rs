//! The fields of the structs: layers of integers, scratch memory, values.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use super::{Integers, Side, f32_of, is_nested};
use crate::check::{Form, Layer, Node, Op, ValueId};
use crate::expand::number;
use crate::layers::Role;
use crate::plan::{Run, Step};

impl Integers<'_> {
    /// Names for what the integers at both ends stand for, and for the number of the layers, which no field has.
    pub(super) fn ends(&self) -> [Ident; 3] {
        ["input", "output", "architecture"].map(|name| {
            let mut name = name.to_owned();
            while self.plan().net.nodes.iter().any(|node| node.name == name) {
                name.push('_');
            }
            format_ident!("{name}")
        })
    }

    /// The field of a node: its own, or one by the node's name.
    pub(super) fn field(&self, node: &Node) -> Ident {
        let layer = self.plan().net.layer_of(node);
        layer.map_or_else(|| format_ident!("{}", node.name), |layer| layer.field.ident.clone())
    }

    /// Its type over `f32`.
    pub(super) fn layer_ty(&self, node: &Node) -> TokenStream {
        f32_of(&self.passes.layer_ty(node))
    }

    /// `<Layer's type as Quantize<In, Out>>`
    pub(super) fn as_quantize(&self, node: &Node) -> TokenStream {
        let (dl, ty, [x, y]) = (self.dl(), self.layer_ty(node), self.lens(node));
        quote!(<#ty as #dl::quant::Quantize<#x, #y>>)
    }

    pub(super) fn lens(&self, node: &Node) -> [TokenStream; 2] {
        [node.inputs[0], node.outputs[0]].map(|v| self.plan().net.values[v].len.arg())
    }

    /// The type of a node in integers; `()` if it is none of its own.
    pub(super) fn int8_ty(&self, node: &Node) -> TokenStream {
        let (dl, net) = (self.dl(), &self.plan().net);
        let is_bound = |step: &Step| self.passes.bound(step).is_some_and(|n| net.nodes[n].name == node.name);
        if net.role(&node.op) == Some(Role::Rename) || self.plan().steps.iter().any(is_bound) {
            return quote!(());
        }
        match net.form(node) {
            Some(Form::Own) => {
                let layer = self.as_quantize(node);
                quote!(#layer::Int8)
            }
            Some(Form::Keep) => {
                let (ty, [x, y]) = (self.layer_ty(node), self.lens(node));
                quote!(#dl::quant::KeepF32<#ty, #x, #y>)
            }
            Some(Form::Table) => quote!(#dl::quant::TableInt8),
            Some(Form::Add) => quote!(#dl::quant::AddInt8),
            None => quote!(()),
        }
    }

    /// The fields: those of the network, and one for each sum and function that needs one.
    pub(super) fn fields(&self) -> Vec<(syn::Visibility, Ident, TokenStream)> {
        let net = &self.plan().net;
        let of_layer = |layer: &Layer<'_>| {
            let node = net.nodes.iter().find(|node| matches!(node.op, Op::Layer(i) if i == layer.index));
            let ty = node.map_or_else(|| quote!(()), |node| self.int8_ty(node));
            (layer.field.vis.clone(), layer.field.ident.clone(), ty)
        };
        let others = net.nodes.iter().filter(|node| !matches!(node.op, Op::Layer(_)));
        let others = others.map(|node| (syn::Visibility::Inherited, self.field(node), self.int8_ty(node)));
        net.layers.iter().map(of_layer).chain(others.filter(|(.., ty)| ty.to_string() != "()")).collect()
    }

    /// The nodes with scratch memory of their own: layers of floats, and what has values inside.
    pub(super) fn with_work(&self) -> Vec<&Node> {
        let has_work = |node: &&Node| {
            is_nested(&self.passes, node)
                || (self.plan().net.form(node) == Some(Form::Keep)
                    && self.plan().net.role(&node.op) != Some(Role::Rename))
        };
        self.plan().net.nodes.iter().filter(has_work).collect()
    }

    pub(super) fn work_fields(&self) -> Vec<(TokenStream, TokenStream)> {
        let dl = self.dl();
        let slots = self.plan().slots.iter().enumerate().map(|(i, slot)| {
            let len = slot.len(dl);
            (format_ident!("slot{i}").to_token_stream(), quote!([i8; #len]))
        });
        let shared = self.with_work().into_iter().rev().fold(None, |rest, node| {
            let ty = self.int8_ty(node);
            let work = quote!(<#ty as #dl::quant::Int8Layer>::Work);
            Some(match rest {
                None => work,
                Some(rest) => quote!(#dl::place::Overlap<#work, #rest>),
            })
        });
        slots.chain(shared.map(|shared| (quote!(shared), shared))).collect()
    }

    /// The scratch memory of a node.
    pub(super) fn work_of(&self, node: &Node, side: &Side) -> TokenStream {
        let with_work = self.with_work();
        let work = &side.work;
        let Some(place) = with_work.iter().position(|other| other.name == node.name) else {
            return quote!(&mut ());
        };
        let seconds = (0..place).map(|_| quote!(.second()));
        match (place, with_work.len()) {
            (_, 1) => quote!(&mut #work.shared),
            (place, count) if place + 1 == count => quote!(#work.shared #(#seconds)*),
            _ => quote!(#work.shared #(#seconds)* .first()),
        }
    }

    /// The values inside of layers, by field.
    pub(super) fn inside(&self) -> Vec<(TokenStream, TokenStream)> {
        let nested = self.plan().net.nodes.iter().filter(|node| is_nested(&self.passes, node));
        nested
            .map(|node| {
                let layer = self.as_quantize(node);
                (self.inside_of(node).to_token_stream(), quote!(#layer::Values))
            })
            .collect()
    }

    pub(super) fn inside_of(&self, node: &Node) -> Ident {
        format_ident!("inside_{}", node.name)
    }

    /// The values that are looked at, by name: the input, the output of each step, and what a table makes of it.
    pub(super) fn seen(&self) -> Vec<String> {
        let input = self.plan().net.inputs[0].unraw().to_string();
        let mut seen = vec![input];
        for step in &self.plan().steps {
            seen.push(self.plan().values[step.outputs[0]].name.clone());
            seen.extend(self.passes.then(step).map(|then| then.name.clone()));
        }
        seen
    }

    /// A value's place among those that are looked at, by name.
    pub(super) fn place_of(&self, name: &str) -> TokenStream {
        let place = self.seen().iter().skip(1).position(|seen| seen == name).map_or(0, |place| place + 1);
        number(place).into_token_stream()
    }

    pub(super) fn shown(&self) -> TokenStream {
        let names = self.seen();
        let values = names.iter().enumerate().map(|(i, name)| {
            let place = number(i);
            quote!(f(at.field(#name), &self.values[#place]);)
        });
        let nested = self.plan().net.nodes.iter().filter(|node| is_nested(&self.passes, node));
        let nested = nested.map(|node| {
            let (name, inside, dl) = (&node.name, self.inside_of(node), self.dl());
            quote!(#dl::quant::Values::visit(&self.#inside, at.field(#name), f);)
        });
        quote!(#(#values)* #(#nested)*)
    }

    /// Pixels of the image that a value of the network lies as; 1 for what is none.
    pub(super) fn pixels(&self, value: usize) -> TokenStream {
        self.plan().net.lies_as(value).area().value()
    }

    /// Pixels of a value of the plan.
    pub(super) fn pixels_of(&self, v: ValueId) -> TokenStream {
        let plan = self.plan();
        if v < plan.net.inputs.len() {
            return self.pixels(v);
        }
        let step = plan.steps.iter().find(|step| step.outputs.contains(&v));
        match step.map(|step| (step, step.run)) {
            Some((_, Run::Node(n))) => self.pixels(plan.net.nodes[n].outputs[0]),
            Some((step, Run::Copy)) => self.pixels_of(step.inputs[0]),
            None => quote!(1),
        }
    }
}
