"""One two-dimensional convolution of square images, with whatever computes it.

A case: {"folder": "…", "inputs": 16, "outputs": 16, "image": 32, "kernel": 3, "stride": 1, "padding": 1, "batch": 1,
"threads": 1}. `weight1` is [outputs, inputs, kernel, kernel], `bias1` [outputs], `inputs` [batch, inputs, image, image], the
result [batch, outputs, height, width]. Protocol: see protocol.py; files: see exchange.py.
"""
import protocol
from exchange import Exchange

DEFAULTS = {
  "folder": None, "inputs": None, "outputs": None, "image": None, "kernel": 3, "stride": 1, "padding": 0, "batch": 1,
  "threads": 1,
}


class Convolution:
  """`step` leaves the outputs in `self.outputs`; a subclass makes the operands ready in `load`."""

  def __init__(self, case):
    self.ready = self.case = case = protocol.options(case, DEFAULTS)
    self.exchange = Exchange(case["folder"], [])
    side, image = case["kernel"], case["image"]
    weight = self.exchange.read("weight1", [case["outputs"], case["inputs"], side, side])
    bias = self.exchange.read("bias1", [case["outputs"]])
    self.load(weight, bias, self.exchange.read("inputs", [case["batch"], case["inputs"], image, image]))

  def prepare(self):
    pass

  def result(self):
    self.step()
    return self.exchange.write_result(self.outputs)
