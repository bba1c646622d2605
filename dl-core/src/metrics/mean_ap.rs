//! Mean average precision of detections. VOC: mAP.

use alloc::vec;
use alloc::vec::Vec;

use nalgebra::SMatrix;

use super::{Metric, Score, average_precision, iou};
use crate::detect::{Detection, Grid, Object, nms};
use crate::{Pass, Real, Vals};

/// The mean over all classes of the [`average_precision`] of what was found, as PASCAL VOC has it from 2010 on.
///
/// Within an image and a class the surest detection comes first. Each is compared with the object of its class that it
/// overlaps most; it is right if [`iou`] is at least [`overlap`](Self::overlap) and no surer one had that object. Classes
/// without an object do not count. (COCO's mAP@0.5 differs a little: it takes the best object that is still free, and 101
/// recalls instead of all.)
///
/// It keeps a few bytes for each detection, on the heap (feature `alloc`).
///
/// ```
/// use dl_core::detect::{Bounds, Detection, Object};
/// use dl_core::metrics::{MeanAp, Score};
///
/// let (here, there) = (Bounds::new(0.25, 0.25, 0.2, 0.2), Bounds::new(0.75, 0.75, 0.2, 0.2));
/// let objects = [Object { bounds: here, class: 0 }, Object { bounds: there, class: 4 }];
/// let mut map = MeanAp::new();
/// map.see(&[Detection { bounds: here, class: 0, score: 0.8 }], &objects);
/// assert_eq!(map.value(), 0.5); // class 0 is found, class 4 is not
/// ```
#[doc(alias = "mAP")]
#[derive(Clone, Debug)]
pub struct MeanAp {
    /// How much a detection must overlap its object to be right. Default: 0.5.
    pub overlap: f32,
    /// What was found, of each class: the score, and whether it was right.
    found: Vec<Vec<(f32, bool)>>,
    /// How many objects there were, of each class.
    objects: Vec<usize>,
}

impl MeanAp {
    /// At an overlap of 0.5.
    ///
    /// ```
    /// use dl_core::metrics::MeanAp;
    ///
    /// let mut strict = MeanAp::new();
    /// assert_eq!(strict.overlap, 0.5);
    /// strict.overlap = 0.75;
    /// ```
    pub const fn new() -> Self {
        MeanAp { overlap: 0.5, found: Vec::new(), objects: Vec::new() }
    }

    /// Takes in an image: what was found in it, in any order, and what is in it.
    ///
    /// ```
    /// use dl_core::metrics::{MeanAp, Score};
    ///
    /// let mut map = MeanAp::new();
    /// map.see(&[], &[]);
    /// assert!(map.value().is_nan());
    /// ```
    pub fn see(&mut self, found: &[Detection], objects: &[Object]) {
        let classes = found.iter().map(|d| d.class).chain(objects.iter().map(|o| o.class)).max();
        let classes = classes.map_or(0, |last| usize::from(last) + 1).max(self.objects.len());
        self.objects.resize(classes, 0);
        self.found.resize(classes, Vec::new());
        for object in objects {
            self.objects[usize::from(object.class)] += 1;
        }
        let mut order = found.iter().collect::<Vec<_>>();
        order.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut taken = vec![false; objects.len()];
        for detection in order {
            let of_class = objects.iter().enumerate().filter(|(_, object)| object.class == detection.class);
            let overlaps = of_class.map(|(i, object)| (i, iou(&object.bounds, &detection.bounds)));
            let best = overlaps.reduce(|best, next| if next.1 > best.1 { next } else { best });
            let right = best.is_some_and(|(i, overlap)| overlap >= self.overlap && !taken[i]);
            if let (true, Some((i, _))) = (right, best) {
                taken[i] = true;
            }
            self.found[usize::from(detection.class)].push((detection.score, right));
        }
    }

