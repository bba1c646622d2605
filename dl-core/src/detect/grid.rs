//! What the numbers of a grid of cells mean.

use super::{Bounds, Detection, Object};
use crate::{Real, math};

/// A grid of `H` rows and `W` columns of cells over an image: numbers `[5 + C, H, W]` for `C` classes.
///
/// | channel | the network's output | the target, in the cell that holds an object's centre |
/// |---|---|---|
/// | 0 | logit: there is an object | 1 |
/// | 1, 2 | logits of `u`, `v` | the centre within its cell, from the left and from the top: 0 to 1 |
/// | 3, 4 | logits of `w`, `h` | width and height, in units of the image: 0 to 1 |
/// | 5 .. | logits of the classes | 1 for its class, 0 for the others |
///
/// Of the other cells the target is 0. A cell in row `i` and column `j` with these numbers stands for a box with centre
/// `((j + u) / W, (i + v) / H)` and size `(w, h)`.
///
/// ```
/// use dl_core::detect::{Bounds, Detection, Grid, Object};
///
/// type Cells = Grid<2, 2>;
/// let dog = Object { bounds: Bounds::new(0.75, 0.25, 0.5, 0.25), class: 1 };
/// let mut target = [0.0_f32; 7 * 4]; // two classes
/// assert_eq!(Cells::encode(&[dog], &mut target), 1);
/// assert_eq!(target[..4], [0.0, 1.0, 0.0, 0.0]); // the upper right cell
///
/// // An output that says the same, with logits of ±9 for yes and no.
/// let mut output = target.map(|t| if t == 0.5 { 0.0 } else { 18.0 * t - 9.0 });
/// output[4 * 4 + 1] = -(3.0_f32).ln(); // a height of 1/4
/// let mut found = [Detection::default(); 4];
/// assert_eq!(Cells::decode(&output, 0.5, &mut found), 1);
/// assert_eq!(found[0].class, 1);
/// assert!(found[0].score > 0.99 && (found[0].bounds.h - 0.25).abs() < 1e-6);
/// ```
#[derive(Debug)]
pub struct Grid<const H: usize, const W: usize>;

/// Channels before the classes.
const FIRST: usize = 5;

impl<const H: usize, const W: usize> Grid<H, W> {
    /// The number of classes of a grid of `n` numbers; to be evaluated while compiling.
    pub(crate) const fn classes(n: usize) -> usize {
        assert!(H > 0 && W > 0, "a grid has at least one cell");
        assert!(n.is_multiple_of(H * W), "the numbers are not [5 + classes, rows, columns] of this grid");
        assert!(
            n / (H * W) > FIRST,
            "each cell has 5 numbers and one for each class, of which there is at least one"
        );
        n / (H * W) - FIRST
    }

    /// Writes the target of an image with these objects, and returns how many have a cell.
    ///
    /// An object gets none if its centre is outside the image, its class is not below `C`, or an object before it has the
    /// same cell.
    ///
    /// ```
    /// use dl_core::detect::{Bounds, Grid, Object};
    ///
    /// let cat = Object { bounds: Bounds::new(0.5, 0.25, 0.1, 0.2), class: 0 };
    /// let mut target = [9.0_f32; 6]; // one class, one cell
    /// assert_eq!(Grid::<1, 1>::encode(&[cat, cat], &mut target), 1);
    /// assert_eq!(target, [1.0, 0.5, 0.25, 0.1, 0.2, 1.0]);
    /// ```
    pub fn encode<T: Real, const N: usize>(objects: &[Object], target: &mut [T; N]) -> usize {
        let classes = const { Self::classes(N) };
        target.fill(T::zero());
        let mut placed = 0;
        for Object { bounds, class } in objects {
            let (column, row) = (bounds.x * W as f32, bounds.y * H as f32);
            let inside = column >= 0.0 && row >= 0.0 && column < W as f32 && row < H as f32;
            if !inside || usize::from(*class) >= classes {
                continue;
            }
            let cell = row as usize * W + column as usize;
            if target[cell] != T::zero() {
                continue;
            }
            let within = [column - column as usize as f32, row - row as usize as f32];
            let numbers = [1.0, within[0], within[1], bounds.w, bounds.h];
            for (channel, number) in numbers.into_iter().enumerate() {
                target[channel * H * W + cell] = T::of(f64::from(number));
            }
            target[(FIRST + usize::from(*class)) * H * W + cell] = T::one();
            placed += 1;
        }
        placed
    }

