//! Which value lives where, and what is computed in place.
//!
//! A *value* is the output of a layer, or the network's input. Three decisions are made here, once, for all passes:
//!
//! - `Flatten` is another name for its input; an activation whose derivative follows from its output is computed over
//!   the output of the product before it. Both have no value of their own.
//! - For training, a value that a backward pass reads is kept on the tape; any other lives in a slot of the scratch
//!   memory, as do all values of inference and all gradients of values.
//! - A slot is shared by values that are never needed together. Slots are given out greedily, in order, each
//!   value taking the one that grows least.
//!
//! The steps are a list with explicit inputs, so that a graph is planned as a chain is.

use proc_macro2::TokenStream;
use quote::quote;

use crate::check::{Layer, Net};
use crate::layers::Role;
use crate::shape::Dim;

/// The index of a value.
pub(crate) type ValueId = usize;

/// A planned network.
pub(crate) struct Plan<'a> {
    pub(crate) net: Net<'a>,
    /// In the order of the forward pass; backward runs them in reverse.
    pub(crate) steps: Vec<Step>,
    pub(crate) values: Vec<Value>,
    pub(crate) output: ValueId,
    /// Sizes of the shared slots.
    pub(crate) slots: Vec<Slot>,
    /// The first step that learns: what is before it only computes gradients if `dx` is wanted.
    pub(crate) first_trained: usize,
    /// Names of the tapes of layers that may have them, by layer.
    pub(crate) tape_names: Vec<Option<String>>,
}

/// One step of the forward pass.
pub(crate) struct Step {
    /// The layer it runs.
    pub(crate) layer: usize,
    pub(crate) input: ValueId,
    pub(crate) output: ValueId,
    /// An activation over its output.
    pub(crate) then: Option<usize>,
}

/// A value and its homes.
pub(crate) struct Value {
    pub(crate) len: Dim,
    /// The layer whose output it is; for the input and output a name of their own.
    pub(crate) name: String,
    /// In training.
    pub(crate) train: Home,
    /// In inference.
    pub(crate) infer: Home,
    /// Of its gradient, in the backward pass.
    pub(crate) grad: Home,
}

/// Where a value lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Home {
    /// Lent by the caller: `x`.
    Input,
    /// Lent by the caller: `y`.
    Output,
    /// A field of the tape.
    Tape,
    /// A slot of the scratch memory.
    Slot(usize),
    /// Nowhere: nobody wants it.
    Nowhere,
}

/// A piece of scratch memory that values take turns in.
pub(crate) struct Slot {
    /// The values that use it at one time or another; it is as large as the largest.
    pub(crate) lens: Vec<Dim>,
}

impl Slot {
    /// By how much it grows for a value of `len` numbers, and how much of it would lie idle.
    fn misfit(&self, len: &Dim) -> (usize, usize) {
        let known: Option<Vec<usize>> = self.lens.iter().map(Dim::known).collect();
        match (known.and_then(|lens| lens.into_iter().max()), len.known()) {
            (Some(size), Some(len)) => (len.saturating_sub(size), size.saturating_sub(len)),
            _ if self.lens.iter().any(|other| other.text() == len.text()) => (0, 0),
            _ => (usize::MAX, 0),
        }
    }

