//! Which networks have a form in integers.

use quote::{ToTokens, quote};

use super::{Net, Node, Op, over};
use crate::ast::Spec;
use crate::layers::{Role, integer_form};
use crate::report::Report;
use crate::shape::Shape;

/// How a node is computed with integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// By a layer of integers, which a trait names.
    Own,
    /// By a layer of floats.
    Keep,
    /// By a table of a function's values.
    Table,
    /// A sum.
    Add,
}

/// Layers that do nothing in integers.
const SAME: [&str; 3] = ["Dropout", "Dropout2d", "FakeQuantize"];

impl Net<'_> {
    /// How a node is computed with integers, if it can be.
    pub(crate) fn form(&self, node: &Node) -> Option<Form> {
        match &node.op {
            Op::Layer(i) => Some(of_spec(self.layers[*i].field.spec.as_ref()?)),
            Op::Function(function) => Some(integer_form(crate::layers::layer_of(function.name))),
            Op::Add => Some(Form::Add),
            Op::Sub | Op::Mul | Op::Scale | Op::Concat { .. } | Op::Slice(_) => None,
        }
    }

    /// Whether a node rectifies.
    pub(crate) fn is_relu(&self, node: &Node) -> bool {
        match &node.op {
            Op::Layer(i) => {
                let spec = self.layers[*i].field.spec.as_ref();
                matches!(spec, Some(Spec::BuiltIn(layer)) if layer.definition.name == "Relu")
            }
            Op::Function(function) => function.name == "relu",
            _ => false,
        }
    }

    /// The shape that the numbers of a value lie in: that of the value which it is another name of, or a function of number
    /// by number.
    pub(crate) fn lies_as(&self, value: usize) -> &Shape {
        match self.maker(value).map(|n| &self.nodes[n]) {
            Some(node) if self.keeps_order(node) => self.lies_as(node.inputs[0]),
            _ => &self.values[value].shape,
        }
    }

    /// Whether a node leaves every number where it is.
    fn keeps_order(&self, node: &Node) -> bool {
        let is_renamed = self.role(&node.op) == Some(Role::Rename);
        is_renamed || self.form(node) == Some(Form::Table) || self.is_named(node, &SAME)
    }

    /// Whether a node is a built-in layer of one of these names.
    pub(crate) fn is_named(&self, node: &Node, names: &[&str]) -> bool {
        let spec = self.layer_of(node).and_then(|layer| layer.field.spec.as_ref());
        matches!(spec, Some(Spec::BuiltIn(layer)) if names.contains(&layer.definition.name))
    }

    /// Whether a value that is another name for an image has another order of numbers than its shape says.
    fn is_turned(&self, value: usize) -> bool {
        let (lies, reads) = (self.lies_as(value), &self.values[value].shape);
        let matters = lies.channels().known() != Some(1) || reads.channels().known() != Some(1);
        matters && lies.area().text() != reads.area().text()
    }
}

fn of_spec(spec: &Spec) -> Form {
    match spec {
        Spec::BuiltIn(layer) => integer_form(layer.definition.name),
        Spec::Open(_) | Spec::Twin(..) => Form::Own,
        // a repeated layer is one by the trait, if that is
        Spec::Repeat { inner, .. } => match of_spec(inner) {
            Form::Own => Form::Own,
            _ => Form::Keep,
        },
    }
}

/// A network of integers has one input and one output of numbers, a layer one place in it, and operators are sums.
pub(super) fn check_int8(net: &mut Net<'_>, report: &mut Report) -> Option<()> {
    let Some(int8) = &net.args.int8 else { return Some(()) };
    let ident = &net.written.ident;
    if int8.name(ident) == *ident {
        let but = format!("the network of integers cannot be called `{ident}`, as that of floats is");
        report.error(&int8.name, format!("{but}\nhelp: for example `int8 = {ident}Int8`"));
        return None;
    }
    if !net.const_names.is_empty() {
        let but =
            format!("a network of integers has sizes that are known, but those of `{ident}` are parameters");
        report.error(&int8.at, format!("{but}\nhelp: remove `int8`"));
        return None;
    }
    if net.inputs.len() > 1 || net.outputs.len() > 1 {
        let (inputs, outputs) = (net.inputs.len(), net.outputs.len());
        let but = format!(
            "a network of integers has one input and one output, but `{ident}` has {inputs} and {outputs}"
        );
        report.error(&int8.at, format!("{but}\nhelp: remove `int8`"));
        return None;
    }
    if net.values[0].shape.is_tokens() {
        let found = net.values[0].shape.text();
        let but =
            format!("a network of integers reads numbers, but the input of `{ident}` is the tokens {found}");
        report.error(&net.args.input_tokens, format!("{but}\nhelp: remove `int8`"));
        return None;
    }
    let mut refuse = |at: &dyn ToTokens, what: String, help: &str| {
        report.error(
            at.to_token_stream(),
            format!("{what}, so `{ident}` has no form in integers\nhelp: {help}"),
        );
    };
    for layer in &net.layers {
        if layer.calls > 1 || layer.tied.is_some() {
            let what = format!("`{}` is used in more than one place", layer.name);
            refuse(&layer.field.ident, what, "use it once, or remove `int8`");
        }
        if layer.outputs.len() > 1 || layer.inputs.len() > 1 {
            let what = format!("`{}` has several inputs or outputs", layer.name);
            refuse(&layer.field.ty, what, "remove `int8`");
        }
    }
    for node in &net.nodes {
        let form = net.form(node);
        if form.is_none() {
            let what = format!("`{}` is no sum", node.name);
            refuse(&int8.at, what, "of the operators only `+` has one: use another, or remove `int8`");
        }
        let reads_any = net.keeps_order(node) || form == Some(Form::Keep) || net.is_named(node, &["Dense"]);
        let turned = node.inputs.iter().find(|v| net.is_turned(**v));
        if let Some(v) = turned.filter(|_| !reads_any) {
            let maker = net.maker(*v).map_or_else(String::new, |n| net.nodes[n].name.clone());
            let what = format!("`{}` reads what `{maker}` makes of an image", node.name);
            refuse(&int8.at, what, "put a `Dense` behind it, or remove `int8`");
        }
    }
    if let Some(v) = net.outputs.iter().find(|v| net.is_turned(**v)) {
        let maker = net.maker(*v).map_or_else(String::new, |n| net.nodes[n].name.clone());
        let what = format!("the output is what `{maker}` makes of an image");
        refuse(&int8.at, what, "leave it to the network around, or remove `int8`");
    }
    let dl = &net.args.dl;
    let own = net.layers.iter().filter(|layer| layer.is_own());
    let checks = own.map(|layer| {
        let (name, ty) = (&layer.name, &layer.field.ty);
        let [x, y] = [&layer.inputs[0], &layer.outputs[0]].map(|flow| flow.len.arg());
        over(quote!(#dl::quant::expect_int8::<#ty, #x, #y>(#name);), ty)
    });
    let checks: Vec<_> = checks.collect();
    net.checks.extend(checks);
    report.is_empty().then_some(())
}
