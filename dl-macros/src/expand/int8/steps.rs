//! The steps with integers.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{Integers, Side, mentions};
use crate::check::{Form, ValueId};
use crate::plan::{Home, Step};

impl Integers<'_> {
    /// How the output comes in place of the input: as it is computed, where that is written after the input has been read for
    /// the last time.
    pub(super) fn in_place(&self) -> TokenStream {
        let (work, steps) = (&self.work, &self.plan().steps);
        let values = &self.plan().values;
        let reads = |step: &Step| step.inputs.iter().any(|&v| matches!(values[v].infer, Home::Input(_)));
        let writes = |step: &Step| step.outputs.iter().any(|&v| matches!(values[v].infer, Home::Output(_)));
        let (last, first) = (steps.iter().rposition(reads), steps.iter().position(writes));
        if last >= first {
            return quote!(
                type Spare<const N: usize> = [i8; N];
            );
        }
        let side = Side { x: quote!(&*xy), y: quote!(xy), work: quote!(work), net: quote!(self) };
        let body: TokenStream = steps.iter().map(|step| self.integers(step, &side)).collect();
        let work_arg = if mentions(&body, "work") { quote!(work) } else { quote!(_) };
        quote! {
            type Spare<const N: usize> = ();

            fn replace<const N: usize>(&self, xy: &mut [i8], _: &mut (), #work_arg: &mut #work) {
                #body
            }
        }
    }

    pub(super) fn place(&self, v: ValueId, side: &Side) -> TokenStream {
        match self.plan().values[v].infer {
            Home::Input(_) => side.x.clone(),
            Home::Output(_) => side.y.clone(),
            _ => self.local(v).into_token_stream(),
        }
    }

    pub(super) fn local(&self, v: ValueId) -> Ident {
        format_ident!("q_{}", self.plan().values[v].name)
    }

    pub(super) fn read(&self, v: ValueId, side: &Side) -> TokenStream {
        let place = self.place(v, side);
        if matches!(self.plan().values[v].infer, Home::Input(_)) { place } else { quote!(&*#place) }
    }

    pub(super) fn write(&self, v: ValueId, side: &Side) -> TokenStream {
        let place = self.place(v, side);
        quote!(&mut *#place)
    }

    /// Where a step's output is.
    pub(super) fn declared(&self, step: &Step, side: &Side) -> TokenStream {
        let v = step.outputs[0];
        let Home::Slot(slot) = self.plan().values[v].infer else { return TokenStream::new() };
        let (name, work) = (self.local(v), &side.work);
        let (place, len) = (format_ident!("slot{slot}"), self.plan().values[v].len.value());
        quote!(let #name: &mut [i8] = &mut #work.#place[..#len];)
    }

    /// A step with integers.
    pub(super) fn integers(&self, step: &Step, side: &Side) -> TokenStream {
        let declared = self.declared(step, side);
        let call = self.integer_call(step, side);
        let then = self.integer_then(step, side);
        quote!(#declared #call #then)
    }

    pub(super) fn integer_call(&self, step: &Step, side: &Side) -> TokenStream {
        let (dl, net) = (self.dl(), &side.net);
        let x: Vec<_> = step.inputs.iter().map(|&v| self.read(v, side)).collect();
        let y = self.write(step.outputs[0], side);
        let Some(node) = self.plan().node(step) else {
            let y = self.place(step.outputs[0], side);
            return quote!(#y.copy_from_slice(#(#x)*););
        };
        let field = self.field(node);
        match self.plan().net.form(node) {
            Some(Form::Own | Form::Keep) => {
                let work = self.work_of(node, side);
                quote!(#dl::quant::Int8Layer::forward(&#net.#field, #(#x),*, #y, #work);)
            }
            _ => quote!(#net.#field.forward(#(#x),*, #y);),
        }
    }

    pub(super) fn integer_then(&self, step: &Step, side: &Side) -> Option<TokenStream> {
        let (then, net, y) = (self.passes.then(step)?, &side.net, self.write(step.outputs[0], side));
        let field = self.field(then);
        Some(quote!(#net.#field.apply(#y);))
    }
}
