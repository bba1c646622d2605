//! Which value lives where, and what is computed in place.
//!
//! A *value* is what a node makes, or an input of the network. Three decisions are made here, once, for all passes:
//!
//! - `Flatten` and `Reshape` are other names for their input; an activation whose derivative follows from its output is
//!   computed over the value before it, if nobody else reads that. None of them has a value of its own.
//! - For training, a value that a backward pass reads is kept on the tape; any other lives in a slot of the scratch
//!   memory, as do all values of inference and all gradients of values.
//! - A slot is shared by values that are never needed together. Slots are given out greedily, in order, each
//!   value taking the one that grows least.
//!
//! A chain is a graph whose values have one reader each.

use syn::ext::IdentExt;

use crate::check::{Net, Node, Op, ValueId};
use crate::layers::Role;
use crate::shape::Dim;

mod backward;
mod slots;

pub(crate) use backward::{Back, Backward, Dx, Place, Term};
use slots::Life;
pub(crate) use slots::Slot;

/// A planned network.
pub(crate) struct Plan<'a> {
    pub(crate) net: Net<'a>,
    /// In the order of the forward pass.
    pub(crate) steps: Vec<Step>,
    pub(crate) values: Vec<Value>,
    /// The values of the network's outputs, all different, and none an input.
    pub(crate) outputs: Vec<ValueId>,
    /// Sizes of the shared slots.
    pub(crate) slots: Vec<Slot>,
    pub(crate) backward: Backward,
    /// Names of the tapes of layers that may have them, by node.
    pub(crate) tape_names: Vec<Option<String>>,
    /// Whether it is the plan of one step of a sequence, which is only for inference.
    pub(crate) is_step: bool,
}

/// One step of the forward pass.
pub(crate) struct Step {
    pub(crate) run: Run,
    pub(crate) inputs: Vec<ValueId>,
    pub(crate) outputs: Vec<ValueId>,
    /// The node of an activation over its output.
    pub(crate) then: Option<usize>,
    /// Who needs its backward pass.
    pub(crate) wanted: Wanted,
}

/// What a step runs.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// A node.
    Node(usize),
    /// A copy: an output that is an input too, or is given twice.
    Copy,
}

/// Who needs the gradient of a value.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Wanted {
    /// Nobody: there are only tokens and frozen layers before it.
    Never,
    /// Whoever wants `dx`: nothing before it learns.
    ForDx,
    /// A layer that learns.
    Always,
}

/// A value and its homes.
pub(crate) struct Value {
    pub(crate) len: Dim,
    /// The node whose output it is; for an input a name of its own.
    pub(crate) name: String,
    /// In training.
    pub(crate) train: Home,
    /// In inference.
    pub(crate) infer: Home,
    /// Whether it is numbers, which have a gradient.
    pub(crate) is_tokens: bool,
    /// Who needs its gradient.
    pub(crate) wanted: Wanted,
    /// How many steps read it.
    pub(crate) readers: usize,
}

/// Where a value lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Home {
    /// Lent by the caller: `x`, by its place.
    Input(usize),
    /// Lent by the caller: `y`, by its place.
    Output(usize),
    /// A field of the tape.
    Tape,
    /// A slot of the scratch memory.
    Slot(usize),
    /// Nowhere yet.
    Nowhere,
}

