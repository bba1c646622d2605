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

#[dl_macros::network(input = [2, 5, 4], crate = dl_core)]
struct Images {
    conv: Conv2d<4, Kernel<3, 2>, Groups<2>>,
    up: ConvTranspose2d<3, 2, Stride<2>>,
}

#[dl_macros::network(input = [6, 2], crate = dl_core)]
struct Steps {
    conv: Conv1d<3, 4>,
}

#[test]
fn weights_of_convolutions_load_and_are_saved_in_pytorchs_order() {
    let (mut images, mut steps) = (Images::<f32>::ZERO, Steps::<f32>::ZERO);
    safetensors::load(&mut images, written_by_pytorch("images.safetensors")).unwrap();
    safetensors::load(&mut steps, written_by_pytorch("steps.safetensors")).unwrap();
    // column by column of a window: [out, in / groups, height, width] is [4, 1, 3, 2]
    for (out, kernel) in images.conv.weight.row_iter().enumerate() {
        for (i, &w) in kernel.iter().enumerate() {
            assert_eq!(w, (6 * out + i) as f32 + 0.5, "output {out}, number {i}");
        }
    }
    assert_eq!(images.conv.bias.as_slice(), [24.5, 25.5, 26.5, 27.5]);
    // [in, out / groups, height, width] is [4, 3, 2, 2]
    assert_eq!((images.up.weight[(0, 0)], images.up.weight[(1, 2)]), (28.5, 28.5 + 12.0 + 2.0));
    // [out, in, steps] is [3, 2, 4], in memory step by step
    for (out, kernel) in steps.conv.weight.row_iter().enumerate() {
        for (i, &w) in kernel.iter().enumerate() {
            let (step, feature) = (i / 2, i % 2);
            assert_eq!(
                w,
                (8 * out + 4 * feature + step) as f32 + 0.5,
                "output {out}, step {step}, feature {feature}"
            );
        }
    }

    for (name, len) in [("images", 79 * 4), ("steps", 27 * 4)] {
        let saved = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        match name {
            "images" => safetensors::save(&images, &saved).unwrap(),
            _ => safetensors::save(&steps, &saved).unwrap(),
        }
        let numbers = |path: &Path| {
            let content = std::fs::read(path).unwrap();
            content[content.len() - len..].to_vec()
        };
        assert_eq!(numbers(&saved), numbers(&written_by_pytorch(&format!("{name}.safetensors"))), "{name}");
    }
}

#[dl_macros::network(input = [u16; 6], crate = dl_core)]
struct Sequences {
    embed: Embedding<5, 2>,
    lstm: Lstm<3, Bidirectional>,
    gru: Gru<2>,
}

#[test]
fn weights_of_recurrences_load_and_are_saved_in_pytorchs_order() {
    let mut net = Sequences::<f32>::ZERO;
    safetensors::load(&mut net, written_by_pytorch("sequences.safetensors")).unwrap();
    // [tokens, features] is [5, 2]
    assert_eq!(net.embed.weight.as_slice()[..3], [0.5, 1.5, 2.5]);
    // [4 · 3, 2] from 10.5 on, then [4 · 3, 3], two biases of 12, and the same of the second direction
    assert_eq!((net.lstm.forward.weight_ih[(0, 1)], net.lstm.forward.weight_ih[(1, 0)]), (11.5, 12.5));
    assert_eq!((net.lstm.forward.weight_hh[(0, 0)], net.lstm.forward.weight_hh[(11, 2)]), (34.5, 69.5));
    assert_eq!((net.lstm.forward.bias_ih[0], net.lstm.forward.bias_hh[0]), (70.5, 82.5));
    assert_eq!((net.lstm.reverse.weight_ih[(0, 0)], net.lstm.reverse.bias_hh[11]), (94.5, 177.5));
    assert_eq!((net.gru.weight_ih[(0, 0)], net.gru.bias_hh[5]), (178.5, 237.5));

    let saved = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sequences");
    safetensors::save(&net, &saved).unwrap();
    let mut again = Sequences::<f32>::ZERO;
    safetensors::load(&mut again, &saved).unwrap();
    assert_eq!(again.lstm.reverse.weight_hh, net.lstm.reverse.weight_hh);
    assert_eq!(again.gru.weight_ih, net.gru.weight_ih);
}
