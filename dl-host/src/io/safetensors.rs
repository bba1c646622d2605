//! Weights as safetensors files, with PyTorch's names, shapes and order.
//!
//! What is saved here loads there with `model.load_state_dict(safetensors.torch.load_file(path))`, and what is saved
//! there with `safetensors.torch.save_file(model.state_dict(), path)` loads here, if the fields are named alike.
//! Buffers (running statistics) are saved and loaded too.

use std::any::Any;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use dl_core::params::{self, Param};
use dl_core::{Params, Real};
use safetensors::Dtype;
use safetensors::tensor::{SafeTensorError, SafeTensors, TensorView, View};

use crate::error::bytes;
use crate::io::whole;
use crate::{Error, Result};

/// PyTorch counts batches in a buffer that nothing here needs.
const COUNTER: &str = "num_batches_tracked";

/// Writes all parameters and buffers of a network; the file appears when it is complete.
///
/// Of a network the file says by a hash which layers it was saved from, for `weights!`.
///
/// ```
/// use dl_core::{Blank, layers::Dense};
/// use dl_host::io::safetensors;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("weights.safetensors");
/// let mut trained = Dense::<f32, 3, 2>::ZERO;
/// trained.bias[1] = 0.5;
/// safetensors::save(&trained, &path)?;
///
/// let mut fresh = Dense::<f32, 3, 2>::ZERO;
/// safetensors::load(&mut fresh, &path)?;
/// assert_eq!(fresh.bias, trained.bias);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file cannot be written.
pub fn save<T: Real, P: Params<T>>(net: &P, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let content = serialize(net, path)?;
    whole::write(path, |out| out.write_all(&content))
}

/// [`save`], to memory.
///
/// ```
/// use dl_core::{Blank, layers::Dense};
/// use dl_host::io::safetensors;
///
/// let bytes = safetensors::to_bytes(&Dense::<f32, 3, 2>::ZERO)?;
/// safetensors::from_bytes(&mut Dense::<f32, 3, 2>::ZERO, &bytes)?;
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// If two parameters have one name, which no network of `#[network]` has.
pub fn to_bytes<T: Real, P: Params<T>>(net: &P) -> Result<Vec<u8>> {
    serialize(net, bytes())
}

fn serialize<T: Real, P: Params<T>>(net: &P, file: &Path) -> Result<Vec<u8>> {
    let mut tensors = BTreeMap::new();
    let mut twice = None;
    net.visit(params::Path::ROOT, &mut |name, param| {
        let name = name.to_string();
        if tensors.insert(name.clone(), Tensor::of(param)).is_some() {
            twice = Some(name);
        }
    });
    if let Some(name) = twice {
        return Err(Error::content(file, format_args!("tensor `{name}`"), "it twice", "one of each name"));
    }
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let content = safetensors::serialize(tensors, Some(metadata))
        .map_err(|error| Error::content(file, "header", error, "tensors that can be written"))?;
    Ok(if P::ARCHITECTURE == 0 { content } else { with_architecture(&content, P::ARCHITECTURE) })
}

/// The file with a second entry in its metadata, for `weights!`. The library would write two in an order that changes from
/// run to run, as its map does.
fn with_architecture(content: &[u8], hash: u32) -> Vec<u8> {
    const START: &str = r#"{"__metadata__":{"#;
    let (Some((length, rest)), entry) =
        (content.split_first_chunk(), format!(r#""architecture":"{hash:#010x}","#))
    else {
        return content.to_vec();
    };
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut header = header.trim_ascii_end().to_vec();
    header.splice(START.len()..START.len(), entry.bytes());
    header.resize(header.len().next_multiple_of(length.len()), b' ');
    [&(header.len() as u64).to_le_bytes(), &header[..], data].concat()
}

/// A parameter in the file's order.
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

impl Tensor {
    fn of<T: Real>(param: Param<'_, T>) -> Self {
        let mut data = Vec::with_capacity(size_of_val(param.values));
        for i in 0..param.values.len() {
            write_number(param.values[param.order.place(&param.shape, i)], &mut data);
        }
        Tensor { dtype: dtype::<T>(), shape: param.shape.dims().to_vec(), data }
    }
}

impl View for Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        &self.shape
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.data)
    }
    fn data_len(&self) -> usize {
        self.data.len()
    }
}

