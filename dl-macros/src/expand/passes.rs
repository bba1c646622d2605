//! `Layer`: the forward and backward passes as straight-line calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;

use super::params::layers_sum;
use super::{Names, argument, arguments, mentions, number};
use crate::check::{Node, Op};
use crate::closure::Forward;
use crate::flow::{self, tuple};
use crate::layers::{Product, Role};
use crate::plan::{Plan, Step};

/// The whole implementation.
pub(super) fn layer(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls, net_ty) = (&names.dl, &names.decls, &names.net_ty);
    let (x, y, tape_ty, work_ty) = (&names.input, &names.output, &names.tape_ty, &names.work_ty);
    let passes = Passes::new(plan, names, is_tiny(plan));
    let macs = layers_sum(passes.macs());
    let (sets_grad, mixes) = (passes.sets_grad_const(), passes.mixes_const());
    let (lens_const, lens) = (passes.lens_const(), passes.lens_fn());

    let (inputs, outputs) = (plan.inputs(), plan.outputs());
    let (x_refs, y_muts) = (passes.chunks(&inputs, &quote!(&)), passes.chunks(&outputs, &quote!(&mut)));
    let x_names: Vec<_> = (0..inputs.len()).map(|i| passes.input("x", i)).collect();
    let y_names: Vec<_> = (0..outputs.len()).map(|k| passes.output("y", k)).collect();
    let pass_ty = passes.pass_ty();
    let work_arg = quote!(&mut Self::Work<B>);

    let (record, infer) = (passes.forward(true), passes.forward(false));
    let checks = (!plan.net.const_names.is_empty() && !plan.net.checks.is_empty()).then(|| {
        let checks = &plan.net.checks;
        quote!(const { #(#checks)* })
    });
    let forward = if plan.has_tape() {
        quote! {
            #checks
            match tape {
                ::core::option::Option::Some(tape) => { #record }
                ::core::option::Option::None => { #infer }
            }
        }
    } else {
        quote!(#checks #infer)
    };
    let forward_args = [
        arguments(&x_names, &x_refs, &forward),
        arguments(&y_names, &y_muts, &forward),
        argument("tape", &quote!(::core::option::Option<&mut Self::Tape<B>>), &forward),
        argument("work", &work_arg, &forward),
        argument("pass", &pass_ty, &forward),
    ];

    let backward = passes.backward();
    let backward_args = passes.back_args(&backward);

    let inline = passes.is_tiny.then(|| quote!(#[inline(always)]));
    let settle = passes.settle();
    let settle = (!settle.is_empty()).then(|| {
        quote! {
            fn settle<'a, const B: usize>(&mut self, tape: &Self::Tape<B>, pass: #pass_ty) {
                #settle
            }
        }
    });

    quote! {
        #[diagnostic::do_not_recommend]
        impl<#decls T: #dl::Real> #dl::Layer<T, #x, #y> for #net_ty {
            type Tape<const B: usize> = #tape_ty;
            type Work<const B: usize> = #work_ty;
            const MACS: usize = #macs;
            #sets_grad
            #mixes
            #lens_const

            #inline
            fn forward<'a, const B: usize>(&self, #(#forward_args),*) {
                #forward
            }

            #inline
            fn backward<'a, const B: usize>(&self, #(#backward_args),*) {
                #backward
            }

            #settle
            #lens
        }
    }
}

/// Whether the network is so small that its passes become part of the caller's code, one copy for each instruction set: the
/// trainer has entries for such networks, by the same measure.
pub(super) fn is_tiny(plan: &Plan<'_>) -> bool {
    let of = |node: &Node| plan.net.layer_of(node).map_or(Some(0), |layer| layer.macs);
    let macs: Option<usize> = plan.net.nodes.iter().map(of).sum();
    macs.is_some_and(|macs| macs <= if plan.is_step { 5000 } else { 2000 })
}

/// Whether a type is `Softmax<7>` and the like, which is no expression.
fn has_arguments(ty: &TokenStream) -> bool {
    let path = syn::parse2::<syn::Path>(ty.clone());
    path.is_ok_and(|path| path.segments.iter().any(|segment| !segment.arguments.is_empty()))
}

/// What all passes are written from.
pub(super) struct Passes<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) names: &'a Names,
    pub(super) is_tiny: bool,
    /// Whether layers that learn take a step, and no gradient is kept.
    pub(super) descends: bool,
}

impl<'a> Passes<'a> {
    pub(super) fn new(plan: &'a Plan<'a>, names: &'a Names, is_tiny: bool) -> Self {
        Passes { plan, names, is_tiny, descends: false }
    }
}

