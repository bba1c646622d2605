//! The IDX format of MNIST and Fashion-MNIST: a small header, then bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 2 | zero |
//! | 1 | type of the values: 8 is `u8`, the only one read here |
//! | 1 | number of dimensions `D` |
//! | 4 D | their sizes, big-endian; the first counts the samples |
//! | product of the sizes | the values, the last dimension fastest |
//!
//! Files compressed with gzip are recognized by their content. Source of the format: LeCun, Cortes, Burges, *The
//! MNIST database*.

use std::path::{Path, PathBuf};

use super::source::{Source, unit};
use crate::error::bytes;
use crate::{Error, Result};

/// Files that hold more than this are refused: 2 GiB.
pub const MAX_BYTES: u64 = 2 << 30;

/// The content of an IDX file.
///
/// ```
/// use dl_host::data::idx;
///
/// // two samples of 1 × 3
/// let file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 255, 1, 2, 3];
/// let images = idx::parse(&file)?;
/// assert_eq!(images.dims(), [2, 1, 3]);
/// assert_eq!(images.samples::<3>()?[0], [0.0, 0.2, 1.0]);
/// assert_eq!(images.bytes::<3>()?[1], [1, 2, 3]);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    file: PathBuf,
    dims: Vec<usize>,
    values: Vec<u8>,
}

/// Reads an IDX file, plain or compressed with gzip.
///
/// ```no_run
/// use dl_host::data::idx;
///
/// let images = idx::read("train-images-idx3-ubyte.gz")?.samples::<784>()?;
/// let labels = idx::read("train-labels-idx1-ubyte.gz")?.labels()?;
/// assert_eq!(images.len(), labels.len());
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read, is not IDX, holds other values than `u8`, ends early or goes on past its end, or is
/// larger than [`MAX_BYTES`].
pub fn read(path: impl AsRef<Path>) -> Result<Idx> {
    parse_source(Source::open(path.as_ref())?)
}

/// The file `name` in a folder, or else `name.gz`, if there is one.
///
/// ```
/// use dl_host::data::idx;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("labels.gz"), [])?;
/// assert_eq!(idx::find(&folder, "labels"), Some(folder.path().join("labels.gz")));
/// assert_eq!(idx::find(&folder, "images"), None);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn find(folder: impl AsRef<Path>, name: &str) -> Option<PathBuf> {
    let folder = folder.as_ref();
    [name, &format!("{name}.gz")].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
}

/// One part of MNIST, or of a data set in files of the same names: images of `N` pixels from 0 to 1, and their classes.
///
/// `part` is `train` or `t10k`; the files are `{part}-images-idx3-ubyte` and `{part}-labels-idx1-ubyte`, both with or
/// without `.gz`.
///
/// ```no_run
/// use dl_host::data::idx;
///
/// let (images, labels) = idx::read_labelled::<784>("data/mnist", "train")?;
/// assert_eq!((images.len(), labels.len()), (60_000, 60_000));
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// As [`read`], and if the images have not `N` pixels or there are more labels or fewer.
pub fn read_labelled<const N: usize>(
    folder: impl AsRef<Path>,
    part: &str,
) -> Result<(Vec<[f32; N]>, Vec<u16>)> {
    let folder = folder.as_ref();
    let file = |name: String| read(find(folder, &name).unwrap_or_else(|| folder.join(name)));
    let images = file(format!("{part}-images-idx3-ubyte"))?.samples()?;
    let labels = file(format!("{part}-labels-idx1-ubyte"))?;
    if labels.dims() != [images.len()] {
        let (found, expected) =
            (format!("{:?}", labels.dims), format!("[{}], a label an image", images.len()));
        return Err(Error::content(&labels.file, "dimensions", found, expected));
    }
    Ok((images, labels.labels()?))
}

/// [`read`], of bytes in memory.
///
/// ```
/// use dl_host::data::idx;
///
/// let labels = idx::parse(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])?.labels()?;
/// assert_eq!(labels, [5, 0, 4]);
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// As [`read`].
pub fn parse(content: &[u8]) -> Result<Idx> {
    parse_source(Source::new(content, bytes())?)
}

