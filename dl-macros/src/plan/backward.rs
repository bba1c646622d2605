//! The backward pass: which gradient is written where, and what is added to what.
//!
//! The steps run in reverse, first those that something learns from, then those that only `dx` wants. A gradient lives in
//! a *buffer*, a turn in a slot, unless the caller lends it. The first reader of a value writes the value's gradient,
//! any other adds to it. A sum hands its own gradient on: both sides borrow the buffer, and a buffer is written only by
//! whom it has been left to.

use super::slots::Life;
use super::{Plan, Run, Step, Wanted};
use crate::check::{Op, ValueId};
use crate::shape::Dim;

/// What is done, in order.
#[derive(Default)]
pub(crate) struct Backward {
    pub(crate) always: Vec<Back>,
    /// What matters only to who wants `dx`.
    pub(crate) for_dx: Vec<Back>,
    pub(crate) buffers: Vec<Buffer>,
}

/// The gradient of a value, or a part of it.
pub(crate) struct Buffer {
    pub(crate) len: Dim,
    pub(crate) name: String,
    pub(crate) slot: usize,
    /// The first and the last moment of its use, while planning.
    life: (usize, usize),
    /// How many hold it.
    holders: usize,
}

/// Where a gradient is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// `dy` of an output, lent for reading.
    Lent(usize),
    /// `dx` of an input, which the caller may not want.
    Caller(usize),
    Buffer(usize),
}

/// Where a layer writes the gradient of one of its inputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dx {
    /// Nobody wants it.
    No,
    /// Tokens have none.
    Tokens,
    /// Into a buffer.
    To(usize),
    /// Into a buffer, if `dx` is wanted.
    ToIfWanted(usize),
    /// The caller's.
    Caller(usize),
}

/// The share of an operator's gradient that one of its inputs gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Term {
    /// `dy`
    Same,
    /// `−dy`
    Negative,
    /// `dy` times this value
    Times(ValueId),
    /// `dy`, each channel times its number of this value
    Scaled(ValueId),
    /// `dy` times this value, summed over each channel
    Dots(ValueId),
    /// Of input `i` of a `concat`: its part of `dy`
    Part(usize),
    /// Of a `slice`: `dy`, and zero around it
    Around,
}

/// One action of the backward pass.
pub(crate) enum Back {
    /// An output that nobody reads has a zero gradient.
    Zero { to: usize },
    /// The gradient before an activation over the output of a step, from a value of it; in place, if both are one.
    Activation { step: usize, y: ValueId, dy: Place, to: usize },
    /// A layer's own.
    Layer { step: usize, dy: Vec<Place>, dx: Vec<Dx>, is_first: bool },
    /// Writes or adds a share of `dy`.
    Share { step: usize, term: Term, dy: Place, to: Place, adds: bool, if_wanted: bool },
}

/// What is known while the pass is planned.
struct Work {
    /// The gradients of values, as far as they have come.
    grads: Vec<Option<Place>>,
    /// How many shares of each value are still to come.
    to_come: Vec<usize>,
    moment: usize,
    out: Backward,
    /// What is done for the present step.
    actions: Vec<Back>,
}

