//! Curves over epochs, as SVG.

use std::path::Path;

use super::svg::{self, Anchor, FAINT, INK, Point, Svg};
use crate::Result;

/// Okabe and Ito's colours, told apart by colour-blind eyes too, without the yellow that white swallows.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#1b1b1b"];
/// From the eighth series on, colours come again with dashes.
const DASHES: [&str; 3] = ["", "7 4", "2 3"];

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 420.0;
const TOP: f64 = 46.0;
const BOTTOM: f64 = 52.0;

/// A line chart: named series of points over one pair of axes.
///
/// ```
/// use dl_host::report::Chart;
///
/// let svg = Chart::new("Digits", "epoch", "loss")
///     .series("train", [(1.0, 0.90), (2.0, 0.35), (3.0, 0.21)])
///     .series("test", [(1.0, 0.95), (2.0, 0.44), (3.0, 0.38)])
///     .to_svg();
/// assert!(svg.starts_with("<svg") && svg.contains(">train</text>"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    title: String,
    x: String,
    y: String,
    series: Vec<(String, Vec<Point>)>,
}

impl Chart {
    /// An empty chart with the names of its axes.
    ///
    /// ```
    /// let chart = dl_host::report::Chart::new("Digits", "epoch", "loss");
    /// assert!(chart.to_svg().contains(">epoch</text>"));
    /// ```
    pub fn new(title: &str, x: &str, y: &str) -> Self {
        Chart { title: title.into(), x: x.into(), y: y.into(), series: Vec::new() }
    }

    /// Adds a series of points `(x, y)`, in order. A point that is not finite is a gap.
    ///
    /// ```
    /// let chart = dl_host::report::Chart::new("Digits", "epoch", "loss");
    /// let svg = chart.series("train", [(1.0, 0.90), (2.0, 0.35)]).to_svg();
    /// assert!(svg.contains(">train</text>"));
    /// ```
    #[must_use]
    pub fn series(mut self, name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.series.push((name.into(), points.into_iter().collect()));
        self
    }

    /// Writes the chart to a file, which appears when it is complete.
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("loss.svg");
    /// dl_host::report::Chart::new("Digits", "epoch", "loss").series("train", [(1.0, 0.9)]).save(&path)?;
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

    /// The chart as an SVG file.
    ///
    /// ```
    /// assert!(dl_host::report::Chart::new("Digits", "epoch", "loss").to_svg().starts_with("<svg"));
    /// ```
    pub fn to_svg(&self) -> String {
        let points = || self.series.iter().flat_map(|(_, points)| points).filter(|&&point| drawable(point));
        let x_axis = Axis::over(points().map(|&(x, _)| x), 9.0);
        let y_axis = Axis::over(points().map(|&(_, y)| y), 6.0);
        let (x_ticks, y_ticks) = (x_axis.ticks(), y_axis.ticks());

        let names = self.series.iter().map(|(name, _)| svg::width_of(name));
        let legend = names.fold(0.0, f64::max).min(WIDTH / 3.0) + 52.0;
        let labels = y_ticks.iter().map(|(_, label)| svg::width_of(label)).fold(0.0, f64::max);
        let (left, right) = (labels + 48.0, WIDTH - legend);
        let (top, bottom) = (TOP, HEIGHT - BOTTOM);
        let place = |(x, y): Point| {
            (left + x_axis.share(x) * (right - left), bottom - y_axis.share(y) * (bottom - top))
        };

        let mut svg = Svg::new(WIDTH, HEIGHT, &self.title);
        svg.text((left, TOP / 2.0), &self.title, Anchor::Start, INK, 0);
        for (value, label) in &y_ticks {
            let (_, y) = place((0.0, *value));
            svg.line((left, y), (right, y), FAINT);
            svg.text((left - 8.0, y), label, Anchor::End, INK, 0);
        }
        for (value, label) in &x_ticks {
            let (x, _) = place((*value, 0.0));
            svg.line((x, bottom), (x, bottom + 5.0), INK);
            svg.text((x, bottom + 16.0), label, Anchor::Middle, INK, 0);
        }
        svg.line((left, bottom), (right, bottom), INK);
        svg.line((left, top), (left, bottom), INK);
        svg.text(((left + right) / 2.0, HEIGHT - 14.0), &self.x, Anchor::Middle, INK, 0);
        svg.text((16.0, (top + bottom) / 2.0), &self.y, Anchor::Middle, INK, -90);

        for (i, (name, points)) in self.series.iter().enumerate() {
            let colour = COLOURS[i % COLOURS.len()];
            let dashes = DASHES[i / COLOURS.len() % DASHES.len()];
            for run in points.split(|&point| !drawable(point)) {
                let run = run.iter().map(|&point| place(point)).collect::<Vec<_>>();
                if run.len() > 1 {
                    svg.path(&run, colour, dashes);
                }
                if points.len() <= 40 {
                    run.iter().for_each(|&point| svg.dot(point, colour));
                }
            }
            let y = top + 8.0 + 20.0 * i as f64;
            svg.path(&[(right + 14.0, y), (right + 36.0, y)], colour, dashes);
            svg.text((right + 42.0, y), name, Anchor::Start, INK, 0);
        }
        svg.finish()
    }
}

