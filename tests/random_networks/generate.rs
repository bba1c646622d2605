//! Writes `nets.rs`: networks of random layers and random sizes, the same ones for a seed.

use std::fmt::Write;

use dl::Rng;

use super::graphs;

/// How many chains there are.
const CHAINS: usize = 40;

/// How many networks there are.
pub(crate) const COUNT: usize = CHAINS + graphs::COUNT;

/// The text of `nets.rs`.
pub(crate) fn nets(seed: u64) -> String {
    let mut writer = Writer { rng: Rng::new(seed), out: HEAD.to_owned(), sign: Sign::Any };
    for i in 0..CHAINS {
        let rank = 1 + i % 3;
        let shape = writer.shape(rank);
        let layers = 1 + writer.rng.below(8);
        writer.sign = Sign::Any;
        writer.net(&format!("Net{i}"), shape, layers, 0);
    }
    let mut out = writer.out;
    for i in 0..graphs::COUNT {
        out += &graphs::graph(seed, i);
    }
    out += "\n/// Shows every network to `visit`.\npub(crate) fn each(visit: &mut impl Visit) {\n";
    for i in 0..CHAINS {
        writeln!(out, "    visit.net::<_, _, Net{i}<f32>, Net{i}<f64>>();").unwrap();
    }
    for i in 0..graphs::COUNT {
        writeln!(out, "    visit.net::<_, _, Graph{i}<f32>, Graph{i}<f64>>();").unwrap();
    }
    out + "}\n"
}

const HEAD: &str = "\
//! Written by `generate.rs`; do not edit. `DL_BLESS=1 cargo test --test random_networks` writes it anew.

use dl::network;

use super::Visit;

const ONE: usize = 1;
const FIVE: usize = 5;
";

/// Activations without parameters.
const ACTIVATIONS: [&str; 16] = [
    "Relu",
    "LeakyRelu",
    "LeakyRelu<0.2>",
    "Elu",
    "Elu<0.7>",
    "Selu",
    "Gelu",
    "GeluTanh",
    "Silu",
    "Sigmoid",
    "Tanh",
    "Softplus",
    "HardSigmoid",
    "HardTanh",
    "HardSwish",
    "Map<super::Cube>",
];

/// Widths: one, odd, and larger ones.
const WIDTHS: [usize; 8] = [1, 2, 3, 4, 5, 7, 9, 16];

/// What is known of all numbers of a value: a slope below zero learns nothing from positive ones, and a rectifier passes
/// no negative ones, so that a whole network could be dead.
#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Any,
    Positive,
    Negative,
}

struct Writer {
    rng: Rng,
    out: String,
    sign: Sign,
}

impl Writer {
    fn chance(&mut self, percent: usize) -> bool {
        self.rng.below(100) < percent
    }

    fn pick<A: Copy>(&mut self, from: &[A]) -> A {
        from[self.rng.below(from.len())]
    }

    fn shape(&mut self, rank: usize) -> Vec<usize> {
        match rank {
            1 => vec![self.pick(&[1, 2, 3, 6, 8, 11])],
            2 => vec![self.pick(&[1, 2, 3, 4]), self.pick(&[1, 2, 3, 5])],
            _ => vec![self.pick(&[1, 2, 3]), self.pick(&[1, 2, 3]), self.pick(&[1, 2, 4])],
        }
    }

    /// Writes a network and returns the shape of its output.
    fn net(&mut self, name: &str, input: Vec<usize>, layers: usize, depth: usize) -> Vec<usize> {
        let mut shape = input.clone();
        let mut text = format!("\n#[network(input = {input:?})]\nstruct {name} {{\n");
        for i in 0..layers {
            let (layer, has_weights) = self.layer(&format!("{name}Part{i}"), &mut shape, depth);
            if has_weights {
                if self.chance(15) {
                    text += "    #[frozen]\n";
                }
                if self.chance(15) {
                    text += "    #[group(slow)]\n";
                }
                if self.chance(15) {
                    let init = self.pick(&["kaiming_normal", "xavier_uniform", "super::halved"]);
                    writeln!(text, "    #[init({init})]").unwrap();
                }
            }
            writeln!(text, "    layer{i}: {layer},").unwrap();
        }
        text += "}\n";
        self.out += &text;
        shape
    }

