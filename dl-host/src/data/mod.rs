//! Samples from files: reading, splitting, scaling.

pub mod csv;
pub mod idx;
#[cfg(feature = "image")]
pub mod images;
mod scale;
pub mod split;

#[cfg(feature = "image")]
pub use images::ImageFolder;
pub use scale::Scale;
pub use split::Split;
