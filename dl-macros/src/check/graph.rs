//! From the closure of `#[forward(..)]` to nodes.
//!
//! Rules, beside those of shapes:
//!
//! - [`Walk::expression`]: only what a network of known sizes can compute
//! - [`Walk::call`]: a call names a field or a function, and gives it as many values as it takes
//! - [`statements`]: every `let` is read
//! - [`check_graph`]: the closure names every input, and reads every input and field

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{BinOp, Expr, ExprCall, Lit, Token};

use super::nodes::{Op, ValueId};
use super::operators::Said;
use super::{Net, count};
use crate::closure::Closure;
use crate::layers::{FUNCTIONS, OTHER_FUNCTIONS};
use crate::report::{Report, did_you_mean};
use crate::shape::{Dim, tidy};

mod refused;
mod statements;

use refused::refused;

/// Makes the nodes of a network.
pub(super) fn check_graph(closure: &Closure, net: &mut Net<'_>, report: &mut Report) {
    let (named, there) = (closure.inputs.len(), net.values.len());
    net.inputs = closure.inputs.clone();
    if net.args.inputs.is_empty() {
        return;
    }
    if named != there {
        let forms = ["|x| ..", "|a, b| ..", "|a, b, c| .."];
        let message = format!(
            "`input` has {}, but the closure names {named}\n\
             help: write `{}`",
            count(there, "shape"),
            forms[there - 1]
        );
        match closure.inputs.get(there).or(closure.inputs.last()) {
            Some(at) => report.error(at, message),
            None => report.error(&closure.body, message),
        }
        return;
    }
    let errors = report.count();
    let bindings = closure.inputs.iter().enumerate();
    let bindings: Vec<_> =
        bindings.map(|(value, name)| Binding { name: name.clone(), value, is_read: false }).collect();
    let mut walk = Walk { net, report, bindings, unread: Vec::new(), names: TokenStream::new() };
    for (value, name) in closure.inputs.iter().enumerate() {
        walk.define(name, value);
    }
    let outputs = walk.values(&closure.body, None).unwrap_or_default();
    let Walk { bindings, unread, names, .. } = walk;
    // What is not reached or not read because of another mistake is no mistake of its own.
    if report.count() > errors {
        return;
    }
    for name in unread {
        let message = format!("`{name}` is never read\nhelp: remove the `let`, or use its value");
        report.error(name, message);
    }
    if outputs.len() > 3 {
        let message = format!(
            "a network has one, two or three outputs, but this has {}\nhelp: join some of them by `concat`",
            outputs.len()
        );
        report.error(&closure.body, message);
    }
    if let Some(tokens) = outputs.iter().find(|v| net.values[**v].shape.is_tokens()) {
        let message = format!(
            "an output is numbers, but this gives back the tokens {}\nhelp: put an `Embedding` before it",
            net.values[*tokens].shape.text()
        );
        report.error(&closure.body, message);
    }
    net.outputs = outputs;
    net.names = names;
    for Binding { name, is_read, .. } in &bindings {
        if !is_read {
            report.error(
                name,
                format!("the input `{name}` is never read\nhelp: use it, or remove it from `input`"),
            );
        }
    }
    for (i, field) in net.written.fields.iter().enumerate() {
        let is_called = net.nodes.iter().any(|node| matches!(node.op, Op::Layer(j) if j == i));
        if !is_called && field.spec.is_some() {
            let name = field.name();
            report.error(
                &field.ident,
                format!("`{name}` is never used in `#[forward(..)]`\nhelp: call it, `{name}(x)`, or remove the field"),
            );
        }
    }
}

/// A name for a value.
struct Binding {
    name: Ident,
    value: ValueId,
    is_read: bool,
}

struct Walk<'n, 'a> {
    net: &'n mut Net<'a>,
    report: &'n mut Report,
    bindings: Vec<Binding>,
    /// Names that ended before anything read them.
    unread: Vec<Ident>,
    /// [`Net::names`], as far as they have come.
    names: TokenStream,
}

impl Walk<'_, '_> {
    /// The value of an expression; one of any shape, if there is a mistake in it.
    fn value(&mut self, expr: &Expr) -> ValueId {
        self.expression(expr).unwrap_or_else(|| self.net.unknown_value())
    }

    fn said(&mut self, expr: &Expr) -> Said {
        Said { value: self.value(expr), text: said(expr) }
    }

