//! Shape rules of what is no field: operators, functions, `concat` and `slice`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::nodes::{Function, Op, Part, ValueId};
use super::{Net, over};
use crate::flow::Flow;
use crate::layers::{self, Context};
use crate::report::Report;
use crate::shape::{Dim, Shape};

/// A value and how the user wrote it.
pub(super) struct Said {
    pub(super) value: ValueId,
    pub(super) text: String,
}

impl Net<'_> {
    /// `a + b`, `a - b`, `a * b`: of one shape, number by number; or an image times a number for each of its channels.
    pub(super) fn operator(
        &mut self,
        (op, sign, name): (Op, &str, &str),
        [left, right]: [Said; 2],
        at: &impl ToTokens,
        report: &mut Report,
    ) -> Option<ValueId> {
        let (a, b) = (self.values[left.value].clone(), self.values[right.value].clone());
        for (said, flow) in [(&left, &a), (&right, &b)] {
            no_tokens(&format!("`{sign}`"), said, flow, at, report)?;
        }
        let mut op = op;
        if !a.shape.is_same_text(&b.shape) {
            let product =
                if matches!(op, Op::Mul) { product(&a.shape, &b.shape) } else { Product::OfOneShape };
            if !matches!(product, Product::OfOneShape) {
                op = Op::Scale;
            }
            if matches!(product, Product::ByChannel) {
                return Some(self.node(op, name, None, &[left.value, right.value], vec![a])[0]);
            }
            if a.shape.is_known() && b.shape.is_known() {
                report.error(
                    at,
                    format!(
                        "`{sign}` needs two values of one shape: {} is {} and {} is {}\n\
                         help: {}{}\n\
                         note: {}",
                        left.text,
                        a.shape.text(),
                        right.text,
                        b.shape.text(),
                        self.remedy(&left, &right),
                        by_channel(sign, [&left, &right], [&a.shape, &b.shape]),
                        self.trail(right.value)
                    ),
                );
                return None;
            }
            if left.value != right.value {
                let dl = &self.args.dl;
                let (left, right) = (&left.text, &right.text);
                let (x, y) = (a.shape.value(dl), b.shape.value(dl));
                let expect =
                    if matches!(op, Op::Scale) { quote!(expect_product) } else { quote!(expect_same) };
                let check = quote!(#dl::shape::#expect(#sign, (#left, #x), (#right, #y)););
                self.checks.push(over(check, at));
            }
        }
        Some(self.node(op, name, None, &[left.value, right.value], vec![a])[0])
    }

    /// Which layer could be changed, so that both sides are of one shape.
    fn remedy(&self, left: &Said, right: &Said) -> String {
        let last_layer = |value: ValueId| {
            let mut value = value;
            loop {
                let node = &self.nodes[self.maker(value)?];
                if let Op::Layer(i) = node.op {
                    return self.layers.iter().find(|layer| layer.index == i);
                }
                value = node.inputs[0];
            }
        };
        let (a, b) = (self.values[left.value].shape.text(), self.values[right.value].shape.text());
        match (last_layer(right.value), last_layer(left.value)) {
            (Some(layer), _) => format!("let `{}` give {a}", layer.name),
            (None, Some(layer)) => format!("let `{}` give {b}", layer.name),
            (None, None) => "let both be of one shape".to_owned(),
        }
    }

    /// How a value came about: `x [4] -> fc1 [8] -> relu -> fc2 [3]`.
    pub(super) fn trail(&self, value: ValueId) -> String {
        let Some(node) = self.maker(value).map(|n| &self.nodes[n]) else {
            let name = self.inputs.get(value).map_or_else(|| "x".to_owned(), ToString::to_string);
            return format!("{name} {}", self.values[value].shape.text());
        };
        let before = self.trail(node.inputs[0]);
        let (from, to) = (self.values[node.inputs[0]].shape.text(), self.values[value].shape.text());
        if from == to && !matches!(node.op, Op::Layer(_)) {
            format!("{before} -> {}", node.name)
        } else {
            format!("{before} -> {} {to}", node.name)
        }
    }

    /// `relu(x)`
    pub(super) fn function(&mut self, at: &Ident, x: ValueId, report: &mut Report) -> Option<ValueId> {
        let (name, layer) = layers::function(at)?;
        let input = self.values[x].clone();
        let cx = Context { field: name, input: &input.shape, second: None, dl: &self.args.dl };
        let resolved = report.take((layer.definition.rule)(&layer, &cx))?;
        if !resolved.checks.is_empty() {
            self.checks.push(resolved.checks);
        }
        let output = self.flow(resolved.output, &input, name, at, report)?;
        let function = Function { name, ty: resolved.ty, role: resolved.role };
        Some(self.node(Op::Function(function), name, None, &[x], vec![output])[0])
    }

    /// `concat(a, b, ..)`
    pub(super) fn concat(
        &mut self,
        parts: &[Said],
        steps: bool,
        at: &Ident,
        report: &mut Report,
    ) -> Option<ValueId> {
        let dl = self.args.dl.clone();
        let flows: Vec<_> = parts.iter().map(|part| self.values[part.value].clone()).collect();
        for (said, flow) in parts.iter().zip(&flows) {
            no_tokens("`concat`", said, flow, at, report)?;
            has_axis(said, flow, steps, at, report)?;
        }
        let first = &flows[0].shape;
        let mut all = Dim::Known(0);
        for (said, Flow { shape, .. }) in parts.iter().zip(&flows) {
            let axis = axis(first, steps);
            let (is_known, fits) = match (first, shape) {
                (Shape::Dims(a), Shape::Dims(b)) => {
                    let others = || (0..a.len()).filter(|i| Some(*i) != axis);
                    let same = |i: usize| a[i].text() == b[i].text();
                    let known = |i: usize| a[i].known().is_some() && b[i].known().is_some();
                    let is_one_rank = a.len() == b.len();
                    let differs = !is_one_rank || others().any(|i| known(i) && !same(i));
                    (differs, is_one_rank && others().all(same))
                }
                _ => (false, false),
            };
            if is_known {
                report.error(
                    at,
                    format!(
                        "`concat` needs values that differ in one dimension only: {} is {} and {} is {}\n\
                         help: images are joined by channels, anything else by features, or `axis = steps`",
                        parts[0].text,
                        first.text(),
                        said.text,
                        shape.text()
                    ),
                );
                return None;
            }
            if !fits {
                let (a, b) = (first.value(&dl), shape.value(&dl));
                let (first, other) = (&parts[0].text, &said.text);
                let check = quote!(#dl::shape::expect_concat((#first, #a), (#other, #b), #steps););
                self.checks.push(over(check, at));
            }
            if let (Shape::Dims(dims), Some(axis)) = (shape, axis) {
                all = all.plus(&dims[axis]);
            }
        }
        let are_dims = flows.iter().all(|flow| matches!(flow.shape, Shape::Dims(_)));
        let shape = match (first, axis(first, steps)) {
            (Shape::Dims(dims), Some(axis)) if are_dims => {
                let mut dims = dims.clone();
                dims[axis] = all;
                Shape::Dims(dims)
            }
            _ => {
                let shapes = flows.iter().map(|flow| flow.shape.value(&dl));
                Shape::Const(quote!(#dl::Shape::concat(&[#(#shapes),*], #steps)))
            }
        };
        let output = self.flow(shape, &flows[0], "concat", at, report)?;
        let whole = run(&output.shape, steps);
        let mut offset = Dim::Known(0);
        let mut lie = Vec::new();
        for flow in &flows {
            let width = run(&flow.shape, steps);
            lie.push(Part {
                width: width.clone(),
                whole: whole.clone(),
                offset: offset.clone(),
                first_step: None,
            });
            offset = offset.plus(&width);
        }
        let inputs: Vec<_> = parts.iter().map(|part| part.value).collect();
        Some(self.node(Op::Concat { parts: lie, steps }, "concat", None, &inputs, vec![output])[0])
    }

    /// `slice(x, from..to)`
    pub(super) fn slice(
        &mut self,
        said: &Said,
        (from, to): (Dim, Option<Dim>),
        steps: bool,
        at: &Ident,
        report: &mut Report,
    ) -> Option<ValueId> {
        let dl = self.args.dl.clone();
        let input = self.values[said.value].clone();
        no_tokens("`slice`", said, &input, at, report)?;
        has_axis(said, &input, steps, at, report)?;
        let axis = axis(&input.shape, steps);
        let to = match (to, &input.shape, axis) {
            (Some(to), ..) => to,
            (None, Shape::Dims(dims), Some(axis)) => dims[axis].clone(),
            (None, shape, _) => {
                let (whole, unit) = (run(shape, steps).value(), unit(shape, steps).value());
                Dim::Expr(quote!(#whole / #unit))
            }
        };
        let misfit = |len: &str| {
            format!(
                "`slice` takes a part that lies inside: {} is {}, and {}..{} is asked for\n\
                 help: write a range within 0..{len}",
                said.text,
                input.shape.text(),
                from.text(),
                to.text()
            )
        };
        let shape = match (&input.shape, axis) {
            (Shape::Dims(dims), Some(axis)) => {
                let mut cut = dims.clone();
                cut[axis] = match (from.known(), to.known(), dims[axis].known()) {
                    (Some(a), Some(b), Some(len)) if a >= b || b > len => {
                        report.error(at, misfit(&len.to_string()));
                        return None;
                    }
                    (Some(a), Some(b), Some(_)) => Dim::Known(b - a),
                    _ => {
                        self.check_slice(said, &input.shape, (&from, &to), steps, at);
                        let (shape, from, to) = (input.shape.value(&dl), from.value(), to.value());
                        let axis = proc_macro2::Literal::usize_unsuffixed(axis);
                        Dim::Expr(quote!(#shape.slice(#from, #to, #steps).dim(#axis)))
                    }
                };
                Shape::Dims(cut)
            }
            (shape, _) => {
                self.check_slice(said, shape, (&from, &to), steps, at);
                let (shape, from, to) = (shape.value(&dl), from.value(), to.value());
                Shape::Const(quote!(#shape.slice(#from, #to, #steps)))
            }
        };
        let output = self.flow(shape, &input, "slice", at, report)?;
        let part = Part {
            width: run(&output.shape, steps),
            whole: run(&input.shape, steps),
            offset: from.times(&unit(&input.shape, steps)),
            first_step: steps.then(|| from.clone()),
        };
        Some(self.node(Op::Slice(part), "slice", None, &[said.value], vec![output])[0])
    }

    fn check_slice(&mut self, said: &Said, shape: &Shape, (from, to): (&Dim, &Dim), steps: bool, at: &Ident) {
        let (dl, name) = (&self.args.dl, &said.text);
        let (shape, from, to) = (shape.value(dl), from.value(), to.value());
        let check: TokenStream = quote!(#dl::shape::expect_slice((#name, #shape), #from, #to, #steps););
        self.checks.push(over(check, at));
    }
}

/// Refuses `axis = steps` of a value that has none.
fn has_axis(said: &Said, flow: &Flow, steps: bool, at: &impl ToTokens, report: &mut Report) -> Option<()> {
    match &flow.shape {
        Shape::Dims(dims) if steps && dims.len() != 2 => {
            let message = format!(
                "`axis = steps` needs a sequence [steps, features], but {} is {}\nhelp: remove it",
                said.text,
                flow.shape.text()
            );
            report.error(at, message);
            None
        }
        _ => Some(()),
    }
}

/// What a product of two values is that are not of one shape by their text.
enum Product {
    OfOneShape,
    ByChannel,
    /// Either of them: rustc knows.
    Unknown,
}

fn product(a: &Shape, b: &Shape) -> Product {
    match (a, b) {
        (Shape::Dims(image), Shape::Dims(scales)) => match (image.as_slice(), scales.as_slice()) {
            ([channels, _, _], [scales]) if channels.text() == scales.text() => Product::ByChannel,
            ([channels, _, _], [scales]) if channels.known().is_none() || scales.known().is_none() => {
                Product::Unknown
            }
            _ => Product::OfOneShape,
        },
        (Shape::Dims(dims), Shape::Const(_)) if dims.len() == 3 => Product::Unknown,
        (Shape::Const(_), Shape::Dims(dims)) if dims.len() == 1 => Product::Unknown,
        (Shape::Const(_), Shape::Const(_)) => Product::Unknown,
        _ => Product::OfOneShape,
    }
}

/// How a product of an image with something else could have been meant.
fn by_channel(sign: &str, [left, right]: [&Said; 2], [a, b]: [&Shape; 2]) -> String {
    match (sign, a, b) {
        ("*", Shape::Dims(image), Shape::Dims(other)) if image.len() == 3 && other.len() < 3 => {
            format!(", or [{}] to scale each channel", image[0].text())
        }
        ("*", Shape::Dims(scales), Shape::Dims(image)) if image.len() == 3 && scales.len() == 1 => {
            format!("; to scale each channel the image stands on the left: {} * {}", right.text, left.text)
                .replace("` * `", " * ")
        }
        _ => String::new(),
    }
}

/// The dimension that values are joined and cut along; `None` where a value has no steps, or where only rustc knows.
fn axis(shape: &Shape, steps: bool) -> Option<usize> {
    match shape {
        Shape::Dims(dims) if steps => (dims.len() == 2).then_some(0),
        Shape::Dims(dims) if dims.len() == 2 => Some(1),
        Shape::Dims(_) => Some(0),
        _ => None,
    }
}

/// How many numbers lie together along that dimension.
fn run(shape: &Shape, steps: bool) -> Dim {
    match shape {
        Shape::Dims(dims) if dims.len() == 2 && !steps => dims[1].clone(),
        Shape::Const(shape) => Dim::Expr(quote!(#shape.run(#steps))),
        shape => shape.len(),
    }
}

/// How many numbers one entry of that dimension has.
fn unit(shape: &Shape, steps: bool) -> Dim {
    match shape {
        Shape::Dims(dims) if dims.len() == 2 && !steps => Dim::Known(1),
        Shape::Dims(dims) => dims.iter().skip(1).fold(Dim::Known(1), |all, dim| all.times(dim)),
        Shape::Const(shape) => Dim::Expr(quote!(#shape.unit(#steps))),
        Shape::Tokens(_) => Dim::Known(1),
    }
}

/// Refuses tokens, which only an embedding reads.
fn no_tokens(what: &str, said: &Said, flow: &Flow, at: &impl ToTokens, report: &mut Report) -> Option<()> {
    if !flow.shape.is_tokens() {
        return Some(());
    }
    report.error(
        at,
        format!(
            "{what} computes with numbers, but {} is the tokens {}\n\
             help: put an `Embedding` before it",
            said.text,
            flow.shape.text()
        ),
    );
    None
}
