//! Which networks have a form in integers.

use quote::ToTokens;

use super::{Net, Node, Op};
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

    /// The shape that the numbers of a value lie in: that of the value which it is another name of.
    pub(crate) fn lies_as(&self, value: usize) -> &Shape {
        match self.maker(value).map(|n| &self.nodes[n]) {
            Some(node) if self.role(&node.op) == Some(Role::Rename) => self.lies_as(node.inputs[0]),
            _ => &self.values[value].shape,
        }
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
pub(super) fn check_int8(net: &Net<'_>, report: &mut Report) -> Option<()> {
    let Some(int8) = &net.args.int8 else { return Some(()) };
    let ident = &net.written.ident;
    let mut refuse = |at: &dyn ToTokens, what: String, help: &str| {
        report.error(
            at.to_token_stream(),
            format!("{what}, so `{ident}` has no form in integers\nhelp: {help}"),
        );
    };
    let remove = "remove `int8`";
    if !net.const_names.is_empty() {
        refuse(&int8.at, "its sizes are parameters".to_owned(), remove);
        return None;
    }
    if net.inputs.len() > 1 || net.outputs.len() > 1 {
        refuse(&int8.at, "it has several inputs or outputs".to_owned(), remove);
        return None;
    }
    if net.values[0].shape.is_tokens() {
        refuse(&net.args.input_tokens, "its input is tokens".to_owned(), remove);
        return None;
    }
    for layer in &net.layers {
        if layer.calls > 1 || layer.tied.is_some() {
            let what = format!("`{}` is used in more than one place", layer.name);
            refuse(&layer.field.ident, what, "use it once, or remove `int8`");
        }
        if layer.outputs.len() > 1 || layer.inputs.len() > 1 {
            let what = format!("`{}` has several inputs or outputs", layer.name);
            refuse(&layer.field.ty, what, remove);
        }
    }
    for node in &net.nodes {
        let form = net.form(node);
        if form.is_none() {
            let what = format!("`{}` is no sum", node.name);
            refuse(&int8.at, what, "of the operators only `+` has one: use another, or remove `int8`");
        }
        let is_renamed = net.role(&node.op) == Some(Role::Rename);
        let reads_any =
            |form| matches!(form, Form::Keep | Form::Table) || (form == Form::Own && is_dense(net, node));
        let turned = node.inputs.iter().find(|v| net.is_turned(**v));
        if let Some(v) = turned.filter(|_| !is_renamed && !form.is_some_and(reads_any)) {
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
    report.is_empty().then_some(())
}

fn is_dense(net: &Net<'_>, node: &Node) -> bool {
    let spec = net.layer_of(node).and_then(|layer| layer.field.spec.as_ref());
    matches!(spec, Some(Spec::BuiltIn(layer)) if layer.definition.name == "Dense")
}