    /// The values of an expression where several may stand: at the end, and behind `let (a, b) =`.
    fn values(&mut self, expr: &Expr, wanted: Option<usize>) -> Option<Vec<ValueId>> {
        match expr {
            Expr::Tuple(tuple) if tuple.elems.is_empty() => {
                self.report.error(tuple, "a network has an output\nhelp: write the value that it gives");
                None
            }
            Expr::Tuple(tuple) => Some(tuple.elems.iter().map(|expr| self.value(expr)).collect()),
            Expr::Paren(inner) => self.values(&inner.expr, wanted),
            Expr::Group(inner) => self.values(&inner.expr, wanted),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block, wanted),
            Expr::Call(call) => self.call(call, wanted.unwrap_or(1)),
            expr => Some(vec![self.expression(expr)?]),
        }
    }

    fn expression(&mut self, expr: &Expr) -> Option<ValueId> {
        match expr {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => self.name(name),
                None => {
                    let message = "a path names no value of the dataflow\nhelp: values are the inputs of the closure, and what a `let` names";
                    self.report.error(path, message);
                    None
                }
            },
            Expr::Call(call) => self.call(call, 1).map(|values| values[0]),
            Expr::Binary(binary) => {
                let (op, sign) = match binary.op {
                    BinOp::Add(_) => ((Op::Add, "+", "add"), &binary.op),
                    BinOp::Sub(_) => ((Op::Sub, "-", "sub"), &binary.op),
                    BinOp::Mul(_) => ((Op::Mul, "*", "mul"), &binary.op),
                    op => {
                        let message = format!(
                            "the dataflow has no `{}`\n\
                             help: its operators are `+`, `-` and `*`; anything else is a layer of your own",
                            tidy(&op)
                        );
                        self.report.error(op, message);
                        return None;
                    }
                };
                let sides = [self.said(&binary.left), self.said(&binary.right)];
                self.net.operator(op, sides, sign, self.report)
            }
            Expr::Paren(inner) => self.expression(&inner.expr),
            Expr::Group(inner) => self.expression(&inner.expr),
            Expr::Block(block) if block.label.is_none() => {
                self.block(&block.block, Some(1)).map(|values| values[0])
            }
            other => {
                self.report.error(other, refused(other));
                None
            }
        }
    }

    /// A value by its name.
    fn name(&mut self, name: &Ident) -> Option<ValueId> {
        if let Some(binding) = self.bindings.iter_mut().rev().find(|binding| binding.name == *name) {
            binding.is_read = true;
            self.names.extend(quote!(let _ = &#name;));
            return Some(binding.value);
        }
        let message = if self.field(name).is_some() {
            format!("`{name}` is a field, and no value\nhelp: call it: `{name}(x)`")
        } else if FUNCTIONS.iter().any(|(function, _)| name == function) {
            format!("`{name}` is a function, and no value\nhelp: call it: `{name}(x)`")
        } else {
            let names: Vec<_> = self.bindings.iter().map(|binding| binding.name.to_string()).collect();
            let hint = did_you_mean(&name.to_string(), names.iter().map(String::as_str));
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("no value is called `{name}`{hint}\nhelp: the values here are {}", names.join(", "))
        };
        self.report.error(name, message);
        None
    }

    /// Notes for editors that here `name` begins to be a value.
    fn define(&mut self, name: &Ident, value: ValueId) {
        let (dl, flow) = (&self.net.args.dl, &self.net.values[value]);
        let (ty, marker) =
            (flow.signal(dl), if flow.shape.is_tokens() { quote!(Tokens) } else { quote!(Vals) });
        self.names.extend(quote!(let #name: #ty = #dl::#marker;));
    }

    fn field(&self, name: &Ident) -> Option<usize> {
        self.net.written.fields.iter().position(|field| field.ident == *name)
    }

    /// `field(a, ..)`, `relu(x)`, `concat(a, b)`, `slice(x, 0..2)`: a field wins over a function of its name.
    fn call(&mut self, call: &ExprCall, outputs: usize) -> Option<Vec<ValueId>> {
        let Some(name) = callee(call) else {
            let message =
                "only a field or a function is called\nhelp: write its name alone, for example `fc1(x)`";
            self.report.error(&call.func, message);
            return None;
        };
        if let Some(i) = self.field(name) {
            let inputs: Vec<_> = call.args.iter().map(|arg| self.value(arg)).collect();
            if inputs.is_empty() || inputs.len() > 3 {
                let message = format!(
                    "`{name}` is called with {}\nhelp: a layer takes one, two or three: `{name}(x)`",
                    count(inputs.len(), "value")
                );
                self.report.error(call, message);
                return None;
            }
            return self.net.call(i, Some(name), &inputs, outputs, self.report);
        }
        if outputs > 1 {
            let message = format!(
                "`{name}` gives one value, but {outputs} are taken\nhelp: write `let a = {name}(..);`"
            );
            self.report.error(call, message);
            return None;
        }
        let value = if name == "concat" {
            self.concat(name, call)
        } else if name == "slice" {
            self.slice(name, call)
        } else if FUNCTIONS.iter().any(|(function, _)| name == function) {
            match call.args.iter().collect::<Vec<_>>()[..] {
                [x] => {
                    let x = self.value(x);
                    self.net.function(name, x, self.report)
                }
                ref args => {
                    let given = count(args.len(), "value");
                    let message =
                        format!("`{name}` takes one value, but is given {given}\nhelp: write `{name}(x)`");
                    self.report.error(call, message);
                    None
                }
            }
        } else {
            self.unknown_call(name, call);
            None
        };
        value.map(|value| vec![value])
    }

    /// A name that is neither a field nor a function.
    fn unknown_call(&mut self, name: &Ident, call: &ExprCall) {
        let net = &self.net.written.ident;
        let text = name.to_string();
        let fields: Vec<_> = self.net.written.fields.iter().map(|field| field.name()).collect();
        let message = if self.bindings.iter().any(|binding| binding.name == *name) {
            let fields: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
            format!("`{name}` is a value, and no layer\nhelp: call a field: {}", fields.join(", "))
        } else if let Some((_, ours)) = OTHER_FUNCTIONS.iter().find(|(other, _)| *other == text) {
            format!("the dataflow has no function `{name}`\nhelp: write `{ours}`")
        } else {
            let functions = FUNCTIONS.iter().map(|(function, _)| *function).chain(["concat", "slice"]);
            let hint = did_you_mean(&text, fields.iter().map(String::as_str).chain(functions.clone()));
            format!(
                "`{name}` is neither a field of `{net}` nor a function of the dataflow{hint}\n\
                 help: for a layer of your own, add a field and call that\n\
                 note: the functions are {}",
                functions.collect::<Vec<_>>().join(", ")
            )
        };
        self.report.error(name, message);
        // Mistakes in its arguments are shown too.
        for arg in &call.args {
            self.value(arg);
        }
    }

    /// Takes `axis = ..` from the end of the arguments; whether it says `steps`.
    fn axis<'e>(&mut self, args: &'e Punctuated<Expr, Token![,]>) -> (Vec<&'e Expr>, bool) {
        let mut args: Vec<_> = args.iter().collect();
        let Some(Expr::Assign(assign)) = args.last() else { return (args, false) };
        args.pop();
        let said = [ident(&assign.left), ident(&assign.right)].map(|name| name.map(ToString::to_string));
        let message = match [said[0].as_deref(), said[1].as_deref()] {
            [Some("axis"), Some("steps")] => return (args, true),
            [Some("axis"), Some("channels" | "features")] => {
                "`axis` is said of steps only: without it channels of images are meant, and features otherwise\n\
                 help: remove it"
            }
            _ => {
                "the only argument with a name is `axis`\n\
                 help: write `axis = steps`; without it channels of images are meant, and features otherwise"
            }
        };
        self.report.error(assign, message);
        (args, false)
    }

    fn concat(&mut self, name: &Ident, call: &ExprCall) -> Option<ValueId> {
        let (args, steps) = self.axis(&call.args);
        let parts: Vec<_> = args.into_iter().map(|arg| self.said(arg)).collect();
        if parts.len() < 2 {
            let given = count(parts.len(), "value");
            let message = format!(
                "`concat` joins two values or more, but is given {given}\nhelp: write `concat(a, b)`"
            );
            self.report.error(call, message);
            return None;
        }
        self.net.concat(&parts, steps, name, self.report)
    }

    fn slice(&mut self, name: &Ident, call: &ExprCall) -> Option<ValueId> {
        let (args, steps) = self.axis(&call.args);
        let (value, Expr::Range(range)) = (match args[..] {
            [value, range @ Expr::Range(_)] => (value, range),
            _ => {
                self.report
                    .error(call, "`slice` takes a value and a range\nhelp: for example `slice(x, 0..2)`");
                return None;
            }
        }) else {
            return None;
        };
        if let syn::RangeLimits::Closed(_) = range.limits {
            self.report.error(
                range,
                "a range ends before its last number\nhelp: for example `0..2` for two entries",
            );
            return None;
        }
        let mut end = |expr: &Option<Box<Expr>>| match expr {
            None => Some(None),
            Some(expr) => match &**expr {
                Expr::Lit(lit) if matches!(&lit.lit, Lit::Int(int) if int.base10_digits() == "0") => {
                    Some(Some(Dim::Known(0)))
                }
                expr => self.report.take(crate::args::size(expr)).map(Some),
            },
        };
        let (from, to) = (end(&range.start)?, end(&range.end)?);
        let said = self.said(value);
        self.net.slice(&said, (from.unwrap_or(Dim::Known(0)), to), steps, name, self.report)
    }
}

/// The name that a call calls.
pub(crate) fn callee(call: &ExprCall) -> Option<&Ident> {
    ident(&call.func)
}

/// The name that an expression consists of.
fn ident(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident(),
        Expr::Paren(inner) => ident(&inner.expr),
        Expr::Group(inner) => ident(&inner.expr),
        _ => None,
    }
}

/// An expression in a message, short: `x`, `conv2(..)`.
fn said(expr: &Expr) -> String {
    match expr {
        Expr::Path(path) => format!("`{}`", tidy(path)),
        Expr::Call(call) => format!("`{}(..)`", tidy(&call.func)),
        Expr::Binary(binary) => format!("`.. {} ..`", tidy(&binary.op)),
        Expr::Paren(inner) => said(&inner.expr),
        Expr::Group(inner) => said(&inner.expr),
        _ => "`{ .. }`".to_owned(),
    }
}
