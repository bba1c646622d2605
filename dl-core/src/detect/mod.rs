//! Finding objects in images with a grid: each cell answers for the object whose centre it holds.
//!
//! A network for this ends in an image `[5 + C, H, W]`, a cell of the grid for each pixel: from `Conv2d<{ 5 + C }, 1>`, or
//! from `Dense` of as many numbers. [`Grid`] says what the channels mean.
//!
//! | step | by |
//! |---|---|
//! | objects become a target | [`Grid::encode`] |
//! | the network is trained | [`loss::GridDetection`](crate::loss::GridDetection) |
//! | an output becomes detections, the surest first | [`Grid::decode`] |
//! | detections of the same object become one | [`nms`] |
//! | they are compared with the objects | [`metrics::iou`](crate::metrics::iou()), [`metrics::average_precision`](crate::metrics::average_precision()) |
//!
//! After J. Redmon, S. Divvala, R. Girshick, A. Farhadi: *You only look once: unified, real-time object detection*, 2016,
//! with one box a cell.

mod bounds;
mod grid;
mod nms;

pub use bounds::Bounds;
pub use grid::Grid;
pub use nms::nms;

/// What is in an image: a box around it and its class.
///
/// ```
/// use dl_core::detect::{Bounds, Object};
///
/// let seven = Object { bounds: Bounds::new(0.5, 0.25, 0.2, 0.3), class: 7 };
/// assert_eq!(seven.bounds.y, 0.25);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Object {
    /// Where it is.
    pub bounds: Bounds,
    /// What it is.
    pub class: u16,
}

/// What a network sees in an image.
///
/// ```
/// use dl_core::detect::{Bounds, Detection};
///
/// let seven = Detection { bounds: Bounds::new(0.5, 0.25, 0.2, 0.3), class: 7, score: 0.9 };
/// assert!(seven.score > Detection::default().score);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Detection {
    /// Where it is.
    pub bounds: Bounds,
    /// What it is.
    pub class: u16,
    /// How sure the network is: 0 to 1.
    pub score: f32,
}
