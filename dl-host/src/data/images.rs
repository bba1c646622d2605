//! Images in folders, a folder a class: `root/cat/1.png`, `root/dog/anything.jpg`.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use dl_core::train::Dataset;
use dl_core::{Real, Rng, Tokens, Vals};
use image::imageops::FilterType;
use image::{DynamicImage, ImageReader};

use crate::{Error, Result};

/// The PNG and JPEG images below a folder, decoded one at a time when they are asked for.
///
/// The folders in `root` are the classes, in alphabetical order; the images of each come in order of their names. All
/// images become `[channels, height, width]` numbers from 0 to 1: the bytes divided by 255, transparency dropped.
///
/// It is a [`Dataset`] for training, with the class as target.
///
/// ```no_run
/// use dl_host::data::ImageFolder;
///
/// let pets = ImageFolder::open("pets", [3, 32, 32])?.resized();
/// println!("{} images of {}", pets.len(), pets.classes().join(", "));
/// let mut image = [0.0_f32; 3 * 32 * 32];
/// pets.read(0, &mut image)?;
/// # Ok::<(), dl_host::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageFolder {
    classes: Vec<String>,
    files: Vec<(PathBuf, u16)>,
    shape: [usize; 3],
    resize: bool,
}

impl ImageFolder {
    /// Finds the images, to be read as `[channels, height, width]`: 1 channel is grey, 3 are red, green, blue.
    ///
    /// Files in `root` itself, hidden ones, and what ends in neither `.png`, `.jpg` nor `.jpeg` are left out.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// let pets = ImageFolder::open(&pets, [1, 1, 2])?; // grey, 1 high, 2 wide
    /// assert_eq!(pets.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a folder cannot be read, there is none in `root`, one has no images, or `shape` is not that of an image.
    pub fn open(root: impl AsRef<Path>, shape: [usize; 3]) -> Result<Self> {
        let root = root.as_ref();
        let [c, h, w] = shape;
        let fits = |n: usize| n > 0 && u32::try_from(n).is_ok();
        if !(c == 1 || c == 3) || !fits(h) || !fits(w) {
            return Err(Error::setting(
                "shape of images",
                format_args!("{shape:?}"),
                "[1 or 3, height, width]",
            ));
        }
        let mut folder = ImageFolder { classes: Vec::new(), files: Vec::new(), shape, resize: false };
        for class in entries(root)?.into_iter().filter(|path| path.is_dir()) {
            let Ok(label) = u16::try_from(folder.classes.len()) else {
                return Err(Error::content(root, "classes", "more folders", "at most 65536"));
            };
            let before = folder.files.len();
            let images = entries(&class)?.into_iter().filter(|path| is_image(path) && path.is_file());
            folder.files.extend(images.map(|path| (path, label)));
            if folder.files.len() == before {
                return Err(Error::content(
                    &class,
                    "files",
                    "no image",
                    "names ending in .png, .jpg or .jpeg",
                ));
            }
            folder.classes.push(class.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
        if folder.classes.is_empty() {
            return Err(Error::content(root, "folders", "none", "a folder of images for each class"));
        }
        Ok(folder)
    }

    /// Images of another size are brought to the wanted one, stretched where the proportions differ; without this
    /// they are an error.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// let mut image = [0.0; 16];
    /// ImageFolder::open(&pets, [1, 4, 4])?.resized().read(0, &mut image)?;
    /// assert_eq!(image, [0.2; 16]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn resized(mut self) -> Self {
        self.resize = true;
        self
    }

    /// The number of images.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert_eq!(ImageFolder::open(&pets, [1, 1, 2])?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no images; [`open`](ImageFolder::open) refuses such a folder.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert!(!ImageFolder::open(&pets, [1, 1, 2])?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The names of the classes.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert_eq!(ImageFolder::open(&pets, [1, 1, 2])?.classes(), ["cat"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// `[channels, height, width]`
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert_eq!(ImageFolder::open(&pets, [1, 1, 2])?.shape(), [1, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The file of image `i`.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert!(ImageFolder::open(&pets, [1, 1, 2])?.path(0).ends_with("cat/1.png"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no image `i`.
    pub fn path(&self, i: usize) -> &Path {
        &self.files[i].0
    }

    /// The class of image `i`, an index of [`classes`](ImageFolder::classes).
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// let pets = ImageFolder::open(&pets, [1, 1, 2])?;
    /// assert_eq!(pets.classes()[usize::from(pets.label(0))], "cat");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no image `i`.
    pub fn label(&self, i: usize) -> u16 {
        self.files[i].1
    }

    /// The class of each image.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// assert_eq!(ImageFolder::open(&pets, [1, 1, 2])?.labels(), [0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn labels(&self) -> Vec<u16> {
        self.files.iter().map(|&(_, label)| label).collect()
    }

    /// Decodes image `i` into `values`, which holds `channels × height × width` numbers.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// let mut image = [0.0; 2];
    /// ImageFolder::open(&pets, [1, 1, 2])?.read(0, &mut image)?;
    /// assert_eq!(image, [0.2, 0.2]); // 51 / 255
    /// assert!(ImageFolder::open(&pets, [1, 8, 8])?.read(0, &mut [0.0; 64]).is_err()); // another size
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is no PNG or JPEG image, or has another size (see
    /// [`resized`](ImageFolder::resized)); or if `values` has another length. Then `values` is as it was.
    ///
    /// # Panics
    ///
    /// If there is no image `i`.
    pub fn read<T: Real>(&self, i: usize, values: &mut [T]) -> Result<()> {
        self.check(values.len())?;
        let path = self.path(i);
        let content = fs::read(path).map_err(|source| Error::io(path, "read", source))?;
        self.decode(&content, path, values)
    }

    /// Decodes all images, `N` numbers each, and their classes.
    ///
    /// ```
    /// # use dl_host::data::ImageFolder;
    /// # let pets = tempfile::tempdir()?;
    /// # std::fs::create_dir(pets.path().join("cat"))?;
    /// # image::GrayImage::from_pixel(2, 1, image::Luma([51])).save(pets.path().join("cat/1.png"))?;
    /// let (x, y) = ImageFolder::open(&pets, [1, 1, 2])?.read_all::<f32, 2>()?;
    /// assert_eq!((x, y), (vec![[0.2, 0.2]], vec![0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read`](ImageFolder::read), for the first image that fails.
    pub fn read_all<T: Real, const N: usize>(&self) -> Result<(Vec<[T; N]>, Vec<u16>)> {
        self.check(N)?;
        // Image by image through the heap: arrays can be larger than the stack.
        let (mut images, mut image) = (Vec::with_capacity(self.len()), vec![T::zero(); N]);
        for i in 0..self.len() {
            self.read(i, &mut image)?;
            images.extend_from_slice(image.as_chunks().0);
        }
        Ok((images, self.labels()))
    }

    fn check(&self, len: usize) -> Result<()> {
        let expected = self.shape.into_iter().fold(1, usize::saturating_mul);
        if len == expected {
            return Ok(());
        }
        let expected = format_args!("{expected}, for {:?}", self.shape);
        Err(Error::setting("numbers for an image", len, expected))
    }

    fn decode<T: Real>(&self, content: &[u8], path: &Path, values: &mut [T]) -> Result<()> {
        let [c, h, w] = self.shape;
        let undecoded = |error| Error::content(path, "image", format_args!("{error}"), "a PNG or JPEG image");
        let reader = || {
            let reader = ImageReader::new(Cursor::new(content)).with_guessed_format();
            reader.map_err(|source| Error::io(path, "read", source))
        };
        // The header is looked at first, so that nothing large is unpacked only to be refused.
        let (width, height) = reader()?.into_dimensions().map_err(undecoded)?;
        let same = (width as usize, height as usize) == (w, h);
        if !same && !self.resize {
            let found = format_args!("{width} wide and {height} high");
            return Err(Error::content(path, "size", found, format_args!("{w} wide and {h} high")));
        }
        let mut image = reader()?.decode().map_err(undecoded)?;
        if !same {
            // Both fit: `open` checked them.
            image = image.resize_exact(w as u32, h as u32, FilterType::Triangle);
        }
        planes(image, c, values);
        Ok(())
    }
}

impl<T: Real, const N: usize> Dataset<T, Vals<N>, Tokens<1>> for ImageFolder {
    type Error = Error;

    fn len(&self) -> usize {
        self.files.len()
    }

    fn get(&self, index: usize, rng: Rng, x: &mut [T; N], target: &mut [u16; 1]) -> Result<()> {
        Dataset::<T, Vals<N>, Tokens<1>>::target(self, index, rng, target)?;
        self.read(index, x)
    }

    fn target(&self, index: usize, _: Rng, target: &mut [u16; 1]) -> Result<bool> {
        match self.files.get(index) {
            Some(&(_, label)) => *target = [label],
            None => return Err(Error::setting("image", index, format_args!("below {}", self.len()))),
        }
        Ok(true)
    }
}

/// From pixels that lie together to a plane for each channel.
fn planes<T: Real>(image: DynamicImage, channels: usize, values: &mut [T]) {
    let bytes = if channels == 1 { image.into_luma8().into_raw() } else { image.into_rgb8().into_raw() };
    let plane = values.len() / channels;
    for (pixel, colours) in bytes.chunks_exact(channels).enumerate() {
        for (channel, &colour) in colours.iter().enumerate() {
            values[channel * plane + pixel] = T::of(f64::from(colour) / 255.0);
        }
    }
}

/// What is in a folder, without hidden files, in order of names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let error = |source| Error::io(folder, "list", source);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_image(path: &Path) -> bool {
    let endings = ["png", "jpg", "jpeg"];
    path.extension().is_some_and(|ending| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, ImageFormat, Rgb, RgbImage};
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};
    use proptest::sample::Index;

    use super::*;

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// Two pixels beside each other: red, and a grey of 51.
    fn two() -> DynamicImage {
        let mut image = RgbImage::new(2, 1);
        image.put_pixel(0, 0, Rgb([255, 0, 0]));
        image.put_pixel(1, 0, Rgb([51, 51, 51]));
        image.into()
    }

    /// `b/1.png`, `a/2.PNG`, `a/1.jpg`, and files that are no images.
    fn folder() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for class in ["b", "a", ".hidden"] {
            fs::create_dir(root.path().join(class)).unwrap();
        }
        let grey = DynamicImage::from(GrayImage::from_pixel(2, 1, image::Luma([100])));
        for (name, content) in [
            ("b/1.png", encoded(&two(), ImageFormat::Png)),
            ("a/2.PNG", encoded(&grey, ImageFormat::Png)),
            ("a/1.jpg", encoded(&grey, ImageFormat::Jpeg)),
            ("a/notes.txt", b"none".to_vec()),
            ("readme.png", b"none".to_vec()),
        ] {
            fs::write(root.path().join(name), content).unwrap();
        }
        root
    }

    fn message<A>(result: Result<A>) -> String {
        result.err().expect("this should be refused").to_string()
    }

    #[test]
    fn classes_and_images_come_in_order_of_their_names() {
        let root = folder();
        let images = ImageFolder::open(root.path(), [3, 1, 2]).unwrap();
        assert_eq!(images.classes(), ["a", "b"]);
        assert_eq!(images.labels(), [0, 0, 1]);
        let names = (0..images.len()).map(|i| images.path(i).strip_prefix(root.path()).unwrap());
        assert!(names.eq([Path::new("a/1.jpg"), Path::new("a/2.PNG"), Path::new("b/1.png")]));
    }

    #[test]
    fn colours_become_planes() {
        let root = folder();
        let (images, labels) =
            ImageFolder::open(root.path(), [3, 1, 2]).unwrap().read_all::<f32, 6>().unwrap();
        assert_eq!(images[2], [1.0, 0.2, 0.0, 0.2, 0.0, 0.2]);
        assert_eq!(labels, [0, 0, 1]);
    }

    #[test]
    fn one_channel_is_grey() {
        let root = folder();
        let images = ImageFolder::open(root.path(), [1, 1, 2]).unwrap();
        let mut grey = [0.0_f32; 2];
        images.read(1, &mut grey).unwrap();
        assert_eq!(grey, [100.0 / 255.0; 2]);
        images.read(2, &mut grey).unwrap();
        assert_eq!(grey[1], 0.2);
        assert!((grey[0] - 0.2126).abs() < 0.003, "luminance of red: {}", grey[0]);
    }

    #[test]
    fn another_size_is_an_error_unless_resized() {
        let root = folder();
        let images = ImageFolder::open(root.path(), [1, 2, 2]).unwrap();
        let mut four = [9.0_f32; 4];
        let error = message(images.read(2, &mut four));
        assert!(
            error.ends_with("b/1.png: size: found 2 wide and 1 high, expected 2 wide and 2 high"),
            "{error}"
        );
        assert_eq!(four, [9.0; 4]);
        images.resized().read(1, &mut four).unwrap();
        assert_eq!(four, [100.0 / 255.0; 4]);
    }

    #[test]
    fn what_is_no_image_is_named() {
        let root = folder();
        fs::write(root.path().join("b/1.png"), b"GIF89a").unwrap();
        let images = ImageFolder::open(root.path(), [3, 1, 2]).unwrap();
        let error = message(images.read_all::<f32, 6>());
        assert!(error.contains("b/1.png: image: found ") && error.ends_with("expected a PNG or JPEG image"));
        assert_eq!(
            message(images.read(0, &mut [0.0_f32; 5])),
            "numbers for an image: found 5, expected 6, for [3, 1, 2]"
        );
    }

    #[test]
    fn folders_without_images_are_refused() {
        let root = tempfile::tempdir().unwrap();
        assert!(message(ImageFolder::open(root.path(), [1, 2, 2])).contains("folders: found none"));
        fs::create_dir(root.path().join("cat")).unwrap();
        let error = message(ImageFolder::open(root.path(), [1, 2, 2]));
        assert!(error.contains("cat: files: found no image"), "{error}");
        assert!(message(ImageFolder::open("no/folder", [1, 2, 2])).starts_with("no/folder: cannot list: "));
        for shape in [[2, 4, 4], [0, 4, 4], [1, 0, 4], [3, 4, usize::MAX]] {
            assert!(message(ImageFolder::open(root.path(), shape)).starts_with("shape of images: found"));
        }
    }

    fn sample<D: Dataset<f64, Vals<6>, Tokens<1>>>(
        data: &D,
        i: usize,
    ) -> std::result::Result<([f64; 6], u16), D::Error> {
        let (mut x, mut target) = ([0.0; 6], [7]);
        data.get(i, Rng::new(0), &mut x, &mut target)?;
        Ok((x, target[0]))
    }

    #[test]
    fn a_folder_is_a_data_set_of_images_and_classes() {
        let root = folder();
        let images = ImageFolder::open(root.path(), [3, 1, 2]).unwrap();
        assert_eq!(sample(&images, 2).unwrap(), ([1.0, 0.2, 0.0, 0.2, 0.0, 0.2], 1));
        assert_eq!(message(sample(&images, 3)), "image: found 3, expected below 3");
    }

    #[test]
    fn numbers_are_the_nearest_to_a_255th() {
        assert!((0..=255_u8).all(|byte| f32::of(f64::from(byte) / 255.0) == f32::from(byte) / 255.0));
    }

    fn decode(content: &[u8], resize: bool) {
        let (classes, files) = (Vec::new(), Vec::new());
        let folder = ImageFolder { classes, files, shape: [3, 1, 2], resize };
        let mut values = [2.0_f32; 6];
        match folder.decode(content, Path::new("x"), &mut values) {
            Ok(()) => assert!(values.iter().all(|value| (0.0..=1.0).contains(value))),
            Err(_) => assert_eq!(values, [2.0; 6]),
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_image_or_an_error(content in vec(any::<u8>(), 0..100), resize: bool) {
            decode(&content, resize);
        }

        #[test]
        fn a_changed_image_gives_an_image_or_an_error(
            at: Index, byte: u8, cut in 0..30_usize, png: bool,
        ) {
            let mut content = encoded(&two(), if png { ImageFormat::Png } else { ImageFormat::Jpeg });
            *at.get_mut(&mut content) = byte;
            content.truncate(content.len() - cut * usize::from(cut < 15));
            decode(&content, false);
        }
    }
}
