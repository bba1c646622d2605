//! Parameters have the names and shapes that PyTorch's `state_dict` gives them.
#![forbid(unsafe_code)]

use dl::params::{self, Kind, Order, Path};
use dl::{Blank, Network, Params, Rng, network};

#[network(input = [4])]
struct Net {
    stem: Dense<6>,
    act: Relu,
    blocks: [self::Block; 2],
    #[frozen]
    inner: self::Block,
    slopes: [PRelu<6>; 2],
    #[group(head)]
    r#final: Dense<3, NoBias>,
}

#[network(input = [6])]
struct Block {
    fc1: Dense<5>,
    act: PRelu,
    fc2: Dense<6>,
    more: [self::Deep; 2],
}

#[network(input = [6])]
struct Deep {
    #[group(deep)]
    fc: Dense<6, NoBias>,
}

/// As `{name: tuple(p.shape) for name, p in net.state_dict().items()}` prints it.
const STATE_DICT: [(&str, &[usize]); 26] = [
    ("stem.weight", &[6, 4]),
    ("stem.bias", &[6]),
    ("blocks.0.fc1.weight", &[5, 6]),
    ("blocks.0.fc1.bias", &[5]),
    ("blocks.0.act.weight", &[1]),
    ("blocks.0.fc2.weight", &[6, 5]),
    ("blocks.0.fc2.bias", &[6]),
    ("blocks.0.more.0.fc.weight", &[6, 6]),
    ("blocks.0.more.1.fc.weight", &[6, 6]),
    ("blocks.1.fc1.weight", &[5, 6]),
    ("blocks.1.fc1.bias", &[5]),
    ("blocks.1.act.weight", &[1]),
    ("blocks.1.fc2.weight", &[6, 5]),
    ("blocks.1.fc2.bias", &[6]),
    ("blocks.1.more.0.fc.weight", &[6, 6]),
    ("blocks.1.more.1.fc.weight", &[6, 6]),
    ("inner.fc1.weight", &[5, 6]),
    ("inner.fc1.bias", &[5]),
    ("inner.act.weight", &[1]),
    ("inner.fc2.weight", &[6, 5]),
    ("inner.fc2.bias", &[6]),
    ("inner.more.0.fc.weight", &[6, 6]),
    ("inner.more.1.fc.weight", &[6, 6]),
    ("slopes.0.weight", &[6]),
    ("slopes.1.weight", &[6]),
    ("final.weight", &[3, 6]),
];

#[test]
fn names_and_shapes_are_pytorchs() {
    let (mut i, mut numbers) = (0, 0);
    Net::<f32>::ZERO.visit(Path::ROOT, &mut |path, param| {
        let (name, shape) = STATE_DICT[i];
        assert_eq!((path.to_string().as_str(), param.shape.dims()), (name, shape));
        assert!(path.is(name));
        assert_eq!(param.values.len(), shape.iter().product::<usize>());
        i += 1;
        numbers += param.values.len();
    });
    assert_eq!((i, numbers), (STATE_DICT.len(), Net::PARAMS));
}

#[test]
fn zip_walks_the_same_names_in_the_same_order() {
    let (mut net, mut seen, mut zipped) = (Net::<f64>::boxed(0), Vec::new(), Vec::new());
    net.visit(Path::ROOT, &mut |path, p| seen.push((path.to_string(), p.shape, p.order, p.kind)));
    net.zip([], Path::ROOT, &mut |path, p, []| zipped.push((path.to_string(), p.shape, p.order, p.kind)));
    assert_eq!(seen, zipped);
    let kind = |name: &str| seen.iter().find(|(n, ..)| n == name).map(|(.., order, kind)| (*order, *kind));
    assert_eq!(kind("blocks.1.fc2.weight"), Some((Order::ColumnMajor, Kind::Weight)));
    assert_eq!(kind("blocks.1.fc2.bias"), Some((Order::RowMajor, Kind::Bias)));
    assert_eq!(kind("blocks.1.act.weight"), Some((Order::RowMajor, Kind::Norm)));
}

#[test]
fn groups_and_frozen_fields_hold_for_all_below_them() {
    let mut net = Net::<f32>::boxed(0);
    net.zip([], Path::ROOT, &mut |path, _, []| {
        let name = path.to_string();
        assert_eq!(path.is_frozen(), name.starts_with("inner."), "{name}");
        let group = if name.contains("more") {
            "deep"
        } else if name.starts_with("final") {
            "head"
        } else {
            ""
        };
        assert_eq!(path.group(), group, "{name}");
    });
}

#[test]
fn every_number_is_shown_once_where_it_lies() {
    let mut net = Net::<f32>::boxed(0);
    let mut next = 0.0;
    net.zip([], Path::ROOT, &mut |_, param, []| {
        param.values.fill_with(|| {
            next += 1.0;
            next
        });
    });
    assert_eq!(next as usize, Net::PARAMS);
    // Column after column: the second number of the first weight is row 1 of column 0.
    assert_eq!((net.stem.weight[(0, 0)], net.stem.weight[(1, 0)], net.stem.weight[(0, 1)]), (1.0, 2.0, 7.0));
    assert_eq!(net.stem.bias[0], 25.0);
    assert_eq!(net.r#final.weight[(2, 5)], next);
}

#[test]
fn a_copy_has_all_numbers_and_its_own_memory() {
    let (mut one, mut two) = (Net::<f32>::boxed(1), Net::<f32>::boxed(2));
    let numbers = |net: &Net| {
        let mut all = Vec::new();
        net.visit(Path::ROOT, &mut |_, param| all.extend_from_slice(param.values));
        all
    };
    assert_ne!(numbers(&one), numbers(&two));
    params::copy(&mut *two, &*one);
    assert_eq!(numbers(&one), numbers(&two));
    let kept = numbers(&one);
    two.init(Rng::new(9));
    one.inner.fc2.bias[5] += 1.0;
    assert_ne!(numbers(&one), kept);
    let changed = numbers(&one).iter().zip(&kept).filter(|(a, b)| a != b).count();
    assert_eq!(changed, 1);
}
