//! From the closure of `#[forward(..)]` to nodes.
//!
//! Rules, beside those of shapes:
//!
//! - [`Walk::expression`]: only what a network of known sizes can compute
//! - [`Walk::call`]: a call names a field or a function, and gives it as many values as it takes
//! - [`Walk::leave`]: every `let` is read
//! - [`check_graph`]: the closure names every input, and reads every input and field

use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{BinOp, Block, Expr, ExprCall, Lit, Pat, PatTuple, Stmt, Token, UnOp};

use super::nodes::{Op, ValueId};
use super::operators::Said;
use super::{Net, count};
use crate::closure::Closure;
use crate::layers::{FUNCTIONS, OTHER_FUNCTIONS};
use crate::report::{Report, did_you_mean};
use crate::shape::{Dim, tidy};

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
    let mut walk = Walk { net, report, bindings, unread: Vec::new() };
    let outputs = walk.values(&closure.body, None).unwrap_or_default();
    let Walk { bindings, unread, .. } = walk;
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
            "an output is numbers, but this gives back the tokens {}\nhelp: put a layer that embeds them before it",
            net.values[*tokens].shape.text()
        );
        report.error(&closure.body, message);
    }
    net.outputs = outputs;
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

    fn field(&self, name: &Ident) -> Option<usize> {
        self.net.written.fields.iter().position(|field| field.ident == *name)
    }

    /// `field(a, ..)`, `relu(x)`, `concat(a, b)`, `slice(x, 0..2)`: a field wins over a function of its name.
    fn call(&mut self, call: &ExprCall, outputs: usize) -> Option<Vec<ValueId>> {
        let Some(name) = ident(&call.func) else {
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

    /// Statements and a last expression; what they name ends with them.
    fn block(&mut self, block: &Block, wanted: Option<usize>) -> Option<Vec<ValueId>> {
        let outer = self.bindings.len();
        let Some((last, stmts)) = block.stmts.split_last() else {
            self.report.error(block, "a network has an output\nhelp: write the value that it gives");
            return None;
        };
        for stmt in stmts {
            self.statement(stmt);
        }
        let values = match last {
            Stmt::Expr(expr, None) => self.values(expr, wanted),
            Stmt::Expr(expr, Some(semi)) => {
                self.values(expr, wanted);
                self.report.error(
                    semi,
                    "the value before this `;` is dropped, and nothing is given back\nhelp: remove the `;`",
                );
                None
            }
            other => {
                self.statement(other);
                self.report
                    .error(other, "nothing is given back\nhelp: end with the value that the network gives");
                None
            }
        };
        self.leave(outer);
        if let (Some(values), Some(wanted)) = (&values, wanted)
            && values.len() != wanted
        {
            let message = format!(
                "{} given, but {wanted} taken\nhelp: name each of them: `let (a, b) = ..;`",
                count(values.len(), "value")
            );
            self.report.error(last, message);
            return None;
        }
        values
    }

    /// Ends the names since `outer`: each has been read.
    fn leave(&mut self, outer: usize) {
        let unread = self.bindings.drain(outer..).filter(|binding| !binding.is_read);
        self.unread.extend(unread.map(|binding| binding.name));
    }

    fn statement(&mut self, stmt: &Stmt) {
        let local = match stmt {
            Stmt::Local(local) => local,
            Stmt::Expr(expr, _) => {
                if self.values(expr, None).is_some() {
                    self.report.error(expr, "this value goes nowhere\nhelp: name it by `let`, and use it");
                }
                return;
            }
            other => {
                let message = "the dataflow has `let` and a last expression\nhelp: put anything else beside the network";
                self.report.error(other, message);
                return;
            }
        };
        let init = match &local.init {
            Some(init) if init.diverge.is_none() => &init.expr,
            _ => {
                self.report.error(local, "a `let` names a value\nhelp: write `let h = fc1(x);`");
                return;
            }
        };
        match &local.pat {
            Pat::Tuple(tuple) => {
                self.expect_names(tuple, init);
                let values = self
                    .values(init, Some(tuple.elems.len()))
                    .unwrap_or_else(|| tuple.elems.iter().map(|_| self.net.unknown_value()).collect());
                if values.len() != tuple.elems.len() {
                    let message = format!(
                        "{} named, but {} given\nhelp: name each of them",
                        count(tuple.elems.len(), "value"),
                        values.len()
                    );
                    self.report.error(tuple, message);
                }
                for (pat, value) in tuple.elems.iter().zip(values) {
                    if !matches!(pat, Pat::Wild(_)) {
                        self.bind(pat, value);
                    }
                }
            }
            pat => {
                let value = self.value(init);
                self.bind(pat, value);
            }
        }
    }

    /// Of the outputs of a field some may be left, but not all; and what is computed by itself is not left at all.
    fn expect_names(&mut self, names: &PatTuple, init: &Expr) {
        let is_left = |pat: &&Pat| matches!(pat, Pat::Wild(_));
        if !names.elems.is_empty() && names.elems.iter().all(|pat| is_left(&pat)) {
            let message = "these values go nowhere\nhelp: name one of them, and use it";
            self.report.error(names, message);
        } else if let (Expr::Tuple(_), Some(left)) = (init, names.elems.iter().find(is_left)) {
            self.report.error(left, "this value goes nowhere\nhelp: name it by `let`, and use it");
        }
    }

    fn bind(&mut self, pat: &Pat, value: ValueId) {
        match pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
                self.bindings.push(Binding { name: pat.ident.clone(), value, is_read: false });
            }
            other => {
                let message = "a `let` gives a value a name\nhelp: write `let h = fc1(x);`, or `let (a, b) = split(x);` for a field with two outputs";
                self.report.error(other, message);
                // Its uses are no mistakes.
                if let Pat::Type(typed) = other
                    && let Pat::Ident(pat) = &*typed.pat
                {
                    self.bindings.push(Binding { name: pat.ident.clone(), value, is_read: true });
                }
            }
        }
    }
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

