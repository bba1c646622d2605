//! Samples from files: reading, splitting, scaling.

pub mod cifar10;
pub mod csv;
pub mod idx;
#[cfg(feature = "image")]
pub mod images;
mod scale;
mod scenes;
pub(crate) mod source;
pub mod split;

#[cfg(feature = "image")]
pub use images::ImageFolder;
pub use scale::Scale;
pub use scenes::Scenes;
pub use split::Split;