    /// A layer for this shape, which becomes that of its output; and whether it has weights.
    fn layer(&mut self, name: &str, shape: &mut Vec<usize>, depth: usize) -> (String, bool) {
        let last = shape[shape.len() - 1];
        match self.rng.below(100) {
            0..32 if shape.len() == 3 => (self.convolution(shape), true),
            0..10 if shape.len() == 2 => (self.convolution_of_steps(shape), true),
            10..16 if shape.len() == 2 => (self.recurrence(shape), true),
            0..32 if shape.len() < 3 => {
                let width = self.pick(&WIDTHS);
                if let Some(last) = shape.last_mut() {
                    *last = width;
                }
                (self.dense(width), true)
            }
            0..62 => (self.activation(), false),
            62..70 if self.sign == Sign::Positive => (self.activation(), false),
            62..66 => ("PRelu".to_owned(), true),
            // one slope for each channel of an image
            66..70 => (format!("PRelu<{}>", if shape.len() > 2 { shape[0] } else { last }), true),
            70..76 => (self.pick(&["Dropout<0.2>", "Dropout<0.5>"]).to_owned(), false),
            76..78 if last > 1 => {
                self.sign = Sign::Positive;
                ("Softmax".to_owned(), false)
            }
            78..80 if last > 1 => {
                self.sign = Sign::Negative;
                ("LogSoftmax".to_owned(), false)
            }
            76..86 => {
                *shape = vec![shape.iter().product()];
                ("Flatten".to_owned(), false)
            }
            86..93 => {
                let times = self.pick(&["1", "2", "3", "ONE"]);
                let (layer, has_weights) = match self.rng.below(4) {
                    0 if shape.len() < 3 => (self.dense(last), true),
                    2 if self.sign != Sign::Positive => ("PRelu".to_owned(), true),
                    3 if self.sign != Sign::Positive => (self.block(name, shape), true),
                    _ => (self.activation(), false),
                };
                (format!("[{layer}; {times}]"), has_weights)
            }
            _ if depth < 2 => {
                let layers = 1 + self.rng.below(4);
                *shape = self.net(name, shape.clone(), layers, depth + 1);
                (format!("self::{name}"), true)
            }
            _ => ("Tanh".to_owned(), false),
        }
    }

    /// An activation that passes something on.
    fn activation(&mut self) -> String {
        let mut name = self.pick(&ACTIVATIONS);
        if name == "Relu" && self.sign == Sign::Negative {
            name = "Tanh";
        }
        if ["Relu", "Sigmoid", "Softplus", "HardSigmoid"].contains(&name) {
            self.sign = Sign::Positive;
        }
        name.to_owned()
    }

    /// A dense layer, its width as a number, a constant or an expression.
    fn dense(&mut self, width: usize) -> String {
        self.sign = Sign::Any;
        let size = match (width, self.rng.below(3)) {
            (1, 0) => "ONE".to_owned(),
            (5, 0) => "FIVE".to_owned(),
            (7, 0) => "{ FIVE + 2 }".to_owned(),
            _ => width.to_string(),
        };
        if self.chance(25) { format!("Dense<{size}, NoBias>") } else { format!("Dense<{size}>") }
    }

