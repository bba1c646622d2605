//! The steps with floats, and the passes that look at their values.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Integers, Side, is_nested};
use crate::check::{Node, Op};
use crate::expand::forward::Pass;
use crate::expand::passes::Passes;
use crate::layers::Role;
use crate::plan::{Home, Step};

/// A step with floats.
pub(super) struct Floats {
    /// The places of its outputs.
    places: TokenStream,
    /// Its call; of a layer with values inside, the arguments of the call: layer, input, output, scratch memory.
    call: Call,
    /// The activation over its output, unless that is a bound of the integers.
    then: Option<TokenStream>,
    /// Its output's numbers.
    output: TokenStream,
}

pub(super) enum Call {
    Plain(TokenStream),
    Nested([TokenStream; 4]),
}

impl Passes<'_> {
    pub(super) fn floats(&self, step: &Step) -> Floats {
        let v = step.outputs[0];
        let (_, passes) = self.passes(false);
        let alone = |then| Step {
            run: step.run,
            inputs: step.inputs.clone(),
            outputs: step.outputs.clone(),
            then,
            ..*step
        };
        let bound = self.bound(step);
        let places = match self.home(v, Pass::Infer) {
            Home::Slot(slot) => self.declare(slot, &self.plan.values[v].len, &self.local(v)),
            _ => TokenStream::new(),
        };
        let call = match self.plan.node(step).filter(|node| is_nested(self, node)) {
            Some(node) => {
                let (x, y) =
                    (self.read(step.inputs[0], Pass::Infer, false), self.write(v, Pass::Infer, false));
                Call::Nested([self.layer(node), x, y, self.work(node)])
            }
            None => Call::Plain(self.forward_call(&alone(bound), Pass::Infer, &passes)),
        };
        let then = self.then(step).map(|then| self.in_place(then, step, Pass::Infer));
        Floats { places, call, then, output: self.slice(v, Pass::Infer) }
    }

    /// The activation over a step that is a bound of its integers.
    pub(super) fn bound(&self, step: &Step) -> Option<usize> {
        let is_bounded = match self.plan.node(step) {
            Some(node) => matches!(self.role(step), Some(Role::Product(_))) || matches!(node.op, Op::Add),
            None => false,
        };
        step.then.filter(|then| is_bounded && self.plan.net.is_relu(&self.plan.net.nodes[*then]))
    }

    /// The activation over a step that is a table.
    pub(super) fn then(&self, step: &Step) -> Option<&Node> {
        let then = step.then.filter(|_| self.bound(step).is_none())?;
        Some(&self.plan.net.nodes[then])
    }
}

impl Integers<'_> {
    /// The forward pass, with a look at every value.
    pub(super) fn observe(&self, floats: &[Floats]) -> TokenStream {
        let steps = self.plan().steps.iter().zip(floats).map(|(step, floats)| {
            let Floats { places, call, then, output } = floats;
            let call = match call {
                Call::Plain(call) => call.clone(),
                Call::Nested([layer, x, y, work]) => {
                    let node = self.plan().node(step);
                    let (ty, inside) =
                        (node.map(|node| self.as_quantize(node)), node.map(|node| self.inside_of(node)));
                    quote!(#ty::observe(#layer, #x, #y, #work, &mut values.#inside);)
                }
            };
            let place = self.place_of(&self.plan().values[step.outputs[0]].name);
            let then = then.as_ref().zip(self.passes.then(step)).map(|(call, then)| {
                let place = self.place_of(&then.name);
                quote!(#call values.values[#place].see(#output);)
            });
            quote!(#places #call values.values[#place].see(#output); #then)
        });
        quote!(values.values[0].see(x.as_slice()); #(#steps)*)
    }

    /// Both passes, and how far each value of the one is from that of the other.
    pub(super) fn compare(&self, floats: &[Floats]) -> TokenStream {
        let side = Side { x: quote!(int8_x), y: quote!(int8_y), work: quote!(int8_work), net: quote!(int8) };
        let steps = self.plan().steps.iter().zip(floats).map(|(step, floats)| {
            let Floats { places, call, then, output } = floats;
            let declared = self.declared(step, &side);
            let integers = self.read(step.outputs[0], &side);
            let calls = match call {
                Call::Plain(call) => {
                    let int8_call = self.integer_call(step, &side);
                    quote!(#call #int8_call)
                }
                Call::Nested([layer, x, y, work]) => {
                    let Some(node) = self.plan().node(step) else { return TokenStream::new() };
                    let (ty, inside, field) =
                        (self.as_quantize(node), self.inside_of(node), self.field(node));
                    let (int8_x, int8_y) =
                        (self.read(step.inputs[0], &side), self.write(step.outputs[0], &side));
                    let int8_work = self.work_of(node, &side);
                    quote! {
                        #ty::compare(
                            #layer,
                            &int8.#field,
                            (#x, #int8_x),
                            (#y, #int8_y),
                            (#work, #int8_work),
                            &mut values.#inside,
                        );
                    }
                }
            };
            let place = self.place_of(&self.plan().values[step.outputs[0]].name);
            let then = then.as_ref().zip(self.passes.then(step)).map(|(call, then)| {
                let (place, int8_call) = (self.place_of(&then.name), self.integer_then(step, &side));
                quote!(#call #int8_call values.values[#place].compare(#output, #integers);)
            });
            quote!(#places #declared #calls values.values[#place].compare(#output, #integers); #then)
        });
        quote!(values.values[0].compare(x.as_slice(), int8_x); #(#steps)*)
    }
}
