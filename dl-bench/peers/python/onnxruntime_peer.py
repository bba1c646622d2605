"""ONNX Runtime, inference with bound inputs and outputs: its cheapest call from Python."""

import pathlib
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from networks import Conv, Dense, Flatten, MaxPool, Mean, Residual, weight_and_bias
from serve import serve

ACTIVATIONS = {"relu": "Relu", "tanh": "Tanh"}


class Graph:
    def __init__(self, network):
        self.rng, self.nodes, self.weights, self.values = np.random.default_rng(0), [], [], 0
        y = self.chain(network.layers, "x")
        value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        output = value(y, [1, network.layers[-1].outputs])
        graph = helper.make_graph(self.nodes, "net", [value("x", [1, *network.input])], [output], self.weights)
        self.net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        self.output = y
        onnx.checker.check_model(self.net)

    def chain(self, layers, x):
        for layer in layers:
            x = self.layer(layer, x)
        return x

    def layer(self, layer, x):
        match layer:
            case Dense():
                x = self.node("Gemm", x, *self.parameters(layer), transB=1)
                return self.activated(layer.activation, x)
            case Conv(_, _, kernel, stride, ((above, below), (left, right)), groups, activation):
                options = {"kernel_shape": kernel, "strides": [stride, stride], "group": groups}
                options["pads"] = [above, left, below, right]
                return self.activated(activation, self.node("Conv", x, *self.parameters(layer), **options))
            case MaxPool(size):
                return self.node("MaxPool", x, kernel_shape=[size, size], strides=[size, size])
            case Mean():
                return self.node("Flatten", self.node("GlobalAveragePool", x))
            case Flatten():
                return self.node("Flatten", x)
            case Residual(main, skip):
                return self.node("Relu", self.node("Add", self.chain(main, x), self.chain(skip, x)))

    def activated(self, activation, x):
        return self.node(ACTIVATIONS[activation], x) if activation else x

    def node(self, kind, *inputs, **options):
        self.values += 1
        self.nodes.append(helper.make_node(kind, inputs, [f"v{self.values}"], **options))
        return f"v{self.values}"

    def parameters(self, layer):
        names = []
        for values in weight_and_bias(layer, self.rng):
            names.append(f"p{len(self.weights)}")
            self.weights.append(numpy_helper.from_array(values, names[-1]))
        return names


class Inputs(CalibrationDataReader):
    def __init__(self, network):
        samples = np.random.default_rng(2).standard_normal((100, 1, *network.input)).astype(np.float32)
        self.rest = iter([{"x": sample} for sample in samples])

    def get_next(self):
        return next(self.rest, None)


def quantized(net, network):
    """The same in integers of 8 bits, as ONNX Runtime advises for processors with VNNI."""
    with tempfile.TemporaryDirectory() as folder:
        floats, ready, integers = (pathlib.Path(folder) / f"{name}.onnx" for name in ("floats", "ready", "integers"))
        onnx.save(net, floats)
        quant_pre_process(floats, ready)
        types = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
        quantize_static(ready, integers, Inputs(network), **types)
        return onnx.load(integers)


def start(workload, network, batch):
    graph, options = Graph(network), onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    net = quantized(graph.net, network) if "int8" in workload else graph.net
    session = onnxruntime.InferenceSession(net.SerializeToString(), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    x = np.random.default_rng(1).standard_normal((1, *network.input)).astype(np.float32)
    value = onnxruntime.OrtValue.ortvalue_from_numpy
    binding.bind_ortvalue_input("x", value(x))
    binding.bind_ortvalue_output(graph.output, value(np.zeros((1, network.layers[-1].outputs), np.float32)))
    run, options = session._sess.run_with_iobinding, onnxruntime.RunOptions()  # without the wrapper's own cost
    return lambda: run(binding._iobinding, options)


if __name__ == "__main__":
    serve("onnxruntime", onnxruntime.__version__, start)
