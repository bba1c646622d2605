//! What a run looked like: lines, curves, tables.

mod chart;
mod confusion;
mod svg;

pub use chart::Chart;
pub use confusion::{confusion_svg, save_confusion};
