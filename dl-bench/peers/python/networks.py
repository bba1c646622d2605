"""The networks of the workloads, told once for all Python programs: each builds them in its own framework's terms.

Shapes are PyTorch's: [features] or [channels, height, width], weights [outputs, inputs, height, width].
"""

from typing import NamedTuple

import numpy as np


class Dense(NamedTuple):
    inputs: int
    outputs: int
    activation: str | None = "relu"

    def weight_shape(self):
        return self.outputs, self.inputs


class Conv(NamedTuple):
    inputs: int
    outputs: int
    kernel: tuple[int, int]
    stride: int = 1
    pad: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))  # (above, below), (left, right)
    groups: int = 1
    activation: str | None = "relu"

    def weight_shape(self):
        return self.outputs, self.inputs // self.groups, *self.kernel


class MaxPool(NamedTuple):
    """Of non-overlapping squares."""

    size: int


class Mean(NamedTuple):
    """Over height and width; what is left is [channels]."""


class Flatten(NamedTuple):
    """From [channels, height, width] to [features], in the order that the framework has them in."""


class Residual(NamedTuple):
    """relu(main(x) + skip(x))"""

    main: list
    skip: list


class Lstm(NamedTuple):
    """Over [steps, inputs]; gives all states."""

    inputs: int
    outputs: int


class Gpt(NamedTuple):
    """Token and position embeddings, pre-norm blocks of causal attention and GELU (tanh), a last norm, a dense layer."""

    vocab: int
    width: int
    heads: int
    blocks: int


class Network(NamedTuple):
    input: tuple[int, ...]
    layers: list


def mlp(*sizes, activation="relu"):
    layers = [Dense(i, o, activation) for i, o in zip(sizes, sizes[1:])]
    return Network(sizes[:1], [*layers[:-1], layers[-1]._replace(activation=None)])


def lenet():
    first, second, pool = Conv(1, 6, (5, 5)), Conv(6, 16, (5, 5)), MaxPool(2)
    return Network((1, 28, 28), [first, pool, second, pool, Flatten(), *mlp(256, 120, 84, 10).layers])


AROUND = ((1, 1), (1, 1))  # a window of three does not change the size
BEHIND = ((0, 1), (0, 1))  # nor more than halve it in steps of two: as TensorFlow pads


def ds_cnn():
    first = Conv(1, 64, (10, 4), 2, ((4, 5), (1, 1)))
    block = [Conv(64, 64, (3, 3), pad=AROUND, groups=64), Conv(64, 64, (1, 1))]
    return Network((1, 49, 10), [first, *block * 4, Mean(), Dense(64, 12, None)])


def resnet8():
    def plain(inputs, outputs, activation="relu"):
        return Conv(inputs, outputs, (3, 3), pad=AROUND, activation=activation)

    def halved(inputs, outputs):
        main = [Conv(inputs, outputs, (3, 3), 2, BEHIND), plain(outputs, outputs, None)]
        return Residual(main, [Conv(inputs, outputs, (1, 1), 2, activation=None)])

    first = Residual([plain(16, 16), plain(16, 16, None)], [])
    return Network((3, 32, 32), [plain(3, 16), first, halved(16, 32), halved(32, 64), Mean(), Dense(64, 10, None)])


# One-hot vectors of 65 characters come in.
CHAR_LSTM = Network((64, 65), [Lstm(65, 128), Dense(128, 65, None)])

NETWORKS = {
    "mlp_infer1": mlp(784, 128, 64, 10),
    "mlp_train": mlp(784, 128, 64, 10),
    "lenet_infer1": lenet(),
    "lenet_train": lenet(),
    "kws_infer1": ds_cnn(),
    "kws_int8_infer1": ds_cnn(),
    "resnet8_infer1": resnet8(),
    "ad_infer1": mlp(640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640),
    "tiny_infer1": mlp(1, 16, 16, 1),
    "charlstm_train": CHAR_LSTM,
    "gpt_train": Network((64,), [Gpt(65, 64, 4, 2)]),
    "tiny_train": mlp(2, 16, 16, 1, activation="tanh"),
}


def weight_and_bias(layer, rng):
    """Of a Dense or a Conv; a network's layers are to be asked in their order, `main` before `skip`."""
    weight = rng.standard_normal(layer.weight_shape())
    return (weight * weight[0].size ** -0.5).astype(np.float32), rng.standard_normal(layer.outputs).astype(np.float32)