    /// The average precision of a class; NaN if there was no object of it.
    ///
    /// ```
    /// use dl_core::metrics::MeanAp;
    ///
    /// let mut map = MeanAp::new();
    /// map.see(&[], &[Default::default()]); // an object of class 0, not found
    /// assert_eq!(map.of_class(0), 0.0);
    /// assert!(map.of_class(7).is_nan());
    /// ```
    pub fn of_class(&self, class: u16) -> f64 {
        let class = usize::from(class);
        let (Some(found), Some(&objects)) = (self.found.get(class), self.objects.get(class)) else {
            return f64::NAN;
        };
        average_precision(&mut found.clone(), objects)
    }
}

impl Default for MeanAp {
    fn default() -> Self {
        Self::new()
    }
}

impl Score for MeanAp {
    const NAME: &'static str = "mAP";
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        let (mut sum, mut classes) = (0.0, 0.0);
        for (class, &objects) in (0..).zip(&self.objects) {
            if objects > 0 {
                sum += self.of_class(class);
                classes += 1.0;
            }
        }
        sum / classes
    }

    fn reset(&mut self) {
        self.found.iter_mut().for_each(Vec::clear);
        self.objects.fill(0);
    }
}

/// [`MeanAp`] of a [`Grid`]'s outputs and targets: a metric for `fit` and `evaluate`.
///
/// Objects that share a cell with another are not in the target and so not counted; [`MeanAp::see`] knows of all.
///
/// ```
/// use dl_core::detect::{Bounds, Grid, Object};
/// use dl_core::metrics::{GridMeanAp, Metric, Score};
/// use dl_core::{Pass, nalgebra::SVector};
///
/// let cat = Object { bounds: Bounds::new(0.25, 0.25, 0.5, 0.5), class: 0 };
/// let mut target = SVector::<f32, 24>::zeros(); // one class, two by two cells
/// Grid::<2, 2>::encode(&[cat], &mut target.data.0[0]);
/// let mut output = target.map(|t| 8.0 * t - 4.0); // the logits of the class and of the box's place and size are 0
/// output.rows_mut(4, 20).fill(0.0);
///
/// let mut map = GridMeanAp::<2, 2>::new();
/// map.update(&output, &target, Pass::<1>::infer());
/// assert_eq!(map.value(), 1.0);
/// ```
#[derive(Clone, Debug)]
pub struct GridMeanAp<const H: usize, const W: usize> {
    /// What was seen so far, and the overlap that makes a detection right.
    pub map: MeanAp,
    /// The least score of a detection. Default: 0.01.
    pub score: f32,
    /// The overlap from which on two detections are one. Default: 0.5.
    pub nms: f32,
    found: Vec<Detection>,
    objects: Vec<Object>,
}

impl<const H: usize, const W: usize> GridMeanAp<H, W> {
    /// With the defaults of its fields.
    ///
    /// ```
    /// assert_eq!(dl_core::metrics::GridMeanAp::<7, 7>::new().score, 0.01);
    /// ```
    pub fn new() -> Self {
        let (found, objects) = (vec![Detection::default(); H * W], vec![Object::default(); H * W]);
        GridMeanAp { map: MeanAp::new(), score: 0.01, nms: 0.5, found, objects }
    }
}

impl<const H: usize, const W: usize> Default for GridMeanAp<H, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const H: usize, const W: usize> Score for GridMeanAp<H, W> {
    const NAME: &'static str = MeanAp::NAME;
    const HIGHER_IS_BETTER: bool = true;

    fn value(&self) -> f64 {
        self.map.value()
    }
    fn reset(&mut self) {
        self.map.reset();
    }
}

