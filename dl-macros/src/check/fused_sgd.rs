//! Whether the layers of a network can take a step while their gradient is computed.

use super::Net;
use crate::ast::Spec;
use crate::report::Report;

/// The built-in layers that learn and implement `Descend`.
const DESCENDING: [&str; 5] = ["Dense", "Conv1d", "Conv2d", "Depthwise2d", "ConvTranspose2d"];

/// What learns is a product, or of the user's own, and its parameters are used once.
pub(super) fn check_fused_sgd(net: &Net<'_>, report: &mut Report) -> Option<()> {
    if net.args.fused_sgd.is_none() {
        return Some(());
    }
    for layer in net.layers.iter().filter(|layer| layer.is_trained()) {
        let name = &layer.name;
        let why = if layer.tied.is_some() {
            format!("`{name}` shares its weight")
        } else if layer.calls > 1 {
            format!("`{name}` is called {} times", layer.calls)
        } else if !layer.field.spec.as_ref().is_some_and(descends) {
            format!("`{name}` needs its whole gradient")
        } else {
            continue;
        };
        let message = format!(
            "{why}, so it cannot take a step while the gradient is computed\n\
             help: remove `fused_sgd`, or put `#[frozen]` on `{name}`"
        );
        report.error(&layer.field.ty, message);
    }
    report.is_empty().then_some(())
}

fn descends(spec: &Spec) -> bool {
    match spec {
        Spec::BuiltIn(layer) => DESCENDING.contains(&layer.definition.name),
        Spec::Open(_) | Spec::Twin(..) => true,
        Spec::Repeat { inner, .. } => descends(inner),
    }
}
