//! What a run looked like: lines, curves, tables.

mod bar;
mod chart;
mod confusion;
mod history;
mod progress;
mod svg;

pub use chart::Chart;
pub use confusion::{confusion_svg, save_confusion};
pub use history::{Epoch, HistoryCsv, loss_chart, metric_chart, save_history};
pub use progress::Progress;