    /// A convolution over an image, with options with which a window fits; small images are made larger.
    fn convolution(&mut self, shape: &mut [usize]) -> String {
        self.sign = Sign::Any;
        let outputs = self.pick(&[1, 2, 3, 4, 5]);
        if shape[1] * shape[2] < 5 && self.chance(50) {
            let (kernel, stride) = (self.pick(&[1, 2, 3]), self.pick(&[1, 2]));
            for size in &mut shape[1..] {
                *size = (*size - 1) * stride + kernel;
            }
            shape[0] = outputs;
            return format!("ConvTranspose2d<{outputs}, {kernel}, Stride<{stride}>>");
        }
        let kernel: [usize; 2] = [self.pick(&[1, 2, 3]), self.pick(&[1, 3])];
        let mut options = String::new();
        let same = self.chance(20);
        let stride = [self.pick(&[1, 1, 2]), self.pick(&[1, 1, 2])];
        let mut pads = [0; 2];
        for i in 0..2 {
            let size = &mut shape[i + 1];
            let least = kernel[i].saturating_sub(*size).div_ceil(2);
            pads[i] = least + self.rng.below(2);
            *size = if same {
                size.div_ceil(stride[i])
            } else {
                (*size + 2 * pads[i] - kernel[i]) / stride[i] + 1
            };
        }
        options += &if same { ", Pad<Same>".to_owned() } else { format!(", Pad<{}, {}>", pads[0], pads[1]) };
        if stride != [1, 1] {
            write!(options, ", Stride<{}, {}>", stride[0], stride[1]).unwrap();
        }
        if self.chance(25) {
            options += ", NoBias";
        }
        let kernel = format!("Kernel<{}, {}>", kernel[0], kernel[1]);
        match self.rng.below(3) {
            0 => format!("Depthwise2d<{kernel}{options}>"),
            1 => {
                let groups = shape[0];
                shape[0] *= 2;
                format!("Conv2d<{}, {kernel}{options}, Groups<{groups}>>", shape[0])
            }
            _ => {
                shape[0] = outputs;
                format!("Conv2d<{outputs}, {kernel}{options}>")
            }
        }
    }

    /// A convolution over steps.
    fn convolution_of_steps(&mut self, shape: &mut [usize]) -> String {
        self.sign = Sign::Any;
        let (outputs, kernel, dilation) =
            (self.pick(&[1, 2, 3, 5]), self.pick(&[1, 2, 3]), self.pick(&[1, 1, 2]));
        let span: usize = dilation * (kernel - 1) + 1;
        // the first window reaches the first step
        let before = (span.saturating_sub(shape[0]) + self.rng.below(2)).min(span - 1);
        let stride = self.pick(&[1, 1, 2]);
        shape.copy_from_slice(&[(shape[0] + before - span) / stride + 1, outputs]);
        format!("Conv1d<{outputs}, {kernel}, Pad<{before}, 0>, Stride<{stride}>, Dilation<{dilation}>>")
    }

    /// A recurrence over steps; not of its last state alone, so that a sequence is left.
    fn recurrence(&mut self, shape: &mut [usize]) -> String {
        self.sign = Sign::Any;
        let (layer, hidden) = (self.pick(&["Rnn", "Lstm", "Gru"]), self.pick(&[1, 2, 3, 5]));
        let both = self.chance(30);
        shape[1] = if both { 2 * hidden } else { hidden };
        let options = if both { ", Bidirectional" } else { "" };
        let bias = if self.chance(25) { ", NoBias" } else { "" };
        format!("{layer}<{hidden}{options}{bias}>")
    }

    /// A network that gives back the shape it takes.
    fn block(&mut self, name: &str, shape: &[usize]) -> String {
        let last = shape[shape.len() - 1];
        let text = if shape.len() < 3 {
            let width = self.pick(&WIDTHS);
            let (up, act, down) = (self.dense(width), self.activation(), self.dense(last));
            format!("up: {up},\n    act: {act},\n    down: {down},")
        } else {
            format!("slope: PRelu,\n    act: {},", self.activation())
        };
        writeln!(self.out, "\n#[network(input = {shape:?})]\nstruct {name} {{\n    {text}\n}}").unwrap();
        format!("self::{name}")
    }
}