/// Sets all parameters and buffers of a network from a file.
///
/// Every tensor is checked before the first number is changed: after an error the network is as it was.
///
/// ```
/// use dl_core::{Blank, layers::Dense};
/// use dl_host::io::safetensors;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("weights.safetensors");
/// safetensors::save(&Dense::<f32, 3, 2>::ZERO, &path)?;
/// safetensors::load(&mut Dense::<f32, 3, 2>::ZERO, &path)?;
/// assert!(safetensors::load(&mut Dense::<f64, 3, 2>::ZERO, &path).is_err()); // other numbers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the file cannot be read or is not of this format; if a parameter is missing in it, has another shape or another
/// type of numbers; or if it holds a tensor that the network does not have. Only PyTorch's `num_batches_tracked` may
/// be surplus.
pub fn load<T: Real, P: Params<T>>(net: &mut P, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let content = std::fs::read(path).map_err(|source| Error::io(path, "read", source))?;
    deserialize(net, &content, path)
}

/// [`load`], from memory.
///
/// ```
/// use dl_core::{Blank, layers::Dense};
/// use dl_host::io::safetensors;
///
/// let small = safetensors::to_bytes(&Dense::<f32, 3, 2>::ZERO)?;
/// let error = safetensors::from_bytes(&mut Dense::<f32, 4, 2>::ZERO, &small).unwrap_err();
/// assert_eq!(error.to_string(), "(bytes): tensor `weight`: found shape [2, 3], expected shape [2, 4]");
/// # Ok::<(), dl_host::Error>(())
/// ```
///
/// # Errors
///
/// As [`load`].
pub fn from_bytes<T: Real, P: Params<T>>(net: &mut P, content: &[u8]) -> Result<()> {
    deserialize(net, content, bytes())
}

fn deserialize<T: Real, P: Params<T>>(net: &mut P, content: &[u8], file: &Path) -> Result<()> {
    let tensors = SafeTensors::deserialize(content).map_err(|error| malformed(error, file))?;
    // Ordered, so that of several surplus tensors the same one is always named.
    let mut surplus: BTreeMap<&str, TensorView<'_>> = tensors.iter().collect();
    surplus.retain(|name, _| name.rsplit('.').next() != Some(COUNTER));

    let mut outcome = Ok(());
    let mut sources = Vec::new();
    net.visit(params::Path::ROOT, &mut |name, param| {
        if outcome.is_ok() {
            let name = name.to_string();
            match surplus.remove(name.as_str()) {
                Some(tensor) => match check(&tensor, &param, &name, file) {
                    Ok(()) => sources.push(tensor),
                    Err(error) => outcome = Err(error),
                },
                None => {
                    let place = format_args!("tensor `{name}`");
                    let expected = format_args!("shape {}", param.shape);
                    outcome = Err(Error::content(file, place, "no such tensor", expected));
                }
            }
        }
    });
    outcome?;
    if let Some((name, tensor)) = surplus.first_key_value() {
        let place = format_args!("tensor `{name}`");
        let found = format_args!("shape {:?}", tensor.shape());
        return Err(Error::content(file, place, found, "no such tensor: the network has no such parameter"));
    }

    // Nothing below can fail.
    let mut sources = sources.into_iter();
    net.zip([], params::Path::ROOT, &mut |_, param, []| {
        if let Some(tensor) = sources.next() {
            let numbers = tensor.data().chunks_exact(size_of::<T>());
            for (i, number) in numbers.enumerate() {
                read_number(number, &mut param.values[param.order.place(&param.shape, i)]);
            }
        }
    });
    Ok(())
}