impl Passes<'_> {
    /// The types of lent chunks.
    fn chunks(&self, flows: &[flow::Flow], how: &TokenStream) -> Vec<TokenStream> {
        let chunk = |flow: &flow::Flow| {
            let chunk = flow.chunk(&self.names.dl);
            quote!(#how #chunk)
        };
        flows.iter().map(chunk).collect()
    }

    /// The arguments of a backward pass.
    pub(super) fn back_args(&self, body: &TokenStream) -> Vec<TokenStream> {
        let (inputs, outputs) = (self.plan.inputs(), self.plan.outputs());
        let (x_refs, y_refs) = (self.chunks(&inputs, &quote!(&)), self.chunks(&outputs, &quote!(&)));
        let inputs_as = |prefix: &str| (0..inputs.len()).map(|i| self.input(prefix, i)).collect::<Vec<_>>();
        let outputs_as =
            |prefix: &str| (0..outputs.len()).map(|k| self.output(prefix, k)).collect::<Vec<_>>();
        let dx_types: Vec<_> = inputs
            .iter()
            .zip(self.chunks(&inputs, &quote!(&mut)))
            .map(
                |(flow, chunk)| {
                    if flow.shape.is_tokens() { quote!(()) } else { quote!(::core::option::Option<#chunk>) }
                },
            )
            .collect();
        let mut args = vec![
            arguments(&inputs_as("x"), &x_refs, body),
            arguments(&outputs_as("y"), &y_refs, body),
            argument("tape", &quote!(&Self::Tape<B>), body),
            arguments(&outputs_as("dy"), &y_refs, body),
            self.dx_argument(&inputs_as("dx"), &dx_types, body),
        ];
        if !self.descends {
            let grad = if mentions(body, "grad") { quote!(mut grad) } else { quote!(_) };
            args.push(quote!(#grad: ::core::option::Option<&mut Self::Grad>));
        }
        args.push(argument("work", &quote!(&mut Self::Work<B>), body));
        args.push(argument("pass", &self.pass_ty(), body));
        args
    }

    /// `x` or `dx` of input `i`; of several, by the names that the closure gives them.
    pub(super) fn input(&self, prefix: &str, i: usize) -> Ident {
        match self.plan.net.inputs.as_slice() {
            [_] => format_ident!("{prefix}"),
            names => format_ident!("{prefix}_{}", names[i].unraw(), span = Span::mixed_site()),
        }
    }

    /// `y` or `dy` of output `k`.
    pub(super) fn output(&self, prefix: &str, k: usize) -> Ident {
        if self.plan.outputs.len() == 1 { format_ident!("{prefix}") } else { format_ident!("{prefix}{k}") }
    }

    /// The node that a step runs, and its layer's role.
    pub(super) fn role(&self, step: &Step) -> Option<Role> {
        self.plan.node(step).and_then(|node| self.plan.net.role(&node.op))
    }

    /// A node's layer as a value: `&self.fc1`, or the function itself.
    pub(super) fn layer(&self, node: &Node) -> TokenStream {
        match &node.op {
            Op::Layer(i) => {
                let layer = &self.plan.net.layers[*i];
                if let Some(other) = layer.tied {
                    let other = &other.ident;
                    return quote!(self.#other.unembed());
                }
                let field = node.at.as_ref().unwrap_or(&layer.field.ident);
                quote!(&self.#field)
            }
            Op::Function(function) => {
                let (dl, ty) = (&self.names.dl, &function.ty);
                if has_arguments(ty) { quote!(&<#ty as #dl::Blank>::ZERO) } else { quote!(&#ty) }
            }
            _ => TokenStream::new(),
        }
    }

    /// The type of a node's layer.
    pub(super) fn layer_ty(&self, node: &Node) -> TokenStream {
        match &node.op {
            Op::Layer(i) => self.names.types[*i].clone(),
            Op::Function(function) => function.ty.clone(),
            _ => TokenStream::new(),
        }
    }

    /// Whether a node is a dense layer of a tiny network.
    pub(super) fn is_small(&self, node: &Node) -> bool {
        let layer = self.plan.net.layer_of(node);
        self.is_tiny
            && layer.is_some_and(|layer| layer.role == Role::Product(Product::Features) && !layer.is_open)
    }

    /// `Layer` of a node. A layer of the user's own says its signals, so that one which does not fit is no second error
    /// here.
    pub(super) fn layer_trait(&self, node: &Node) -> TokenStream {
        let dl = &self.names.dl;
        match self.plan.net.layer_of(node) {
            Some(layer) if layer.has_memory() => {
                let (x, y) = (flow::signal(dl, &layer.inputs), flow::signal(dl, &layer.outputs));
                quote!(#dl::Layer::<T, #x, #y>)
            }
            _ => quote!(#dl::Layer),
        }
    }

    fn macs(&self) -> Vec<TokenStream> {
        let layers = self.plan.net.nodes.iter().filter_map(|node| self.plan.net.layer_of(node));
        layers
            .filter(|layer| matches!(layer.role, Role::Product(_) | Role::Layer { .. }))
            .map(|layer| {
                let layer = self.names.as_layer(layer);
                quote!(#layer::MACS)
            })
            .collect()
    }

    /// The key of a node's random numbers: its field's place, or one of its own for every further call.
    pub(super) fn key(&self, n: usize) -> Option<TokenStream> {
        let nodes = &self.plan.net.nodes;
        let field = |node: &Node| match node.op {
            Op::Layer(i) => Some(i),
            _ => None,
        };
        let i = field(&nodes[n])?;
        let again = (0..=n).filter(|&k| {
            let i = field(&nodes[k]);
            i.is_some() && nodes[..k].iter().any(|node| field(node) == i)
        });
        let again: Vec<_> = again.collect();
        let key = if again.last() == Some(&n) { self.plan.net.layers.len() + again.len() - 1 } else { i };
        Some(number(key).into_token_stream())
    }

    /// The scratch memory of a node: its layer's side of the overlap of all that have some.
    pub(super) fn work(&self, node: &Node) -> TokenStream {
        let with_memory: Vec<_> = self.plan.layers_with_memory().collect();
        let place = match node.op {
            Op::Layer(i) => with_memory.iter().position(|other| *other == i),
            _ => None,
        };
        let Some(place) = place else { return quote!(&mut ()) };
        let seconds = (0..place).map(|_| quote!(.second()));
        match (place, with_memory.len()) {
            (_, 1) => quote!(&mut work.shared),
            (place, count) if place + 1 == count => quote!(work.shared #(#seconds)*),
            _ => quote!(work.shared #(#seconds)* .first()),
        }
    }

    /// Whether all layers that learn overwrite a gradient that holds nothing yet.
    fn sets_grad_const(&self) -> TokenStream {
        let layers = self.plan.net.layers.iter().filter(|layer| layer.is_trained());
        let layers: Vec<_> = layers.map(|layer| self.names.as_layer(layer)).collect();
        match layers.split_first() {
            None => quote!(
                const SETS_GRAD: bool = true;
            ),
            Some((first, others)) => {
                quote!(const SETS_GRAD: bool = #first::SETS_GRAD #(&& #others::SETS_GRAD)*;)
            }
        }
    }

    /// How many samples a training chunk needs, if a layer may mix them, and how many it should have.
    fn mixes_const(&self) -> Option<TokenStream> {
        let dl = &self.names.dl;
        let layers = self.plan.layers_with_memory().map(|i| self.names.as_layer(&self.plan.net.layers[i]));
        let layers: Vec<_> = layers.collect();
        (!layers.is_empty()).then(|| {
            quote! {
                const MIXES: usize = #dl::shape::largest(&[#(#layers::MIXES),*]);
                const TOGETHER: usize = #dl::shape::largest(&[1, #(#layers::TOGETHER),*]);
            }
        })
    }

    /// The gradients that the caller may want; `mut` where one is lent twice.
    fn dx_argument(&self, names: &[Ident], types: &[TokenStream], body: &TokenStream) -> TokenStream {
        let patterns = names.iter().zip(self.dx_writes()).map(|(name, writes)| match writes {
            _ if !mentions(body, &name.to_string()) => quote!(_),
            0 | 1 => quote!(#name),
            _ => quote!(mut #name),
        });
        let (patterns, types) = (tuple(patterns), tuple(types.iter().cloned()));
        quote!(#patterns: #types)
    }

    /// Statistics are taken over by layers that may have any.
    fn settle(&self) -> TokenStream {
        let (declared, passes) = self.passes(false);
        let calls = self.plan.net.nodes.iter().enumerate().filter_map(|(n, node)| {
            let tape = self.plan.tape_names[n].as_ref()?;
            let (tape, field) = (format_ident!("{tape}"), &self.plan.net.layer_of(node)?.field.ident);
            let (layer, pass, key) = (self.layer_trait(node), &passes[n], self.key(n));
            Some(quote!(#layer::settle(&mut self.#field, &tape.#tape, #pass.at(#key));))
        });
        Self::with_passes(declared, calls.collect())
    }

    /// Whether the fields are a chain.
    pub(super) fn is_chain(&self) -> bool {
        matches!(self.plan.net.written.forward, Forward::Chain)
    }
}
