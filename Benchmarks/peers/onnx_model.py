"""The network of an exchange folder as an ONNX model."""
import onnx
from onnx import TensorProto, helper, numpy_helper


def make_model(layers, batch):
  nodes, constants, value = [], [], "inputs"
  for number, (weight, bias) in enumerate(layers, start=1):
    if number > 1:
      nodes.append(helper.make_node("Relu", [value], [f"relu{number}"]))
      value = f"relu{number}"
    constants.append(numpy_helper.from_array(weight.T.copy(), f"weight{number}"))
    nodes.append(helper.make_node("MatMul", [value, f"weight{number}"], [f"product{number}"]))
    value = f"product{number}"
    if bias is not None:
      constants.append(numpy_helper.from_array(bias, f"bias{number}"))
      nodes.append(helper.make_node("Add", [value, f"bias{number}"], [f"sum{number}"]))
      value = f"sum{number}"
  tensor = lambda name, features: helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, features])
  graph = helper.make_graph(
    nodes, "network", [tensor("inputs", layers[0][0].shape[1])], [tensor(value, layers[-1][0].shape[0])], constants)
  model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
  model.ir_version = 8
  onnx.checker.check_model(model)
  return model