fn check<T: Real>(tensor: &TensorView<'_>, param: &Param<'_, T>, name: &str, file: &Path) -> Result<()> {
    let place = format_args!("tensor `{name}`");
    if tensor.shape() != param.shape.dims() {
        let found = format_args!("shape {:?}", tensor.shape());
        return Err(Error::content(file, place, found, format_args!("shape {}", param.shape)));
    }
    if tensor.dtype() != dtype::<T>() {
        let method = if dtype::<T>() == Dtype::F32 { "float" } else { "double" };
        let found = format_args!("numbers of type {:?}", tensor.dtype());
        let expected =
            format_args!("{:?} (in PyTorch, convert with `model.{method}()` and save again)", dtype::<T>());
        return Err(Error::content(file, place, found, expected));
    }
    Ok(())
}

fn malformed(error: SafeTensorError, file: &Path) -> Error {
    use SafeTensorError as E;
    let expected = match error {
        E::HeaderTooSmall => "at least 8 bytes, the length of the header",
        E::HeaderTooLarge => "a header of at most 100 MB: is it a safetensors file?",
        E::InvalidHeaderLength => "a header that ends within the file: is it truncated?",
        E::InvalidHeader(_) | E::InvalidHeaderDeserialization(_) => {
            "a header in JSON: is it a safetensors file?"
        }
        E::MetadataIncompleteBuffer => "data that ends with the last tensor: is it truncated?",
        _ => "tensors that lie one after the other and are as long as shape and type say",
    };
    Error::content(file, "header", format_args!("{error}"), expected)
}

