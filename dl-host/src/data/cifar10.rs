//! The binary format of CIFAR-10: records of one colour image each, nothing before or between them.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | class, 0 to 9 |
//! | 1024 | red, 32 rows of 32 pixels, the upper row first |
//! | 1024 | green |
//! | 1024 | blue |
//!
//! Files compressed with gzip are recognized by their content. Source of the format: A. Krizhevsky, *Learning multiple
//! layers of features from tiny images*, 2009.

use std::path::Path;

use super::source::{Source, unit};
use crate::Result;
use crate::error::bytes;

/// Numbers of an image, `[3, 32, 32]`.
pub const PIXELS: usize = 3 * 32 * 32;

/// Files that hold more than this are refused: 2 GiB.
pub const MAX_BYTES: u64 = 2 << 30;

/// What the images show.
pub const CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

const RECORD: usize = 1 + PIXELS;

/// The images of a file, with their classes.
///
/// ```
/// use dl_host::data::cifar10;
///
/// let mut file = vec![51; 2 * 3073]; // two grey images
/// (file[0], file[3073]) = (3, 9);
/// let images = cifar10::parse(&file)?;
/// assert_eq!((images.len(), images.labels()), (2, &[3, 9][..]));
/// assert_eq!(cifar10::CLASSES[usize::from(images.labels()[0])], "cat");
/// assert_eq!(images.samples()[1], [0.2; 3072]);
/// # Ok::<(), dl_host::Error>(())
/// ```
#[doc(alias = "CIFAR10")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cifar10 {
    labels: Vec<u16>,
    pixels: Vec<u8>,
}

/// Reads a file, plain or compressed with gzip.
///
/// ```no_run
/// use dl_host::data::cifar10;
///
/// let train = cifar10::read("data_batch_1.bin")?;
/// let (images, labels) = (train.samples(), train.labels());
/// assert_eq!(images.len(), labels.len());
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read, holds no records or a part of one, has a class above 9, or is larger than [`MAX_BYTES`].
pub fn read(path: impl AsRef<Path>) -> Result<Cifar10> {
    parse_source(Source::open(path.as_ref())?)
}

/// [`read`], of bytes in memory.
///
/// ```
/// use dl_host::data::cifar10;
///
/// assert_eq!(cifar10::parse(&[0; 3073])?.labels(), [0]);
/// let error = cifar10::parse(&[0; 3072]).unwrap_err().to_string();
/// assert!(error.contains("found 3072 bytes, expected records of 3073 bytes"));
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// As [`read`].
pub fn parse(content: &[u8]) -> Result<Cifar10> {
    parse_source(Source::new(content, bytes())?)
}

fn parse_source(mut source: Source<'_>) -> Result<Cifar10> {
    let content = source.rest(MAX_BYTES + 1, "records")?;
    if content.len() as u64 > MAX_BYTES {
        return Err(source.error("records", "more bytes", format_args!("at most {MAX_BYTES}")));
    }
    if content.is_empty() || !content.len().is_multiple_of(RECORD) {
        let found = format_args!("{} bytes", content.len());
        let expected = format_args!("records of {RECORD} bytes: a class and 3 × 32 × 32 pixels");
        return Err(source.error("records", found, expected));
    }
    let records = content.as_chunks::<RECORD>().0;
    let mut images = Cifar10 {
        labels: Vec::with_capacity(records.len()),
        pixels: Vec::with_capacity(records.len() * PIXELS),
    };
    for (i, [class, pixels @ ..]) in records.iter().enumerate() {
        if usize::from(*class) >= CLASSES.len() {
            return Err(source.error(format_args!("class of record {i}"), class, "0 to 9"));
        }
        images.labels.push(u16::from(*class));
        images.pixels.extend_from_slice(pixels);
    }
    Ok(images)
}

impl Cifar10 {
    /// The number of images.
    ///
    /// ```
    /// assert_eq!(dl_host::data::cifar10::parse(&[0; 3 * 3073])?.len(), 3);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no images; [`read`] refuses such a file.
    ///
    /// ```
    /// assert!(!dl_host::data::cifar10::parse(&[0; 3073])?.is_empty());
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The class of each image, an index of [`CLASSES`].
    ///
    /// ```
    /// assert_eq!(dl_host::data::cifar10::parse(&[7; 3073])?.labels(), [7]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// The images, `[3, 32, 32]` bytes each.
    ///
    /// ```
    /// assert_eq!(dl_host::data::cifar10::parse(&[7; 3073])?.bytes(), [[7; 3072]]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn bytes(&self) -> &[[u8; PIXELS]] {
        self.pixels.as_chunks().0
    }

    /// The images, `[3, 32, 32]` numbers from 0 to 1 each: every byte divided by 255.
    ///
    /// ```
    /// assert_eq!(dl_host::data::cifar10::parse(&[0; 3073])?.samples(), [[0.0; 3072]]);
    /// # Ok::<(), dl_host::Error>(())
    /// ```
    pub fn samples(&self) -> Vec<[f32; PIXELS]> {
        unit(&self.pixels)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::source::gzip;
    use super::*;

    /// Image `i` is all `i`, `i + 1`, `i + 2` in its three planes.
    fn file(classes: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        for (i, &class) in (0..).zip(classes) {
            content.push(class);
            content.extend((0..3).flat_map(|plane| [i + plane; 1024]));
        }
        content
    }

    fn message(content: &[u8]) -> String {
        parse(content).unwrap_err().to_string()
    }

    #[test]
    fn plain_and_compressed_files_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        for content in [file(&[3, 9]), gzip(&file(&[3, 9]))] {
            let path = folder.path().join("images.bin");
            std::fs::write(&path, &content).unwrap();
            let images = read(&path).unwrap();
            assert_eq!(images.labels(), [3, 9]);
            let second = images.bytes()[1];
            assert_eq!((second[0], second[1023], second[1024], second[3071]), (1, 1, 2, 3));
            assert_eq!(images.samples()[1][2048], 3.0 / 255.0);
        }
    }

    #[test]
    fn a_part_of_a_record_and_an_empty_file_are_refused_with_their_size() {
        let expected = "expected records of 3073 bytes: a class and 3 × 32 × 32 pixels";
        for (content, found) in [(vec![], 0), (file(&[1])[..3072].to_vec(), 3072), (vec![0; 3074], 3074)] {
            assert_eq!(message(&content), format!("(bytes): records: found {found} bytes, {expected}"));
        }
    }

    #[test]
    fn a_class_that_does_not_exist_is_named_with_its_record() {
        assert_eq!(message(&file(&[0, 9, 10])), "(bytes): class of record 2: found 10, expected 0 to 9");
    }

    #[test]
    fn damaged_gzip_and_missing_files_are_said_to_be_that() {
        let content = gzip(&file(&[1]));
        assert!(message(&content[..content.len() - 5]).contains("records: found damaged gzip data"));
        let error = read("no/such/file").unwrap_err().to_string();
        assert!(error.starts_with("no/such/file: cannot open: "), "{error}");
    }

    proptest! {
        #[test]
        fn a_changed_file_gives_images_or_an_error(at: prop::sample::Index, byte: u8, zip: bool, cut in 0..40_usize) {
            let mut content = if zip { gzip(&file(&[1, 2])) } else { file(&[1, 2]) };
            *at.get_mut(&mut content) = byte;
            content.truncate(content.len() - cut * usize::from(cut < 20));
            if let Ok(images) = parse(&content) {
                prop_assert_eq!(images.bytes().len(), images.len());
            }
        }
    }
}
