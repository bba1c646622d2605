"""Models for LiteRT, written with the schema that the wheel brings and run by its reference kernels."""

import datetime
import json
from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

OPTIONS = {
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "ADD": "AddOptions",
    "SOFTMAX": "SoftmaxOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "GELU": "GeluOptions",
}


class Model:
    """Operators, one after the other. A tensor is given by its shape, scale and zero; of a constant also its values."""

    def __init__(self):
        self.graph, self.net = schema.SubGraphT(), schema.ModelT()
        self.net.version, self.net.subgraphs, self.net.buffers = 3, [self.graph], [schema.BufferT()]
        self.graph.tensors, self.graph.inputs, self.graph.outputs, self.graph.operators = [], [], [], []
        self.net.operatorCodes = []

    def input(self, *spec):
        self.graph.inputs.append(self.tensor(*spec))
        return self.graph.inputs[-1]

    def output(self, tensor):
        self.graph.outputs.append(tensor)
        return self

    def operator(self, kind, inputs, output, parameters=(), op_version=1, **options):
        code, operator = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), op_version
        operator.opcodeIndex = len(self.net.operatorCodes)
        self.net.operatorCodes.append(code)
        if kind in OPTIONS:
            operator.builtinOptions = getattr(schema, OPTIONS[kind] + "T")()
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, OPTIONS[kind])
        for option, value in options.items():
            setattr(operator.builtinOptions, option, value)
        operator.inputs = inputs + [self.tensor(*spec) for spec in parameters]
        operator.outputs = [self.tensor(*output)]
        self.graph.operators.append(operator)
        return operator.outputs[0]

    def tensor(self, shape, scale, zero, values=None, axis=0):
        new, quantization = schema.TensorT(), schema.QuantizationParametersT()
        quantization.scale, quantization.quantizedDimension = [float(s) for s in np.atleast_1d(scale)], axis
        quantization.zeroPoint = [int(zero)] * len(quantization.scale)
        new.shape, new.buffer, new.quantization = list(shape), 0, quantization
        is_bias = values is not None and values.dtype == np.int32
        new.type = schema.TensorType.INT32 if is_bias else schema.TensorType.INT8
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            self.net.buffers.append(buffer)
            new.buffer = len(self.net.buffers) - 1
        self.graph.tensors.append(new)
        return len(self.graph.tensors) - 1

    def start(self):
        """BUILTIN_REF has neither XNNPACK nor optimized kernels. It lacks `ELU`, of which there is one kernel only."""
        has_elu = any(code.builtinCode == schema.BuiltinOperator.ELU for code in self.net.operatorCodes)
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.net.Pack(builder), file_identifier=b"TFL3")
        kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if has_elu else OpResolverType.BUILTIN_REF
        self.interpreter = Interpreter(
            model_content=bytes(builder.Output()), num_threads=1, experimental_op_resolver_type=kernels
        )
        self.interpreter.allocate_tensors()
        return self

    def run(self, *inputs):
        for index, values in zip(self.graph.inputs, inputs):
            self.interpreter.set_tensor(index, values)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(index) for index in self.graph.outputs]


def one(kind, inputs, *arguments, **options):
    """A model of one operator."""
    model = Model()
    return model.output(model.operator(kind, [model.input(*spec) for spec in inputs], *arguments, **options))


def line(fields):
    return "{" + ", ".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in fields.items()) + "}"


def made_by(script, seed):
    """Where vectors come from: their first fields."""
    return {
        "generated_by": f"tests/golden/{script}",
        "ai-edge-litert": version("ai-edge-litert"),
        "numpy": np.__version__,
        "seed": seed,
        "date": datetime.date.today().isoformat(),
    }
