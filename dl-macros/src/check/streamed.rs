//! Whether a network can run one step at a time, and what flows through it then.

use quote::quote;
use syn::spanned::Spanned;

use super::{Net, Op, over};
use crate::flow::{self, Flow};
use crate::layers::Steps;
use crate::report::Report;
use crate::shape::{Dim, Shape, tidy};

/// A network that is to run one step at a time takes sequences, and no layer of it needs all steps.
pub(super) fn check_stream(net: &mut Net<'_>, report: &mut Report) -> Option<()> {
    let Some(stream) = &net.args.stream else { return Some(()) };
    let ident = &net.written.ident;
    for (shape, flow) in net.args.inputs.iter().zip(&net.values) {
        let is_sequence =
            matches!(shape, Shape::Tokens(_)) || matches!(shape, Shape::Dims(dims) if dims.len() == 2);
        if !is_sequence {
            let message = format!(
                "only over a sequence a network runs one step at a time, but the input of `{ident}` is {}\n\
                 help: remove `stream`, or write `input = [steps, features]`, or `[u16; steps]` for tokens",
                flow.shape.text()
            );
            report.error(&net.args.input_tokens, message);
        }
    }
    let cannot = |what: &str, why: &str, remedy: Option<&str>| {
        let help = match remedy {
            Some(remedy) => format!("{remedy}, or remove `stream`"),
            None => format!("remove `stream`, or leave `{what}` to a network behind this one"),
        };
        format!("`{what}` {why}, so `{ident}` cannot run one step at a time\nhelp: {help}")
    };
    for layer in &net.layers {
        if let Steps::Together(why, remedy) = layer.steps {
            report.error(&layer.field.ty, cannot(&layer.name, why, remedy));
        }
    }
    for node in &net.nodes {
        match &node.op {
            Op::Concat { steps: true, .. } => {
                report.error(stream, cannot("concat", "puts steps behind others", None))
            }
            Op::Slice(part) if part.first_step.is_some() => {
                report.error(stream, cannot("slice", "chooses among the steps", None))
            }
            Op::Function(function) if function.name == "flatten" => {
                report.error(stream, cannot("flatten", "puts all steps into one", None));
            }
            _ => {}
        }
    }
    let Net { args, layers, hidden, .. } = net;
    let dl = &args.dl;
    // What depends on the answer is silent where it is an error.
    for layer in layers.iter_mut().filter(|layer| layer.is_own()) {
        let (name, ty) = (&layer.name, &layer.field.ty);
        let steps = |flows: &[Flow]| flow::signal(dl, &flows.iter().map(step).collect::<Vec<_>>());
        let (x, y, text) = (steps(&layer.inputs), steps(&layer.outputs), tidy(ty));
        let features = step(&layer.outputs[0]).len.arg();
        let asked = over(quote!(#dl::stream::step_len::<#ty, #x, #y, #features>(#name, #text)), ty);
        let len = hidden.constant(&format!("{name}_STEP"), quote!(usize), asked, ty.span());
        layer.step_len = Some(Dim::Expr(len));
    }
    report.is_empty().then_some(())
}

impl Net<'_> {
    /// The network as it is at one step: the same layers, but a value has the features of one step.
    pub(crate) fn step(mut self) -> Self {
        for flow in &mut self.values {
            *flow = step(flow);
        }
        for layer in &mut self.layers {
            let rows = layer.inputs[0].shape.rows().known();
            layer.macs = layer.macs.zip(rows).map(|(macs, steps)| macs / steps);
            for flow in layer.inputs.iter_mut().chain(&mut layer.outputs) {
                *flow = step(flow);
            }
            if let Some(features) = &layer.step_len {
                layer.outputs[0] = of_features(features.clone());
            }
        }
        for node in &self.nodes {
            if let Some(layer) = self.layer_of(node).filter(|layer| layer.step_len.is_some()) {
                self.values[node.outputs[0]] = layer.outputs[0].clone();
            }
        }
        self
    }
}

/// One step of a value; what has no steps is what it is.
fn step(flow: &Flow) -> Flow {
    match &flow.shape {
        Shape::Tokens(_) => Flow { shape: Shape::Tokens(Dim::Known(1)), len: Dim::Known(1) },
        shape => of_features(shape.last()),
    }
}

fn of_features(features: Dim) -> Flow {
    Flow { shape: Shape::Dims(vec![features.clone()]), len: features }
}
