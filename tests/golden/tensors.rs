//! Between the parameters of a network and PyTorch's tensors, by name and in PyTorch's order.

use std::collections::BTreeMap;

use dl::params::{Kind, Order, Path, Place};
use dl::{Params, Real, Shape};

use crate::vectors::{Tensor, Tensors};

/// Sets every parameter of a network, which says of each where it lies.
pub(crate) fn set_parameters<T: Real, P: Params<T>>(net: &mut P, tensors: &Tensors) {
    let start = std::ptr::from_ref(net).addr();
    net.visit(Path::ROOT, &mut |path, param| {
        let at = param.values.as_ptr().addr() - start;
        let place = Place { shape: param.shape, order: param.order, at };
        assert_eq!(P::LAYOUT.find(&path.to_string()), Some(place), "where `{path}` lies");
    });
    let mut set = 0;
    net.zip([], Path::ROOT, &mut |path, param, []| {
        let name = path.to_string();
        let tensor = tensors.get(&name).unwrap_or_else(|| panic!("PyTorch has no parameter `{name}`"));
        assert_eq!(param.shape.dims(), tensor.shape, "the shape of `{name}`");
        for (i, value) in tensor.values.iter().enumerate() {
            param.values[param.order.place(&param.shape, i)] = T::of(*value);
        }
        set += 1;
    });
    assert_eq!(set, tensors.len(), "the number of parameters");
}

/// Every parameter of a network.
pub(crate) fn parameters<T: Real>(net: &impl Params<T>) -> Tensors {
    let mut tensors = BTreeMap::new();
    net.visit(Path::ROOT, &mut |path, param| {
        tensors.insert(path.to_string(), tensor(param.values, param.shape, param.order));
    });
    tensors
}

/// Every gradient of a network; buffers have none.
pub(crate) fn gradients<T: Real, P: Params<T>>(net: &mut P, grad: &mut P::Grad) -> Tensors {
    let mut tensors = BTreeMap::new();
    net.zip([grad], Path::ROOT, &mut |path, param, [grad]| {
        if param.kind != Kind::Buffer {
            tensors.insert(path.to_string(), tensor(grad, param.shape, param.order));
        }
    });
    tensors
}

fn tensor<T: Real>(values: &[T], shape: Shape, order: Order) -> Tensor {
    assert_eq!(values.len(), shape.len());
    let sorted = (0..values.len()).map(|i| values[order.place(&shape, i)].to_f64()).collect();
    Tensor { shape: shape.dims().to_vec(), values: sorted }
}
