//! `Network`, the shape rule, the sizes as constants, budgets, and what the compiler still has to check.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::passes::Passes;
use super::{Names, items, number};
use crate::check::{Node, Op, over};
use crate::flow::Flow;
use crate::layers::Role;
use crate::plan::{Home, Plan};
use crate::shape::Dim;

/// The traits and constants that describe a network.
pub(super) fn network(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls, net, net_ty) = (&names.dl, &names.decls, &names.net, &names.net_ty);
    let (args, x, y) = (&names.args, &names.input, &names.output);
    let name = net.to_string();
    let shapes = |flows: Vec<Flow>| flows.iter().map(|flow| flow.shape.value(dl)).collect::<Vec<_>>();
    let (inputs, outputs) = (shapes(plan.inputs()), shapes(plan.outputs()));
    let (input, output) = (&inputs[0], &outputs[0]);
    let several = |name: TokenStream, all: &[TokenStream]| {
        (all.len() > 1).then(|| quote!(const #name: &'static [#dl::Shape] = &[#(#all),*];))
    };
    let (ins, outs) = (several(quote!(INS), &inputs), several(quote!(OUTS), &outputs));
    let (all_inputs, all_outputs) = (several(quote!(INPUTS), &inputs), several(quote!(OUTPUTS), &outputs));
    let more = several(quote!(MORE), &outputs).map(|_| {
        let more = &outputs[1..];
        quote!(const MORE: &'static [#dl::Shape] = &[#(#more),*];)
    });
    let nodes = nodes(plan, names);
    let rows = rows(plan, names);
    let passes = Passes::new(plan, names, false);
    let kept = plan.steps.iter().flat_map(|step| &step.outputs);
    let finite: TokenStream = kept
        .filter(|v| plan.values[**v].train == Home::Tape)
        .map(|&v| {
            let (field, name) = (passes.tape_field(v), &plan.values[v].name);
            quote! {
                if !#dl::math::all_finite(tape.#field.as_slice()) {
                    return ::core::option::Option::Some(#name);
                }
            }
        })
        .collect();
    let tape = super::argument("tape", &quote!(&#dl::layer::TapeOf<Self, B>), &finite);
    let vis = &plan.net.written.vis;
    let (e, o) = (names.free("E"), names.free("O"));
    quote! {
        impl<#decls T: #dl::Real> #dl::Shaped for #net_ty {
            const IN: #dl::Shape = #input;
            const OUT: #dl::Shape = #output;
            #ins
            #outs
        }

        #[diagnostic::do_not_recommend]
        impl<#decls T: #dl::Real, #e: #dl::Edge> #dl::Fit<#e> for #net_ty {
            const OUT: #dl::Fitted =
                #dl::shape::fit_network(#name, #e::PARTS, <Self as #dl::Shaped>::INS, <Self as #dl::Shaped>::OUT);
            #more
        }

        impl<#decls T: #dl::Real> #dl::Network for #net_ty {
            type Scalar = T;
            type In = #x;
            type Out = #y;
            const NAME: &'static str = #name;
            const INPUT: #dl::Shape = #input;
            const OUTPUT: #dl::Shape = #output;
            #all_inputs
            #all_outputs
            const ROWS: &'static [#dl::summary::Row] = &[#rows];
            const NODES: &'static [#dl::graph::Node] = &[#nodes];

            fn first_non_finite<const B: usize>(#tape) -> ::core::option::Option<&'static str> {
                #finite
                ::core::option::Option::None
            }
        }

        impl<#decls T: #dl::Real> ::core::fmt::Debug for #net_ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&<Self as #dl::Network>::summary(), f)
            }
        }

        #[allow(dead_code)]
        impl<#decls> #net<#args> {
            /// The number of parameters.
            #vis const PARAMS: usize = <Self as #dl::Params<f32>>::PARAMS;
            /// Bytes of the parameters in `f32`.
            #vis const PARAM_BYTES: usize = 4 * Self::PARAMS;
            /// Multiply-adds of a forward pass, for one sample.
            #vis const MACS: usize = <Self as #dl::Layer<f32, #x, #y>>::MACS;
            /// Samples in a chunk where nothing else is said: as many as keep the tape within 256 KiB, at most 64; with
            /// batch norm 64.
            #vis const CHUNK: usize = #dl::train::default_chunk::<Self>();

            /// Bytes to infer `B` samples, in `f32`: scratch memory and output.
            #vis const fn infer_bytes<const B: usize>() -> usize {
                #dl::train::infer_bytes::<Self, B>()
            }

            /// Bytes to train with optimizer `O` in chunks of `B` samples, in `f32`: parameters, gradient, moments,
            /// tape, scratch memory, output and its gradient.
            #vis const fn train_bytes<#o: #dl::Optimizer, const B: usize>() -> usize {
                #dl::train::train_bytes::<Self, #o, B>()
            }

            /// The table of layers, shapes, parameters and multiply-adds.
            #vis fn summary() -> #dl::summary::Summary {
                <Self as #dl::Network>::summary()
            }

            /// What is computed from what, with shapes: prints as a diagram.
            #vis fn graph() -> #dl::graph::Graph {
                <Self as #dl::Network>::graph()
            }
        }
    }
}