fn parse_source(mut source: Source<'_>) -> Result<Idx> {
    let [a, b, kind, rank] = source.four("magic number")?;
    if (a, b) != (0, 0) {
        let found = format_args!("{a:#04x} {b:#04x}");
        return Err(source.error("magic number", found, "0x00 0x00, as an IDX file begins"));
    }
    if kind != 8 {
        return Err(source.error("type of the values", type_name(kind), "u8 (0x08)"));
    }
    if rank == 0 {
        return Err(source.error("number of dimensions", 0, "1 or more"));
    }
    let mut dims = Vec::with_capacity(usize::from(rank));
    let mut total = 1_u64;
    for i in 0..rank {
        let size = u32::from_be_bytes(source.four(&format!("size of dimension {i}"))?);
        dims.push(size as usize);
        total = total.saturating_mul(u64::from(size));
    }
    if total > MAX_BYTES {
        let found = format_args!("{dims:?}, {total} bytes or more");
        return Err(source.error("dimensions", found, format_args!("at most {MAX_BYTES} bytes")));
    }

    // One byte past the declared size shows whether there is more.
    let values = source.rest(total + 1, "values")?;
    if values.len() as u64 != total {
        let found = match values.len() as u64 > total {
            true => "more bytes".to_owned(),
            false => format!("{} bytes", values.len()),
        };
        return Err(source.error("values", found, format_args!("{total} bytes, for dimensions {dims:?}")));
    }
    Ok(Idx { file: source.file().to_owned(), dims, values })
}

fn type_name(kind: u8) -> String {
    let name = match kind {
        0x09 => "i8",
        0x0b => "i16",
        0x0c => "i32",
        0x0d => "f32",
        0x0e => "f64",
        _ => "unknown",
    };
    format!("{name} ({kind:#04x})")
}

impl Idx {
    /// The sizes; the first counts the samples.
    ///
    /// ```
    /// # use dl_host::data::idx;
    /// assert_eq!(idx::parse(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])?.dims(), [3]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// All values, sample after sample.
    ///
    /// ```
    /// # use dl_host::data::idx;
    /// assert_eq!(idx::parse(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])?.values(), [5, 0, 4]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The samples, of `N` values each.
    ///
    /// ```
    /// # use dl_host::data::idx;
    /// let images = idx::parse(&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 255, 1])?; // 2 × 2
    /// assert_eq!(images.bytes::<2>()?, [[0, 51], [255, 1]]);
    /// assert!(images.bytes::<3>().is_err());
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a sample of the file has not `N` values.
    pub fn bytes<const N: usize>(&self) -> Result<Vec<[u8; N]>> {
        self.check(N)?;
        Ok(self.values.as_chunks().0.to_vec())
    }

    /// The samples, of `N` values each, from 0 to 1: each byte divided by 255.
    ///
    /// ```
    /// # use dl_host::data::idx;
    /// let images = idx::parse(&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 51, 255, 0])?; // 2 × 2
    /// assert_eq!(images.samples::<2>()?, [[0.0, 0.2], [1.0, 0.0]]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a sample of the file has not `N` values.
    pub fn samples<const N: usize>(&self) -> Result<Vec<[f32; N]>> {
        self.check(N)?;
        Ok(unit(&self.values))
    }

    /// The class of each sample.
    ///
    /// ```
    /// # use dl_host::data::idx;
    /// assert_eq!(idx::parse(&[0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])?.labels()?, [5, 0, 4]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file has more than one dimension.
    pub fn labels(&self) -> Result<Vec<u16>> {
        if self.dims.len() != 1 {
            return Err(Error::content(
                &self.file,
                "dimensions",
                format_args!("{:?}", self.dims),
                "one: a label for each sample",
            ));
        }
        Ok(self.values.iter().map(|&label| u16::from(label)).collect())
    }

    /// A sample's values may be many, but are counted; `as_chunks` needs at least one.
    fn check(&self, n: usize) -> Result<()> {
        let each: usize = self.dims[1..].iter().product();
        if each == n && n > 0 {
            return Ok(());
        }
        let found = format_args!("{each} values a sample (dimensions {:?})", self.dims);
        let expected = if n == 0 { "samples of one value or more".into() } else { format!("{n}") };
        Err(Error::content(&self.file, "dimensions", found, expected))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::source::gzip;
    use super::*;

    const TWO: [u8; 18] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9];

    fn message(content: &[u8]) -> String {
        parse(content).unwrap_err().to_string()
    }

