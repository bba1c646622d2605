//! `Stream`: one step of a sequence at a time, with the state of every layer that has one.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::passes::{self, Passes};
use super::{Names, argument, arguments, items, prose};
use crate::check::Node;
use crate::flow;
use crate::layers::Role;
use crate::plan::Plan;

/// All that a network has more for running one step at a time.
pub(crate) fn stream(plan: &Plan<'_>) -> TokenStream {
    let names = Names::of_step(plan);
    let (dl, decls, net, net_ty) = (&names.dl, &names.decls, &names.net, &names.net_ty);
    let passes = Passes::new(plan, &names, passes::is_tiny(plan));
    let (x, y, work_ty) = (&names.input, &names.output, &names.work_ty);
    let with_chunk = quote!(#decls T: #dl::Real, const B: usize);

    let state = format_ident!("{net}State");
    let (fields, types) = passes.states();
    let state_ty = if fields.is_empty() {
        quote!(())
    } else {
        let args = &names.args;
        quote!(#state<#args T, B>)
    };
    let state_struct = (!fields.is_empty()).then(|| {
        let doc = format!(" What one step of [`{net}`] leaves for the next, of `B` samples.");
        items::companion(plan, &state, &doc, &with_chunk, (fields.clone(), types))
    });
    let state_impls = (!fields.is_empty()).then(|| {
        let zeros = items::zeros(dl, &with_chunk, &state_ty, &state, &fields, quote!());
        quote! {
            #zeros
            impl<#with_chunk> ::core::clone::Clone for #state_ty {
                fn clone(&self) -> Self {
                    *self
                }
            }
            impl<#with_chunk> ::core::marker::Copy for #state_ty {}
        }
    });
    let (work_struct, work_impls) = if plan.has_work() {
        let doc = format!(" Scratch memory of a step of [`{net}`] for `B` samples.");
        let (fields, types) = items::work_fields(plan, &names);
        let impls = items::zeros(dl, &with_chunk, work_ty, &names.work, &fields, items::atom(dl, &types));
        (Some(items::companion(plan, &names.work, &doc, &with_chunk, (fields, types))), Some(impls))
    } else {
        (None, None)
    };

    let body = passes.forward(false);
    let chunks = |flows: Vec<flow::Flow>, how: TokenStream| -> Vec<TokenStream> {
        flows
            .iter()
            .map(|flow| {
                let chunk = flow.chunk(dl);
                quote!(#how #chunk)
            })
            .collect()
    };
    let (x_refs, y_muts) = (chunks(plan.inputs(), quote!(&)), chunks(plan.outputs(), quote!(&mut)));
    let x_names: Vec<_> = (0..x_refs.len()).map(|i| passes.input("x", i)).collect();
    let y_names: Vec<_> = (0..y_muts.len()).map(|k| passes.output("y", k)).collect();
    let args = [
        arguments(&x_names, &x_refs, &body),
        arguments(&y_names, &y_muts, &body),
        argument("state", &quote!(&mut Self::State<B>), &body),
        argument("work", &quote!(&mut Self::Work<B>), &body),
        argument("pass", &passes.pass_ty(), &body),
    ];
    let macs = super::params::layers_sum(passes.step_macs());
    let inline = passes.is_tiny.then(|| quote!(#[inline(always)]));
    let mut block = quote! {
        #state_impls
        #work_impls
        impl<#decls T: #dl::Real> #dl::Stream<T, #x, #y> for #net_ty {
            type State<const B: usize> = #state_ty;
            type Work<const B: usize> = #work_ty;
            const STEP_MACS: usize = #macs;

            #inline
            fn step<'a, const B: usize>(&self, #(#args),*) {
                #body
            }
        }
        impl<#decls T: #dl::Real> #dl::StreamNetwork for #net_ty {
            type StepIn = #x;
            type StepOut = #y;
        }
    };
    if !plan.net.args.dl_is_said {
        block = prose::with_imports(block, dl);
    }
    quote! {
        #state_struct
        #work_struct
        const _: () = { #block };
    }
}

/// That a network does not run one step at a time.
pub(super) fn no_steps(names: &Names) -> TokenStream {
    let (dl, decls, net_ty) = (&names.dl, &names.decls, &names.net_ty);
    quote!(#dl::no_steps!([#decls T: #dl::Real] #net_ty, T, false);)
}

impl Names {
    /// The names for a step: its scratch memory is another one.
    fn of_step(plan: &Plan<'_>) -> Names {
        let mut names = Names::new(plan);
        names.work = format_ident!("{}StepWork", names.net);
        let (work, args) = (&names.work, &names.args);
        names.work_ty = if plan.has_work() { quote!(#work<#args T, B>) } else { quote!(()) };
        names
    }
}

impl Passes<'_> {
    /// The nodes that go from one step to the next, with the names of their states: their own.
    fn onward(&self) -> impl Iterator<Item = (Ident, &Node)> {
        let nodes = self.plan.net.nodes.iter();
        let nodes = nodes
            .filter(|node| self.plan.net.layer_of(node).is_some_and(|layer| self.plan.steps_onward(layer)));
        nodes.map(|node| (self.state_of(node), node))
    }

    /// The state of a node: called as the field, or, where that is called again, as the call.
    fn state_of(&self, node: &Node) -> Ident {
        let field = self.plan.net.layer_of(node).filter(|layer| layer.name == node.name);
        field.map_or_else(|| format_ident!("{}", node.name), |layer| layer.field.ident.clone())
    }

    /// The fields of the state.
    fn states(&self) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let fields = self.onward().filter_map(|(name, node)| {
            let layer = self.names.as_stream(self.plan.net.layer_of(node)?);
            Some((name.to_token_stream(), quote!(#layer::State<B>)))
        });
        fields.unzip()
    }

    /// A step of a layer with a state.
    pub(super) fn step_onward(&self, node: &Node, [layer, x, y, at]: [TokenStream; 4]) -> TokenStream {
        let (dl, state, work) = (&self.names.dl, self.state_of(node), self.work(node));
        let Some(own) = self.plan.net.layer_of(node) else { return TokenStream::new() };
        let (from, to) = (flow::signal(dl, &own.inputs), flow::signal(dl, &own.outputs));
        let step = if self.is_tiny { quote!(small_step) } else { quote!(step) };
        quote!(#dl::Stream::<T, #from, #to>::#step(#layer, #x, #y, &mut state.#state, #work, #at);)
    }

    /// The multiply-adds of a step, layer by layer.
    fn step_macs(&self) -> Vec<TokenStream> {
        let layers = self.plan.net.nodes.iter().filter_map(|node| self.plan.net.layer_of(node));
        layers
            .filter(|layer| matches!(layer.role, Role::Product(_) | Role::Layer { .. }))
            .map(|layer| {
                if self.plan.steps_onward(layer) {
                    let layer = self.names.as_stream(layer);
                    quote!(#layer::STEP_MACS)
                } else {
                    let layer = self.names.as_layer(layer);
                    quote!(#layer::MACS)
                }
            })
            .collect()
    }
}
