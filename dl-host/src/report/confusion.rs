//! Which classes are taken for which, as SVG.

use std::path::Path;

use dl_core::math;

use super::svg::{self, Anchor, FAINT, INK, Svg};
use crate::Result;

/// A confusion matrix as an SVG file: a row for each true class, a column for each predicted one.
///
/// `count(truth, predicted)` is the number of samples; `names` says how many classes there are. A cell is the darker
/// the larger its share of its row is, so the diagonal shows the recall of each class.
///
/// ```
/// use dl_host::report::confusion_svg;
///
/// let counts = [[48, 2], [5, 45]];
/// let svg = confusion_svg("cats and dogs", &["cat", "dog"], |truth, predicted| counts[truth][predicted]);
/// assert!(svg.contains("93 of 100 right (93.0 %)"));
/// ```
pub fn confusion_svg<S: AsRef<str>>(title: &str, names: &[S], count: impl Fn(usize, usize) -> u64) -> String {
    let n = names.len();
    let widest = names.iter().map(|name| svg::width_of(name.as_ref())).fold(7.0, f64::max).min(200.0);
    let digits = (0..n).flat_map(|i| (0..n).map(move |j| (i, j))).map(|(i, j)| count(i, j)).max();
    let digits = svg::width_of(&digits.unwrap_or(0).to_string());
    // Few classes get room for their counts; many get small cells without.
    let cell = if n <= 30 { (digits + 12.0).max(34.0) } else { 14.0 };
    let turned = widest > cell - 4.0;
    let (left, top) = (46.0 + widest, 74.0 + if turned { widest * 0.75 } else { 16.0 });
    let side = cell * n as f64;
    let (right, count) = (left + side, &count);
    let correct = (0..n).map(|i| u128::from(count(i, i))).sum::<u128>();
    let row_total = |i: usize| (0..n).map(|j| u128::from(count(i, j))).sum::<u128>();
    let all = (0..n).map(row_total).sum::<u128>();
    let percent = if all == 0 { 0.0 } else { 100.0 * correct as f64 / all as f64 };
    let heading = format!("{title}: {correct} of {all} right ({percent:.1} %)");

    // Names turned by 45 degrees reach past the last column.
    let tail = 16.0 + if turned { widest * 0.75 } else { 0.0 };
    let width = (right + tail).max(svg::width_of(&heading) + 32.0);
    let mut svg = Svg::new(width, top + side + 16.0, title);
    svg.text((16.0, 20.0), &heading, Anchor::Start, INK, 0);
    svg.text((left + side / 2.0, 46.0), "predicted", Anchor::Middle, INK, 0);
    svg.text((18.0, top + side / 2.0), "true", Anchor::Middle, INK, -90);
    for (i, name) in names.iter().enumerate() {
        let (name, middle) = (name.as_ref(), cell * (i as f64 + 0.5));
        svg.text((left - 8.0, top + middle), name, Anchor::End, INK, 0);
        match turned {
            true => svg.text((left + middle, top - 8.0), name, Anchor::Start, INK, -45),
            false => svg.text((left + middle, top - 12.0), name, Anchor::Middle, INK, 0),
        }
    }
    for i in 0..n {
        let total = row_total(i).max(1) as f64;
        for j in 0..n {
            let at = (left + cell * j as f64, top + cell * i as f64);
            let depth = math::sqrt(count(i, j) as f64 / total); // a root, so that few errors show too
            svg.rect(at, (cell, cell), &shade(depth));
            if cell > 20.0 && count(i, j) > 0 {
                let ink = if depth > 0.6 { "#ffffff" } else { INK };
                let middle = (at.0 + cell / 2.0, at.1 + cell / 2.0);
                svg.text(middle, &count(i, j).to_string(), Anchor::Middle, ink, 0);
            }
        }
    }
    for i in 0..=n {
        let (x, y) = (left + cell * i as f64, top + cell * i as f64);
        svg.line((left, y), (right, y), FAINT);
        svg.line((x, top), (x, top + side), FAINT);
    }
    svg.finish()
}

/// Writes [`confusion_svg`] to a file, which appears when it is complete.
///
/// ```
/// use dl_host::report::save_confusion;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("confusion.svg");
/// let counts = [[48, 2], [5, 45]];
/// save_confusion(&path, "cats and dogs", &["cat", "dog"], |truth, predicted| counts[truth][predicted])?;
/// assert!(path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file cannot be written.
pub fn save_confusion<S: AsRef<str>>(
    path: impl AsRef<Path>,
    title: &str,
    names: &[S],
    count: impl Fn(usize, usize) -> u64,
) -> Result<()> {
    svg::save(path.as_ref(), &confusion_svg(title, names, count))
}

/// White for 0 to dark blue for 1.
fn shade(depth: f64) -> String {
    let mix = |dark: f64| (255.0 + (dark - 255.0) * depth.clamp(0.0, 1.0)).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(8.0), mix(72.0), mix(140.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_truth_and_shades_their_shares() {
        let counts = [[3, 1], [0, 0]];
        let svg = confusion_svg("t", &["a", "<b>"], |truth, predicted| counts[truth][predicted]);
        assert!(svg.contains("t: 3 of 4 right (75.0 %)"));
        assert!(svg.contains(">&lt;b&gt;</text>") && !svg.contains("<b>"));
        let fills = svg.split("<rect ").skip(2).map(|rect| rect.split('"').nth(9).unwrap());
        assert!(fills.eq([shade(math::sqrt(0.75)), shade(0.5), shade(0.0), shade(0.0)]), "{svg}");
        assert_eq!((shade(0.0), shade(1.0)), ("#ffffff".into(), "#08488c".into()));
    }

    #[test]
    fn no_classes_many_classes_and_huge_counts_are_drawn() {
        assert!(confusion_svg::<&str>("t", &[], |_, _| 0).contains("0 of 0 right (0.0 %)"));
        let names = (0..100).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(confusion_svg("t", &names, |_, _| u64::MAX).matches("<rect").count(), 10_001);
    }

    #[test]
    fn a_saved_matrix_is_what_it_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("confusion.svg");
        save_confusion(&path, "t", &["a"], |_, _| 1).unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), confusion_svg("t", &["a"], |_, _| 1));
    }
}