/// Plans a checked network.
pub(crate) fn plan(net: Net<'_>) -> Plan<'_> {
    let mut plan = forward(net);
    plan.mark_wanted();
    plan.place_training_values();
    plan.place_inference_values();
    plan.plan_backward();
    plan
}

/// Plans a checked network for one step of a sequence.
pub(crate) fn step(net: Net<'_>) -> Plan<'_> {
    let mut plan = Plan { is_step: true, ..forward(net.step()) };
    plan.place_inference_values();
    plan
}

/// The forward pass, without places for its values but for the outputs.
fn forward(net: Net<'_>) -> Plan<'_> {
    let (steps, values, outputs) = steps(&net);
    let tape_names = tape_names(&net);
    let (slots, backward) = (Vec::new(), Backward::default());
    let mut plan = Plan { net, steps, values, outputs, slots, backward, tape_names, is_step: false };
    for (k, v) in plan.outputs.clone().into_iter().enumerate() {
        plan.values[v].train = Home::Output(k);
        plan.values[v].infer = Home::Output(k);
    }
    plan
}

/// The steps of the forward pass, their values, and which of them are outputs.
fn steps(net: &Net<'_>) -> (Vec<Step>, Vec<Value>, Vec<ValueId>) {
    let value = |name: String, len: &Dim, is_tokens: bool| Value {
        len: len.clone(),
        name,
        train: Home::Nowhere,
        infer: Home::Nowhere,
        is_tokens,
        wanted: Wanted::Never,
        readers: 0,
    };
    let mut values: Vec<Value> = Vec::new();
    for (i, name) in net.inputs.iter().enumerate() {
        let flow = &net.values[i];
        values.push(value(name.unraw().to_string(), &flow.len, flow.shape.is_tokens()));
        values[i].train = Home::Input(i);
        values[i].infer = Home::Input(i);
    }
    let readers = readers(net);
    // The place of each value of the network.
    let mut placed: Vec<ValueId> = (0..net.values.len()).collect();
    let mut steps: Vec<Step> = Vec::new();
    for (n, node) in net.nodes.iter().enumerate() {
        let inputs: Vec<_> = node.inputs.iter().map(|&v| placed[v]).collect();
        match net.role(&node.op) {
            Some(Role::Rename) if !(inputs[0] < net.inputs.len() && is_output(net, node.outputs[0])) => {
                placed[node.outputs[0]] = inputs[0];
                continue;
            }
            Some(Role::InPlace) if readers[root(net, node.inputs[0])] == 1 => {
                let before = steps.iter_mut().find(|step| step.outputs == inputs);
                if let Some(before) = before.filter(|before| can_run_over_output(net, before)) {
                    before.then = Some(n);
                    placed[node.outputs[0]] = inputs[0];
                    continue;
                }
            }
            _ => {}
        }
        let mut outputs = Vec::new();
        for (i, &v) in node.outputs.iter().enumerate() {
            let name = if i == 0 { node.name.clone() } else { format!("{}_{i}", node.name) };
            let made = &values[net.inputs.len()..];
            let name = fresh(name, |name| made.iter().any(|other| other.name == name));
            placed[v] = values.len();
            outputs.push(values.len());
            values.push(value(name, &net.values[v].len, false));
        }
        steps.push(Step { run: Run::Node(n), inputs, outputs, then: None, wanted: Wanted::Never });
    }
    let mut outputs: Vec<ValueId> = Vec::new();
    for &v in &net.outputs {
        let mut v = placed[v];
        if v < net.inputs.len() || outputs.contains(&v) {
            let name =
                fresh(format!("{}_copy", values[v].name), |name| values.iter().any(|v| v.name == name));
            values.push(value(name, &values[v].len, false));
            let copy = values.len() - 1;
            steps.push(Step {
                run: Run::Copy,
                inputs: vec![v],
                outputs: vec![copy],
                then: None,
                wanted: Wanted::Never,
            });
            v = copy;
        }
        outputs.push(v);
    }
    for step in &steps {
        for &v in &step.inputs {
            values[v].readers += 1;
        }
    }
    (steps, values, outputs)
}

/// `name`, with an underscore for every one that has it.
fn fresh(mut name: String, is_taken: impl Fn(&str) -> bool) -> String {
    while is_taken(&name) {
        name.push('_');
    }
    name
}

fn is_output(net: &Net<'_>, v: ValueId) -> bool {
    net.outputs.contains(&v)
}

/// The value that `v` is another name for.
fn root(net: &Net<'_>, v: ValueId) -> ValueId {
    let renamed = net.maker(v).map(|n| &net.nodes[n]).filter(|node| net.role(&node.op) == Some(Role::Rename));
    renamed.map_or(v, |node| root(net, node.inputs[0]))
}

/// How many read each value, under any of its names; an output is read by the caller.
fn readers(net: &Net<'_>) -> Vec<usize> {
    let mut readers = vec![0; net.values.len()];
    for node in net.nodes.iter().filter(|node| net.role(&node.op) != Some(Role::Rename)) {
        for &v in &node.inputs {
            readers[root(net, v)] += 1;
        }
    }
    for &v in &net.outputs {
        readers[root(net, v)] += 1;
    }
    readers
}

/// An activation runs over the output of a step that does not need it in its backward pass, unless another does already.
fn can_run_over_output(net: &Net<'_>, step: &Step) -> bool {
    let needs_its_output = match step.run {
        Run::Copy => true,
        Run::Node(n) => match net.role(&net.nodes[n].op) {
            Some(Role::Product(_)) | None => false,
            Some(Role::Layer { needs_y, .. }) => needs_y,
            Some(Role::InPlace | Role::Rename) => true,
        },
    };
    !needs_its_output && step.then.is_none()
}

/// Field names for what layers keep: the node's own, with a suffix no other field has.
fn tape_names(net: &Net<'_>) -> Vec<Option<String>> {
    let taken = |name: &str| net.nodes.iter().any(|node| node.name == name);
    let of = |node: &Node| {
        net.layer_of(node)
            .is_some_and(|layer| layer.has_memory())
            .then(|| fresh(format!("{}_tape", node.name), taken))
    };
    net.nodes.iter().map(of).collect()
}

impl Plan<'_> {
    pub(crate) fn node(&self, step: &Step) -> Option<&Node> {
        match step.run {
            Run::Node(n) => Some(&self.net.nodes[n]),
            Run::Copy => None,
        }
    }

    /// Whether a step has parameters that learn.
    pub(crate) fn is_trained(&self, step: &Step) -> bool {
        self.node(step).and_then(|node| self.net.layer_of(node)).is_some_and(|layer| layer.is_trained())
    }

    /// Says of each value and step who needs its gradient.
    fn mark_wanted(&mut self) {
        for v in &mut self.values[..self.net.inputs.len()] {
            v.wanted = if v.is_tokens { Wanted::Never } else { Wanted::ForDx };
        }
        for k in 0..self.steps.len() {
            let step = &self.steps[k];
            let mut wanted = if self.is_trained(step) { Wanted::Always } else { Wanted::Never };
            for &v in &step.inputs {
                if self.values[v].wanted > wanted {
                    wanted = self.values[v].wanted;
                }
            }
            for v in step.outputs.clone() {
                self.values[v].wanted = wanted;
            }
            self.steps[k].wanted = wanted;
        }
    }

    /// Keeps on the tape what a backward pass reads.
    fn place_training_values(&mut self) {
        for v in self.net.inputs.len()..self.values.len() {
            if self.values[v].train != Home::Nowhere {
                continue;
            }
            let is_read = self.steps.iter().enumerate().any(|(k, step)| {
                if step.wanted == Wanted::Never {
                    return false;
                }
                let (needs_x, needs_y) = self.needs(k);
                (step.inputs.contains(&v) && needs_x) || (step.outputs.contains(&v) && needs_y)
            });
            if is_read {
                self.values[v].train = Home::Tape;
            }
        }
        let (values, lives) = self.lives(|value| value.train == Home::Nowhere);
        let slots = self.share(&lives);
        for (v, slot) in values.into_iter().zip(slots) {
            self.values[v].train = Home::Slot(slot);
        }
    }

    /// Gives the values of inference other slots: those of a network of integers, which nothing else uses.
    pub(crate) fn place_integers(&mut self) {
        self.slots.clear();
        for value in &mut self.values {
            if let Home::Slot(_) = value.infer {
                value.infer = Home::Nowhere;
            }
        }
        self.place_inference_values();
    }

    fn place_inference_values(&mut self) {
        let (values, lives) = self.lives(|value| value.infer == Home::Nowhere);
        let slots = self.share(&lives);
        for (v, slot) in values.into_iter().zip(slots) {
            self.values[v].infer = Home::Slot(slot);
        }
    }

    /// Whether a step's backward pass reads its inputs and its output.
    fn needs(&self, k: usize) -> (bool, bool) {
        let step = &self.steps[k];
        let over_output = step.then.is_some() || self.taken_over(k).is_some();
        let Some(node) = self.node(step) else { return (false, false) };
        match self.net.role(&node.op) {
            Some(Role::Product(_)) => (true, over_output),
            Some(Role::InPlace) => (false, true),
            Some(Role::Rename) => (false, false),
            // What is not read is lent something else of its size, which only a value of the same size can be.
            Some(Role::Layer { needs_x, needs_y, .. }) => {
                let sizes = [step.inputs[0], step.outputs[0]].map(|v| self.values[v].len.text());
                (needs_x || sizes[0] != sizes[1], needs_y || over_output)
            }
            None => (matches!(node.op, Op::Mul | Op::Scale), over_output),
        }
    }

    /// The maximum that alone reads what an activation makes of the output of step `k`. The numbers that come out of it are
    /// some of those, and they alone have a gradient: the activation's derivative is taken of them, which are fewer.
    pub(crate) fn maximum(&self, k: usize) -> Option<usize> {
        let v = *self.steps[k].outputs.first().filter(|_| self.steps[k].then.is_some())?;
        let is_alone = self.values[v].readers == 1 && !self.outputs.contains(&v);
        let reader = self.steps.iter().position(|step| step.inputs.contains(&v)).filter(|_| is_alone)?;
        let layer = self.node(&self.steps[reader]).and_then(|node| self.net.layer_of(node));
        let is_last = self.steps[reader].then.is_none();
        layer.is_some_and(|layer| layer.is_maximum() && is_last).then_some(reader)
    }

    /// The step whose activation step `k` takes over on the way back.
    pub(crate) fn taken_over(&self, k: usize) -> Option<usize> {
        (0..k).find(|&before| self.maximum(before) == Some(k))
    }

    /// The values that `wanted` selects, with the steps that write them and read them last.
    fn lives(&self, wanted: impl Fn(&Value) -> bool) -> (Vec<ValueId>, Vec<Life>) {
        let (mut values, mut lives) = (Vec::new(), Vec::new());
        for (i, step) in self.steps.iter().enumerate() {
            for &v in step.outputs.iter().filter(|v| wanted(&self.values[**v])) {
                let last = self.steps.iter().rposition(|s| s.inputs.contains(&v)).unwrap_or(i);
                values.push(v);
                lives.push(Life { len: self.values[v].len.clone(), from: i, to: last });
            }
        }
        (values, lives)
    }
}
