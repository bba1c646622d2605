//! Images side by side, with what is known and what was predicted about them, as SVG.

use std::path::Path;

use dl_core::Real;
use dl_core::detect::{Bounds, Detection, Object};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::mistakes::Mistakes;
use super::svg::{self, Anchor, INK, Svg};
use crate::Result;

/// What is there.
const TRUTH: &str = "#56b4e9";
/// What was found.
const FOUND: &str = "#e69f00";

/// Small images come this large at least, in pixels.
const SIDE: usize = 112;
const LINE: f64 = 17.0;
const GAP: f64 = 14.0;

/// Images `[C, H, W]` in a grid, each above some lines of text: grey (`C` is 1) or red, green, blue (`C` is 3).
///
/// Numbers from 0 (black) to 1 are shown, what is beyond is cut off: undo the scaling of images that were standardized.
///
/// ```
/// use dl_host::report::Gallery;
///
/// let (dark, light) = ([0.1_f32; 4], [0.9; 4]);
/// let svg = Gallery::<1, 2, 2>::new("Greys").image(&dark, "dark").image(&light, "light\n0.9").to_svg();
/// assert!(svg.starts_with("<svg") && svg.contains(">dark</text>"));
/// ```
#[derive(Clone, Debug)]
pub struct Gallery<const C: usize, const H: usize, const W: usize> {
    title: String,
    tiles: Vec<Tile>,
}

#[derive(Clone, Debug)]
struct Tile {
    /// The image, height by width by channels.
    pixels: Vec<u8>,
    lines: Vec<String>,
    frames: Vec<Frame>,
}

#[derive(Clone, Debug)]
struct Frame {
    bounds: Bounds,
    label: String,
    colour: &'static str,
}

impl<const C: usize, const H: usize, const W: usize> Gallery<C, H, W> {
    /// A gallery without images.
    ///
    /// ```
    /// let svg = dl_host::report::Gallery::<3, 32, 32>::new("Nothing").to_svg();
    /// assert!(svg.contains(">Nothing</text>"));
    /// ```
    pub fn new(title: &str) -> Self {
        const { assert!(C == 1 || C == 3, "an image has 1 channel (grey) or 3 (red, green, blue)") }
        const { assert!(H > 0 && W > 0 && H <= 1 << 20 && W <= 1 << 20, "no image is that large or that small") }
        Gallery { title: title.into(), tiles: Vec::new() }
    }

    /// Adds an image with the text below it, which may have several lines.
    ///
    /// ```
    /// let gallery = dl_host::report::Gallery::<3, 1, 1>::new("").image(&[1.0, 0.5, 0.0], "orange");
    /// assert!(gallery.to_svg().contains("data:image/png;base64,"));
    /// ```
    #[must_use]
    pub fn image<T: Real, const N: usize>(mut self, pixels: &[T; N], text: &str) -> Self {
        const { assert!(N == C * H * W, "the image does not have this number of channels, rows and columns") }
        let byte = |at: usize| (pixels[at].to_f64().clamp(0.0, 1.0) * 255.0).round() as u8;
        let bytes = (0..H * W).flat_map(|at| (0..C).map(move |c| byte(c * H * W + at)));
        let (pixels, lines) = (bytes.collect(), text.lines().map(str::to_owned).collect());
        self.tiles.push(Tile { pixels, lines, frames: Vec::new() });
        self
    }

    /// Adds an image with boxes: blue around the objects that are in it, orange around those that a network found, which
    /// are named with their score.
    ///
    /// ```
    /// use dl_core::detect::{Bounds, Detection, Object};
    /// use dl_host::report::Gallery;
    ///
    /// let bounds = Bounds::new(0.5, 0.5, 0.4, 0.4);
    /// let (there, found) = (Object { bounds, class: 1 }, Detection { bounds, class: 1, score: 0.9 });
    /// let svg = Gallery::<1, 4, 4>::new("").scene(&[0.0; 16], "", &[there], &[found], &["cat", "dog"]).to_svg();
    /// assert!(svg.contains(">dog 0.90</text>"));
    /// ```
    #[must_use]
    pub fn scene<T: Real, const N: usize, S: AsRef<str>>(
        self,
        pixels: &[T; N],
        text: &str,
        objects: &[Object],
        found: &[Detection],
        names: &[S],
    ) -> Self {
        let mut gallery = self.image(pixels, text);
        let truths =
            objects.iter().map(|object| Frame { bounds: object.bounds, label: String::new(), colour: TRUTH });
        let found = found.iter().map(|found| Frame {
            bounds: found.bounds,
            label: format!("{} {:.2}", name(names, found.class), found.score),
            colour: FOUND,
        });
        let frames = truths.chain(found).collect();
        if let Some(tile) = gallery.tiles.last_mut() {
            tile.frames = frames;
        }
        gallery
    }

