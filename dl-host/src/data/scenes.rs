//! Scenes composed of small images, with a box around each: a data set for detectors, made when it is asked for.

use std::ops::RangeInclusive;

use dl_core::detect::{Bounds, Grid, Object};
use dl_core::train::Dataset;
use dl_core::{Real, Rng, Vals, metrics};

use crate::{Error, Result};

/// Grey scenes `[1, height, width]`, each with a few of `images` (grey, on black) at random places and in random sizes,
/// and the box and the class of each.
///
/// Scene `i` follows from `seed` and `i`. An image is cut to what is not black, brought to its size, and laid over the
/// scene where it is brighter; its box fits it tightly. Of two objects the boxes overlap by [`max_iou`](Self::max_iou) at
/// most, and no two centres are in one cell of the grid; an object that finds no place in fifty attempts is left out.
///
/// It is a [`Dataset`] with the target of a [`Grid`] of `H` by `W` cells.
///
/// ```
/// use dl_core::detect::Grid;
/// use dl_host::data::Scenes;
///
/// // A single image of 2 by 2 pixels, half of it black: what is left is a bar.
/// let scenes: Scenes<4, 2, 2> = Scenes {
///     images: &[[0.0, 1.0, 0.0, 1.0]],
///     labels: &[3],
///     image: [2, 2],
///     scene: [16, 16],
///     objects: 1..=1,
///     size: 8..=8, // of the longer side
///     max_iou: 0.0,
///     len: 1000,
///     seed: 0,
/// };
/// let mut pixels = [0.0_f32; 256];
/// let objects = scenes.compose(7, &mut pixels)?;
/// assert_eq!((objects.len(), objects[0].class), (1, 3));
/// assert_eq!((objects[0].bounds.h, objects[0].bounds.w), (0.5, 0.25)); // 8 by 4 pixels
/// assert_eq!(pixels.iter().sum::<f32>(), 32.0);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scenes<'a, const P: usize, const H: usize, const W: usize> {
    /// The small images, with pixels from 0 (black) to 1.
    pub images: &'a [[f32; P]],
    /// The class of each.
    pub labels: &'a [u16],
    /// Rows and columns of a small image.
    pub image: [usize; 2],
    /// Rows and columns of a scene.
    pub scene: [usize; 2],
    /// How many objects a scene has.
    pub objects: RangeInclusive<usize>,
    /// The longer side of an object, in pixels.
    pub size: RangeInclusive<usize>,
    /// The greatest overlap of two boxes, as [`metrics::iou`] has it.
    pub max_iou: f32,
    /// The number of scenes.
    pub len: usize,
    /// What they follow from.
    pub seed: u64,
}

/// Pixels up to this are black: writing fades at its edges.
const BLACK: f32 = 0.1;
const ATTEMPTS: usize = 50;