fn dtype<T: Real>() -> Dtype {
    if size_of::<T>() == size_of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

/// Adds the number's little-endian bytes. The bits stay as they are, those of a NaN too.
fn write_number<T: Real>(number: T, out: &mut Vec<u8>) {
    let number: &dyn Any = &number;
    if let Some(number) = number.downcast_ref::<f32>() {
        out.extend(number.to_le_bytes());
    } else if let Some(number) = number.downcast_ref::<f64>() {
        out.extend(number.to_le_bytes());
    }
}

/// The reverse of [`write_number`], from as many bytes as the number has.
fn read_number<T: Real>(bytes: &[u8], number: &mut T) {
    let number: &mut dyn Any = number;
    if let (Some(number), Ok(bytes)) = (number.downcast_mut::<f32>(), bytes.try_into()) {
        *number = f32::from_le_bytes(bytes);
    } else if let (Some(number), Ok(bytes)) = (number.downcast_mut::<f64>(), bytes.try_into()) {
        *number = f64::from_le_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use dl_core::layers::Dense;
    use dl_core::params::Order;
    use dl_core::{Blank, Rng, Shape};
    use proptest::{prop_assert_eq, proptest};

    use super::*;

    /// Two layers: `0.weight`, `0.bias`, `1.weight`, `1.bias`.
    type Net<T> = [Dense<T, 3, 2>; 2];
    type Entry = (&'static str, Dtype, &'static [usize]);

    const FITTING: [Entry; 4] = [
        ("0.weight", Dtype::F32, &[2, 3]),
        ("0.bias", Dtype::F32, &[2]),
        ("1.weight", Dtype::F32, &[2, 3]),
        ("1.bias", Dtype::F32, &[2]),
    ];

    fn net<T: Real>(seed: u64) -> Net<T> {
        let mut net = Net::<T>::ZERO;
        net.init(Rng::new(seed));
        net
    }

    /// All numbers as their bits, so that a NaN equals itself too.
    fn bits<T: Real>(net: &Net<T>) -> Vec<u8> {
        let mut all = Vec::new();
        net.visit(params::Path::ROOT, &mut |_, param| {
            param.values.iter().for_each(|&value| write_number(value, &mut all));
        });
        all
    }

    /// A file whose data bytes are all 1.
    fn file(entries: &[Entry]) -> Vec<u8> {
        let tensors = entries.iter().map(|&(name, dtype, shape)| {
            let len = shape.iter().product::<usize>() * dtype.bitsize() / 8;
            (name, Tensor { dtype, shape: shape.to_vec(), data: vec![1; len] })
        });
        safetensors::serialize(tensors, None).unwrap()
    }

    /// A file with a header of the test's own.
    fn with_header(header: &str, data: usize) -> Vec<u8> {
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.resize(file.len() + data, 0);
        file
    }

    /// The message with which loading fails; the network must be as it was.
    fn refused(content: &[u8]) -> String {
        let mut net = net::<f32>(1);
        net[0].bias[0] = f32::from_bits(0x7fa0_0001);
        let before = bits(&net);
        let error = from_bytes(&mut net, content).expect_err("this should be refused");
        assert_eq!(bits(&net), before, "the network changed");
        error.to_string()
    }

    #[test]
    fn what_was_saved_is_loaded_bit_for_bit() {
        fn round_trip<T: Real>() {
            let mut saved = net::<T>(1);
            saved[1].bias[0] = T::of(f64::NAN);
            saved[1].bias[1] = T::of(-0.0);
            let mut loaded = net::<T>(2);
            from_bytes(&mut loaded, &to_bytes(&saved).unwrap()).unwrap();
            assert_eq!(bits(&loaded), bits(&saved));
        }
        round_trip::<f32>();
        round_trip::<f64>();
    }

    #[test]
    fn a_signalling_nan_keeps_its_bits() {
        let mut saved = net::<f32>(1);
        saved[0].weight[(1, 2)] = f32::from_bits(0x7fa0_0001);
        let mut loaded = net::<f32>(2);
        from_bytes(&mut loaded, &to_bytes(&saved).unwrap()).unwrap();
        assert_eq!(loaded[0].weight[(1, 2)].to_bits(), 0x7fa0_0001);
    }

    #[test]
    fn weights_are_in_pytorchs_order() {
        let mut net = Net::<f32>::ZERO;
        for (row, column) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
            net[0].weight[(row, column)] = (10 * row + column) as f32;
        }
        let content = to_bytes(&net).unwrap();
        let tensors = SafeTensors::deserialize(&content).unwrap();
        let weight = tensors.tensor("0.weight").unwrap();
        let numbers = weight.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        assert_eq!(weight.shape(), [2, 3]);
        assert!(numbers.eq([0.0, 1.0, 2.0, 10.0, 11.0, 12.0]));
        let (_, header) = SafeTensors::read_metadata(&content).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["format"], "pt");
    }

    #[test]
    fn a_network_leaves_the_hash_of_its_layers_in_the_file() {
        #[dl_macros::network(input = [3], crate = dl_core)]
        struct Net {
            fc: Dense<2>,
            act: Relu,
        }

        let content = to_bytes(&*<Net as dl_core::Network>::boxed(0)).unwrap();
        let (_, header) = SafeTensors::read_metadata(&content).unwrap();
        let hash = format!("{:#010x}", <Net as Params<f32>>::ARCHITECTURE);
        let metadata = header.metadata().as_ref().unwrap();
        assert_eq!((&*metadata["format"], &metadata["architecture"]), ("pt", &hash));
        assert_eq!(content, to_bytes(&*<Net as dl_core::Network>::boxed(0)).unwrap());
        from_bytes(&mut *<Net as dl_core::Network>::boxed(1), &content).unwrap();
    }

    #[test]
    fn a_kernel_in_column_order_is_the_matrix_of_its_first_index_by_the_rest() {
        let values = [0.0_f32, 10.0, 1.0, 11.0, 2.0, 12.0, 3.0, 13.0]; // out 0 and 1, side by side
        let param = Param::new(&values, Shape::new([2, 2, 2]), Order::ColumnMajor, params::Kind::Weight);
        let data = Tensor::of(param).data;
        let numbers = data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        assert!(numbers.eq([0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0]));
    }

    #[test]
    fn missing_and_surplus_tensors_are_named() {
        assert_eq!(
            refused(&file(&FITTING[..3])),
            "(bytes): tensor `1.bias`: found no such tensor, expected shape [2]"
        );
        let surplus = [&FITTING[..], &[("2.bias", Dtype::F32, &[4])]].concat();
        assert_eq!(
            refused(&file(&surplus)),
            "(bytes): tensor `2.bias`: found shape [4], expected no such tensor: the network has no such parameter"
        );
    }

    #[test]
    fn pytorchs_batch_counter_may_be_surplus() {
        let counter = [&FITTING[..], &[("0.bn.num_batches_tracked", Dtype::I64, &[])]].concat();
        let mut net = net::<f32>(1);
        from_bytes(&mut net, &file(&counter)).unwrap();
        assert_eq!(bits(&net), [1; 64]);
    }

    #[test]
    fn another_shape_or_type_is_an_error_with_both() {
        let mut entries = FITTING;
        entries[2].2 = &[3, 2];
        assert_eq!(
            refused(&file(&entries)),
            "(bytes): tensor `1.weight`: found shape [3, 2], expected shape [2, 3]"
        );
        let mut entries = FITTING;
        entries[3].1 = Dtype::F64;
        assert_eq!(
            refused(&file(&entries)),
            "(bytes): tensor `1.bias`: found numbers of type F64, expected F32 (in PyTorch, convert with \
             `model.float()` and save again)"
        );
        let error = from_bytes(&mut net::<f64>(1), &file(&FITTING)).unwrap_err().to_string();
        assert!(error.contains("found numbers of type F32") && error.contains("`model.double()`"), "{error}");
    }

    #[test]
    fn damaged_headers_are_errors() {
        let whole = file(&FITTING);
        assert!(refused(b"").contains("expected at least 8 bytes"));
        assert!(refused(&whole[..20]).contains("is it truncated?"));
        assert!(refused(&whole[..whole.len() - 1]).contains("is it truncated?"));
        assert!(refused(&[&whole[..], &[0]].concat()).contains("is it truncated?"));
        assert!(
            refused(b"PK\x03\x04 a zip file, as torch.save writes").contains("is it a safetensors file?")
        );
        assert!(refused(&with_header("{\"0.weight\":", 0)).contains("a header in JSON"));
        let overlapping = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#;
        assert!(refused(&with_header(overlapping, 6)).contains("one after the other"));
        let short = r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}"#;
        assert!(refused(&with_header(short, 4)).contains("as long as shape and type say"));
        let overflow = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,4]}}"#;
        assert!(refused(&with_header(overflow, 4)).contains("as long as shape and type say"));
    }

    #[test]
    fn a_saved_file_is_whole_and_errors_name_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.safetensors");
        save(&net::<f32>(3), &path).unwrap();
        let mut loaded = net::<f32>(4);
        load(&mut loaded, &path).unwrap();
        assert_eq!(bits(&loaded), bits(&net::<f32>(3)));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = load(&mut net::<f64>(4), &path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: tensor `0.weight`: ", path.display())), "{error}");
        let absent = load(&mut loaded, folder.path().join("absent")).unwrap_err().to_string();
        assert!(absent.contains("absent: cannot read: "), "{absent}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(content in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            refused(&content);
        }

        #[test]
        fn any_header_is_refused_or_fits(header in "[{}\\[\\]\":,a-z0-9._]{0,120}", data in 0..64_usize) {
            refused(&with_header(&header, data));
        }

        #[test]
        fn a_changed_file_loads_whole_or_changes_nothing(at: proptest::sample::Index, byte: u8, cut in 0..40_usize) {
            let mut content = to_bytes(&net::<f32>(5)).unwrap();
            *at.get_mut(&mut content) = byte;
            content.truncate(content.len() - cut * usize::from(cut < 20));
            let mut loaded = net::<f32>(6);
            match from_bytes(&mut loaded, &content) {
                Ok(()) => prop_assert_eq!(&to_bytes(&loaded).unwrap()[content.len() - 64..], &content[content.len() - 64..]),
                Err(_) => prop_assert_eq!(bits(&loaded), bits(&net::<f32>(6))),
            }
        }
    }
}
