//! What a network computes from what, as a diagram.

use core::fmt;

use crate::Shape;

/// One box of a [`Graph`]: an input, an operation or an output.
///
/// ```
/// use dl_core::Network;
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { head: Dense<3> }
///
/// let node = Net::graph().nodes[1];
/// assert_eq!((node.name, node.label, node.inputs[0].0), ("head", "Dense<3>", 0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The field, the function or the operator; the name of an input or output.
    pub name: &'static str,
    /// Whether it is an input or an output.
    pub is_end: bool,
    /// The layer as it is written, if it is a field; else empty.
    pub label: &'static str,
    /// Its values: the number of the node that each comes from, and its shape.
    pub inputs: &'static [(usize, Shape)],
}

impl Node {
    /// An operation; what is no field has an empty `label`.
    #[doc(hidden)]
    pub const fn new(name: &'static str, label: &'static str, inputs: &'static [(usize, Shape)]) -> Self {
        Node { name, is_end: false, label, inputs }
    }

    /// An input or an output.
    #[doc(hidden)]
    pub const fn end(name: &'static str, inputs: &'static [(usize, Shape)]) -> Self {
        Node { name, is_end: true, label: "", inputs }
    }
}

/// What `Net::graph()` returns: a diagram, as text. Printing it takes no memory but the output's.
///
/// ```
/// use dl_core::Network;
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// #[forward(|x| relu(x + fc(x)))]
/// struct Block { fc: Dense<2> }
///
/// assert_eq!(
///     Block::graph().to_string(),
///     "flowchart TD
///     n0([\"x\"])
///     n1[\"fc: Dense#lt;2#gt;\"]
///     n0 -->|\"[2]\"| n1
///     n2[\"+\"]
///     n0 -->|\"[2]\"| n2
///     n1 -->|\"[2]\"| n2
///     n3[\"relu\"]
///     n2 -->|\"[2]\"| n3
///     n4([\"y\"])
///     n3 -->|\"[2]\"| n4
/// "
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Graph {
    /// The network's name.
    pub name: &'static str,
    /// All boxes: inputs first, outputs last.
    pub nodes: &'static [Node],
}

impl Graph {
    /// As [Mermaid](https://mermaid.js.org) text, which many sites draw inside Markdown.
    ///
    /// ```
    /// use dl_core::Network;
    ///
    /// #[dl_macros::network(input = [2], crate = dl_core)]
    /// struct Net { head: Dense<3> }
    ///
    /// assert!(Net::graph().mermaid().to_string().contains("n0 -->|\"[2]\"| n1"));
    /// ```
    pub fn mermaid(self) -> Mermaid {
        Mermaid(self)
    }

    /// As DOT text, which Graphviz draws.
    ///
    /// ```
    /// use dl_core::Network;
    ///
    /// #[dl_macros::network(input = [2], crate = dl_core)]
    /// struct Net { head: Dense<3> }
    ///
    /// assert!(Net::graph().dot().to_string().contains("n0 -> n1 [label=\"[2]\"];"));
    /// ```
    pub fn dot(self) -> Dot {
        Dot(self)
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Mermaid(*self).fmt(f)
    }
}

/// A [`Graph`] as Mermaid text.
#[derive(Clone, Copy, Debug)]
pub struct Mermaid(Graph);

impl fmt::Display for Mermaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "flowchart TD")?;
        for (i, node) in self.0.nodes.iter().enumerate() {
            let (open, close) = if node.is_end { ("([", "])") } else { ("[", "]") };
            let between = if node.label.is_empty() { "" } else { ": " };
            write!(f, "    n{i}{open}\"")?;
            for text in [node.name, between, node.label] {
                escaped(f, text, &[('<', "#lt;"), ('>', "#gt;"), ('"', "#quot;")])?;
            }
            writeln!(f, "\"{close}")?;
            for (node, shape) in node.inputs {
                writeln!(f, "    n{node} -->|\"{shape}\"| n{i}")?;
            }
        }
        Ok(())
    }
}

/// A [`Graph`] as DOT text.
#[derive(Clone, Copy, Debug)]
pub struct Dot(Graph);

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digraph \"{}\" {{", self.0.name)?; // quoted: a network may be called Node, or Graph
        for (i, node) in self.0.nodes.iter().enumerate() {
            let shape = if node.is_end { "oval" } else { "box" };
            let between = if node.label.is_empty() { "" } else { ": " };
            write!(f, "    n{i} [shape={shape}, label=\"")?;
            for text in [node.name, between, node.label] {
                escaped(f, text, &[('"', "\\\""), ('\\', "\\\\")])?;
            }
            writeln!(f, "\"];")?;
            for (node, shape) in node.inputs {
                writeln!(f, "    n{node} -> n{i} [label=\"{shape}\"];")?;
            }
        }
        writeln!(f, "}}")
    }
}

/// `text`, with some characters written otherwise.
fn escaped(f: &mut fmt::Formatter<'_>, text: &str, others: &[(char, &str)]) -> fmt::Result {
    for c in text.chars() {
        match others.iter().find(|(other, _)| *other == c) {
            Some((_, escape)) => f.write_str(escape)?,
            None => write!(f, "{c}")?,
        }
    }
    Ok(())
}
