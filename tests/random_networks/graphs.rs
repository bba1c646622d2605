//! Writes the graphs of `nets.rs`: values that fan out, are joined, cut and summed; fields called again; nested blocks.

use std::fmt::Write;

use dl::Rng;

/// How many graphs there are.
pub(crate) const COUNT: usize = 30;

const FUNCTIONS: [&str; 9] =
    ["relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "softmax", "leaky_relu", "hard_swish"];

/// The text of graph `i`, with the networks that are nested in it before it.
pub(crate) fn graph(seed: u64, i: usize) -> String {
    let mut writer = Writer { rng: Rng::new(seed).fork(i as u64), out: String::new() };
    let shape = match i % 3 {
        0 => vec![writer.pick(&[1, 3, 4, 6])],
        1 => vec![writer.pick(&[2, 3]), writer.pick(&[1, 3, 4])],
        _ => vec![writer.pick(&[1, 2]), 2, writer.pick(&[1, 3])],
    };
    writer.network(&format!("Graph{i}"), shape, 0);
    writer.out
}

/// A value: its shape, and whether it has been read.
struct Value {
    shape: Vec<usize>,
    is_read: bool,
}

struct Writer {
    rng: Rng,
    out: String,
}

/// One network while it is written.
struct Net {
    name: String,
    fields: Vec<String>,
    lets: String,
    values: Vec<Value>,
    /// The fields that can be called again: name, and shapes of input and output.
    again: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Net {
    /// Reads value `v`.
    fn read(&mut self, v: usize) -> String {
        self.values[v].is_read = true;
        if v == 0 { "x".to_owned() } else { format!("v{v}") }
    }

    /// Names a value.
    fn bind(&mut self, expr: &str, shape: Vec<usize>) -> usize {
        writeln!(self.lets, "    let v{} = {expr};", self.values.len()).unwrap();
        self.values.push(Value { shape, is_read: false });
        self.values.len() - 1
    }

    /// Adds a field and calls it.
    fn field(&mut self, layer: &str, input: usize, shape: Vec<usize>) -> usize {
        let name = format!("f{}", self.fields.len());
        self.fields.push(format!("{name}: {layer}"));
        let from = self.values[input].shape.clone();
        let x = self.read(input);
        self.again.push((name.clone(), from, shape.clone()));
        self.bind(&format!("{name}({x})"), shape)
    }
}

impl Writer {
    fn pick<A: Copy>(&mut self, from: &[A]) -> A {
        from[self.rng.below(from.len())]
    }

    /// Writes a network; returns the shape of its output.
    fn network(&mut self, name: &str, shape: Vec<usize>, depth: usize) -> Vec<usize> {
        let mut net = Net {
            name: name.to_owned(),
            fields: Vec::new(),
            lets: String::new(),
            values: vec![Value { shape: shape.clone(), is_read: false }],
            again: Vec::new(),
        };
        for _ in 0..3 + self.rng.below(9) {
            self.step(&mut net, depth);
        }
        let output = self.join(&mut net);
        let text: String = net.fields.iter().map(|field| format!("    {field},\n")).collect();
        let (lets, out) = (&net.lets, if output == 0 { "x".to_owned() } else { format!("v{output}") });
        self.out += &format!(
            "\n#[network(input = {shape:?})]\n#[forward(|x| {{\n{lets}    {out}\n}})]\nstruct {name} {{\n{text}}}\n"
        );
        net.values[output].shape.clone()
    }

    /// One more value.
    fn step(&mut self, net: &mut Net, depth: usize) {
        // Late values more often than early ones.
        let n = net.values.len();
        let v = n - 1 - self.rng.below(n.min(4));
        let shape = net.values[v].shape.clone();
        let last = shape[shape.len() - 1];
        match self.rng.below(12) {
            0..=2 if shape.len() < 3 => {
                let width = self.pick(&[1, 2, 3, 4, 5]);
                let mut to = shape.clone();
                to[shape.len() - 1] = width;
                let frozen = if self.rng.below(5) == 0 { "#[frozen]\n    " } else { "" };
                let v = net.field(&format!("Dense<{width}>"), v, to);
                if let Some(field) = net.fields.last_mut() {
                    *field = format!("{frozen}{field}");
                }
                if self.rng.below(2) == 0 {
                    let (f, shape) = (self.pick(&["tanh", "relu", "sigmoid"]), net.values[v].shape.clone());
                    let x = net.read(v);
                    net.bind(&format!("{f}({x})"), shape);
                }
            }
            3 => {
                let f = self.pick(&FUNCTIONS);
                let f = if f == "softmax" && last == 1 { "tanh" } else { f };
                let x = net.read(v);
                net.bind(&format!("{f}({x})"), shape);
            }
            4 | 5 => {
                let others: Vec<_> = (0..n).filter(|&i| net.values[i].shape == shape).collect();
                let (other, sign) = (self.pick(&others), self.pick(&["+", "-", "*", "+"]));
                let sign = if other == v { "+" } else { sign }; // `a - a` is dead
                let (a, b) = (net.read(v), net.read(other));
                let f = self.pick(&["", "relu", "tanh", "gelu", ""]);
                net.bind(&format!("{f}({a} {sign} {b})"), shape);
            }
            6 => {
                let others: Vec<_> = (0..n)
                    .filter(|&i| {
                        let other = &net.values[i].shape;
                        let axis = usize::from(shape.len() == 2);
                        other.len() == shape.len()
                            && (0..shape.len()).all(|d| d == axis || other[d] == shape[d])
                    })
                    .collect();
                let (other, axis) = (self.pick(&others), usize::from(shape.len() == 2));
                let mut to = shape.clone();
                to[axis] += net.values[other].shape[axis];
                let (a, b) = (net.read(v), net.read(other));
                net.bind(&format!("concat({a}, {b})"), to);
            }
            7 => {
                let (axis, steps) = match shape.len() {
                    2 if self.rng.below(2) == 0 => (0, ", axis = steps"),
                    2 => (1, ""),
                    _ => (0, ""),
                };
                let from = self.rng.below(shape[axis]);
                let to = from + 1 + self.rng.below(shape[axis] - from);
                let mut cut = shape.clone();
                cut[axis] = to - from;
                let x = net.read(v);
                net.bind(&format!("slice({x}, {from}..{to}{steps})"), cut);
            }
            8 => {
                let calls: Vec<_> = (0..net.again.len())
                    .filter(|&k| net.values.iter().any(|value| value.shape == net.again[k].1))
                    .collect();
                if calls.is_empty() {
                    return;
                }
                let (field, from, to) = net.again[self.pick(&calls)].clone();
                let fitting: Vec<_> = (0..n).filter(|&i| net.values[i].shape == from).collect();
                let input = self.pick(&fitting);
                let x = net.read(input);
                net.bind(&format!("{field}({x})"), to);
            }
            9 => {
                net.field(self.pick(&["Dropout<0.3>", "Tanh", "PRelu", "LeakyRelu<0.2>"]), v, shape);
            }
            10 if depth < 1 => {
                let name = format!("{}Part{}", net.name, net.fields.len());
                let to = self.network(&name, shape, depth + 1);
                net.field(&format!("self::{name}"), v, to);
            }
            _ => {
                let x = net.read(v);
                let flat = vec![shape.iter().product()];
                net.bind(&format!("flatten({x})"), flat);
            }
        }
    }

    /// Sums all values that nobody has read.
    fn join(&mut self, net: &mut Net) -> usize {
        let unread: Vec<_> = (0..net.values.len()).filter(|&v| !net.values[v].is_read).collect();
        if let [one] = unread[..]
            && one > 0
            && !net.fields.is_empty()
        {
            return one;
        }
        let width = self.pick(&[1, 2, 3]);
        let mut sum: Option<usize> = None;
        for v in unread {
            let x = net.read(v);
            let flat = vec![net.values[v].shape.iter().product()];
            let flat = net.bind(&format!("flatten({x})"), flat);
            let part = net.field(&format!("Dense<{width}>"), flat, vec![width]);
            sum = Some(match sum {
                None => part,
                Some(sum) => {
                    let (a, b) = (net.read(sum), net.read(part));
                    net.bind(&format!("{a} + {b}"), vec![width])
                }
            });
        }
        sum.unwrap_or(0)
    }
}
