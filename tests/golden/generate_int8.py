#!/usr/bin/env python3
"""Writes the golden vectors of `int8.rs`: what LiteRT's reference kernels compute, operator by operator.

    python3 tests/golden/generate_int8.py

needs ai-edge-litert, flatbuffers and numpy. Each case is a model of one operator. Channels are last.

With ai-edge-litert 2.3.0 convolutions, depthwise convolutions and sums round twice (a saturating doubling high product,
halves up, then a shift, halves away from zero), and a dense layer multiplies its sums by a number in double precision and
rounds once, halves away from zero. `RELU`, `RELU_N1_TO_1` and `LEAKY_RELU` round twice too, `HARD_SWISH` computes in fixed
point of 16 bits, and `TANH`, `LOGISTIC`, `ELU` and `GELU` are tables filled with floats.
"""

import json
import pathlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from litert import line, made_by, one

SEED = 6
HERE = pathlib.Path(__file__).parent
KINDS = schema.ActivationFunctionType
rng = np.random.default_rng(SEED)


def integers(shape, low=-128, high=127):
    return rng.integers(low, high + 1, shape).astype(np.int8)


def affine(scale, zero):
    return {"scale": float(np.float32(scale)), "zero_point": zero}


def flat(values):
    return values.flatten().tolist()


def activation(relu):
    return {"fusedActivationFunction": KINDS.RELU if relu else KINDS.NONE}


def case(name, model, x, y, shapes, runs=3, low=-128, high=127, relu=False, **more):
    """Runs a model on random integers."""
    model.start()
    inputs = [[integers(shape, low, high) for shape in shapes] for _ in range(runs)]
    outputs = [flat(model.run(*values)[0]) for values in inputs]
    inputs = [[flat(value) for value in values] for values in inputs]
    return {"name": name, "x": x, "y": y, "relu": relu, **more, "inputs": inputs, "outputs": outputs}


def scales(count, ties):
    """One for each channel; powers of two make halves, which show how they are rounded."""
    if ties:
        return (2.0 ** -rng.integers(1, 5, count)).astype(np.float32)
    return rng.uniform(0.001, 0.02, count).astype(np.float32)


