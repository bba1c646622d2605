//! `Layer`: the forward and backward passes as straight-line calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::params::layers_sum;
use super::{Names, argument, chunk, input_len, number, output_shape};
use crate::check::Layer;
use crate::layers::{Product, Role};
use crate::plan::{Home, Plan, Step, ValueId};
use crate::shape::Shape;

/// The whole implementation.
pub(super) fn layer(plan: &Plan<'_>, names: &Names) -> TokenStream {
    let (dl, decls, net_ty) = (&names.dl, &names.decls, &names.net_ty);
    let (x, y, tape_ty, work_ty) = (&names.input, &names.output, &names.tape_ty, &names.work_ty);
    let passes = Passes { plan, names, is_tiny: is_tiny(plan) };
    let macs = layers_sum(passes.macs());
    let (sets_grad, mixes, lens) = (passes.sets_grad_const(), passes.mixes_const(), passes.lens_const());

    let x_chunk = chunk(dl, &plan.net.input, &plan.net.input_len.arg());
    let y_chunk = chunk(dl, output_shape(plan), &plan.values[plan.output].len.arg());
    let pass_ty = quote!(#dl::Pass<'a, B>);
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
        argument("x", &quote!(&#x_chunk), &forward),
        argument("y", &quote!(&mut #y_chunk), &forward),
        argument("tape", &quote!(::core::option::Option<&mut Self::Tape<B>>), &forward),
        argument("work", &work_arg, &forward),
        argument("pass", &pass_ty, &forward),
    ];

    let backward = passes.backward();
    let grad = if super::mentions(&backward, "grad") { quote!(mut grad) } else { quote!(_) };
    let dx_ty =
        if plan.net.input.is_tokens() { quote!(()) } else { quote!(::core::option::Option<&mut #x_chunk>) };
    let backward_args = [
        argument("x", &quote!(&#x_chunk), &backward),
        argument("y", &quote!(&#y_chunk), &backward),
        argument("tape", &quote!(&Self::Tape<B>), &backward),
        argument("dy", &quote!(&#y_chunk), &backward),
        argument("dx", &dx_ty, &backward),
        quote!(#grad: ::core::option::Option<&mut Self::Grad>),
        argument("work", &work_arg, &backward),
        argument("pass", &pass_ty, &backward),
    ];

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
        impl<#decls T: #dl::Real> #dl::Layer<T, #x, #y> for #net_ty {
            type Tape<const B: usize> = #tape_ty;
            type Work<const B: usize> = #work_ty;
            const MACS: usize = #macs;
            #sets_grad
            #mixes
            #lens

            #inline
            fn forward<'a, const B: usize>(&self, #(#forward_args),*) {
                #forward
            }

            #inline
            fn backward<'a, const B: usize>(&self, #(#backward_args),*) {
                #backward
            }

            #settle
        }
    }
}

/// Whether the network is so small that its passes become part of the caller's code, one copy for each instruction set: the
/// trainer has entries for such networks, by the same measure.
pub(super) fn is_tiny(plan: &Plan<'_>) -> bool {
    let macs: Option<usize> = plan.net.layers.iter().map(|layer| layer.macs).sum();
    macs.is_some_and(|macs| macs <= 2000)
}

/// What all passes are written from.
struct Passes<'a> {
    plan: &'a Plan<'a>,
    names: &'a Names,
    is_tiny: bool,
}

/// A value as it is spoken of in a pass.
#[derive(Clone, Copy)]
enum Pass {
    Record,
    Infer,
}

impl Passes<'_> {
    fn layer(&self, i: usize) -> &Layer<'_> {
        &self.plan.net.layers[i]
    }

    /// Whether layer `i` is a dense layer of a tiny network.
    fn is_small(&self, i: usize) -> bool {
        self.is_tiny && self.layer(i).role == Role::Product(Product::Features) && !self.layer(i).is_open
    }

    /// `<Ty as Layer<T, X, Y>>` of layer `i`.
    fn as_layer(&self, i: usize) -> TokenStream {
        self.names.as_layer(self.layer(i), &input_len(self.plan, i))
    }

    /// `Layer` of layer `i`. A layer of the user's own says its signals, so that one which does not fit is no second
    /// error here; so does one with a tape, from which alone they would not follow.
    fn layer_trait(&self, i: usize) -> TokenStream {
        let (dl, layer) = (&self.names.dl, self.layer(i));
        if !layer.has_memory() {
            return quote!(#dl::Layer);
        }
        let x = super::signal(dl, &layer.input, &input_len(self.plan, i));
        let y = super::signal(dl, &layer.output, &layer.output_len.arg());
        quote!(#dl::Layer::<T, #x, #y>)
    }

    fn macs(&self) -> Vec<TokenStream> {
        (0..self.plan.net.layers.len())
            .filter(|&i| matches!(self.layer(i).role, Role::Product(_) | Role::Layer { .. }))
            .map(|i| {
                let layer = self.as_layer(i);
                quote!(#layer::MACS)
            })
            .collect()
    }

    /// The name of a value's place, where it is not lent: its own, but never a parameter's.
    fn local(&self, v: ValueId) -> Ident {
        let name = &self.plan.values[v].name;
        format_ident!("v_{name}", span = Span::mixed_site())
    }

    /// The name of its gradient.
    fn gradient(&self, v: ValueId) -> Ident {
        let name = &self.plan.values[v].name;
        format_ident!("d_{name}", span = Span::mixed_site())
    }

    /// A value, to be read.
    fn read(&self, v: ValueId, pass: Pass) -> TokenStream {
        let value = &self.plan.values[v];
        let home = match pass {
            Pass::Record => value.train,
            Pass::Infer => value.infer,
        };
        match home {
            Home::Input => quote!(x),
            Home::Output => quote!(y),
            Home::Tape => {
                let field = self.tape_field(v);
                quote!(&tape.#field)
            }
            Home::Slot(_) | Home::Nowhere => {
                let local = self.local(v);
                quote!(#local)
            }
        }
    }

    fn tape_field(&self, v: ValueId) -> &Ident {
        let step =
            self.plan.steps.iter().find(|step| step.output == v).expect("only outputs of steps are kept");
        &self.layer(step.layer).field.ident
    }

    /// Declares the place of a value that lives in a slot.
    fn place(&self, v: ValueId, home: Home, name: &Ident) -> TokenStream {
        let Home::Slot(slot) = home else { return TokenStream::new() };
        let (dl, len) = (&self.names.dl, self.plan.values[v].len.arg());
        let is_whole = self.plan.slots[slot].len(dl).to_string() == len.to_string();
        let slot = format_ident!("slot{slot}");
        if is_whole {
            return quote!(let #name = &mut work.#slot;);
        }
        let ty = self.names.matrix(&len);
        quote!(let #name: &mut #ty = #dl::place::prefix_mut(&mut work.#slot);)
    }

    /// The scratch memory of layer `i`: its side of the overlap of all layers that have some.
    fn work(&self, i: usize) -> TokenStream {
        if !self.layer(i).has_memory() {
            return quote!(&mut ());
        }
        let count = self.plan.layers_with_memory().count();
        let place = self.plan.layers_with_memory().position(|other| other == i).unwrap_or(0);
        let seconds = (0..place).map(|_| quote!(.second()));
        match (place, count) {
            (_, 1) => quote!(&mut work.shared),
            (place, count) if place + 1 == count => quote!(work.shared #(#seconds)*),
            _ => quote!(work.shared #(#seconds)* .first()),
        }
    }

    /// The pass of every layer: lengths change behind some layers, which matters to those only that may read them.
    ///
    /// Returns the passes that are made on the way, by name, and the one of each layer.
    fn passes(&self) -> (Vec<(Ident, TokenStream)>, Vec<TokenStream>) {
        let count = self.plan.net.layers.len();
        let last_reader = (0..count).rev().find(|&i| self.layer(i).reads_lens());
        let (mut declared, mut passes) = (Vec::new(), Vec::new());
        let mut current = quote!(pass);
        for i in 0..count {
            passes.push(current.clone());
            if last_reader.is_none_or(|last| i >= last) {
                continue;
            }
            let lens = match self.lens_of(i) {
                Lens::Same => continue,
                Lens::Drop => {
                    let dl = &self.names.dl;
                    quote!(#current.lens().map(#dl::signal::LenMap::DROP))
                }
                Lens::Asked => {
                    let layer = self.as_layer(i);
                    quote!(#layer::lens(#current))
                }
            };
            let next = format_ident!("pass_after_{}", self.layer(i).name);
            declared.push((next.clone(), quote!(#current.with_lens(#lens))));
            current = quote!(#next);
        }
        (declared, passes)
    }

    /// `body`, after those passes that it speaks of, and those that they are made from.
    fn with_passes(declared: Vec<(Ident, TokenStream)>, mut body: TokenStream) -> TokenStream {
        for (name, pass) in declared.into_iter().rev() {
            if super::mentions(&body, &name.to_string()) {
                body = quote!(let #name = #pass; #body);
            }
        }
        body
    }

    fn lens_of(&self, i: usize) -> Lens {
        let layer = self.layer(i);
        match layer.role {
            Role::Rename => match &layer.input {
                Shape::Dims(dims) if dims.len() == 1 => Lens::Same,
                _ => Lens::Drop,
            },
            Role::Layer { keeps_lens: false, .. } | Role::Product(Product::Steps) => Lens::Asked,
            _ => Lens::Same,
        }
    }

    /// Whether all layers that learn overwrite a gradient that holds nothing yet.
    fn sets_grad_const(&self) -> TokenStream {
        let layers: Vec<_> = (0..self.plan.net.layers.len())
            .filter(|&i| self.layer(i).is_trained())
            .map(|i| self.as_layer(i))
            .collect();
        match layers.split_first() {
            None => quote!(
                const SETS_GRAD: bool = true;
            ),
            Some((first, others)) => {
                quote!(const SETS_GRAD: bool = #first::SETS_GRAD #(&& #others::SETS_GRAD)*;)
            }
        }
    }

    /// How many samples a training chunk needs, if a layer may mix them.
    fn mixes_const(&self) -> Option<TokenStream> {
        let dl = &self.names.dl;
        let layers: Vec<_> = self.plan.layers_with_memory().map(|i| self.as_layer(i)).collect();
        (!layers.is_empty())
            .then(|| quote!(const MIXES: usize = #dl::shape::largest(&[#(#layers::MIXES),*]);))
    }

    /// How the whole network maps lengths, if it does.
    fn lens_const(&self) -> Option<TokenStream> {
        let dl = &self.names.dl;
        let maps: Vec<_> = (0..self.plan.net.layers.len())
            .filter_map(|i| match self.lens_of(i) {
                Lens::Same => None,
                Lens::Drop => Some(quote!(#dl::signal::LenMap::DROP)),
                Lens::Asked => {
                    let layer = self.as_layer(i);
                    Some(quote!(#layer::LENS))
                }
            })
            .collect();
        (!maps.is_empty())
            .then(|| quote!(const LENS: #dl::signal::LenMap = #dl::signal::LenMap::SAME #(.then(#maps))*;))
    }

    fn forward(&self, recording: bool) -> TokenStream {
        let pass = if recording { Pass::Record } else { Pass::Infer };
        let (declared, passes) = self.passes();
        let calls = self.plan.steps.iter().map(|step| self.forward_step(step, pass, &passes));
        Self::with_passes(declared, quote!(#(#calls)*))
    }

    fn forward_step(&self, step: &Step, pass: Pass, passes: &[TokenStream]) -> TokenStream {
        let (dl, i) = (&self.names.dl, step.layer);
        let field = &self.layer(i).field.ident;
        let value = &self.plan.values[step.output];
        let home = match pass {
            Pass::Record => value.train,
            Pass::Infer => value.infer,
        };
        let place = self.place(step.output, home, &self.local(step.output));
        let x = self.read(step.input, pass);
        let y = match home {
            Home::Tape => {
                let field = self.tape_field(step.output);
                quote!(&mut tape.#field)
            }
            _ => self.read(step.output, pass),
        };
        let (pass_of, key) = (&passes[i], number(i));
        let at = quote!(#pass_of.at(#key));
        let call = match step.then {
            Some(then) => {
                let activation = &self.layer(then).field.ident;
                if self.is_small(i) {
                    quote!(#dl::small::forward_then(&self.#field, &self.#activation, #x, #y, #at);)
                } else {
                    quote!(self.#field.forward_then(&self.#activation, #x, #y, #at);)
                }
            }
            None if self.is_small(i) => quote!(#dl::small::forward(&self.#field, #x, #y, #at);),
            None => {
                let tape = match (&self.plan.tape_names[i], pass) {
                    (Some(tape), Pass::Record) => {
                        let tape = format_ident!("{tape}");
                        quote!(::core::option::Option::Some(&mut tape.#tape))
                    }
                    _ => quote!(::core::option::Option::None),
                };
                let work = self.work(i);
                let layer = self.layer_trait(i);
                quote!(#layer::forward(&self.#field, #x, #y, #tape, #work, #at);)
            }
        };

        quote!(#place #call)
    }

    fn backward(&self) -> TokenStream {
        let (declared, passes) = self.passes();
        let first = self.plan.first_trained;
        let trained: TokenStream =
            (first..self.plan.steps.len()).rev().map(|k| self.backward_step(k, &passes)).collect();
        // What is before the first trained layer matters only to those who want `dx`; nobody differentiates tokens.
        let before: TokenStream = if self.plan.net.input.is_tokens() {
            TokenStream::new()
        } else {
            (0..first).rev().map(|k| self.backward_step(k, &passes)).collect()
        };
        let before = (!before.is_empty()).then(|| quote!(if dx.is_some() { #before }));
        Self::with_passes(declared, quote!(#trained #before))
    }

    fn backward_step(&self, k: usize, passes: &[TokenStream]) -> TokenStream {
        let (dl, step) = (&self.names.dl, &self.plan.steps[k]);
        let i = step.layer;
        let layer = self.layer(i);
        let field = &layer.field.ident;
        let output = &self.plan.values[step.output];

        // dy, scaled by the activation over the output.
        let mut dy = match output.grad {
            Home::Output => quote!(dy),
            _ => {
                let d = self.gradient(step.output);
                quote!(#d)
            }
        };
        let y = self.read(step.output, Pass::Record);
        let activation = step.then.map(|then| {
            let f = &self.layer(then).field.ident;
            let d = self.gradient(step.output);
            if step.output == self.plan.output {
                let place = self.place(step.output, output.grad, &d);
                let call = if self.is_tiny {
                    quote!(#dl::small::backward_from_output(&self.#f, #y, dy, #d);)
                } else {
                    quote!(#dl::pointwise::backward_from_output(&self.#f, #y, dy, #d, pass);)
                };
                quote!(#place #call)
            } else if self.is_tiny {
                quote!(#dl::small::backward_in_place(&self.#f, #y, #d);)
            } else {
                quote!(#dl::pointwise::backward_in_place(&self.#f, #y, #d, pass);)
            }
        });
        if step.then.is_some() {
            let d = self.gradient(step.output);
            dy = quote!(#d);
        }

        // dx: the caller's, a slot, or nobody's.
        let (mut place, mut dx) = (TokenStream::new(), quote!(dx));
        if step.input != 0 {
            let d = self.gradient(step.input);
            place = self.place(step.input, self.plan.values[step.input].grad, &d);
            dx = if k != self.plan.first_trained {
                quote!(::core::option::Option::Some(&mut *#d))
            } else if self.plan.net.input.is_tokens() {
                place = TokenStream::new();
                quote!(::core::option::Option::None)
            } else {
                quote!(dx.is_some().then_some(&mut *#d))
            };
        }
        // What a layer does not read need not be there: the gradient stands in, of the same size.
        let (needs_x, _) = self.plan.needs(step);
        let is_kept =
            |v: ValueId| matches!(self.plan.values[v].train, Home::Input | Home::Output | Home::Tape);
        let x =
            if needs_x || is_kept(step.input) { self.read(step.input, Pass::Record) } else { quote!(&*#dy) };
        let y = if is_kept(step.output) { y } else { quote!(&*#dy) };
        let grad = if layer.is_trained() {
            quote!(grad.as_deref_mut().map(|g| &mut g.#field))
        } else {
            quote!(::core::option::Option::None)
        };
        let tape = match &self.plan.tape_names[i] {
            Some(tape) => {
                let tape = format_ident!("{tape}");
                quote!(&tape.#tape)
            }
            None => quote!(&()),
        };
        let work = self.work(i);
        let dy = if dy.to_string() == "dy" { dy } else { quote!(&*#dy) };
        let (layer, pass, key) = (self.layer_trait(i), &passes[i], number(i));
        if self.is_small(i) {
            return quote! {
                #activation
                #place
                #dl::small::backward(&self.#field, #x, #dy, #dx, #grad, #pass.at(#key));
            };
        }
        quote! {
            #activation
            #place
            #layer::backward(&self.#field, #x, #y, #tape, #dy, #dx, #grad, #work, #pass.at(#key));
        }
    }

    /// Statistics are taken over by layers that may have any.
    fn settle(&self) -> TokenStream {
        let (declared, passes) = self.passes();
        let calls = (0..self.plan.net.layers.len())
            .filter_map(|i| {
                let tape = self.plan.tape_names[i].as_ref()?;
                let (tape, field) = (format_ident!("{tape}"), &self.layer(i).field.ident);
                let (layer, pass, key) = (self.layer_trait(i), &passes[i], number(i));
                Some(quote!(#layer::settle(&mut self.#field, &tape.#tape, #pass.at(#key));))
            })
            .collect();
        Self::with_passes(declared, calls)
    }
}

/// What a layer does to valid lengths.
enum Lens {
    Same,
    Drop,
    Asked,
}