impl<const P: usize, const H: usize, const W: usize> Scenes<'_, P, H, W> {
    /// Draws scene `index` over `scene` and returns what is in it.
    ///
    /// ```
    /// # use dl_host::data::Scenes;
    /// # let scenes: Scenes<1, 2, 2> = Scenes { images: &[[1.0]], labels: &[0], image: [1, 1], scene: [8, 8],
    /// #     objects: 2..=2, size: 2..=3, max_iou: 0.0, len: 10, seed: 0 };
    /// let (mut once, mut again) = ([0.0_f32; 64], [9.0; 64]);
    /// assert_eq!(scenes.compose(3, &mut once)?, scenes.compose(3, &mut again)?);
    /// assert_eq!(once, again);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a size does not fit another: images and labels, pixels and rows by columns, objects and scenes.
    pub fn compose<T: Real>(&self, index: usize, scene: &mut [T]) -> Result<Vec<Object>> {
        self.check(scene.len())?;
        scene.fill(T::zero());
        let mut rng = Rng::new(self.seed).fork(index as u64);
        let mut objects = Vec::new();
        for _ in 0..within(&self.objects, &mut rng) {
            let k = rng.below(self.images.len());
            let ink = self.ink(&self.images[k]);
            for _ in 0..ATTEMPTS {
                let place = self.place(&ink, &mut rng);
                let object = Object { bounds: self.bounds(&place), class: self.labels[k] };
                if objects.iter().all(|other| self.apart(other, &object)) {
                    self.draw(&self.images[k], &ink, &place, scene);
                    objects.push(object);
                    break;
                }
            }
        }
        Ok(objects)
    }

    fn check(&self, pixels: usize) -> Result<()> {
        let ([h, w], [rows, columns]) = (self.image, self.scene);
        let sizes = [
            ("labels of small images", self.labels.len(), self.images.len()),
            ("rows by columns of a small image", h.saturating_mul(w), P),
            ("rows by columns of a scene", rows.saturating_mul(columns), pixels),
        ];
        for (what, found, expected) in sizes {
            if found != expected || found == 0 {
                let expected = if expected == 0 { "1 or more".into() } else { expected.to_string() };
                return Err(Error::setting(what, found, expected));
            }
        }
        let (least, most) = (*self.size.start(), *self.size.end());
        if least == 0 || least > most || most > rows.min(columns) {
            let expected = format_args!("1 to {} pixels", rows.min(columns));
            return Err(Error::setting("size of objects", format_args!("{:?}", self.size), expected));
        }
        if self.objects.is_empty() {
            return Err(Error::setting("number of objects", format_args!("{:?}", self.objects), "a range"));
        }
        Ok(())
    }

    /// The part of a small image that is not black; all of it if that is nothing.
    fn ink(&self, image: &[f32; P]) -> Rect {
        let width = self.image[1];
        let (mut rows, mut columns) = ([usize::MAX, 0], [usize::MAX, 0]);
        for at in (0..P).filter(|&at| image[at] > BLACK) {
            for (range, i) in [(&mut rows, at / width), (&mut columns, at % width)] {
                *range = [range[0].min(i), range[1].max(i + 1)];
            }
        }
        if rows[1] == 0 {
            return Rect { at: [0, 0], size: self.image };
        }
        Rect { at: [rows[0], columns[0]], size: [rows[1] - rows[0], columns[1] - columns[0]] }
    }

    /// Where in the scene something of this shape goes.
    fn place(&self, ink: &Rect, rng: &mut Rng) -> Rect {
        let longer = ink.size[0].max(ink.size[1]);
        let target = within(&self.size, rng);
        let size = ink.size.map(|side| ((side * target + longer / 2) / longer).max(1));
        let at = [0, 1].map(|axis| rng.below(self.scene[axis] - size[axis] + 1));
        Rect { at, size }
    }

    fn bounds(&self, place: &Rect) -> Bounds {
        let share = |axis: usize, pixels: usize| pixels as f32 / self.scene[axis] as f32;
        let Rect { at, size } = *place;
        Bounds::from_corners(
            share(1, at[1]),
            share(0, at[0]),
            share(1, at[1] + size[1]),
            share(0, at[0] + size[0]),
        )
    }

    fn apart(&self, a: &Object, b: &Object) -> bool {
        let cell =
            |object: &Object| ((object.bounds.y * H as f32) as usize, (object.bounds.x * W as f32) as usize);
        metrics::iou(&a.bounds, &b.bounds) <= self.max_iou && cell(a) != cell(b)
    }

    /// Stretches the part `ink` of an image to `place`, between the four nearest pixels each.
    fn draw<T: Real>(&self, image: &[f32; P], ink: &Rect, place: &Rect, scene: &mut [T]) {
        // Along an axis: the two pixels of the image, and how much the second counts.
        let between = |axis: usize, i: usize| {
            let (from, to) = (ink.size[axis], place.size[axis]);
            let middle = (i as f32 + 0.5) * from as f32 / to as f32 - 0.5;
            let first = middle.max(0.0) as usize;
            let second = (first + 1).min(from - 1);
            (ink.at[axis] + first, ink.at[axis] + second, (middle - first as f32).clamp(0.0, 1.0))
        };
        for i in 0..place.size[0] {
            let (above, below, down) = between(0, i);
            for j in 0..place.size[1] {
                let (left, right, across) = between(1, j);
                let row = |row: usize| {
                    let row = &image[row * self.image[1]..];
                    row[left] + (row[right] - row[left]) * across
                };
                let value = T::of(f64::from(row(above) + (row(below) - row(above)) * down));
                let pixel = &mut scene[(place.at[0] + i) * self.scene[1] + place.at[1] + j];
                *pixel = if value > *pixel { value } else { *pixel };
            }
        }
    }
}

/// A rectangle of pixels: its upper left corner, its rows and columns.
#[derive(Clone, Copy)]
struct Rect {
    at: [usize; 2],
    size: [usize; 2],
}

/// A number of the range, each as likely as the others.
fn within(range: &RangeInclusive<usize>, rng: &mut Rng) -> usize {
    range.start() + rng.below(range.end() - range.start() + 1)
}