    /// Reads the objects back from a target, row by row, and returns how many there are; those that `objects` has no room
    /// for are left out. There are at most `H W`.
    ///
    /// ```
    /// use dl_core::detect::{Bounds, Grid, Object};
    ///
    /// let cat = Object { bounds: Bounds::new(0.5, 0.25, 0.5, 0.125), class: 1 };
    /// let (mut target, mut objects) = ([0.0_f32; 7 * 4], [Object::default(); 4]);
    /// Grid::<2, 2>::encode(&[cat], &mut target);
    /// assert_eq!(Grid::<2, 2>::objects(&target, &mut objects), 1);
    /// assert_eq!(objects[0], cat);
    /// ```
    pub fn objects<T: Real, const N: usize>(target: &[T; N], objects: &mut [Object]) -> usize {
        let classes = const { Self::classes(N) };
        let cells = (0..H * W).filter(|&cell| target[cell] > T::of(0.5));
        let mut n = 0;
        for (cell, object) in cells.zip(objects) {
            let bounds = Self::bounds(cell, |channel| target[channel * H * W + cell].to_f64() as f32);
            *object = Object { bounds, class: Self::best(target, cell, classes) as u16 };
            n += 1;
        }
        n
    }

    /// Reads what an output says with a score of at least `least`: `found` gets it, the surest first, and the result is
    /// how much there is. What `found` has no room for is left out, the least sure first; `H W` is room for all.
    ///
    /// The score is the probability that there is an object times that of its likeliest class, `σ(o) max softmax(z)`.
    ///
    /// ```
    /// use dl_core::detect::{Detection, Grid};
    ///
    /// let mut found = [Detection::default(); 1];
    /// let output = [0.0_f32; 6]; // one class, one cell, undecided
    /// assert_eq!(Grid::<1, 1>::decode(&output, 0.6, &mut found), 0);
    /// assert_eq!(Grid::<1, 1>::decode(&output, 0.4, &mut found), 1);
    /// assert_eq!((found[0].score, found[0].bounds.x, found[0].bounds.w), (0.5, 0.5, 0.5));
    /// ```
    pub fn decode<T: Real, const N: usize>(output: &[T; N], least: f32, found: &mut [Detection]) -> usize {
        let classes = const { Self::classes(N) };
        let mut n = 0;
        for cell in 0..H * W {
            let logit = |channel: usize| output[channel * H * W + cell];
            let class = Self::best(output, cell, classes);
            let top = logit(FIRST + class);
            let rest = (0..classes).fold(T::zero(), |sum, k| sum + math::exp(logit(FIRST + k) - top));
            let score = (math::sigmoid(logit(0)) / rest).to_f64() as f32;
            // A score that is not a number is none.
            if score >= least {
                let bounds = Self::bounds(cell, |channel| math::sigmoid(logit(channel)).to_f64() as f32);
                n = insert(found, n, Detection { bounds, class: class as u16, score });
            }
        }
        n
    }

    /// The box that the numbers of a cell stand for.
    fn bounds(cell: usize, number: impl Fn(usize) -> f32) -> Bounds {
        let (row, column) = ((cell / W) as f32, (cell % W) as f32);
        let (x, y) = ((column + number(1)) / W as f32, (row + number(2)) / H as f32);
        Bounds::new(x, y, number(3), number(4))
    }

    /// The class with the largest number, of equal ones the first.
    fn best<T: Real, const N: usize>(numbers: &[T; N], cell: usize, classes: usize) -> usize {
        let of = |class: usize| numbers[(FIRST + class) * H * W + cell];
        (1..classes).fold(0, |best, class| if of(class) > of(best) { class } else { best })
    }
}

