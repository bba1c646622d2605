#!/usr/bin/env python3
"""Writes the golden vectors of `int8_network.rs`: a network of floats, and what LiteRT computes with its integers.

    python3 tests/golden/generate_int8_network.py

needs ai-edge-litert, flatbuffers and numpy. The network is quantized here, from the floats on, by the rules of TensorFlow
Lite: ranges from least to largest of what the calibration inputs give, weights by output channel. Parameters and inputs are
multiples of powers of two, and so few bits long that every sum of theirs is exact in single precision: the ranges are the same
in whatever order a processor adds. Channels are last, but for the floats in the file, which are in PyTorch's order.
"""

import json
import pathlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from litert import Model, line, made_by

SEED = 7
HERE = pathlib.Path(__file__).parent
RELU, NONE = schema.ActivationFunctionType.RELU, schema.ActivationFunctionType.NONE
rng = np.random.default_rng(SEED)
model, parameters = Model(), {}


def nearest(x):
    """Halves away from zero."""
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


class Value:
    """A tensor of the model, the floats that the calibration inputs give there, and the power of two they are multiples of."""

    def __init__(self, floats, unit, affine=None):
        self.floats, self.unit, self.affine = floats, unit, affine or affine_of(floats)
        self.spec = ((1, *floats.shape[1:]), *self.affine)


def affine_of(floats):
    low, high = min(floats.min(), 0.0), max(floats.max(), 0.0)
    scale = np.float32((high - low) / 255)
    return scale, int(np.clip(nearest(-128 - low / np.float64(scale)), -128, 127))


def put(kind, inputs, value, *arguments, **options):
    value.tensor = model.operator(kind, [x.tensor for x in inputs], value.spec, *arguments, **options)
    return value


def parameter(name, shape, unit, most):
    """Multiples of `unit`, in PyTorch's order."""
    values = unit * rng.integers(-most, most + 1, shape)
    parameters[name] = {"shape": list(shape), "values": values.flatten().tolist()}
    return values


def product(kind, name, x, weight, run, unit, most, relu, axis=0, **options):
    """A layer with a weight, outputs last where it is depthwise and first elsewhere."""
    outputs = weight.shape[axis]
    bias = parameter(f"{name}.bias", (outputs,), unit, most)
    bound = (run(np.abs(x.floats), np.abs(weight)) + np.abs(bias)).max()
    assert bound / (x.unit * unit) < 2**24, f"{name} is not exact"
    floats = run(x.floats, weight) + bias
    y = Value(np.maximum(floats, 0) if relu else floats, x.unit * unit)
    largest = np.abs(weight).max(tuple(i for i in range(weight.ndim) if i != axis)).astype(np.float32)
    scales = largest / np.float32(127)
    shape = [-1 if i == axis else 1 for i in range(weight.ndim)]
    integers = np.clip(nearest(weight.astype(np.float32) / scales.reshape(shape)), -127, 127).astype(np.int8)
    biases = nearest(bias / (np.float64(x.affine[0]) * scales)).astype(np.int32)
    constants = [
        (integers.shape, scales, 0, integers, axis),
        ((outputs,), x.affine[0] * scales, 0, biases),
    ]
    activation = {"fusedActivationFunction": RELU if relu else NONE}
    return put(kind, [x], y, constants, op_version=5, **activation, **options)


def windows(x, kernel, stride, pad, fill=0.0):
    """`[N, OH, OW, C, K, K]`; `pad` is before and after, of rows and of columns."""
    x = np.pad(x, [(0, 0), *pad, (0, 0)], constant_values=fill)
    return np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), (1, 2))[:, ::stride, ::stride]


