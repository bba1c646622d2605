//! How much two boxes have in common. torchvision: `box_iou`.

use crate::detect::Bounds;

/// Intersection over union of two boxes, 0 (apart) to 1 (equal): the area that both cover, over the area that at least
/// one covers. 0 where neither has an area. torchvision: `box_iou`.
///
/// ```
/// use dl_core::detect::Bounds;
/// use dl_core::metrics::iou;
///
/// let (left, wide) = (Bounds::from_corners(0.0, 0.0, 0.5, 1.0), Bounds::from_corners(0.25, 0.0, 1.0, 1.0));
/// assert_eq!(iou(&left, &wide), 0.25); // a quarter of the width is common to both, all of it is covered
/// ```
#[doc(alias = "box_iou")]
pub fn iou(a: &Bounds, b: &Bounds) -> f32 {
    // Greatest and least would pass over a place that is not a number; a size that is none shows in the area.
    if (a.x + a.y + b.x + b.y).is_nan() {
        return 0.0;
    }
    let width = (a.right().min(b.right()) - a.left().max(b.left())).max(0.0);
    let height = (a.bottom().min(b.bottom()) - a.top().max(b.top())).max(0.0);
    let both = width * height;
    let any = a.area() + b.area() - both;
    if any > 0.0 { both / any } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Bounds = Bounds::from_corners(0.0, 0.0, 0.5, 0.5);

    #[test]
    fn by_hand() {
        for (b, expected) in [
            (A, 1.0),
            (Bounds::from_corners(0.25, 0.25, 0.75, 0.75), 0.0625 / 0.4375),
            (Bounds::from_corners(0.125, 0.125, 0.375, 0.375), 0.25), // inside
            (Bounds::from_corners(0.5, 0.0, 1.0, 0.5), 0.0),          // side by side
            (Bounds::from_corners(0.75, 0.75, 1.0, 1.0), 0.0),        // apart in both directions
        ] {
            assert_eq!((iou(&A, &b), iou(&b, &A)), (expected, expected), "{b:?}");
        }
    }

    #[test]
    fn boxes_without_an_area_have_nothing_in_common() {
        let point = Bounds::new(0.25, 0.25, 0.0, 0.0);
        assert_eq!((iou(&point, &point), iou(&A, &point)), (0.0, 0.0));
        for i in 0..4 {
            let mut numbers = [0.25, 0.25, 0.5, 0.5];
            numbers[i] = f32::NAN;
            let [x, y, w, h] = numbers;
            assert_eq!(iou(&A, &Bounds::new(x, y, w, h)), 0.0);
        }
    }
}
