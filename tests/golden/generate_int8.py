#!/usr/bin/env python3
"""Writes the golden vectors of `int8.rs`: what LiteRT's reference kernels compute, operator by operator.

    python3 tests/golden/generate_int8.py

needs ai-edge-litert, flatbuffers and numpy. Each case is a model of one operator, written with the schema that the wheel
brings and run with the resolver BUILTIN_REF, which has neither XNNPACK nor optimized kernels. Channels are last.

With ai-edge-litert 2.3.0 convolutions, depthwise convolutions and sums round twice (a saturating doubling high product,
halves up, then a shift, halves away from zero), and a dense layer multiplies its sums by a number in double precision and
rounds once, halves away from zero.
"""

import datetime
import json
import pathlib
from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

SEED = 6
HERE = pathlib.Path(__file__).parent
KINDS, TYPES = schema.ActivationFunctionType, schema.TensorType
OPTIONS = {
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "ADD": "AddOptions",
    "SOFTMAX": "SoftmaxOptions",
}
rng = np.random.default_rng(SEED)


class Model:
    """One operator."""

    def __init__(self, kind, inputs, output, parameters=(), op_version=1, **options):
        self.graph, self.net = schema.SubGraphT(), schema.ModelT()
        self.net.version, self.net.subgraphs, self.net.buffers = 3, [self.graph], [schema.BufferT()]
        self.graph.tensors = []
        code, operator = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), op_version
        self.net.operatorCodes = [code]
        if kind in OPTIONS:
            operator.builtinOptions = getattr(schema, OPTIONS[kind] + "T")()
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, OPTIONS[kind])
        for option, value in options.items():
            setattr(operator.builtinOptions, option, value)
        self.graph.inputs = [self.tensor(*spec) for spec in inputs]
        operator.inputs = self.graph.inputs + [self.tensor(*spec) for spec in parameters]
        operator.outputs = self.graph.outputs = [self.tensor(*output)]
        self.graph.operators = [operator]

    def tensor(self, shape, scale, zero, values=None, axis=0):
        new, quantization = schema.TensorT(), schema.QuantizationParametersT()
        quantization.scale, quantization.quantizedDimension = [float(s) for s in np.atleast_1d(scale)], axis
        quantization.zeroPoint = [int(zero)] * len(quantization.scale)
        new.shape, new.buffer, new.quantization = list(shape), 0, quantization
        new.type = TYPES.INT32 if values is not None and values.dtype == np.int32 else TYPES.INT8
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            self.net.buffers.append(buffer)
            new.buffer = len(self.net.buffers) - 1
        self.graph.tensors.append(new)
        return len(self.graph.tensors) - 1

    def start(self):
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.net.Pack(builder), file_identifier=b"TFL3")
        self.interpreter = Interpreter(
            model_content=bytes(builder.Output()),
            num_threads=1,
            experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        )
        self.interpreter.allocate_tensors()
        return self

    def run(self, *inputs):
        for index, values in zip(self.graph.inputs, inputs):
            self.interpreter.set_tensor(index, values)
        self.interpreter.invoke()
        return self.interpreter.get_tensor(self.graph.outputs[0])


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
    outputs = [flat(model.run(*values)) for values in inputs]
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
    model = Model(kind, [x_spec], y_spec, parameters, op_version=5, **options, **activation(relu))
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
    model = Model(kind, [((1, *image), scale, zero)], ((1, *size, channels), scale, zero), op_version=2, **options)
    return case(name, model, affine(scale, zero), affine(scale, zero), [(1, *image)], low=low, high=high)


def add(name, a, b, y, relu=False):
    shape = (1, 97)
    specs = [(shape, np.float32(scale), zero) for scale, zero in (a, b, y)]
    model = Model("ADD", specs[:2], specs[2], op_version=2, **activation(relu))
    return case(name, model, affine(*a), affine(*y), [shape, shape], relu=relu, b=affine(*b))


def function(name, kind, x, y):
    """Of every integer."""
    every = np.arange(-128, 128, dtype=np.int8)[None]
    spec = (every.shape, np.float32(x[0]), x[1])
    model = Model(kind, [spec], (every.shape, y[0], y[1]), op_version=2).start()
    inputs, outputs = [[flat(every)]], [flat(model.run(every))]
    return {"name": name, "x": affine(*x), "y": affine(*y), "relu": False, "inputs": inputs, "outputs": outputs}


def softmax(name, count, scale):
    shape = (4, count)
    model = Model("SOFTMAX", [(shape, np.float32(scale), 5)], (shape, 1 / 256, -128), op_version=2, beta=1.0)
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
    function("tanh", "TANH", (0.03, 11), TANH),
    function("tanh_wide", "TANH", (0.2, -128), TANH),
    function("tanh_narrow", "TANH", (1 / 128, 0), TANH),
    function("sigmoid", "LOGISTIC", (0.05, -3), SIGMOID),
    function("sigmoid_wide", "LOGISTIC", (0.3, 40), SIGMOID),
    softmax("softmax", 10, 0.1),
    softmax("softmax_of_three", 3, 0.02),
    softmax("softmax_wide", 12, 0.9),
]


def line(fields):
    return "{" + ", ".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in fields.items()) + "}"


if __name__ == "__main__":
    head = {
        "generated_by": "tests/golden/generate_int8.py",
        "ai-edge-litert": version("ai-edge-litert"),
        "numpy": np.__version__,
        "seed": SEED,
        "date": datetime.date.today().isoformat(),
    }
    head = ",\n ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in head.items())
    cases = ",\n  ".join(line(fields) for fields in CASES)
    (HERE / "int8.json").write_text(f'{{\n {head},\n "cases": [\n  {cases}\n ]\n}}\n')