def conv(name, x, outputs, unit, most, relu=False, stride=1, depthwise=False):
    """With a window of three, and padding by TensorFlow's `same`."""
    channels = x.floats.shape[3]
    weight = parameter(f"{name}.weight", (outputs, 1 if depthwise else channels, 3, 3), unit, most)
    steps = [-(-n // stride) for n in x.floats.shape[1:3]]
    over = [(steps - 1) * stride + 3 - n for steps, n in zip(steps, x.floats.shape[1:3])]
    pad = [(n // 2, n - n // 2) for n in over]
    options = {"padding": schema.Padding.SAME, "strideH": stride, "strideW": stride}
    options |= {"dilationHFactor": 1, "dilationWFactor": 1}
    if depthwise:
        run = lambda x, w: np.einsum("nhwcij,oijc->nhwc", windows(x, 3, stride, pad), w)
        weight, kind, axis = weight.transpose(1, 2, 3, 0), "DEPTHWISE_CONV_2D", 3
        options["depthMultiplier"] = 1
    else:
        run = lambda x, w: np.einsum("nhwcij,oijc->nhwo", windows(x, 3, stride, pad), w)
        weight, kind, axis = weight.transpose(0, 2, 3, 1), "CONV_2D", 0
    return product(kind, name, x, weight, run, unit, most, relu, axis, **options)


def dense(name, x, outputs, unit, most, relu=False):
    """Of an image, PyTorch reads the channels one after the other."""
    _, *image, channels = x.floats.shape
    inputs = channels * int(np.prod(image))
    weight = parameter(f"{name}.weight", (outputs, inputs), unit, most)
    weight = weight.reshape(outputs, channels, -1).transpose(0, 2, 1).reshape(outputs, inputs)
    run = lambda x, w: x.reshape(len(x), -1) @ w.T
    return product("FULLY_CONNECTED", name, x, weight, run, unit, most, relu)


def pool(kind, x, stride):
    """Of two by two."""
    each = windows(x.floats, 2, stride, [(0, 0), (0, 0)])
    floats, unit = (each.max((4, 5)), x.unit) if kind == "MAX_POOL_2D" else (each.mean((4, 5)), x.unit / 4)
    options = {"filterHeight": 2, "filterWidth": 2, "strideH": stride, "strideW": stride}
    options["padding"] = schema.Padding.VALID
    return put(kind, [x], Value(floats, unit, x.affine), op_version=2, **options)


def leaky_relu(x):
    floats = np.where(x.floats > 0, x.floats, x.floats / 2)
    return put("LEAKY_RELU", [x], Value(floats, x.unit / 2), op_version=2, alpha=0.5)


def add(a, b):
    floats = np.maximum(a.floats + b.floats, 0)
    return put("ADD", [a, b], Value(floats, min(a.unit, b.unit)), op_version=2, fusedActivationFunction=RELU)


def softmax(x):
    return put("SOFTMAX", [x], Value(x.floats, 0, (np.float32(1 / 256), -128)), op_version=2, beta=1.0)


calibration = rng.integers(-1, 2, (8, 9, 7, 2)).astype(float)
x = Value(calibration, 1)
x.tensor = model.input(*x.spec)
stem = conv("body.stem", x, 6, 1 / 4, 5, relu=True, stride=2)
depth = leaky_relu(conv("body.depth", stem, 6, 1 / 4, 3, depthwise=True))
inner = conv("body.block.conv1", depth, 6, 1 / 4, 2, relu=True)
block = add(depth, conv("body.block.conv2", inner, 6, 1 / 8, 2))
pooled = pool("AVERAGE_POOL_2D", pool("MAX_POOL_2D", block, 1), 2)
fc = dense("body.fc", pooled, 12, 1 / 8, 5, relu=True)
head = dense("body.head", fc, 10, 1 / 16, 3)
soft = softmax(head)

if __name__ == "__main__":
    model.output(head.tensor).output(soft.tensor).start()
    shape = (1, 9, 7, 2)
    inputs = [np.full(shape, -128), np.full(shape, 127)]
    inputs += [rng.choice([-128, 127], shape) for _ in range(4)]
    inputs += [rng.integers(-128, 128, shape) for _ in range(6)]
    inputs = [x.astype(np.int8) for x in inputs]
    outputs = [model.run(x) for x in inputs]
    fields = {
        **made_by("generate_int8_network.py", SEED),
        "parameters": parameters,
        "calibration": [sample.transpose(2, 0, 1).flatten().tolist() for sample in calibration],
        "ends": [{"scale": float(v.affine[0]), "zero_point": v.affine[1]} for v in (x, head)],
    }
    runs = [
        {"x": x.flatten().tolist(), "head": y.flatten().tolist(), "soft": s.flatten().tolist()}
        for x, (y, s) in zip(inputs, outputs)
    ]
    text = ",\n ".join(line({key: value})[1:-1] for key, value in fields.items())
    runs = ",\n  ".join(map(line, runs))
    (HERE / "int8_network.json").write_text(f'{{\n {text},\n "runs": [\n  {runs}\n ]\n}}\n')