/// Why an expression cannot be part of the dataflow, and what to write.
fn refused(expr: &Expr) -> String {
    let (what, help) = match expr {
        Expr::If(_) | Expr::Match(_) | Expr::Let(_) => {
            ("no branches", "decide in Rust which of two networks to run, or multiply by a gate")
        }
        Expr::While(_) | Expr::ForLoop(_) | Expr::Loop(_) => {
            ("no loops", "repeat a layer by an array, `blocks: [Block; 4]`, or call a field again")
        }
        Expr::Closure(_) => ("no closures", "call a field, or nest a network"),
        Expr::MethodCall(call) if ident(&call.receiver).is_some_and(|name| name == "self") => {
            ("no `self`", "call a field by its name alone: `fc1(x)`")
        }
        Expr::MethodCall(_) => ("no methods", "call a field or a function with the value: `fc1(x)`"),
        Expr::Field(_) => ("no field access", "call a field by its name alone: `fc1(x)`, without `self.`"),
        Expr::Lit(_) => ("no numbers", "scale by a layer of your own, or by `Map` of a `Pointwise` type"),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => ("no sign", "write `a - b`"),
        Expr::Index(_) => ("no indices", "write `slice(x, 0..2)`"),
        Expr::Tuple(_) => {
            ("no tuples in a value", "several values stand only at the end and behind `let (a, b) =`")
        }
        Expr::Array(_) | Expr::Repeat(_) => ("no arrays", "join values by `concat(a, b)`"),
        Expr::Macro(_) => ("no macros", "write what it stands for"),
        Expr::Return(_) => ("no `return`", "write the output as the last expression"),
        Expr::Assign(_) => ("no assignment", "name a value by `let`; it may shadow another of that name"),
        Expr::Reference(_) => ("no references", "write the value alone"),
        _ => ("nothing of this kind", "write calls of fields and functions, `+`, `-`, `*` and `let`"),
    };
    format!("the dataflow has {what}: `{}`\nhelp: {help}", short(expr))
}

/// The beginning of an expression.
fn short(expr: &impl ToTokens) -> String {
    let text = tidy(expr).replace("| ", "|").replace(" |", "|");
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
    }
}