/// Puts `next` in its place among the first `n`, and returns how many there are now.
fn insert(found: &mut [Detection], n: usize, next: Detection) -> usize {
    let at = found[..n].iter().position(|other| other.score < next.score).unwrap_or(n);
    if at == found.len() {
        return n;
    }
    let n = (n + 1).min(found.len());
    found[at..n].rotate_right(1);
    found[at] = next;
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    type Cells = Grid<2, 3>;
    const NONE: Detection = Detection { bounds: Bounds::new(0.0, 0.0, 0.0, 0.0), class: 0, score: 0.0 };

    fn object(x: f32, y: f32, class: u16) -> Object {
        Object { bounds: Bounds::new(x, y, 0.25, 0.5), class }
    }

    #[test]
    fn objects_come_back_from_the_target_and_from_an_output_that_says_the_same() {
        let objects = [object(0.875, 0.125, 2), object(0.5, 0.75, 0)];
        let mut target = [7.0_f64; 8 * 6];
        assert_eq!(Cells::encode(&objects, &mut target), 2);
        let mut back = [Object::default(); 6];
        assert_eq!(Cells::objects(&target, &mut back), 2);
        assert_eq!(Cells::objects(&target, &mut back[..1]), 1);
        for (object, back) in objects.iter().zip(&back) {
            assert_eq!((object.class, object.bounds.w, object.bounds.h), (back.class, 0.25, 0.5));
            assert!(
                (object.bounds.x - back.bounds.x).abs() < 1e-6
                    && (object.bounds.y - back.bounds.y).abs() < 1e-6
            );
        }

        let logit = |p: f64| math::ln(p) - math::ln(1.0 - p);
        let output = target.map(|p| logit(p.clamp(1e-9, 1.0 - 1e-9)));
        let mut found = [NONE; 6];
        assert_eq!(Cells::decode(&output, 0.5, &mut found), 2);
        for (object, found) in objects.iter().zip(&found) {
            assert!(object.class == found.class && found.score > 0.999);
            assert!(crate::metrics::iou(&object.bounds, &found.bounds) > 0.999, "{found:?}");
        }
    }

    #[test]
    fn an_object_without_a_cell_is_not_counted() {
        let mut target = [0.0_f32; 6 * 6];
        let objects = [
            object(0.1, 0.1, 0),
            object(0.2, 0.2, 0),
            object(1.0, 0.5, 0),
            object(0.5, -0.1, 0),
            object(0.5, 0.6, 1),
        ];
        assert_eq!(Cells::encode(&objects, &mut target), 1);
        assert_eq!(target.iter().filter(|&&t| t == 1.0).count(), 2);
        assert_eq!(Cells::encode(&[object(f32::NAN, 0.5, 0)], &mut target), 0);
        assert_eq!(target, [0.0; 36]);
    }

    #[test]
    fn the_surest_come_first_and_fill_what_room_there_is() {
        let mut output = [0.0_f32; 6 * 6];
        output[..6].copy_from_slice(&[1.0, 3.0, f32::NAN, 2.0, -9.0, 0.5]);
        let cells = |found: &[Detection]| {
            let cell = |d: &Detection| (d.bounds.y * 2.0) as usize * 3 + (d.bounds.x * 3.0) as usize;
            let mut cells = [9; 6];
            found.iter().zip(&mut cells).for_each(|(d, at)| *at = cell(d));
            cells
        };
        let mut found = [NONE; 6];
        assert_eq!(Cells::decode(&output, 0.5, &mut found), 4);
        assert_eq!(cells(&found[..4]), [1, 3, 0, 5, 9, 9]);
        assert_eq!(Cells::decode(&output, 0.5, &mut found[..2]), 2);
        assert_eq!(cells(&found[..2]), [1, 3, 9, 9, 9, 9]);
        assert_eq!(Cells::decode(&output, 0.5, &mut []), 0);
        assert_eq!(Cells::decode(&output, 0.0, &mut found), 5);
    }
}
