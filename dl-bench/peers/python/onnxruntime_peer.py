"""ONNX Runtime, inference with bound inputs and outputs: its cheapest call from Python."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from serve import serve


def model(sizes):
    rng, nodes, weights, last = np.random.default_rng(0), [], [], len(sizes) - 2
    x = "x"
    for n, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weight = (rng.standard_normal((outputs, inputs)) * inputs**-0.5).astype(np.float32)
        bias = rng.standard_normal(outputs).astype(np.float32)
        weights += [numpy_helper.from_array(weight, f"w{n}"), numpy_helper.from_array(bias, f"b{n}")]
        nodes.append(helper.make_node("Gemm", [x, f"w{n}", f"b{n}"], ["y" if n == last else f"z{n}"], transB=1))
        if n < last:
            nodes.append(helper.make_node("Relu", [f"z{n}"], [f"a{n}"]))
        x = f"a{n}"
    value = lambda name, size: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size])
    graph = helper.make_graph(nodes, "net", [value("x", sizes[0])], [value("y", sizes[-1])], weights)
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(net)
    return net.SerializeToString()


def start(workload, sizes, batch):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model(sizes), options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    x = np.random.default_rng(1).standard_normal((1, sizes[0])).astype(np.float32)
    value = onnxruntime.OrtValue.ortvalue_from_numpy
    binding.bind_ortvalue_input("x", value(x))
    binding.bind_ortvalue_output("y", value(np.zeros((1, sizes[-1]), np.float32)))
    run, options = session._sess.run_with_iobinding, onnxruntime.RunOptions()  # without the wrapper's own cost
    return lambda: run(binding._iobinding, options)


serve("onnxruntime", onnxruntime.__version__, start)
