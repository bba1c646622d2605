//! Upright rectangles in an image.

/// A rectangle, by its centre and its size, in units of the image: `(0, 0)` is the upper left corner, `(1, 1)` the lower
/// right.
///
/// ```
/// use dl_core::detect::Bounds;
///
/// let bounds = Bounds::new(0.5, 0.25, 0.5, 0.5);
/// assert_eq!((bounds.left(), bounds.top(), bounds.right(), bounds.bottom()), (0.25, 0.0, 0.75, 0.5));
/// assert_eq!(Bounds::from_corners(0.25, 0.0, 0.75, 0.5), bounds);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The centre, from the left.
    pub x: f32,
    /// The centre, from the top.
    pub y: f32,
    /// The width.
    pub w: f32,
    /// The height.
    pub h: f32,
}

impl Bounds {
    /// The rectangle with this centre and this size.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.25, 0.1, 0.2).w, 0.1);
    /// ```
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Bounds { x, y, w, h }
    }

    /// The rectangle between these edges.
    ///
    /// ```
    /// let bounds = dl_core::detect::Bounds::from_corners(0.25, 0.0, 0.75, 0.5);
    /// assert_eq!((bounds.x, bounds.y), (0.5, 0.25));
    /// ```
    pub const fn from_corners(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Bounds { x: 0.5 * (left + right), y: 0.5 * (top + bottom), w: right - left, h: bottom - top }
    }

    /// The left edge.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.5, 0.5, 1.0).left(), 0.25);
    /// ```
    pub const fn left(&self) -> f32 {
        self.x - 0.5 * self.w
    }

    /// The upper edge.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.5, 0.5, 1.0).top(), 0.0);
    /// ```
    pub const fn top(&self) -> f32 {
        self.y - 0.5 * self.h
    }

    /// The right edge.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.5, 0.5, 1.0).right(), 0.75);
    /// ```
    pub const fn right(&self) -> f32 {
        self.x + 0.5 * self.w
    }

    /// The lower edge.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.5, 0.5, 1.0).bottom(), 1.0);
    /// ```
    pub const fn bottom(&self) -> f32 {
        self.y + 0.5 * self.h
    }

    /// Width times height.
    ///
    /// ```
    /// assert_eq!(dl_core::detect::Bounds::new(0.5, 0.5, 0.5, 0.25).area(), 0.125);
    /// ```
    pub const fn area(&self) -> f32 {
        self.w * self.h
    }
}