impl<T: Real, const P: usize, const H: usize, const W: usize, const X: usize, const Y: usize>
    Dataset<T, Vals<X>, Vals<Y>> for Scenes<'_, P, H, W>
{
    type Error = Error;

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize, _: Rng, x: &mut [T; X], target: &mut [T; Y]) -> Result<()> {
        if index >= self.len {
            return Err(Error::setting("scene", index, format_args!("below {}", self.len)));
        }
        let objects = self.compose(index, x)?;
        let placed = Grid::<H, W>::encode(&objects, target);
        if placed != objects.len() {
            let classes = Y / (H * W) - 5;
            let largest = objects.iter().map(|object| object.class).max().unwrap_or(0);
            return Err(Error::setting("class of an object", largest, format_args!("below {classes}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plus, a bar and nothing at all.
    const IMAGES: [[f32; 9]; 3] = [
        [0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0],
        [0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.05, 0.0, 0.0],
        [0.0; 9],
    ];

    fn scenes() -> Scenes<'static, 9, 4, 4> {
        Scenes {
            images: &IMAGES,
            labels: &[0, 1, 2],
            image: [3, 3],
            scene: [24, 32],
            objects: 1..=4,
            size: 3..=9,
            max_iou: 0.1,
            len: 200,
            seed: 3,
        }
    }

    #[test]
    fn boxes_are_tight_in_bounds_and_apart() {
        let (scenes, mut pixels, mut counts) = (scenes(), [0.0_f32; 24 * 32], [0; 5]);
        for i in 0..200 {
            let objects = scenes.compose(i, &mut pixels).unwrap();
            counts[objects.len()] += 1;
            assert!(objects.iter().enumerate().all(|(n, a)| objects[..n].iter().all(|b| scenes.apart(a, b))));
            for Object { bounds, class } in &objects {
                let edges = [
                    bounds.left() * 32.0,
                    bounds.top() * 24.0,
                    bounds.right() * 32.0,
                    bounds.bottom() * 24.0,
                ];
                let [left, top, right, bottom] = edges.map(|edge| edge.round() as usize);
                assert!(right <= 32 && bottom <= 24 && (3..=9).contains(&(right - left).max(bottom - top)));
                if *class == 1 {
                    assert!(right - left > bottom - top, "the bar lies");
                    assert!(pixels[top * 32 + left] >= 0.5 && pixels[(bottom - 1) * 32 + right - 1] >= 0.5);
                }
            }
            // What is bright is inside a box.
            for at in (0..pixels.len()).filter(|&at| pixels[at] > 0.0) {
                let (x, y) = ((at % 32) as f32 + 0.5, (at / 32) as f32 + 0.5);
                let inside = |b: &Bounds| {
                    (b.left() * 32.0..b.right() * 32.0).contains(&x)
                        && (b.top() * 24.0..b.bottom() * 24.0).contains(&y)
                };
                assert!(objects.iter().any(|object| inside(&object.bounds)), "scene {i}, at {x} {y}");
            }
        }
        assert!(counts[0] == 0 && counts[1..].iter().all(|&n| n > 25), "{counts:?}");
    }

    #[test]
    fn a_scene_follows_from_its_index_and_the_seed() {
        let scene = |seed, index| {
            let mut pixels = [7.0_f64; 24 * 32];
            let objects = Scenes { seed, ..scenes() }.compose(index, &mut pixels).unwrap();
            (pixels, objects)
        };
        assert_eq!(scene(3, 5), scene(3, 5));
        assert_ne!(scene(3, 5), scene(3, 6));
        assert_ne!(scene(3, 5), scene(4, 5));
    }

    #[test]
    fn the_data_set_has_the_target_of_the_grid() {
        let (mut x, mut target) = ([0.0_f32; 24 * 32], [9.0; 8 * 16]);
        for i in 0..20 {
            scenes().get(i, Rng::new(0), &mut x, &mut target).unwrap();
            let objects = scenes().compose(i, &mut x).unwrap();
            assert_eq!(target[..16].iter().sum::<f32>(), objects.len() as f32);
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_named() {
        let message = |scenes: &Scenes<9, 4, 4>| {
            let mut pixels = [0.0_f32; 24 * 32];
            scenes.compose(0, &mut pixels).unwrap_err().to_string()
        };
        assert_eq!(
            message(&Scenes { labels: &[1], ..scenes() }),
            "labels of small images: found 1, expected 3"
        );
        assert_eq!(
            message(&Scenes { images: &[], labels: &[], ..scenes() }),
            "labels of small images: found 0, expected 1 or more"
        );
        assert!(
            message(&Scenes { image: [3, 4], ..scenes() }).ends_with("small image: found 12, expected 9")
        );
        assert!(
            message(&Scenes { scene: [24, 24], ..scenes() }).ends_with("a scene: found 576, expected 768")
        );
        assert_eq!(
            message(&Scenes { size: 0..=3, ..scenes() }),
            "size of objects: found 0..=3, expected 1 to 24 pixels"
        );
        assert!(message(&Scenes { size: 9..=25, ..scenes() }).contains("found 9..=25"));
        assert_eq!(
            message(&Scenes { objects: RangeInclusive::new(2, 1), ..scenes() }),
            "number of objects: found 2..=1, expected a range"
        );

        let get = |index, target: &mut [f32; 7 * 16]| {
            scenes().get(index, Rng::new(0), &mut [0.0; 24 * 32], target).map_err(|error| error.to_string())
        };
        assert_eq!(get(200, &mut [0.0; 112]), Err("scene: found 200, expected below 200".into()));
        let error = (0..20).find_map(|i| get(i, &mut [0.0; 112]).err()).expect("there are three classes");
        assert_eq!(error, "class of an object: found 2, expected below 2");
    }
}