    #[test]
    fn plain_and_compressed_files_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        for content in [TWO.to_vec(), gzip(&TWO)] {
            let path = folder.path().join("images");
            std::fs::write(&path, &content).unwrap();
            let images = read(&path).unwrap();
            assert_eq!(images.dims(), [2, 1, 1]);
            assert_eq!(images.bytes::<1>().unwrap(), [[7], [9]]);
            assert_eq!(images.samples::<1>().unwrap(), [[7.0 / 255.0], [9.0 / 255.0]]);
        }
    }

    #[test]
    fn labels_are_one_number_a_sample() {
        let labels = parse(&[0, 0, 8, 1, 0, 0, 0, 3, 0, 255, 1]).unwrap();
        assert_eq!(labels.labels().unwrap(), [0, 255, 1]);
        let error = parse(&TWO).unwrap().labels().unwrap_err().to_string();
        assert_eq!(error, "(bytes): dimensions: found [2, 1, 1], expected one: a label for each sample");
    }

    #[test]
    fn every_header_field_is_checked() {
        let with = |at: usize, byte: u8| {
            let mut content = TWO;
            content[at] = byte;
            message(&content)
        };
        assert_eq!(message(&[]), "(bytes): magic number: found the end of the file, expected 4 bytes");
        assert!(with(0, 1).contains("magic number: found 0x01 0x00, expected 0x00 0x00"));
        assert!(with(2, 0x0d).contains("type of the values: found f32 (0x0d), expected u8 (0x08)"));
        assert!(with(3, 0).contains("number of dimensions: found 0"));
        assert!(with(7, 3).contains("values: found 2 bytes, expected 3 bytes, for dimensions [3, 1, 1]"));
        assert!(with(7, 1).contains("values: found more bytes, expected 1 bytes"));
        assert!(message(&TWO[..10]).contains("size of dimension 1: found the end of the file"));
        assert!(message(&TWO[..17]).contains("values: found 1 bytes, expected 2 bytes"));
    }

    #[test]
    fn sizes_that_overflow_or_are_not_there_are_refused_without_memory() {
        let mut huge = vec![0, 0, 8, 4];
        huge.extend([0xff; 16]);
        assert!(message(&huge).contains("expected at most 2147483648 bytes"));
        let mut absent = vec![0, 0, 8, 1];
        absent.extend(0x7fff_ffff_u32.to_be_bytes());
        assert!(message(&absent).contains("found 0 bytes, expected 2147483647 bytes"));
    }

    #[test]
    fn a_compressed_file_that_unpacks_to_more_than_it_declares_stops_there() {
        let mut content = TWO.to_vec();
        content.resize(50_000_000, 0);
        assert!(message(&gzip(&content)).contains("values: found more bytes, expected 2 bytes"));
    }

    #[test]
    fn damaged_and_truncated_gzip_is_said_to_be_that() {
        let mut content = gzip(&TWO);
        let end = content.len();
        assert!(message(&content[..end - 9]).contains("damaged gzip data"));
        content[end - 6] ^= 1;
        assert!(message(&content).contains("damaged gzip data"));
        content[end - 6] ^= 1;
        content.push(0);
        assert!(message(&content).contains("damaged gzip data"));
    }

    #[test]
    fn a_sample_of_another_size_is_an_error_with_both_sizes() {
        let images = parse(&TWO).unwrap();
        let error = images.samples::<784>().unwrap_err().to_string();
        assert_eq!(
            error,
            "(bytes): dimensions: found 1 values a sample (dimensions [2, 1, 1]), expected 784"
        );
        assert!(images.bytes::<0>().is_err());
    }

    #[test]
    fn samples_larger_than_the_stack_are_read() {
        let mut content = vec![0, 0, 8, 2, 0, 0, 0, 1];
        content.extend(3_000_000_u32.to_be_bytes());
        content.resize(content.len() + 3_000_000, 255);
        let images = parse(&content).unwrap();
        assert_eq!(images.bytes::<3_000_000>().unwrap()[0][2_999_999], 255);
        assert_eq!(images.samples::<3_000_000>().unwrap()[0][2_999_999], 1.0);
    }

    #[test]
    fn the_two_files_of_a_part_are_read_together() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
        let message = || read_labelled::<1>(&folder, "train").unwrap_err().to_string();
        assert!(message().contains("train-images-idx3-ubyte: cannot open: "), "{}", message());
        write("train-images-idx3-ubyte", &TWO);
        write("train-labels-idx1-ubyte.gz", &gzip(&[0, 0, 8, 1, 0, 0, 0, 2, 5, 0]));
        let (images, labels) = read_labelled::<1>(&folder, "train").unwrap();
        assert_eq!((images, labels), (vec![[7.0 / 255.0], [9.0 / 255.0]], vec![5, 0]));
        write("train-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 5]);
        assert!(
            message().ends_with("dimensions: found [1], expected [2], a label an image"),
            "{}",
            message()
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read("no/such/file").unwrap_err().to_string();
        assert!(error.starts_with("no/such/file: cannot open: "), "{error}");
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_value_or_an_error(content in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(idx) = parse(&content) {
                prop_assert_eq!(idx.values().len(), idx.dims().iter().product::<usize>());
            }
        }

        #[test]
        fn a_changed_file_gives_a_value_or_an_error(at in 0..60_usize, byte: u8, zip: bool, cut in 0..60_usize) {
            let mut content = if zip { gzip(&TWO) } else { TWO.to_vec() };
            let len = content.len();
            content[at % len] = byte;
            content.truncate(len - cut.min(len) * usize::from(cut < 20));
            if let Ok(idx) = parse(&content) {
                prop_assert_eq!(idx.values().len(), idx.dims().iter().product::<usize>());
                let _ = (idx.samples::<1>(), idx.labels());
            }
        }
    }
}
