//! The forward pass, with a tape and without.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::passes::Passes;
use crate::check::{Node, Op, Part, ValueId};
use crate::flow::tuple;
use crate::layers::Role;
use crate::plan::{Home, Step};
use crate::shape::Dim;

/// A value as it is spoken of in a pass.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pass {
    Record,
    Infer,
    Backward,
}

impl Passes<'_> {
    /// The name of a value's place, where it is not lent: its own, but never a parameter's.
    pub(super) fn local(&self, v: ValueId) -> Ident {
        let name = &self.plan.values[v].name;
        format_ident!("v_{name}", span = Span::mixed_site())
    }

    pub(super) fn home(&self, v: ValueId, pass: Pass) -> Home {
        let value = &self.plan.values[v];
        if pass == Pass::Infer { value.infer } else { value.train }
    }

    /// A value's place, as an expression to which `.` can follow.
    fn place(&self, v: ValueId, pass: Pass) -> TokenStream {
        match self.home(v, pass) {
            Home::Input(i) => {
                let x = self.input("x", i);
                quote!(#x)
            }
            Home::Output(k) => {
                let y = self.output("y", k);
                quote!(#y)
            }
            Home::Tape => {
                let field = self.tape_field(v);
                quote!(tape.#field)
            }
            Home::Slot(_) | Home::Nowhere => {
                let local = self.local(v);
                quote!(#local)
            }
        }
    }

    /// A value, lent for reading. As the only one of its kind in a call, a reference that nobody needs again is given away.
    pub(super) fn read(&self, v: ValueId, pass: Pass, is_alone: bool) -> TokenStream {
        let place = self.place(v, pass);
        match self.home(v, pass) {
            Home::Input(_) => place,
            Home::Output(_) if pass == Pass::Backward => place,
            Home::Slot(_) if is_alone && self.plan.values[v].readers == 1 => place,
            Home::Tape => quote!(&#place),
            _ => quote!(&*#place),
        }
    }

    /// A value, lent for writing.
    pub(super) fn write(&self, v: ValueId, pass: Pass, is_alone: bool) -> TokenStream {
        let (place, readers) = (self.place(v, pass), self.plan.values[v].readers);
        match self.home(v, pass) {
            Home::Tape => quote!(&mut #place),
            Home::Output(_) if is_alone && readers == 0 => place,
            Home::Slot(_) if is_alone && readers == 1 => place,
            _ => quote!(&mut *#place),
        }
    }

    /// The numbers of a value.
    pub(super) fn slice(&self, v: ValueId, pass: Pass) -> TokenStream {
        let place = self.place(v, pass);
        quote!(#place.as_slice())
    }

    fn slice_mut(&self, v: ValueId, pass: Pass) -> TokenStream {
        let place = self.place(v, pass);
        quote!(#place.as_mut_slice())
    }

    /// The field of the tape that holds a value: called as the field whose output it is.
    pub(super) fn tape_field(&self, v: ValueId) -> Ident {
        let name = &self.plan.values[v].name;
        let field = self.plan.net.written.fields.iter().find(|field| field.name() == *name);
        field.map_or_else(|| format_ident!("{name}"), |field| field.ident.clone())
    }

    /// Declares a place in a slot.
    pub(super) fn declare(&self, slot: usize, len: &Dim, name: &Ident) -> TokenStream {
        let (dl, len) = (&self.names.dl, len.arg());
        let is_whole = self.plan.slots[slot].len(dl).to_string() == len.to_string();
        let slot = format_ident!("slot{slot}");
        if is_whole {
            return quote!(let #name = &mut work.#slot;);
        }
        let ty = self.names.matrix(&len);
        quote!(let #name: &mut #ty = #dl::place::prefix_mut(&mut work.#slot);)
    }

    pub(super) fn forward(&self, recording: bool) -> TokenStream {
        let pass = if recording { Pass::Record } else { Pass::Infer };
        let (declared, passes) = self.passes(false);
        let calls = self.plan.steps.iter().map(|step| self.forward_step(step, pass, &passes));
        Self::with_passes(declared, quote!(#(#calls)*))
    }

    fn forward_step(&self, step: &Step, pass: Pass, passes: &[TokenStream]) -> TokenStream {
        let places = step.outputs.iter().map(|&v| match self.home(v, pass) {
            Home::Slot(slot) => self.declare(slot, &self.plan.values[v].len, &self.local(v)),
            _ => TokenStream::new(),
        });
        let call = self.forward_call(step, pass, passes);
        quote!(#(#places)* #call)
    }

    /// A step, when the places of its outputs are there.
    pub(super) fn forward_call(&self, step: &Step, pass: Pass, passes: &[TokenStream]) -> TokenStream {
        match self.plan.node(step) {
            None => self.copy(step, pass),
            Some(node) if matches!(node.op, Op::Layer(_) | Op::Function(_)) => {
                self.forward_layer(node, step, pass, passes)
            }
            Some(node) => self.forward_operator(node, step, pass),
        }
    }

    fn copy(&self, step: &Step, pass: Pass) -> TokenStream {
        let (x, y) = (self.slice(step.inputs[0], pass), self.slice_mut(step.outputs[0], pass));
        quote!(#y.copy_from_slice(#x);)
    }

    /// A layer, and the activation over its output.
    fn forward_layer(&self, node: &Node, step: &Step, pass: Pass, passes: &[TokenStream]) -> TokenStream {
        let dl = &self.names.dl;
        let is_product = matches!(self.role(step), Some(Role::Product(_)));
        let (reads_one, writes_one) = (step.inputs.len() == 1, step.outputs.len() == 1);
        let writes_last = writes_one && (step.then.is_none() || is_product);
        let x = tuple(step.inputs.iter().map(|&v| self.read(v, pass, reads_one)));
        let y = tuple(step.outputs.iter().map(|&v| self.write(v, pass, writes_last)));
        let n = self.node_index(node);
        let at = self.at(n, &passes[n]);
        let layer = self.layer(node);
        let then = step.then.map(|then| &self.plan.net.nodes[then]);
        if self.plan.net.layer_of(node).is_some_and(|layer| self.plan.steps_onward(layer)) {
            let activation = then.map(|then| self.in_place(then, step, pass));
            let step = self.step_onward(node, [layer, x, y, at]);
            return quote!(#step #activation);
        }
        match then {
            Some(then) if is_product => {
                let activation = self.layer(then);
                if self.is_small(node) {
                    quote!(#dl::small::forward_then(#layer, #activation, #x, #y, #at);)
                } else {
                    // `&self.fc1` as `self.fc1`
                    let receiver: TokenStream = layer.into_iter().skip(1).collect();
                    quote!(#receiver.forward_then(#activation, #x, #y, #at);)
                }
            }
            None if self.is_small(node) => quote!(#dl::small::forward(#layer, #x, #y, #at);),
            then => {
                let tape = match (&self.plan.tape_names[n], pass) {
                    (Some(tape), Pass::Record) => {
                        let tape = format_ident!("{tape}");
                        quote!(::core::option::Option::Some(&mut tape.#tape))
                    }
                    _ => quote!(::core::option::Option::None),
                };
                let (work, layer_trait) = (self.work(node), self.layer_trait(node));
                let activation = then.map(|then| self.in_place(then, step, pass));
                quote!(#layer_trait::forward(#layer, #x, #y, #tape, #work, #at); #activation)
            }
        }
    }

    /// An activation over the output of a step.
    pub(super) fn in_place(&self, then: &Node, step: &Step, pass: Pass) -> TokenStream {
        let (dl, f, y) = (&self.names.dl, self.layer_ty(then), self.slice_mut(step.outputs[0], pass));
        quote!(#dl::pointwise::forward_in_place::<T, #f>(pass, #y);)
    }

    /// An operator, and the activation over its output.
    fn forward_operator(&self, node: &Node, step: &Step, pass: Pass) -> TokenStream {
        let dl = &self.names.dl;
        let y = self.slice_mut(step.outputs[0], pass);
        let x: Vec<_> = step.inputs.iter().map(|&v| self.slice(v, pass)).collect();
        let then = step.then.map(|then| &self.plan.net.nodes[then]);
        let call = match &node.op {
            Op::Add => match then {
                Some(then) => {
                    let f = self.layer(then);
                    return quote!(#dl::kernels::add_then(pass, #f, #(#x),*, #y););
                }
                None => quote!(#dl::kernels::add(pass, #(#x),*, #y);),
            },
            Op::Sub => quote!(#dl::kernels::sub(pass, #(#x),*, #y);),
            Op::Mul => quote!(#dl::kernels::mul(pass, #(#x),*, #y);),
            Op::Scale => quote!(#dl::kernels::scale(pass, #(#x),*, #y);),
            Op::Concat { parts, .. } => {
                let parts = parts.iter().map(|part| self.part(part));
                quote!(#(#parts.write(#x, #y);)*)
            }
            Op::Slice(part) => {
                let part = self.part(part);
                quote!(#part.read(#(#x),*, #y);)
            }
            Op::Layer(_) | Op::Function(_) => TokenStream::new(),
        };
        let activation = then.map(|then| self.in_place(then, step, pass));
        quote!(#call #activation)
    }

    /// `Part { width: 3, whole: 7, offset: 4 }`
    pub(super) fn part(&self, part: &Part) -> TokenStream {
        let dl = &self.names.dl;
        let (width, whole, offset) = (part.width.value(), part.whole.value(), part.offset.value());
        quote!(#dl::kernels::Part { width: #width, whole: #whole, offset: #offset })
    }

    /// The place of a node in the network.
    pub(super) fn node_index(&self, node: &Node) -> usize {
        self.plan.net.nodes.iter().position(|other| other.name == node.name).unwrap_or(0)
    }

    /// The pass of node `n`, with its own key.
    pub(super) fn at(&self, n: usize, pass: &TokenStream) -> TokenStream {
        match self.key(n) {
            Some(key) => quote!(#pass.at(#key)),
            None => pass.clone(),
        }
    }
}