def product(name, kind, image, outputs, kernel, x, y, relu=False, ties=False, same=False, **options):
    """A dense layer or a convolution."""
    if kind == "FULLY_CONNECTED":
        (steps, inputs), (x_shape, y_shape) = image, ((image[0], image[1]), (image[0], outputs))
        w_shape, axis, options = (outputs, inputs), 0, {}
    else:
        height, width, channels = image
        groups, strides = options.pop("groups", 1), options.pop("strides", (1, 1))
        dilation = options.pop("dilation", (1, 1))
        span = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
        size = [-(-n // s) if same else (n - k) // s + 1 for n, s, k in zip((height, width), strides, span)]
        x_shape, y_shape = (1, *image), (1, *size, outputs)
        w_shape, axis = (outputs, *kernel, channels // groups), 0
        options = {"padding": schema.Padding.SAME if same else schema.Padding.VALID}
        options |= dict(zip(("strideH", "strideW", "dilationHFactor", "dilationWFactor"), (*strides, *dilation)))
        if kind == "DEPTHWISE_CONV_2D":
            w_shape, axis = (1, *kernel, channels), 3
            options["depthMultiplier"] = 1
    most = 6 if ties else 127
    weight, bias = integers(w_shape, -most, most), rng.integers(-40 * most, 40 * most, outputs).astype(np.int32)
    w_scales = scales(outputs, ties)
    parameters = [(w_shape, w_scales, 0, weight, axis), ((outputs,), np.float32(x[0]) * w_scales, 0, bias)]
    x_spec, y_spec = (x_shape, np.float32(x[0]), x[1]), (y_shape, np.float32(y[0]), y[1])
    model = one(kind, [x_spec], y_spec, parameters, op_version=5, **options, **activation(relu))
    # [OUT, KH, KW, C / G] of all
    weight = np.moveaxis(weight, 3, 0) if axis == 3 else weight
    low, high = (-9, 9) if ties else (-128, 127)
    more = {"weight_scales": [float(s) for s in w_scales], "weight": flat(weight), "bias": flat(bias)}
    return case(name, model, affine(*x), affine(*y), [x_shape], low=low, high=high, relu=relu, **more)


def pool(name, kind, image, kernel, strides, same=False, low=-128, high=127):
    height, width, channels = image
    size = [-(-n // s) if same else (n - k) // s + 1 for n, s, k in zip((height, width), strides, kernel)]
    options = {"filterHeight": kernel[0], "filterWidth": kernel[1], "strideH": strides[0], "strideW": strides[1]}
    options["padding"] = schema.Padding.SAME if same else schema.Padding.VALID
    scale, zero = 0.05, -9
    model = one(kind, [((1, *image), scale, zero)], ((1, *size, channels), scale, zero), op_version=2, **options)
    return case(name, model, affine(scale, zero), affine(scale, zero), [(1, *image)], low=low, high=high)


def add(name, a, b, y, relu=False):
    shape = (1, 97)
    specs = [(shape, np.float32(scale), zero) for scale, zero in (a, b, y)]
    model = one("ADD", specs[:2], specs[2], op_version=2, **activation(relu))
    return case(name, model, affine(*a), affine(*y), [shape, shape], relu=relu, b=affine(*b))


def function(name, kind, x, y, op_version=1, **options):
    """Of every integer."""
    every = np.arange(-128, 128, dtype=np.int8)[None]
    spec = (every.shape, np.float32(x[0]), x[1])
    model = one(kind, [spec], (every.shape, np.float32(y[0]), y[1]), op_version=op_version, **options).start()
    inputs, outputs = [[flat(every)]], [flat(model.run(every)[0])]
    return {"name": name, "x": affine(*x), "y": affine(*y), "relu": False, "inputs": inputs, "outputs": outputs}


def functions(name, kind, *scales, **options):
    """One function with several scales, numbered."""
    return [function(f"{name}_{i}", kind, x, y, **options) for i, (x, y) in enumerate(scales)]


def softmax(name, count, scale):
    shape = (4, count)
    model = one("SOFTMAX", [(shape, np.float32(scale), 5)], (shape, 1 / 256, -128), op_version=2, beta=1.0)
    return case(name, model, affine(scale, 5), affine(1 / 256, -128), [shape])


TANH, SIGMOID = (1 / 128, 0), (1 / 256, -128)
DEPTHWISE = "DEPTHWISE_CONV_2D"
CASES = [
    product("dense", "FULLY_CONNECTED", (1, 17), 9, None, (0.031, -41), (0.9, 12)),
    product("dense_relu", "FULLY_CONNECTED", (1, 64), 5, None, (0.02, 127), (1.7, -100), relu=True),
    product("dense_of_steps", "FULLY_CONNECTED", (3, 4), 6, None, (0.05, 0), (0.05, -128)),
    product("dense_halves", "FULLY_CONNECTED", (5, 3), 16, None, (0.5, 0), (1.0, -3), ties=True),
    product("conv", "CONV_2D", (6, 5, 3), 7, (3, 2), (0.03, -77), (0.4, -20)),
    product("conv_same", "CONV_2D", (7, 6, 5), 3, (3, 3), (0.03, 31), (0.9, -128), relu=True, same=True),
    product("conv_stride", "CONV_2D", (8, 6, 2), 5, (3, 3), (0.03, -128), (0.6, 4), same=True, strides=(2, 2)),
    product("conv_uneven", "CONV_2D", (7, 9, 2), 3, (2, 4), (0.01, 99), (0.2, 0), same=True, strides=(3, 2)),
    product("conv_dilated", "CONV_2D", (8, 7, 2), 3, (3, 2), (0.02, 13), (0.5, 6), same=True, dilation=(2, 3)),
    product("conv_groups", "CONV_2D", (4, 5, 6), 9, (2, 2), (0.04, -6), (0.7, 77), groups=3),
    product("conv_pointwise", "CONV_2D", (3, 3, 9), 4, (1, 1), (0.03, -50), (0.05, 3)),
    product("conv_halves", "CONV_2D", (6, 5, 3), 8, (2, 2), (0.5, 0), (1.0, 5), ties=True),
    product("conv_steps", "CONV_2D", (11, 1, 3), 5, (4, 1), (0.03, 8), (0.5, -8), same=True, strides=(2, 1)),
    product("depthwise", DEPTHWISE, (6, 5, 7), 7, (3, 3), (0.03, 21), (0.3, -11)),
    product("depthwise_stride", DEPTHWISE, (8, 6, 5), 5, (3, 3), (0.03, -90), (0.3, -128), relu=True, same=True,
            strides=(2, 2)),
    product("depthwise_dilated", DEPTHWISE, (7, 8, 3), 3, (3, 2), (0.04, 5), (0.3, 1), same=True, dilation=(2, 2)),
    product("depthwise_halves", DEPTHWISE, (5, 5, 9), 9, (2, 2), (0.5, 0), (1.0, -2), ties=True),
    pool("max_pool", "MAX_POOL_2D", (5, 7, 3), (2, 2), (2, 2)),
    pool("max_pool_same", "MAX_POOL_2D", (7, 6, 5), (3, 3), (2, 2), same=True),
    pool("avg_pool", "AVERAGE_POOL_2D", (5, 7, 3), (2, 2), (2, 2)),
    pool("avg_pool_halves", "AVERAGE_POOL_2D", (6, 6, 4), (2, 3), (1, 3), low=-2, high=2),
    pool("avg_pool_global", "AVERAGE_POOL_2D", (5, 5, 6), (5, 5), (1, 1)),
    add("add", (0.031, -7), (0.017, 22), (0.041, 3)),
    add("add_relu", (0.01, 127), (0.5, -128), (0.3, -30), relu=True),
    add("add_saturates", (0.2, 5), (0.1, -5), (0.05, 11)),
    add("add_halves", (0.5, -7), (0.25, 22), (1.0, 3)),
    *functions("tanh", "TANH", ((0.03, 11), TANH), ((0.2, -128), TANH), (TANH, TANH), ((0.011, 60), TANH), op_version=2),
    *functions("sigmoid", "LOGISTIC", ((0.05, -3), SIGMOID), ((0.3, 40), SIGMOID), ((0.02, 127), SIGMOID),
               (SIGMOID, SIGMOID), op_version=2),
    *functions("relu", "RELU", ((0.05, -3), (0.03, -128)), ((0.07, -100), (0.07, -100)), ((0.0123, -128), (0.03, -60)),
               ((0.25, -10), (1.0, 0)), ((0.5, 0), (1.0, 3)), op_version=2),
    *functions("leaky_relu", "LEAKY_RELU", ((0.05, -3), (0.03, -128)), ((0.0123, -128), (0.03, -60)),
               ((0.25, -10), (1.0, 0)), ((0.09, 127), (0.004, 126)), op_version=2, alpha=0.01),
    *functions("leaky_relu_fifth", "LEAKY_RELU", ((0.1, 40), (0.06, -124)), ((0.31, 20), (0.155, -70)),
               ((0.5, 0), (1.0, 3)), op_version=2, alpha=0.2),
    *functions("hard_tanh", "RELU_N1_TO_1", ((0.05, -3), TANH), ((1 / 256, 0), TANH), ((1 / 512, -20), TANH),
               ((0.011, 40), TANH)),
    *functions("hard_swish", "HARD_SWISH", ((0.05, -3), (0.03, -116)), ((0.011, 40), (0.006, -64)),
               ((0.2, 0), (0.1, -120)), ((1 / 32, 12), (1 / 64, -104)), ((0.4, 100), (0.05, -120)),
               ((0.0004, -100), (0.0003, -90))),
    *functions("elu", "ELU", ((0.05, -3), (0.03, -95)), ((0.2, 100), (0.02, -78)), ((0.01, -128), (0.01, -128)),
               ((0.003, 3), (0.004, 0))),
    *functions("gelu", "GELU", ((0.05, -3), (0.03, -122)), ((0.2, 100), (0.02, -119)), ((0.01, -128), (0.01, -128)),
               ((0.004, 3), (0.003, -70)), ((1 / 8, 0), (1 / 4, 0)), op_version=2, approximate=False),
    *functions("gelu_tanh", "GELU", ((0.05, -3), (0.03, -122)), ((0.2, 100), (0.02, -119)), ((0.01, -128), (0.01, -128)),
               ((0.004, 3), (0.003, -70)), op_version=2, approximate=True),
    softmax("softmax", 10, 0.1),
    softmax("softmax_of_three", 3, 0.02),
    softmax("softmax_wide", 12, 0.9),
]


if __name__ == "__main__":
    head = made_by("generate_int8.py", SEED)
    head = ",\n ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in head.items())
    cases = ",\n  ".join(line(fields) for fields in CASES)
    (HERE / "int8.json").write_text(f'{{\n {head},\n "cases": [\n  {cases}\n ]\n}}\n')