impl Plan<'_> {
    pub(super) fn plan_backward(&mut self) {
        let mut work = Work {
            grads: vec![None; self.values.len()],
            to_come: vec![0; self.values.len()],
            moment: 0,
            out: Backward::default(),
            actions: Vec::new(),
        };
        for (k, &v) in self.outputs.iter().enumerate() {
            work.grads[v] = Some(Place::Lent(k));
        }
        for step in self.steps.iter().filter(|step| step.wanted != Wanted::Never) {
            for &v in &step.inputs {
                work.to_come[v] += 1;
            }
        }
        let mut called = Vec::new();
        for pass in [Wanted::Always, Wanted::ForDx] {
            for k in (0..self.steps.len()).rev().filter(|&k| self.steps[k].wanted == pass) {
                self.back(k, &mut work, &mut called);
                let actions = std::mem::take(&mut work.actions);
                match pass {
                    Wanted::Always => work.out.always.extend(actions),
                    _ => work.out.for_dx.extend(actions),
                }
            }
        }
        let mut order: Vec<usize> = (0..work.out.buffers.len()).collect();
        order.sort_by_key(|&b| work.out.buffers[b].life.0);
        let life = |b: &usize| {
            let Buffer { len, life, .. } = &work.out.buffers[*b];
            Life { len: len.clone(), from: life.0, to: life.1 }
        };
        let lives: Vec<_> = order.iter().map(life).collect();
        for (b, slot) in order.into_iter().zip(self.share(&lives)) {
            work.out.buffers[b].slot = slot;
        }
        self.backward = work.out;
    }

    /// Plans one step.
    fn back(&self, k: usize, work: &mut Work, called: &mut Vec<usize>) {
        let step = &self.steps[k];
        let mut dy = Vec::new();
        for &v in &step.outputs {
            dy.push(work.grads[v].take().unwrap_or_else(|| {
                let to = self.buffer(v, "", work);
                work.act(Back::Zero { to });
                Place::Buffer(to)
            }));
        }
        let own = step.then.is_some() && self.maximum(k).is_none();
        let activated = if own { Some(k) } else { self.taken_over(k) };
        if let Some(activated) = activated {
            let from = dy[0];
            let to = match from {
                Place::Buffer(b) if work.out.buffers[b].holders == 1 => b,
                _ => self.buffer(step.outputs[0], "", work),
            };
            work.touch(from);
            work.act(Back::Activation { step: activated, y: step.outputs[0], dy: from, to });
            if from != Place::Buffer(to) {
                work.release(from);
            }
            dy[0] = Place::Buffer(to);
        }
        let terms = self.terms(step);
        if terms.is_empty() {
            self.back_layer(k, &dy, work, called);
        }
        for (term, &v) in terms.into_iter().zip(&step.inputs) {
            self.share_out(k, term, dy[0], v, work);
        }
        for place in dy {
            work.release(place);
        }
    }

    /// What the inputs of an operator get; nothing for a layer.
    fn terms(&self, step: &Step) -> Vec<Term> {
        let op = match step.run {
            Run::Copy => return vec![Term::Same],
            Run::Node(n) => &self.net.nodes[n].op,
        };
        match op {
            Op::Layer(_) | Op::Function(_) => Vec::new(),
            Op::Add => vec![Term::Same, Term::Same],
            Op::Sub => vec![Term::Same, Term::Negative],
            Op::Scale => vec![Term::Scaled(step.inputs[1]), Term::Dots(step.inputs[0])],
            Op::Mul => vec![Term::Times(step.inputs[1]), Term::Times(step.inputs[0])],
            Op::Concat { parts, .. } => (0..parts.len()).map(Term::Part).collect(),
            Op::Slice(_) => vec![Term::Around],
        }
    }

    fn is_input(&self, v: ValueId) -> bool {
        v < self.net.inputs.len()
    }

    /// Gives input `v` of an operator its share of `dy`.
    fn share_out(&self, k: usize, term: Term, dy: Place, v: ValueId, work: &mut Work) {
        if self.values[v].wanted == Wanted::Never {
            return;
        }
        work.to_come[v] -= 1;
        let step = &self.steps[k];
        let if_wanted = step.wanted == Wanted::Always && self.values[v].wanted == Wanted::ForDx;
        let share = |term, dy, to, adds| Back::Share { step: k, term, dy, to, adds, if_wanted };
        let so_far = work.grads[v].take();
        work.touch(dy);
        if self.is_input(v) && work.to_come[v] == 0 {
            work.act(share(term, dy, Place::Caller(v), false));
            if let Some(so_far) = so_far {
                work.act_on(so_far, share(Term::Same, so_far, Place::Caller(v), true));
                work.release(so_far);
            }
            return;
        }
        let to = match (so_far, term) {
            (None, Term::Same) => {
                work.hold(dy);
                dy
            }
            (None, term) => {
                let to = Place::Buffer(self.buffer(v, "", work));
                work.act_on(to, share(term, dy, to, false));
                to
            }
            (Some(place), term) if work.is_alone(place) => {
                work.act_on(place, share(term, dy, place, true));
                place
            }
            (Some(place), term) => {
                let to = Place::Buffer(self.buffer(v, "", work));
                work.touch(place);
                work.act_on(to, share(Term::Same, place, to, false));
                work.act_on(to, share(term, dy, to, true));
                work.release(place);
                to
            }
        };
        work.grads[v] = Some(to);
    }

    /// A layer writes all gradients of its inputs at once; what is there already is added after it.
    fn back_layer(&self, k: usize, dy: &[Place], work: &mut Work, called: &mut Vec<usize>) {
        let step = &self.steps[k];
        let mut targets: Vec<(Dx, Option<(ValueId, Place)>)> = Vec::new();
        for &v in &step.inputs {
            let value = &self.values[v];
            if value.is_tokens {
                targets.push((Dx::Tokens, None));
                continue;
            }
            if value.wanted == Wanted::Never {
                targets.push((Dx::No, None));
                continue;
            }
            work.to_come[v] -= 1;
            if self.is_input(v) && work.to_come[v] == 0 {
                targets.push((Dx::Caller(v), Some((v, Place::Caller(v)))));
                continue;
            }
            let is_second =
                work.grads[v].is_some() || targets.iter().any(|(_, t)| t.is_some_and(|t| t.0 == v));
            let to = self.buffer(v, if is_second { "_more" } else { "" }, work);
            let if_wanted = step.wanted == Wanted::Always && value.wanted == Wanted::ForDx;
            let dx = if if_wanted { Dx::ToIfWanted(to) } else { Dx::To(to) };
            targets.push((dx, Some((v, Place::Buffer(to)))));
        }
        let field = match step.run {
            Run::Node(n) => match self.net.nodes[n].op {
                Op::Layer(i) => Some(self.net.owner(i)),
                _ => None,
            },
            Run::Copy => None,
        };
        let is_first = field.is_none_or(|i| !called.contains(&i));
        called.extend(field);
        for &place in dy {
            work.touch(place);
        }
        let dx = targets.iter().map(|(dx, _)| *dx).collect();
        work.act(Back::Layer { step: k, dy: dy.to_vec(), dx, is_first });
        for (v, new) in targets.into_iter().filter_map(|(_, target)| target) {
            let if_wanted = step.wanted == Wanted::Always && self.values[v].wanted == Wanted::ForDx;
            let sum = |dy, to| Back::Share { step: k, term: Term::Same, dy, to, adds: true, if_wanted };
            work.grads[v] = match work.grads[v].take() {
                None => Some(new),
                Some(so_far) if new == Place::Caller(v) || !work.is_alone(so_far) => {
                    work.touch(so_far);
                    work.act_on(new, sum(so_far, new));
                    work.release(so_far);
                    Some(new)
                }
                Some(so_far) => {
                    work.touch(new);
                    work.act_on(so_far, sum(new, so_far));
                    work.release(new);
                    Some(so_far)
                }
            };
        }
    }

    /// A new buffer for the gradient of value `v`, held once.
    fn buffer(&self, v: ValueId, suffix: &str, work: &mut Work) -> usize {
        let Work { out, moment, .. } = work;
        let taken = |name: &str| out.buffers.iter().any(|buffer| buffer.name == name);
        let name = super::fresh(format!("{}{suffix}", self.values[v].name), taken);
        let len = self.values[v].len.clone();
        out.buffers.push(Buffer { len, name, slot: 0, life: (*moment, *moment), holders: 1 });
        out.buffers.len() - 1
    }
}

impl Work {
    /// Does something, and goes on to the next moment.
    fn act(&mut self, action: Back) {
        self.actions.push(action);
        self.moment += 1;
    }

    /// Does something with what is at `place`.
    fn act_on(&mut self, place: Place, action: Back) {
        self.touch(place);
        if let Back::Share { dy, .. } = &action {
            self.touch(*dy);
        }
        self.act(action);
    }

    /// Notes that the next action uses a place.
    fn touch(&mut self, place: Place) {
        if let Place::Buffer(b) = place {
            self.out.buffers[b].life.1 = self.moment;
        }
    }

    fn hold(&mut self, place: Place) {
        if let Place::Buffer(b) = place {
            self.out.buffers[b].holders += 1;
        }
    }

    fn release(&mut self, place: Place) {
        if let Place::Buffer(b) = place {
            self.out.buffers[b].holders -= 1;
        }
    }

    /// Whether a place may be written: only one holds it.
    fn is_alone(&self, place: Place) -> bool {
        matches!(place, Place::Buffer(b) if self.out.buffers[b].holders == 1)
    }
}
