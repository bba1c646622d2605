//! A picture as text. Only what the reports need.

use std::fmt::{self, Display, Write};
use std::path::Path;

use crate::Result;
use crate::io::whole;

/// Text on the white ground that every picture has.
pub(crate) const INK: &str = "#1b1b1b";
/// Frames and lines behind the data.
pub(crate) const FAINT: &str = "#d9d9d9";

/// A point, in pixels from the upper left corner.
pub(crate) type Point = (f64, f64);

/// Where text stands at its point.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
#[derive(Debug)]
pub(crate) struct Svg {
    body: String,
    width: f64,
    height: f64,
}

impl Svg {
    /// A white picture, `title` being its name for readers that do not see it.
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut svg = Svg { body: String::new(), width, height };
        svg.add(format_args!("<title>{}</title>", Escaped(title)));
        svg.rect((0.0, 0.0), (width, height), "#ffffff");
        svg
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, (x, y): Point, (width, height): (f64, f64), fill: &str) {
        self.add(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="{fill}"/>"#,
            Px(x),
            Px(y),
            Px(width),
            Px(height),
        ));
    }

    /// A straight line, one pixel wide.
    pub(crate) fn line(&mut self, from: Point, to: Point, stroke: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            r#"<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{stroke}"/>"#,
            Px(x1),
            Px(y1),
            Px(x2),
            Px(y2),
        ));
    }

    /// Lines from point to point.
    pub(crate) fn path(&mut self, points: &[Point], stroke: &str, dashes: &str) {
        let mut list = String::new();
        for (i, &(x, y)) in points.iter().enumerate() {
            let space = if i > 0 { " " } else { "" };
            let _ = write!(list, "{space}{},{}", Px(x), Px(y)); // a string takes all
        }
        let dashes = match dashes {
            "" => String::new(),
            dashes => format!(r#" stroke-dasharray="{dashes}""#),
        };
        self.add(format_args!(
            r#"<polyline points="{list}" fill="none" stroke="{stroke}" stroke-width="2" stroke-linejoin="round"{dashes}/>"#
        ));
    }

    /// A dot.
    pub(crate) fn dot(&mut self, (x, y): Point, fill: &str) {
        self.add(format_args!(r#"<circle cx="{}" cy="{}" r="2.5" fill="{fill}"/>"#, Px(x), Px(y)));
    }

    /// A line of text, its middle height at the point, turned clockwise by `degrees` about it.
    pub(crate) fn text(&mut self, at: Point, text: &str, anchor: Anchor, fill: &str, degrees: i32) {
        let (x, y) = at;
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let turn = match degrees {
            0 => String::new(),
            _ => format!(r#" transform="rotate({degrees} {} {})""#, Px(x), Px(y)),
        };
        self.add(format_args!(
            r#"<text x="{}" y="{}" dy="0.35em" text-anchor="{anchor}" fill="{fill}"{turn}>{}</text>"#,
            Px(x),
            Px(y),
            Escaped(text),
        ));
    }

    fn add(&mut self, element: fmt::Arguments<'_>) {
        let _ = writeln!(self.body, "{element}"); // a string takes all
    }

    /// The file.
    pub(crate) fn finish(self) -> String {
        let Svg { body, width, height } = self;
        let (width, height) = (Px(width), Px(height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n\
             {body}</svg>\n"
        )
    }
}

/// What images need.
#[cfg(feature = "image")]
impl Svg {
    /// A rectangle's outline, two pixels wide.
    pub(crate) fn frame(&mut self, (x, y): Point, (width, height): (f64, f64), stroke: &str) {
        self.add(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="{stroke}" stroke-width="2"/>"#,
            Px(x),
            Px(y),
            Px(width),
            Px(height),
        ));
    }

    /// A PNG file, stretched to a rectangle without smoothing.
    pub(crate) fn image(&mut self, (x, y): Point, (width, height): (f64, f64), png: &[u8]) {
        self.add(format_args!(
            r#"<image x="{}" y="{}" width="{}" height="{}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,{}"/>"#,
            Px(x),
            Px(y),
            Px(width),
            Px(height),
            super::base64::Base64(png),
        ));
    }
}

/// Writes a picture; the file appears when it is complete.
pub(crate) fn save(path: &Path, svg: &str) -> Result<()> {
    whole::write(path, |out| out.write_all(svg.as_bytes()))
}

/// About how wide a text is: fonts differ.
pub(crate) fn width_of(text: &str) -> f64 {
    7.3 * text.chars().count() as f64
}

/// A length to a tenth of a pixel, without needless zeros.
struct Px(f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        write!(f, "{}", tenths + 0.0) // no negative zero
    }
}

/// Text without what XML gives a meaning or does not allow.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' => f.write_char(' ')?,
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut svg = Svg::new(10.0, 10.0, "a<b");
        svg.text((1.0, 2.04), "\"x\" & 'y' > z\u{7}\n", Anchor::Middle, INK, 0);
        let svg = svg.finish();
        assert!(svg.contains("<title>a&lt;b</title>"), "{svg}");
        assert!(svg.contains(">&quot;x&quot; &amp; &#39;y&#39; &gt; z\u{fffd}\u{fffd}</text>"), "{svg}");
    }

    #[test]
    fn lengths_have_one_digit_at_most() {
        let lengths = [0.04, -0.04, 2.06, 3.0, -1.25];
        assert_eq!(lengths.map(|x| Px(x).to_string()), ["0", "0", "2.1", "3", "-1.3"]);
    }
}