impl<T: Real, const H: usize, const W: usize, const N: usize> Metric<T, Vals<N>, Vals<N>>
    for GridMeanAp<H, W>
{
    fn update<'a, const B: usize>(
        &mut self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        pass: Pass<'a, B>,
    ) {
        for (y, target) in y.data.0.iter().zip(&target.data.0).take(pass.live()) {
            let found = Grid::<H, W>::decode(y, self.score, &mut self.found);
            let found = nms(&mut self.found[..found], self.nms);
            let objects = Grid::<H, W>::objects(target, &mut self.objects);
            self.map.see(&self.found[..found], &self.objects[..objects]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Bounds;

    const LEFT: Bounds = Bounds::new(0.25, 0.5, 0.2, 0.4);
    const RIGHT: Bounds = Bounds::new(0.75, 0.5, 0.2, 0.4);

    fn object(bounds: Bounds, class: u16) -> Object {
        Object { bounds, class }
    }

    fn found(bounds: Bounds, class: u16, score: f32) -> Detection {
        Detection { bounds, class, score }
    }

    /// Half of `LEFT`, so that the overlap is 1/2; or less.
    fn part_of_left(h: f32) -> Bounds {
        Bounds { h, ..LEFT }
    }

    #[test]
    fn two_images_and_two_classes_by_hand() {
        let mut map = MeanAp::new();
        // Class 0: right at 0.9, wrong at 0.8 (the object is taken), right at 0.6; three objects.
        // Class 1: wrong at 0.7 (another class is there), right at 0.5; one object.
        map.see(
            &[found(LEFT, 0, 0.8), found(LEFT, 0, 0.9), found(RIGHT, 1, 0.7)],
            &[object(LEFT, 0), object(RIGHT, 0)],
        );
        map.see(&[found(LEFT, 0, 0.6), found(RIGHT, 1, 0.5)], &[object(LEFT, 0), object(RIGHT, 1)]);
        assert!((map.of_class(0) - (1.0 / 3.0 + 2.0 / 9.0)).abs() < 1e-12);
        assert_eq!(map.of_class(1), 0.5);
        assert!((map.value() - (5.0 / 9.0 + 0.5) / 2.0).abs() < 1e-12);
        map.reset();
        assert!(map.value().is_nan());
    }

    #[test]
    fn the_overlap_decides_and_its_limit_is_enough() {
        for (height, overlap, right) in
            [(0.2, 0.5, 1.0), (0.19, 0.5, 0.0), (0.2, 0.51, 0.0), (0.1, 0.25, 1.0)]
        {
            let mut map = MeanAp { overlap, ..MeanAp::new() };
            map.see(&[found(part_of_left(height), 3, 0.5)], &[object(LEFT, 3)]);
            assert_eq!(map.value(), right, "height {height}, overlap {overlap}");
        }
    }

    #[test]
    fn detections_of_a_class_without_objects_do_not_count() {
        let mut map = MeanAp::new();
        map.see(&[found(LEFT, 5, 0.9), found(LEFT, 0, 0.5)], &[object(LEFT, 0)]);
        assert_eq!(map.value(), 1.0);
        assert!(map.of_class(5).is_nan());
    }

    #[test]
    fn a_detection_nearest_to_a_taken_object_is_wrong() {
        // Both overlap the first object most; the second object is near enough, but it is not the nearest.
        let near = Bounds { x: 0.29, ..LEFT };
        let mut map = MeanAp { overlap: 0.3, ..MeanAp::new() };
        map.see(&[found(LEFT, 0, 0.9), found(LEFT, 0, 0.8)], &[object(LEFT, 0), object(near, 0)]);
        assert_eq!(map.value(), 0.5);
    }

    #[test]
    fn a_grid_counts_live_samples_alone() {
        let mut target = SMatrix::<f32, 24, 2>::zeros();
        for target in &mut target.data.0 {
            Grid::<2, 2>::encode(&[object(Bounds::new(0.25, 0.25, 0.5, 0.5), 0)], target);
        }
        let mut output = SMatrix::zeros();
        output.data.0[0][..4].copy_from_slice(&[4.0, -9.0, -9.0, -9.0]);
        let mut map = GridMeanAp::<2, 2>::new();
        map.update(&output, &target, Pass::<2>::infer().chunk(0, 1));
        assert_eq!((map.value(), map.map.objects[0]), (1.0, 1));
        output.data.0[1][..4].fill(-9.0);
        map.update(&output, &target, Pass::<2>::infer());
        assert!((map.value() - 2.0 / 3.0).abs() < 1e-12);
    }
}
