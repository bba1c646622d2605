//! Calls of fields: the first settles a layer, and all others are held to it.

use proc_macro2::Ident;
use quote::quote;

use super::{Net, Op, ValueId, count, over};
use crate::report::Report;

impl Net<'_> {
    /// Calls field `i`, at the name `at`: the first call settles its type and shapes.
    pub(super) fn call(
        &mut self,
        i: usize,
        at: Option<&Ident>,
        inputs: &[ValueId],
        outputs: usize,
        report: &mut Report,
    ) -> Option<Vec<ValueId>> {
        if self.layer_mut(i).is_some() {
            self.check_again(i, at, inputs, outputs, report)?;
        } else {
            self.settle_field(i, at, inputs, outputs, report)?;
        }
        let layer = self.layer_mut(i)?;
        layer.calls += 1;
        let (name, flows) = (layer.name.clone(), layer.outputs.clone());
        Some(self.node(Op::Layer(i), &name, at.cloned(), inputs, flows))
    }

    /// A layer has one type, so every call gives it the shapes of the first.
    fn check_again(
        &mut self,
        i: usize,
        at: Option<&Ident>,
        inputs: &[ValueId],
        outputs: usize,
        report: &mut Report,
    ) -> Option<()> {
        let flows = self.flows(inputs);
        let dl = &self.args.dl;
        let layer = self.layers.iter().find(|layer| layer.index == i)?;
        let name = &layer.name;
        if layer.inputs.len() != inputs.len() || layer.outputs.len() != outputs {
            report.error(
                at,
                format!(
                    "`{name}` is called with {} and {}, but its first call has {} and {}\n\
                     help: call it in the same way, or add a field of its own",
                    count(inputs.len(), "input"),
                    count(outputs, "output"),
                    count(layer.inputs.len(), "input"),
                    count(layer.outputs.len(), "output"),
                ),
            );
            return None;
        }
        for (first, again) in layer.inputs.iter().zip(&flows) {
            let (a, b) = (&first.shape, &again.shape);
            if a.is_same_text(b) {
                continue;
            }
            if a.is_known() && b.is_known() {
                report.error(
                    at,
                    format!(
                        "`{name}` has one weight for all its calls: the first gives it {} and this one {}\n\
                         help: give it {} again, or add a field of its own",
                        a.text(),
                        b.text(),
                        a.text()
                    ),
                );
                return None;
            }
            let (a, b) = (a.value(dl), b.value(dl));
            self.checks.push(over(quote!(#dl::shape::expect_again(#name, #a, #b);), &at));
        }
        Some(())
    }
}
