//! Valid lengths: which steps of a value count, and so the pass of every layer.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::mentions;
use super::passes::Passes;
use crate::check::{Node, Op};
use crate::flow::tuple;
use crate::layers::{Product, Role};

/// What a node does to valid lengths.
enum Lens {
    Same,
    /// Another number of steps, or none: a `LenMap`.
    Map(TokenStream),
    /// The layer is asked.
    Asked(TokenStream),
}

impl Passes<'_> {
    /// The type of the whole pass.
    pub(super) fn pass_ty(&self) -> TokenStream {
        let dl = &self.names.dl;
        if self.plan.net.inputs.len() == 1 {
            return quote!(#dl::Pass<'a, B>);
        }
        let lens = self.lens_ty(self.plan.net.inputs.len());
        quote!(#dl::Pass<'a, B, #lens>)
    }

    fn lens_ty(&self, parts: usize) -> TokenStream {
        let dl = &self.names.dl;
        tuple((0..parts).map(|_| quote!(#dl::Lens<'a, B>)))
    }

    /// The pass of every node: lengths change behind some layers, which matters only to those that may read them,
    /// unless `all` are wanted.
    ///
    /// Returns the passes that are made on the way, by name, and the one of each node; at the end, of each output.
    pub(super) fn passes(&self, all: bool) -> (Vec<(Ident, TokenStream)>, Vec<TokenStream>) {
        let net = &self.plan.net;
        let reads_lens = |node: &Node| net.layer_of(node).is_some_and(|layer| layer.reads_lens());
        let last_reader = net.nodes.iter().rposition(reads_lens);
        let mut declared = Vec::new();
        let mut of_values = vec![quote!(pass); net.values.len()];
        if net.inputs.len() > 1 {
            for (i, name) in net.inputs.iter().enumerate() {
                let (name, part) = (format_ident!("pass_{}", name.unraw()), Literal::usize_unsuffixed(i));
                declared.push((name.clone(), quote!(pass.with_lens(pass.lens().#part))));
                of_values[i] = quote!(#name);
            }
        }
        let mut passes = Vec::new();
        for (n, node) in net.nodes.iter().enumerate() {
            let mut current = of_values[node.inputs[0]].clone();
            if node.inputs.len() > 1 && matches!(node.op, Op::Layer(_)) {
                let lens = node.inputs.iter().map(|&v| {
                    let pass = &of_values[v];
                    quote!(#pass.lens())
                });
                let (lens, name) = (tuple(lens), format_ident!("pass_into_{}", node.name));
                declared.push((name.clone(), quote!(#current.with_lens(#lens))));
                current = quote!(#name);
            }
            passes.push(current.clone());
            if !all && last_reader.is_none_or(|last| n >= last) && node.outputs.len() == 1 {
                of_values[node.outputs[0]] = of_values[node.inputs[0]].clone();
                continue;
            }
            let lens = match self.lens_of(node) {
                Lens::Same => {
                    let lead = of_values[node.inputs[0]].clone();
                    node.outputs.iter().for_each(|&output| of_values[output] = lead.clone());
                    continue;
                }
                Lens::Map(map) => quote!(#current.lens().map(#map)),
                Lens::Asked(layer) => quote!(#layer::lens(#current)),
            };
            let next = format_ident!("pass_after_{}", node.name);
            declared.push((next.clone(), quote!(#current.with_lens(#lens))));
            if let [output] = node.outputs[..] {
                of_values[output] = quote!(#next);
                continue;
            }
            for (i, &output) in node.outputs.iter().enumerate() {
                let (name, part) = (format_ident!("{next}_{i}"), Literal::usize_unsuffixed(i));
                declared.push((name.clone(), quote!(#next.with_lens(#next.lens().#part))));
                of_values[output] = quote!(#name);
            }
        }
        passes.extend(net.outputs.iter().map(|&v| of_values[v].clone()));
        (declared, passes)
    }

    /// `body`, after those passes that it speaks of, and those that they are made from.
    pub(super) fn with_passes(declared: Vec<(Ident, TokenStream)>, mut body: TokenStream) -> TokenStream {
        for (name, pass) in declared.into_iter().rev() {
            if mentions(&body, &name.to_string()) {
                body = quote!(let #name = #pass; #body);
            }
        }
        body
    }

    fn lens_of(&self, node: &Node) -> Lens {
        let (dl, net) = (&self.names.dl, &self.plan.net);
        let drop = || Lens::Map(quote!(#dl::signal::LenMap::DROP));
        if self.plan.is_step {
            return Lens::Same; // a step has no length
        }
        match &node.op {
            Op::Slice(part) => match &part.first_step {
                // All steps but those before the first.
                Some(first) => {
                    let first = first.value();
                    Lens::Map(quote!(#dl::signal::LenMap::window(#first + 1, 1, 0)))
                }
                None => Lens::Same,
            },
            // Behind the valid steps of the first there are others.
            Op::Concat { steps: true, .. } => drop(),
            op => match net.role(op) {
                Some(Role::Rename) => {
                    let [before, after] = [node.inputs[0], node.outputs[0]].map(|v| &net.values[v].shape);
                    if before.is_same_text(after) { Lens::Same } else { drop() }
                }
                Some(Role::Layer { keeps_lens: false, .. } | Role::Product(Product::Steps)) => {
                    match net.layer_of(node) {
                        Some(layer) => Lens::Asked(self.names.as_layer(layer)),
                        None => drop(),
                    }
                }
                _ => Lens::Same,
            },
        }
    }

    /// How the whole network maps lengths, if it does: along the first inputs, from the first output back.
    pub(super) fn lens_const(&self) -> Option<TokenStream> {
        let (dl, net) = (&self.names.dl, &self.plan.net);
        let mut maps = Vec::new();
        let mut value = *net.outputs.first()?;
        while let Some(node) = net.maker(value).map(|n| &net.nodes[n]) {
            match self.lens_of(node) {
                Lens::Same => {}
                Lens::Map(map) => maps.push(map),
                Lens::Asked(layer) => maps.push(quote!(#layer::LENS)),
            }
            value = node.inputs[0];
        }
        maps.reverse();
        (!maps.is_empty())
            .then(|| quote!(const LENS: #dl::signal::LenMap = #dl::signal::LenMap::SAME #(.then(#maps))*;))
    }

    /// The lengths of all outputs, where one map does not say them.
    pub(super) fn lens_fn(&self) -> Option<TokenStream> {
        let net = &self.plan.net;
        let is_asked = |node: &Node| !matches!(self.lens_of(node), Lens::Same);
        let is_simple = net.inputs.len() == 1 && net.outputs.len() == 1;
        if self.is_chain() || (is_simple && !net.nodes.iter().any(is_asked)) {
            return None;
        }
        let (declared, passes) = self.passes(true);
        let lens = passes[net.nodes.len()..].iter().map(|pass| quote!(#pass.lens()));
        let body = Self::with_passes(declared, tuple(lens));
        let (pass_ty, lens_ty) = (self.pass_ty(), self.lens_ty(net.outputs.len()));
        Some(quote!(fn lens<'a, const B: usize>(pass: #pass_ty) -> #lens_ty { #body }))
    }
}