    /// Its size, as a const generic argument.
    pub(crate) fn len(&self, dl: &TokenStream) -> TokenStream {
        let known: Option<Vec<usize>> = self.lens.iter().map(Dim::known).collect();
        if let Some(largest) = known.and_then(|lens| lens.into_iter().max()) {
            return Dim::Known(largest).arg();
        }
        match self.lens.as_slice() {
            [one] => one.arg(),
            [first, rest @ ..] if rest.iter().all(|len| len.text() == first.text()) => first.arg(),
            lens => {
                let lens = lens.iter().map(Dim::value);
                quote!({ #dl::shape::largest(&[#(#lens),*]) })
            }
        }
    }
}

/// Plans a checked network.
pub(crate) fn plan(net: Net<'_>) -> Plan<'_> {
    let mut values = vec![Value {
        len: net.input_len.clone(),
        name: "x".to_owned(),
        train: Home::Input,
        infer: Home::Input,
        grad: Home::Input,
    }];
    let mut steps: Vec<Step> = Vec::new();
    let mut current = 0;
    for (i, layer) in net.layers.iter().enumerate() {
        let is_last = i + 1 == net.layers.len();
        match layer.role {
            Role::Rename if !(is_last && current == 0) => continue,
            Role::InPlace => {
                if let Some(step) = steps.last_mut()
                    && can_run_over_output(&net.layers[step.layer], step)
                {
                    step.then = Some(i);
                    continue;
                }
            }
            _ => {}
        }
        values.push(Value {
            len: layer.output_len.clone(),
            name: layer.name.clone(),
            train: Home::Nowhere,
            infer: Home::Nowhere,
            grad: Home::Nowhere,
        });
        steps.push(Step { layer: i, input: current, output: values.len() - 1, then: None });
        current = values.len() - 1;
    }
    let first_trained = steps.iter().position(|s| net.layers[s.layer].is_trained()).unwrap_or(steps.len());
    let tape_names = tape_names(&net.layers);
    let mut plan = Plan { net, steps, values, output: current, slots: Vec::new(), first_trained, tape_names };
    plan.values[current].train = Home::Output;
    plan.values[current].infer = Home::Output;
    plan.place_training_values();
    plan.place_inference_values();
    plan.place_gradients();
    plan
}

/// An activation runs over the output of a product, unless another does already.
fn can_run_over_output(layer: &Layer<'_>, step: &Step) -> bool {
    matches!(layer.role, Role::Product(_)) && step.then.is_none()
}

/// Field names for what layers keep: the field's own, with a suffix no other field has.
fn tape_names(layers: &[Layer<'_>]) -> Vec<Option<String>> {
    let taken = |name: &str| layers.iter().any(|layer| layer.name == name);
    let fresh = |name: String| {
        let mut name = name;
        while taken(&name) {
            name.push('_');
        }
        name
    };
    layers.iter().map(|l| l.has_memory().then(|| fresh(format!("{}_tape", l.name)))).collect()
}

impl Plan<'_> {
    /// Keeps on the tape what a backward pass reads.
    fn place_training_values(&mut self) {
        for v in 1..self.values.len() {
            if v == self.output {
                continue;
            }
            let is_read = self.steps.iter().any(|step| {
                let (needs_x, needs_y) = self.needs(step);
                (step.input == v && needs_x) || (step.output == v && needs_y)
            });
            if is_read {
                self.values[v].train = Home::Tape;
            }
        }
        let lives = self.lives(|value| value.train == Home::Nowhere);
        for (v, slot) in self.share(&lives) {
            self.values[v].train = Home::Slot(slot);
        }
    }

    fn place_inference_values(&mut self) {
        let lives = self.lives(|value| value.infer == Home::Nowhere);
        for (v, slot) in self.share(&lives) {
            self.values[v].infer = Home::Slot(slot);
        }
    }

    /// A value's gradient is written by the step that reads the value and read by the step that makes it. The output's
    /// is lent, and needs a place only if an activation over it must scale it first.
    fn place_gradients(&mut self) {
        let last = self.steps.len() - 1;
        let mut lives = Vec::new();
        for (i, step) in self.steps.iter().enumerate() {
            let v = step.output;
            if v == self.output && step.then.is_none() {
                self.values[v].grad = Home::Output;
                continue;
            }
            let reader = self.steps.iter().rposition(|s| s.input == v).unwrap_or(i);
            // In the order of the backward pass: written at `last - reader`, read at `last - i`.
            lives.push((v, last - reader, last - i));
        }
        lives.sort_by_key(|&(_, from, _)| from);
        for (v, slot) in self.share(&lives) {
            self.values[v].grad = Home::Slot(slot);
        }
    }

    /// Whether a step's backward pass reads its input and its output, or must be handed the former all the same: nothing of
    /// another size can stand in for it.
    pub(crate) fn needs(&self, step: &Step) -> (bool, bool) {
        let over_output = step.then.is_some();
        match self.net.layers[step.layer].role {
            Role::Product(_) => (true, over_output),
            Role::InPlace => (false, true),
            Role::Rename => (false, false),
            Role::Layer { needs_x, needs_y, .. } => {
                let [x, y] = [step.input, step.output].map(|v| self.values[v].len.text());
                (needs_x || x != y, needs_y)
            }
        }
    }

    /// The values that `wanted` selects, with the steps that write them and read them last.
    fn lives(&self, wanted: impl Fn(&Value) -> bool) -> Vec<(ValueId, usize, usize)> {
        let mut lives = Vec::new();
        for (i, step) in self.steps.iter().enumerate() {
            let v = step.output;
            if wanted(&self.values[v]) {
                let last = self.steps.iter().rposition(|s| s.input == v).unwrap_or(i);
                lives.push((v, i, last));
            }
        }
        lives
    }

    /// Gives each value a slot that is free from its first to its last step, and of these the one that fits best.
    fn share(&mut self, lives: &[(ValueId, usize, usize)]) -> Vec<(ValueId, usize)> {
        let may_share = self.net.const_names.is_empty();
        let mut busy_until: Vec<Option<usize>> = vec![None; self.slots.len()];
        let mut given = Vec::new();
        for &(v, from, to) in lives {
            let len = self.values[v].len.clone();
            let fits = |slot: &Slot| may_share || slot.lens.iter().all(|other| other.text() == len.text());
            let free = (0..self.slots.len())
                .filter(|&s| busy_until[s].is_none_or(|until| until < from) && fits(&self.slots[s]))
                .min_by_key(|&s| self.slots[s].misfit(&len));
            let slot = free.unwrap_or_else(|| {
                self.slots.push(Slot { lens: Vec::new() });
                busy_until.push(None);
                self.slots.len() - 1
            });
            if !self.slots[slot].lens.iter().any(|other| other.text() == len.text()) {
                self.slots[slot].lens.push(len);
            }
            busy_until[slot] = Some(to);
            given.push((v, slot));
        }
        given
    }
}
