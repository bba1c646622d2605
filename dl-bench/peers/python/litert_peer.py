"""LiteRT with XNNPACK, inference. The model is written with the schema that its wheel brings: no converter is needed."""

from importlib.metadata import version

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from serve import serve


def model(sizes):
    rng, graph = np.random.default_rng(0), schema.SubGraphT()
    net = schema.ModelT()
    net.version, net.subgraphs, net.buffers = 3, [graph], [schema.BufferT()]
    graph.tensors, graph.operators = [], []

    def tensor(shape, data=None):
        new = schema.TensorT()
        new.shape, new.type, new.buffer = list(shape), schema.TensorType.FLOAT32, 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.astype(np.float32).tobytes(), np.uint8)
            net.buffers.append(buffer)
            new.buffer = len(net.buffers) - 1
        graph.tensors.append(new)
        return len(graph.tensors) - 1

    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    code.version, net.operatorCodes = 1, [code]
    x = tensor((1, sizes[0]))
    graph.inputs = [x]
    for n, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        options = schema.FullyConnectedOptionsT()
        last = n == len(sizes) - 2
        kinds = schema.ActivationFunctionType
        options.fusedActivationFunction = kinds.NONE if last else kinds.RELU
        dense = schema.OperatorT()
        dense.opcodeIndex, dense.builtinOptions = 0, options
        dense.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
        weight = tensor((outputs, inputs), rng.standard_normal((outputs, inputs)) * inputs**-0.5)
        bias = tensor((outputs,), rng.standard_normal(outputs))
        dense.inputs, x = [x, weight, bias], tensor((1, outputs))
        dense.outputs = [x]
        graph.operators.append(dense)
    graph.outputs = [x]
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(net.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def start(workload, sizes, batch):
    interpreter = Interpreter(model_content=model(sizes), num_threads=1)
    interpreter.allocate_tensors()
    x = np.random.default_rng(1).standard_normal((1, sizes[0])).astype(np.float32)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
    return interpreter._interpreter.Invoke  # without the wrapper's own cost


serve("litert", version("ai-edge-litert"), start)
