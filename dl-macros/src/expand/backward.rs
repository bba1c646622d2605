//! The backward pass: the calls of the forward pass in reverse, and sums where a value fans out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::forward::Pass;
use super::passes::Passes;
use crate::check::{Layer, Node, Op, ValueId};
use crate::flow::{self, tuple};
use crate::plan::{Back, Dx, Home, Place, Step, Term};
use crate::shape::Dim;

/// What is known while the pass is written.
struct Written {
    /// The buffers that have a name already.
    declared: Vec<usize>,
    /// How often `dx` of each input will still be written.
    writes: Vec<usize>,
}

impl Passes<'_> {
    pub(super) fn backward(&self) -> TokenStream {
        let (declared, passes) = self.passes(false);
        let plan = &self.plan.backward;
        let mut written = Written { declared: Vec::new(), writes: self.dx_writes() };
        let always: TokenStream =
            plan.always.iter().map(|action| self.action(action, &passes, &mut written)).collect();
        let for_dx: TokenStream =
            plan.for_dx.iter().map(|action| self.action(action, &passes, &mut written)).collect();
        // What is before the first layer that learns matters only to those who want `dx`.
        let is_wanted = self.is_wanted();
        let for_dx = (!for_dx.is_empty()).then(|| quote!(if #is_wanted { #for_dx }));
        let body = Self::with_passes(declared, quote!(#always #for_dx));
        if !super::mentions(&body, "dx_is_wanted") {
            return body;
        }
        let inputs = &self.plan.net.inputs;
        let asked = (0..inputs.len()).filter(|&i| !self.plan.values[i].is_tokens).map(|i| {
            let dx = self.input("dx", i);
            quote!(#dx.is_some())
        });
        quote!(let dx_is_wanted = #(#asked)||*; #body)
    }

    /// How often `dx` of each input is written.
    pub(super) fn dx_writes(&self) -> Vec<usize> {
        let plan = &self.plan.backward;
        let written = plan.always.iter().chain(&plan.for_dx).flat_map(|action| match action {
            Back::Share { to: Place::Caller(i), .. } => vec![*i],
            Back::Layer { dx, .. } => {
                dx.iter().filter_map(|dx| if let Dx::Caller(i) = dx { Some(*i) } else { None }).collect()
            }
            _ => Vec::new(),
        });
        let mut writes = vec![0; self.plan.net.inputs.len()];
        written.for_each(|i| writes[i] += 1);
        writes
    }

    /// Whether anybody wants `dx`.
    fn is_wanted(&self) -> TokenStream {
        if self.plan.net.inputs.len() == 1 { quote!(dx.is_some()) } else { quote!(dx_is_wanted) }
    }

    /// The name of a gradient.
    fn gradient(&self, buffer: usize) -> Ident {
        format_ident!("d_{}", self.plan.backward.buffers[buffer].name, span = Span::mixed_site())
    }

    /// Names a buffer, where it is used first.
    fn name_buffer(&self, buffer: usize, written: &mut Written) -> TokenStream {
        if written.declared.contains(&buffer) {
            return TokenStream::new();
        }
        written.declared.push(buffer);
        let planned = &self.plan.backward.buffers[buffer];
        self.declare(planned.slot, &planned.len, &self.gradient(buffer))
    }

    /// The name of a gradient that is read, and its size.
    fn place_name(&self, place: Place) -> (Ident, &Dim) {
        match place {
            Place::Lent(k) => (self.output("dy", k), &self.plan.values[self.plan.outputs[k]].len),
            Place::Caller(i) => (self.input("dx", i), &self.plan.values[i].len),
            Place::Buffer(b) => (self.gradient(b), &self.plan.backward.buffers[b].len),
        }
    }

    /// The gradient of value `v`, lent for reading. It may be that of another value of the same size: the size is said,
    /// for rustc infers none from a layer whose output it computes.
    fn read_gradient(&self, place: Place, v: ValueId) -> TokenStream {
        let dl = &self.names.dl;
        let (name, len) = self.place_name(place);
        let lent = if matches!(place, Place::Lent(_)) { quote!(#name) } else { quote!(&*#name) };
        if len.text() == self.plan.values[v].len.text() {
            return lent;
        }
        let n = self.plan.values[v].len.arg();
        quote!(#dl::place::prefix::<_, #n, _, _>(#lent))
    }

    fn action(&self, action: &Back, passes: &[TokenStream], written: &mut Written) -> TokenStream {
        match action {
            Back::Zero { to } => {
                let (place, d) = (self.name_buffer(*to, written), self.gradient(*to));
                quote!(#place #d.as_mut_slice().fill(T::zero());)
            }
            Back::Activation { step, y, dy, to } => {
                self.activation(&self.plan.steps[*step], *y, *dy, *to, written)
            }
            Back::Layer { step, dy, dx, is_first } => {
                let step = &self.plan.steps[*step];
                let Some(node) = self.plan.node(step) else { return TokenStream::new() };
                self.backward_layer(node, step, (dy, dx), *is_first, passes, written)
            }
            Back::Share { step, term, dy, to, adds, if_wanted } => {
                let step = &self.plan.steps[*step];
                self.share(step, (*term, *dy, *to), *adds, *if_wanted, written)
            }
        }
    }

    /// The gradient before an activation, from the one after it and the value `v`.
    fn activation(
        &self,
        step: &Step,
        v: ValueId,
        dy: Place,
        to: usize,
        written: &mut Written,
    ) -> TokenStream {
        let Some(then) = step.then else { return TokenStream::new() };
        let dl = &self.names.dl;
        let (f, y) = (self.layer(&self.plan.net.nodes[then]), self.read(v, Pass::Backward, true));
        let d = self.gradient(to);
        if dy != Place::Buffer(to) {
            let (place, dy) = (self.name_buffer(to, written), self.read_gradient(dy, v));
            return if self.is_tiny {
                quote!(#place #dl::small::backward_from_output(#f, #y, #dy, #d);)
            } else {
                quote!(#place #dl::pointwise::backward_from_output(#f, #y, #dy, #d, pass);)
            };
        }
        let len = &self.plan.values[v].len;
        let d = if self.plan.backward.buffers[to].len.text() == len.text() {
            quote!(#d)
        } else {
            let n = len.arg();
            quote!(#dl::place::prefix_mut::<_, #n, _, _>(&mut *#d))
        };
        if self.is_tiny {
            quote!(#dl::small::backward_in_place(#f, #y, #d);)
        } else {
            quote!(#dl::pointwise::backward_in_place(#f, #y, #d, pass);)
        }
    }

    /// A layer's own backward pass.
    fn backward_layer(
        &self,
        node: &Node,
        step: &Step,
        (dy, dx): (&[Place], &[Dx]),
        is_first: bool,
        passes: &[TokenStream],
        written: &mut Written,
    ) -> TokenStream {
        let dl = &self.names.dl;
        let dy: Vec<_> =
            dy.iter().zip(&step.outputs).map(|(place, &v)| self.read_gradient(*place, v)).collect();
        let mut places = TokenStream::new();
        let dx: Vec<_> = dx.iter().map(|dx| self.dx(*dx, &mut places, written)).collect();
        // What a layer does not read need not be there: the gradient stands in, of the same size.
        let is_kept = |v: ValueId| !matches!(self.plan.values[v].train, Home::Slot(_) | Home::Nowhere);
        let lent = |values: &[ValueId]| {
            tuple(
                values
                    .iter()
                    .map(|&v| if is_kept(v) { self.read(v, Pass::Backward, true) } else { dy[0].clone() }),
            )
        };
        let (x, y) = (lent(&step.inputs), lent(&step.outputs));
        let (dx, dy) = (tuple(dx), tuple(dy.iter().cloned()));
        let n = self.node_index(node);
        let tape = match &self.plan.tape_names[n] {
            Some(tape) => {
                let tape = format_ident!("{tape}");
                quote!(&tape.#tape)
            }
            None => quote!(&()),
        };
        // Only the call that comes first may overwrite the gradient.
        let fresh = (!is_first).then(|| quote!(.fresh(false)));
        let (layer_trait, layer, at) = (self.layer_trait(node), self.layer(node), self.at(n, &passes[n]));
        let trained = self.plan.net.layer_of(node).filter(|layer| layer.is_trained());
        if let Some(own) = trained.filter(|_| self.descends) {
            let field = &own.field.ident;
            if self.is_small(node) {
                return quote!(#places #dl::small::descend(&mut self.#field, #x, #dy, #dx, #at););
            }
            let (work, from, to) =
                (self.work(node), flow::signal(dl, &own.inputs), flow::signal(dl, &own.outputs));
            // one that cannot is an error on its type
            let layer = quote_spanned!(own.field.ty.span()=> &mut self.#field);
            return quote! {
                #places
                #dl::Descend::<T, #from, #to>::descend(#layer, #x, #y, #tape, #dy, #dx, #work, #at);
            };
        }
        let grad = match trained {
            Some(Layer { tied: Some(other), .. }) => {
                let other = &other.ident;
                quote!(grad.as_deref_mut().map(|g| g.#other.unembed_mut()))
            }
            Some(layer) => {
                let field = &layer.field.ident;
                quote!(grad.as_deref_mut().map(|g| &mut g.#field))
            }
            None => quote!(::core::option::Option::None),
        };
        if self.is_small(node) {
            return quote!(#places #dl::small::backward(#layer, #x, #dy, #dx, #grad, #at #fresh););
        }
        let work = self.work(node);
        quote!(#places #layer_trait::backward(#layer, #x, #y, #tape, #dy, #dx, #grad, #work, #at #fresh);)
    }

    /// Where a layer writes the gradient of one input: the caller's, a buffer, or nobody's.
    fn dx(&self, dx: Dx, places: &mut TokenStream, written: &mut Written) -> TokenStream {
        match dx {
            Dx::No => quote!(::core::option::Option::None),
            Dx::Tokens => quote!(()),
            Dx::To(b) => {
                let d = self.gradient(b);
                places.extend(self.name_buffer(b, written));
                quote!(::core::option::Option::Some(&mut *#d))
            }
            Dx::ToIfWanted(b) => {
                let (d, is_wanted) = (self.gradient(b), self.is_wanted());
                places.extend(self.name_buffer(b, written));
                quote!(#is_wanted.then_some(&mut *#d))
            }
            Dx::Caller(i) => self.caller(i, written),
        }
    }

    /// `dx` of the caller: given away by the last who writes it.
    fn caller(&self, i: usize, written: &mut Written) -> TokenStream {
        let dx = self.input("dx", i);
        written.writes[i] -= 1;
        if written.writes[i] == 0 { quote!(#dx) } else { quote!(#dx.as_deref_mut()) }
    }

    /// A share of `dy`, written or added.
    fn share(
        &self,
        step: &Step,
        (term, dy, to): (Term, Place, Place),
        adds: bool,
        if_wanted: bool,
        written: &mut Written,
    ) -> TokenStream {
        let dl = &self.names.dl;
        let (dy, _) = self.place_name(dy);
        let dy = quote!(#dy.as_slice());
        let (to_name, _) = self.place_name(to);
        let d = quote!(#to_name.as_mut_slice());
        let part = |i: usize| match self.plan.node(step).map(|node| &node.op) {
            Some(Op::Concat { parts, .. }) => self.part(&parts[i]),
            Some(Op::Slice(part)) => self.part(part),
            _ => TokenStream::new(),
        };
        let call = match (term, adds) {
            (Term::Same, false) => quote!(#d.copy_from_slice(#dy);),
            (Term::Same, true) => quote!(#dl::kernels::add_to(#d, #dy);),
            (Term::Negative, false) => quote!(#dl::kernels::negate(#dy, #d);),
            (Term::Negative, true) => quote!(#dl::kernels::sub_from(#d, #dy);),
            (Term::Times(v), adds) => {
                let factor = self.slice(v, Pass::Backward);
                let name = format_ident!("{}", if adds { "mul_add_to" } else { "mul" });
                quote!(#dl::kernels::#name(pass, #dy, #factor, #d);)
            }
            (Term::Scaled(v), adds) => {
                let scales = self.slice(v, Pass::Backward);
                let name = format_ident!("{}", if adds { "scale_add_to" } else { "scale" });
                quote!(#dl::kernels::#name(pass, #dy, #scales, #d);)
            }
            (Term::Dots(v), adds) => {
                let factor = self.slice(v, Pass::Backward);
                let clear = (!adds).then(|| quote!(#d.fill(T::zero());));
                quote!(#clear #dl::kernels::dots_add_to(pass, #dy, #factor, #d);)
            }
            (Term::Part(i), adds) => {
                let (part, name) = (part(i), format_ident!("{}", if adds { "add_read" } else { "read" }));
                quote!(#part.#name(#dy, #d);)
            }
            (Term::Around, adds) => {
                let name = format_ident!("{}", if adds { "add_write" } else { "write_alone" });
                let part = part(0);
                quote!(#part.#name(#dy, #d);)
            }
        };
        match to {
            Place::Caller(i) => {
                let dx = self.caller(i, written);
                quote!(if let ::core::option::Option::Some(#to_name) = #dx { #call })
            }
            Place::Buffer(b) => {
                let place = self.name_buffer(b, written);
                let is_wanted = self.is_wanted();
                let call = if if_wanted { quote!(if #is_wanted { #call }) } else { call };
                quote!(#place #call)
            }
            Place::Lent(_) => TokenStream::new(),
        }
    }
}
