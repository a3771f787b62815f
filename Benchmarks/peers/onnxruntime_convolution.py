"""A convolution in ONNX Runtime, its operands bound once. Cases: see convolution.py."""
import protocol
import numpy
import onnx
import onnxruntime
from convolution import Convolution
from onnx import TensorProto, helper, numpy_helper


def make_model(weight, bias, shape, case):
  node = helper.make_node(
    "Conv", ["inputs", "weight", "bias"], ["outputs"], strides=[case["stride"]] * 2, pads=[case["padding"]] * 4)
  tensor = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
  constants = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
  graph = helper.make_graph([node], "convolution", [tensor("inputs", shape)], [tensor("outputs", [None] * 4)], constants)
  model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
  model.ir_version = 8
  onnx.checker.check_model(model)
  return model


class BoundConvolution(Convolution):
  def load(self, weight, bias, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = self.case["threads"]
    options.inter_op_num_threads = 1
    model = make_model(weight, bias, inputs.shape, self.case).SerializeToString()
    self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    self.inputs = inputs
    self.outputs, = self.session.run(None, {"inputs": inputs})
    self.binding = self.session.io_binding()
    for bind, name, array in [
      (self.binding.bind_input, "inputs", self.inputs), (self.binding.bind_output, "outputs", self.outputs),
    ]:
      bind(name, "cpu", 0, numpy.float32, array.shape, array.ctypes.data)

  def step(self):
    self.session.run_with_iobinding(self.binding)


if __name__ == "__main__":
  protocol.serve(f"ONNX Runtime {onnxruntime.__version__}", BoundConvolution)