/// What lets editors find the inputs and each `let` of the closure; never called.
pub(super) fn closure_names(plan: &Plan<'_>, names: &Names) -> Option<TokenStream> {
    let (decls, body) = (&names.decls, &plan.net.names);
    let function = Ident::new("names", Span::mixed_site());
    (!body.is_empty()).then(|| quote!(#[allow(dead_code)] fn #function<#decls>() { #body }))
}

/// The nodes of the diagram: the inputs, what is computed, the outputs.
fn nodes(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, net) = (&names.dl, &plan.net);
    // The node in the diagram that makes a value.
    let maker = |v: usize| net.maker(v).map_or(v, |n| net.inputs.len() + n);
    let arrows = |inputs: &[usize]| {
        let arrows = inputs.iter().map(|&v| {
            let (from, shape) = (number(maker(v)), net.values[v].shape.value(dl));
            quote!((#from, #shape))
        });
        quote!(&[#(#arrows),*])
    };
    let end = |name: &str, inputs: &[usize]| {
        let arrows = arrows(inputs);
        quote!(#dl::graph::Node::end(#name, #arrows))
    };
    let title = |node: &Node| match &node.op {
        Op::Layer(i) => (net.layers[*i].name.clone(), net.layers[*i].text()),
        Op::Function(function) => (function.name.to_owned(), String::new()),
        Op::Add => ("+".to_owned(), String::new()),
        Op::Sub => ("-".to_owned(), String::new()),
        Op::Mul | Op::Scale => ("*".to_owned(), String::new()),
        Op::Concat { .. } => ("concat".to_owned(), String::new()),
        Op::Slice(_) => ("slice".to_owned(), String::new()),
    };
    let inputs = net.inputs.iter().map(|name| end(&name.unraw().to_string(), &[]));
    let computed = net.nodes.iter().map(|n| {
        let ((name, label), arrows) = (title(n), arrows(&n.inputs));
        quote!(#dl::graph::Node::new(#name, #label, #arrows))
    });
    let outputs = net.outputs.iter().enumerate().map(|(k, v)| {
        let name = if net.outputs.len() == 1 { "y".to_owned() } else { format!("y{k}") };
        end(&name, &[*v])
    });
    let nodes: Vec<_> = inputs.chain(computed).chain(outputs).collect();
    quote!(#(#nodes),*)
}

/// One row of the summary for each layer.
fn rows(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let dl = &names.dl;
    let rows = plan.net.layers.iter().enumerate().map(|(i, layer)| {
        let (name, written, output) = (&layer.name, layer.text(), layer.outputs[0].shape.value(dl));
        let params = if layer.has_params() {
            let ty = &names.types[i];
            quote!(<#ty as #dl::Params<T>>::PARAMS)
        } else {
            quote!(0)
        };
        let macs = match layer.role {
            Role::Product(_) | Role::Layer { .. } => {
                let (calls, layer_ty) = (number(layer.calls), names.as_layer(layer));
                if layer.calls == 1 { quote!(#layer_ty::MACS) } else { quote!(#calls * #layer_ty::MACS) }
            }
            Role::InPlace | Role::Rename => quote!(0),
        };
        let frozen = layer.field.frozen;
        quote! {
            #dl::summary::Row {
                name: #name,
                layer: #written,
                output: #output,
                params: #params,
                macs: #macs,
                frozen: #frozen,
            }
        }
    });
    quote!(#(#rows),*)
}

/// The structs beside the network, its trainer, and checks by the compiler.
pub(super) fn checks(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let companions = items::companions(plan, names);
    let (dl, vis) = (&names.dl, &plan.net.written.vis);
    let (net, trainer) = (&names.net, &names.trainer);
    let is_generic = !plan.net.const_names.is_empty();
    let (l, o) = (names.free("L"), names.free("O"));
    let trainer = (!is_generic).then(|| {
        let doc = format!(" A trainer of [`{net}`] in chunks of [`{net}::CHUNK`] samples.");
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #vis type #trainer<#l, #o, const B: usize = { #net::CHUNK }> = #dl::train::Trainer<#net, #l, #o, B>;
        }
    });
    let checks = (!is_generic).then(|| {
        let checks = plan.net.checks.iter().map(|check| {
            let span = check.span();
            quote_spanned!(span=> const _: () = { #check };)
        });
        quote!(#(#checks)*)
    });
    let budgets = budgets(plan, names);
    quote!(#companions #trainer #checks #budgets)
}

/// A budget that is exceeded stops the build, at the budget's own number.
fn budgets(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, net, args) = (&names.dl, &names.net, plan.net.args);
    let mut budgets = TokenStream::new();
    if let Some(limit) = &args.max_params {
        let check = over(quote!(#dl::summary::expect_params::<#net>(#limit)), limit);
        budgets.extend(quote!(const _: () = #check;));
    }
    if let Some(budget) = &args.max_train_bytes {
        let (optimizer, chunk, limit) = (&budget.optimizer, Dim::of(&budget.chunk).arg(), &budget.limit);
        let optimizer = match optimizer.get_ident() {
            Some(known) => quote!(#dl::optim::#known),
            None => quote!(#optimizer),
        };
        let check = quote!(#dl::train::expect_train_bytes::<#net, #optimizer, #chunk>(#limit));
        let check = over(check, limit);
        budgets.extend(quote!(const _: () = #check;));
    }
    budgets
}
