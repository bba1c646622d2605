//! What is computed from what.

use proc_macro2::{Ident, TokenStream};

use super::Net;
use crate::flow::Flow;
use crate::layers::Role;
use crate::shape::Dim;

/// The index of a value.
pub(crate) type ValueId = usize;

/// One computation.
pub(crate) struct Node {
    pub(crate) op: Op,
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) outputs: Vec<ValueId>,
    /// Names its tape and its first output; no two nodes have the same.
    pub(crate) name: String,
    /// The field's name where it is called, if that is in a closure.
    pub(crate) at: Option<Ident>,
}

/// What a node computes.
pub(crate) enum Op {
    /// The layer of this field.
    Layer(usize),
    /// A layer without parameters that is no field.
    Function(Function),
    Add,
    Sub,
    Mul,
    /// A product of an image with a number for each of its channels; or of two values of one shape, where only rustc knows.
    Scale,
    /// Values side by side, and where each of them comes to lie.
    Concat {
        parts: Vec<Part>,
        steps: bool,
    },
    Slice(Part),
}

/// A layer without parameters, called by its name in small letters.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Its type, which has one value.
    pub(crate) ty: TokenStream,
    pub(crate) role: Role,
}

/// A part of a value: of every `whole` numbers, the `width` from `offset` on.
pub(crate) struct Part {
    pub(crate) width: Dim,
    pub(crate) whole: Dim,
    pub(crate) offset: Dim,
    /// For a part of a sequence's steps, the first of them.
    pub(crate) first_step: Option<Dim>,
}

impl Net<'_> {
    /// Adds a node; returns the values that it makes.
    pub(super) fn node(
        &mut self,
        op: Op,
        name: &str,
        at: Option<Ident>,
        inputs: &[ValueId],
        outputs: Vec<Flow>,
    ) -> Vec<ValueId> {
        let is_first_call = match op {
            Op::Layer(i) => !self.nodes.iter().any(|node| matches!(node.op, Op::Layer(j) if j == i)),
            _ => false,
        };
        let name = if is_first_call { name.to_owned() } else { self.fresh_name(name) };
        let first = self.values.len();
        self.values.extend(outputs);
        let outputs: Vec<_> = (first..self.values.len()).collect();
        self.nodes.push(Node { op, inputs: inputs.to_vec(), outputs: outputs.clone(), name, at });
        outputs
    }

    /// `name`, or `name_2`, ..: the first that no field and no node has.
    fn fresh_name(&self, name: &str) -> String {
        let taken = |name: &str| {
            self.written.fields.iter().any(|field| field.name() == name)
                || self.nodes.iter().any(|node| node.name == name)
        };
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// The node that makes a value, by its place; `None` for an input.
    pub(crate) fn maker(&self, value: ValueId) -> Option<usize> {
        self.nodes.iter().position(|node| node.outputs.contains(&value))
    }

    /// What the plan may do with a node; `None` for an operator.
    pub(crate) fn role(&self, op: &Op) -> Option<Role> {
        match op {
            Op::Layer(i) => Some(self.layers[*i].role),
            Op::Function(function) => Some(function.role),
            _ => None,
        }
    }

    /// The layer that a node runs, if that is a field.
    pub(crate) fn layer_of(&self, node: &Node) -> Option<&super::Layer<'_>> {
        match node.op {
            Op::Layer(i) => Some(&self.layers[i]),
            _ => None,
        }
    }
}