    /// The worst mistakes of a classifier, each image with its true and its predicted class and its loss; `images` and
    /// `names` are those of all samples and all classes.
    ///
    /// ```
    /// use dl_host::report::{Gallery, Mistakes};
    ///
    /// let (images, labels) = ([[0.0_f32; 4], [1.0; 4]], [0, 1]);
    /// let mut mistakes = Mistakes::new(25);
    /// for (i, label) in labels.into_iter().enumerate() {
    ///     mistakes.see(i, &[0.0, 2.0], label); // a network that always says 1
    /// }
    /// let svg = Gallery::<1, 2, 2>::mistakes("Greys", &mistakes, &images, &["dark", "light"]).to_svg();
    /// assert!(svg.contains(">dark</text>") && svg.contains(">taken for light</text>"));
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no image for a mistake.
    pub fn mistakes<T: Real, const N: usize, S: AsRef<str>>(
        title: &str,
        mistakes: &Mistakes,
        images: &[[T; N]],
        names: &[S],
    ) -> Self {
        mistakes.worst().iter().fold(Self::new(title), |gallery, mistake| {
            let (truth, predicted) = (name(names, mistake.truth), name(names, mistake.predicted));
            let text = format!("{truth}\ntaken for {predicted}\nloss {:.2}", mistake.loss);
            gallery.image(&images[mistake.index], &text)
        })
    }

    /// Writes the gallery to a file, which appears when it is complete.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("greys.svg");
    /// dl_host::report::Gallery::<1, 1, 1>::new("Greys").image(&[0.5], "grey").save(&path)?;
    /// assert!(std::fs::read_to_string(&path)?.starts_with("<svg"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        svg::save(path.as_ref(), &self.to_svg())
    }

    /// The gallery as an SVG file. The images are inside, so that it can be moved.
    ///
    /// ```
    /// assert!(dl_host::report::Gallery::<1, 1, 1>::new("").to_svg().starts_with("<svg"));
    /// ```
    pub fn to_svg(&self) -> String {
        // Pixels become squares of whole numbers of pixels.
        let zoom = (SIDE / H.max(W)).max(1);
        let (height, width) = ((H * zoom) as f64, (W * zoom) as f64);
        let lines = || self.tiles.iter().map(|tile| &tile.lines);
        let widest = lines().flatten().map(|line| svg::width_of(line)).fold(0.0, f64::max).min(220.0);
        let deepest = lines().map(Vec::len).max().unwrap_or(0) as f64 * LINE;
        let (cell, row) = (width.max(widest) + GAP, height + deepest + GAP);
        let mut columns = 1;
        while columns * columns < self.tiles.len() {
            columns += 1;
        }
        let rows = self.tiles.len().div_ceil(columns);
        let top = 40.0;
        let all = (cell * columns as f64 + GAP).max(svg::width_of(&self.title) + 2.0 * GAP);
        let mut svg = Svg::new(all, top + row * rows as f64, &self.title);
        svg.text((GAP, 20.0), &self.title, Anchor::Start, INK, 0);
        for (i, tile) in self.tiles.iter().enumerate() {
            let (x, y) = (GAP + cell * (i % columns) as f64, top + row * (i / columns) as f64);
            svg.image((x, y), (width, height), &self.png(&tile.pixels));
            for frame in &tile.frames {
                draw(&mut svg, frame, (x, y), (width, height));
            }
            for (n, line) in (0..).zip(&tile.lines) {
                svg.text((x, y + height + LINE * (f64::from(n) + 0.6)), line, Anchor::Start, INK, 0);
            }
        }
        svg.finish()
    }

    fn png(&self, pixels: &[u8]) -> Vec<u8> {
        let colour = if C == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
        let mut png = Vec::new();
        let written = PngEncoder::new(&mut png).write_image(pixels, W as u32, H as u32, colour);
        written.expect("the memory takes an image of the right size");
        png
    }
}

