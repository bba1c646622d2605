"""LiteRT with XNNPACK, inference. The model is written with the schema that its wheel brings: no converter is needed."""

from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from networks import Conv, Dense, Flatten, MaxPool, Mean, Residual, weight_and_bias
from serve import serve

KINDS = schema.ActivationFunctionType
ACTIVATIONS = {None: KINDS.NONE, "relu": KINDS.RELU, "tanh": KINDS.TANH}


class Model:
    """Channels are last, as LiteRT has them."""

    def __init__(self, network):
        self.rng, self.graph, self.net = np.random.default_rng(0), schema.SubGraphT(), schema.ModelT()
        self.net.version, self.net.subgraphs, self.net.buffers = 3, [self.graph], [schema.BufferT()]
        self.graph.tensors, self.graph.operators, self.net.operatorCodes = [], [], []
        channels, *image = network.input
        x = self.tensor((1, *image, channels))
        self.graph.inputs, self.graph.outputs = [x], [self.chain(network.layers, x)]

    def bytes(self):
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.net.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def chain(self, layers, x):
        for layer in layers:
            x = self.layer(layer, x)
        return x

    def layer(self, layer, x):
        _, *image, channels = self.graph.tensors[x].shape
        match layer:
            case Dense():
                options = {"fusedActivationFunction": ACTIVATIONS[layer.activation]}
                return self.operator("FULLY_CONNECTED", [x, *self.parameters(layer)], (1, layer.outputs), **options)
            case Conv(_, outputs, kernel, stride, pad, groups, activation):
                options = {"fusedActivationFunction": ACTIVATIONS[activation], **strides(stride, any(map(any, pad)))}
                options |= {"dilationHFactor": 1, "dilationWFactor": 1}
                out = [(n + sum(sides) - k) // stride + 1 for n, sides, k in zip(image, pad, kernel)]
                kind = "CONV_2D" if groups == 1 else "DEPTHWISE_CONV_2D"
                options |= {} if groups == 1 else {"depthMultiplier": 1}
                return self.operator(kind, [x, *self.parameters(layer)], (1, *out, outputs), **options)
            case MaxPool(size):
                out = (1, *(n // size for n in image), channels)
                return self.operator("MAX_POOL_2D", [x], out, **window(size, size))
            case Mean():
                return self.flat(self.operator("AVERAGE_POOL_2D", [x], (1, 1, 1, channels), **window(*image)))
            case Flatten():
                return self.flat(x)
            case Residual(main, skip):
                y = self.chain(main, x)
                shape = self.graph.tensors[y].shape
                return self.operator("ADD", [y, self.chain(skip, x)], shape, fusedActivationFunction=KINDS.RELU)

    def flat(self, x):
        shape = (1, int(np.prod(self.graph.tensors[x].shape)))
        new = self.tensor((2,), np.array(shape, np.int32))
        return self.operator("RESHAPE", [x, new], shape, newShape=list(shape))

    def operator(self, kind, inputs, shape, **options):
        code, new = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, kind)
        code.version = 1
        self.net.operatorCodes.append(code)
        new.opcodeIndex = len(self.net.operatorCodes) - 1
        name = OPTIONS[kind]
        new.builtinOptions, new.builtinOptionsType = getattr(schema, name + "T")(), getattr(schema.BuiltinOptions, name)
        for option, value in options.items():
            setattr(new.builtinOptions, option, value)
        new.inputs, new.outputs = inputs, [self.tensor(shape)]
        self.graph.operators.append(new)
        return new.outputs[0]

    def parameters(self, layer):
        weight, bias = weight_and_bias(layer, self.rng)
        if isinstance(layer, Conv):  # [outputs, height, width, inputs], and [1, height, width, channels] of a depthwise
            weight = np.moveaxis(weight, 1, -1) if layer.groups == 1 else np.moveaxis(weight, 0, -1)[0][None]
        return [self.tensor(values.shape, np.ascontiguousarray(values)) for values in (weight, bias)]

    def tensor(self, shape, values=None):
        new, types = schema.TensorT(), schema.TensorType
        new.shape, new.buffer = list(shape), 0
        new.type = types.INT32 if values is not None and values.dtype == np.int32 else types.FLOAT32
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            self.net.buffers.append(buffer)
            new.buffer = len(self.net.buffers) - 1
        self.graph.tensors.append(new)
        return len(self.graph.tensors) - 1


OPTIONS = {
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "ADD": "AddOptions",
    "RESHAPE": "ReshapeOptions",
}


def strides(stride, same):
    return {"strideH": stride, "strideW": stride, "padding": schema.Padding.SAME if same else schema.Padding.VALID}


def window(height, width):
    return {"filterHeight": height, "filterWidth": width, **strides(height, False), "strideW": width}


def start(workload, network, batch):
    interpreter = Interpreter(model_content=Model(network).bytes(), num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()[0]
    x = np.random.default_rng(1).standard_normal(details["shape"]).astype(np.float32)
    interpreter.set_tensor(details["index"], x)
    return interpreter._interpreter.Invoke  # without the wrapper's own cost


if __name__ == "__main__":
    serve("litert", version("ai-edge-litert"), start)
