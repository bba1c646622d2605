//! What a run looked like: lines, curves, tables.

mod bar;
#[cfg(feature = "image")]
mod base64;
mod chart;
mod confusion;
#[cfg(feature = "image")]
mod gallery;
mod history;
mod mistakes;
mod progress;
mod svg;

pub use chart::Chart;
pub use confusion::{confusion_svg, save_confusion};
#[cfg(feature = "image")]
pub use gallery::Gallery;
pub use history::{Epoch, HistoryCsv, loss_chart, metric_chart, save_history};
pub use mistakes::{Mistake, Mistakes};
pub use progress::Progress;