/// The part of a box that is inside the image at `(x, y)`, with its label above it or, where there is no room, in it.
fn draw(svg: &mut Svg, frame: &Frame, (x, y): (f64, f64), (width, height): (f64, f64)) {
    let inside = |share: f32, length: f64| f64::from(share).clamp(0.0, 1.0) * length;
    let (left, right) = (inside(frame.bounds.left(), width), inside(frame.bounds.right(), width));
    let (top, bottom) = (inside(frame.bounds.top(), height), inside(frame.bounds.bottom(), height));
    svg.frame((x + left, y + top), (right - left, bottom - top), frame.colour);
    let above = if top < 14.0 { top + 9.0 } else { top - 7.0 };
    if !frame.label.is_empty() {
        svg.text((x + left + 2.0, y + above), &frame.label, Anchor::Start, frame.colour, 0);
    }
}

/// A class's name, or its number if it has none.
fn name<S: AsRef<str>>(names: &[S], class: u16) -> String {
    names.get(usize::from(class)).map_or_else(|| class.to_string(), |name| name.as_ref().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::base64;
    use super::*;

    /// The first image of a gallery, decoded.
    fn first_image(svg: &str) -> image::DynamicImage {
        let data = svg.split("base64,").nth(1).unwrap().split('"').next().unwrap();
        let digit = |c: u8| base64::LETTERS.iter().position(|&digit| digit == c);
        let mut bytes = Vec::new();
        for four in data.as_bytes().chunks(4) {
            let known = four.iter().map_while(|&c| digit(c)).collect::<Vec<_>>();
            let bits = known.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - known.len()));
            bytes.extend((0..known.len() - 1).map(|i| (bits >> (16 - 8 * i)) as u8));
        }
        image::load_from_memory(&bytes).unwrap()
    }

    #[test]
    fn pixels_are_in_the_picture_as_they_are() {
        let grey = Gallery::<1, 2, 3>::new("t").image(&[0.0_f32, 0.2, 0.4, 1.0, 7.0, f32::NAN], "a");
        assert_eq!(first_image(&grey.to_svg()).to_luma8().into_raw(), [0, 51, 102, 255, 255, 0]);
        let planes = [1.0, 0.0, 0.2, 0.4, 0.6, -3.0]; // red, green, blue of two pixels
        let colour = Gallery::<3, 1, 2>::new("t").image(&planes, "a");
        assert_eq!(first_image(&colour.to_svg()).to_rgb8().into_raw(), [255, 51, 153, 0, 102, 0]);
    }

    #[test]
    fn images_stand_in_a_square_inside_the_picture() {
        let gallery =
            (0..7).fold(Gallery::<1, 8, 8>::new("t"), |g, i| g.image(&[0.0; 64], &format!("{i}\nx")));
        let svg = gallery.to_svg();
        let numbers = |element: &str, name: &str| {
            let parts = svg.split(element).skip(1);
            let value =
                |part: &str| part.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok();
            parts.map(|part| value(part).unwrap()).collect::<Vec<f64>>()
        };
        let (x, y) = (numbers("<image", "x"), numbers("<image", "y"));
        let distinct = |mut v: Vec<f64>| {
            v.sort_by(f64::total_cmp);
            v.dedup();
            v.len()
        };
        assert_eq!((x.len(), distinct(x.clone()), distinct(y.clone())), (7, 3, 3));
        let (width, height) = (numbers("<svg", "width")[0], numbers("<svg", "height")[0]);
        assert!(x.iter().all(|x| x + 112.0 <= width) && y.iter().all(|y| y + 112.0 <= height));
        assert_eq!(svg.matches(">x</text>").count(), 7);
    }

    #[test]
    fn boxes_are_cut_at_the_edges_of_their_image() {
        let (bounds, class, score) = (Bounds::new(0.0, 0.5, 0.5, 9.0), 7, 0.25);
        let objects = [Object { bounds, class }];
        let found = [Detection { bounds, class, score }];
        let svg =
            Gallery::<1, 112, 112>::new("t").scene(&[0.0; 12544], "", &objects, &found, &["zero"]).to_svg();
        let rect = r#"<rect x="14" y="40" width="28" height="112" fill="none""#;
        assert_eq!(svg.matches(rect).count(), 2, "{svg}");
        assert!(svg.contains(">7 0.25</text>"), "a class without a name has its number");
    }

    #[test]
    fn a_saved_gallery_is_what_it_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gallery.svg");
        let gallery = Gallery::<1, 1, 1>::new("a & b").image(&[0.5], "<c>");
        gallery.save(&path).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        assert_eq!(svg, gallery.to_svg());
        assert!(svg.contains("a &amp; b") && svg.contains("&lt;c&gt;"));
    }
}
