//! The table of a network's layers, shapes, parameters and multiply-adds.

use core::fmt;

use crate::shape::{Message, stop};
use crate::{Network, Shape};

/// One layer of a [`Summary`].
///
/// ```
/// use dl_core::Network;
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { hidden: Dense<8>, act: Tanh, head: Dense<3> }
///
/// let row = Net::summary().rows[0];
/// assert_eq!((row.name, row.layer, row.params, row.macs), ("hidden", "Dense<8>", 24, 16));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The field.
    pub name: &'static str,
    /// The layer, as it is written.
    pub layer: &'static str,
    /// The shape of its output.
    pub output: Shape,
    /// Its parameters.
    pub params: usize,
    /// Its multiply-adds for one sample.
    pub macs: usize,
    /// Whether it is frozen.
    pub frozen: bool,
}

/// What `Net::summary()` returns: prints as a table.
///
/// ```
/// use dl_core::Network;
///
/// #[dl_macros::network(input = [2], crate = dl_core)]
/// struct Net { hidden: Dense<8>, act: Tanh, head: Dense<3> }
///
/// let summary = Net::summary();
/// assert_eq!((summary.params, summary.param_bytes, summary.macs), (51, 204, 40));
/// // parameters, gradient and two moments; of a sample the tape, scratch memory, output and its gradient
/// assert_eq!(summary.train_bytes, 4 * 204 + summary.sample_bytes);
/// assert_eq!(summary.sample_bytes, 4 * (8 + 8 + 2 * 3));
/// assert!(summary.to_string().starts_with("Net: [2] -> [3]\nfield"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// The network's name.
    pub name: &'static str,
    /// The shapes of the inputs.
    pub inputs: &'static [Shape],
    /// The shapes of the outputs.
    pub outputs: &'static [Shape],
    /// One row a layer.
    pub rows: &'static [Row],
    /// All parameters.
    pub params: usize,
    /// Bytes of the parameters.
    pub param_bytes: usize,
    /// Multiply-adds of a forward pass, for one sample.
    pub macs: usize,
    /// Bytes of scratch memory for inference on one sample, the output included.
    pub infer_bytes: usize,
    /// Bytes to train by Adam, one sample at a time: [`train_bytes`](crate::train::train_bytes).
    pub train_bytes: usize,
    /// Bytes that each further sample of a chunk takes: of a sequence, what is kept of all its steps.
    pub sample_bytes: usize,
}

/// Stops the build if a network has more parameters than its budget, and says which layer has most.
#[track_caller]
pub const fn expect_params<N: Network>(budget: usize) {
    let rows = N::ROWS;
    let (mut total, mut largest, mut i) = (0, 0, 0);
    while i < rows.len() {
        total += rows[i].params;
        if rows[i].params > rows[largest].params {
            largest = i;
        }
        i += 1;
    }
    if total > budget {
        stop(
            Message::new()
                .text("`")
                .text(N::NAME)
                .text("` has ")
                .number(total)
                .text(" parameters, ")
                .number(total - budget)
                .text(" over its budget of ")
                .number(budget)
                .text("\nhelp: the largest layer is `")
                .text(rows[largest].name)
                .text("` with ")
                .number(rows[largest].params),
        )
    }
}

/// Counts what a text needs when it is printed.
struct Width(usize);
impl fmt::Write for Width {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0 += s.chars().count();
        Ok(())
    }
}

fn width(text: fmt::Arguments<'_>) -> usize {
    let mut width = Width(0);
    // `Width` never fails.
    let _ = fmt::write(&mut width, text);
    width.0
}

/// One shape, or several in parentheses.
struct Shapes(&'static [Shape]);
impl fmt::Display for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = if self.0.len() == 1 { ("", "") } else { ("(", ")") };
        f.write_str(before)?;
        for (i, shape) in self.0.iter().enumerate() {
            write!(f, "{}{shape}", if i > 0 { ", " } else { "" })?;
        }
        f.write_str(after)
    }
}

/// A whole number with a comma at every third digit.
struct Grouped(usize);
impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            return write!(f, "{}", self.0);
        }
        write!(f, "{},{:03}", Grouped(self.0 / 1000), self.0 % 1000)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = [5, 5, 6, 6, 4];
        for row in self.rows {
            let cells = [
                width(format_args!("{}", row.name)),
                width(format_args!("{}", row.layer)),
                width(format_args!("{}", row.output)),
                width(format_args!("{}", Grouped(row.params))),
                width(format_args!("{}", Grouped(row.macs))),
            ];
            for (w, cell) in widths.iter_mut().zip(cells) {
                *w = cell.max(*w);
            }
        }
        let total = [Grouped(self.params), Grouped(self.macs)];
        widths[3] = widths[3].max(width(format_args!("{}", total[0])));
        widths[4] = widths[4].max(width(format_args!("{}", total[1])));
        let pad = |f: &mut fmt::Formatter<'_>, used: usize, w: usize| {
            write!(f, "{:1$}", "", w.saturating_sub(used))
        };

        writeln!(f, "{}: {} -> {}", self.name, Shapes(self.inputs), Shapes(self.outputs))?;
        writeln!(
            f,
            "{:<n$}  {:<l$}  {:<o$}  {:>p$}  {:>m$}",
            "field",
            "layer",
            "output",
            "params",
            "MACs",
            n = widths[0],
            l = widths[1],
            o = widths[2],
            p = widths[3],
            m = widths[4]
        )?;
        for row in self.rows {
            for (text, w) in [(row.name, widths[0]), (row.layer, widths[1])] {
                write!(f, "{text}")?;
                pad(f, text.chars().count(), w + 2)?;
            }
            write!(f, "{}", row.output)?;
            pad(f, width(format_args!("{}", row.output)), widths[2] + 2)?;
            pad(f, width(format_args!("{}", Grouped(row.params))), widths[3])?;
            write!(f, "{}  ", Grouped(row.params))?;
            pad(f, width(format_args!("{}", Grouped(row.macs))), widths[4])?;
            write!(f, "{}", Grouped(row.macs))?;
            writeln!(f, "{}", if row.frozen { "  frozen" } else { "" })?;
        }
        writeln!(
            f,
            "total: {} parameters ({} bytes), {} multiply-adds, {} bytes to infer",
            Grouped(self.params),
            Grouped(self.param_bytes),
            Grouped(self.macs),
            Grouped(self.infer_bytes)
        )?;
        write!(
            f,
            "       {} bytes to train by Adam, {} for each further sample of a chunk",
            Grouped(self.train_bytes),
            Grouped(self.sample_bytes)
        )
    }
}
