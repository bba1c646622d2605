//! Files that PyTorch wrote load here, without Python. `pytorch/make.py` wrote them and checks the other direction.

use std::path::{Path, PathBuf};

use dl_core::layers::Dense;
use dl_core::nalgebra::{Matrix2x3, Vector2};
use dl_core::{Blank, Real};
use dl_host::io::safetensors;

/// `nn.ModuleList([nn.Linear(3, 2), nn.Linear(3, 2)])`
type Net<T> = [Dense<T, 3, 2>; 2];

fn written_by_pytorch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pytorch").join(name)
}

/// 0.5, 1.5, 2.5, ... through all parameters, in PyTorch's order.
fn numbered<T: Real>() -> Net<T> {
    let mut at = -0.5;
    let mut next = || {
        at += 1.0;
        T::of(at)
    };
    [(); 2].map(|()| Dense {
        weight: Matrix2x3::from_row_iterator((0..6).map(|_| next())),
        bias: Vector2::from_fn(|_, _| next()),
    })
}

fn loads<T: Real>(name: &str) {
    let mut loaded = Net::<T>::ZERO;
    safetensors::load(&mut loaded, written_by_pytorch(name)).unwrap();
    for (i, (loaded, expected)) in loaded.iter().zip(&numbered::<T>()).enumerate() {
        assert_eq!(loaded.weight, expected.weight, "weight of layer {i}");
        assert_eq!(loaded.bias, expected.bias, "bias of layer {i}");
    }
}

#[test]
fn weights_that_pytorch_saved_load() {
    loads::<f32>("two_layers.safetensors");
    loads::<f64>("two_layers_f64.safetensors");
}

#[test]
fn numbers_of_the_other_precision_are_refused_with_the_remedy() {
    let mut net = Net::<f32>::ZERO;
    let error = safetensors::load(&mut net, written_by_pytorch("two_layers_f64.safetensors")).unwrap_err();
    assert!(error.to_string().contains("model.float()"), "{error}");
}

#[test]
fn a_saved_file_holds_what_pytorch_saves() {
    let saved = Path::new(env!("CARGO_TARGET_TMPDIR")).join("two_layers.safetensors");
    safetensors::save(&numbered::<f32>(), &saved).unwrap();
    // The header is not unique, but after it come the same numbers in the same order.
    let numbers = |path: &Path| {
        let content = std::fs::read(path).unwrap();
        content[content.len() - 64..].to_vec()
    };
    assert_eq!(numbers(&saved), numbers(&written_by_pytorch("two_layers.safetensors")));
}