/// Beyond this, differences of two numbers could overflow.
fn drawable((x, y): Point) -> bool {
    x.abs() < 1e300 && y.abs() < 1e300
}

/// Round numbers over a range of values.
struct Axis {
    /// The first tick, in steps.
    first: f64,
    /// The last tick, in steps.
    last: f64,
    step: f64,
}

impl Axis {
    /// Between first and last tick lie all values; there are about `about` steps, fewer rather than more.
    fn over(values: impl Iterator<Item = f64> + Clone, about: f64) -> Axis {
        let whole = values.clone().all(|value| value == value.round());
        let (mut min, mut max) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), value| (value.min(min), value.max(max)));
        if min > max {
            (min, max) = (0.0, 1.0);
        }
        // A range that rounding would not resolve is widened about its middle.
        let least = (min.abs().max(max.abs()) * 1e-9).max(1e-300);
        if max - min < least {
            let wider = if min == 0.0 { 0.5 } else { min.abs() * 0.05 };
            (min, max) = (min - wider, max + wider);
        }
        let rough = (max - min) / about;
        let rough = if whole { rough.max(1.0) } else { rough };
        let mut unit = 1.0;
        while unit * 10.0 <= rough {
            unit *= 10.0;
        }
        while unit > rough {
            unit /= 10.0;
        }
        let step = [1.0, 2.0, 5.0, 10.0].map(|n| n * unit).into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(rough);
        let within = 1e-6; // a value a rounding error past a tick is on it
        Axis { first: (min / step + within).floor(), last: (max / step - within).ceil(), step }
    }

    /// Where `value` lies, from 0 at the first tick to 1 at the last.
    fn share(&self, value: f64) -> f64 {
        (value / self.step - self.first) / (self.last - self.first).max(1.0)
    }

    /// The round numbers and how they are written.
    fn ticks(&self) -> Vec<(f64, String)> {
        let mut digits = 0;
        let mut unit = 1.0;
        while unit > self.step * 1.000_001 && digits < 7 {
            unit /= 10.0;
            digits += 1;
        }
        let largest = self.first.abs().max(self.last.abs()) * self.step;
        let count = (self.last - self.first).clamp(1.0, 20.0) as usize;
        let ticks = (0..=count).map(|i| {
            let value = (self.first + i as f64) * self.step;
            let label = match digits {
                7 => format!("{value:.1e}"),
                _ if largest >= 1e7 => format!("{value:.1e}"),
                _ => format!("{value:.digits$}"),
            };
            (value, label)
        });
        ticks.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

    use super::*;

    fn labels(values: &[f64], about: f64) -> Vec<String> {
        Axis::over(values.iter().copied(), about).ticks().into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(labels(&[0.13, 0.97], 5.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&[1.0, 3.0], 9.0), ["1", "2", "3"]);
        assert_eq!(labels(&[0.0, 40.0], 9.0), ["0", "5", "10", "15", "20", "25", "30", "35", "40"]);
        assert_eq!(labels(&[0.001, 0.0042], 5.0), ["0.001", "0.002", "0.003", "0.004", "0.005"]);
        assert_eq!(labels(&[-3e9, 1e9], 5.0), ["-3.0e9", "-2.0e9", "-1.0e9", "0.0e0", "1.0e9"]);
    }

    #[test]
    fn one_value_and_none_have_an_axis_too() {
        assert_eq!(labels(&[], 2.0), ["0", "1"]);
        assert_eq!(labels(&[5.0], 4.0), ["4", "5", "6"]);
        assert_eq!(labels(&[0.0], 4.0), ["-1", "0", "1"]);
    }

    #[test]
    fn a_gap_ends_a_line() {
        let lines = |points: [(f64, f64); 5]| {
            let svg = Chart::new("", "", "").series("s", points).to_svg();
            svg.matches("<polyline").count() - 1 // the legend's
        };
        assert_eq!(lines([(1.0, 1.0), (2.0, 1.0), (3.0, 2.0), (4.0, 1.0), (5.0, 1.0)]), 1);
        assert_eq!(lines([(1.0, 1.0), (2.0, 1.0), (3.0, f64::NAN), (4.0, 1.0), (5.0, 1.0)]), 2);
        assert_eq!(lines([(1.0, 1.0), (2.0, f64::INFINITY), (3.0, 2.0), (4.0, 1.0), (5.0, 1.0)]), 1);
    }

    #[test]
    fn a_saved_chart_is_what_it_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loss.svg");
        let chart = Chart::new("a & b", "epoch", "loss").series("train", [(1.0, 2.0)]);
        chart.save(&path).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        assert_eq!(svg, chart.to_svg());
        assert!(svg.contains("a &amp; b") && svg.contains("<circle"));
    }

    proptest! {
        #[test]
        fn any_points_are_drawn_inside_the_picture(
            points in proptest::collection::vec((proptest::num::f64::ANY, proptest::num::f64::ANY), 0..12)
        ) {
            let svg = Chart::new("", "x", "y").series("s", points).to_svg();
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            for circle in svg.split("<circle ").skip(1) {
                let mut numbers = circle.split('"').skip(1).step_by(2).map(|n| n.parse::<f64>().unwrap());
                let (x, y) = (numbers.next().unwrap(), numbers.next().unwrap());
                prop_assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
            }
        }
    }
}
