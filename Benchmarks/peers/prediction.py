"""Predictions of a fully connected ReLU network, or of one layer, with whatever computes the layers.

A case: {"folder": "…", "sizes": [784, 300, 100, 10], "batch": 1, "threads": 1}. `inputs` is [batch, features], the result
[batch, outputs]. Protocol: see protocol.py; files: see exchange.py.
"""
import numpy
import protocol
from exchange import Exchange

DEFAULTS = {"folder": None, "sizes": None, "batch": 1, "threads": 1}


class Prediction:
  """`step` leaves the outputs in `self.outputs`; a subclass says how, and whether they are feature-major."""
  feature_major = False

  def __init__(self, case):
    self.ready = protocol.options(case, DEFAULTS)
    self.exchange = Exchange(self.ready["folder"], self.ready["sizes"])
    self.batch, self.threads = self.ready["batch"], self.ready["threads"]
    inputs = self.exchange.read("inputs", [self.batch, self.ready["sizes"][0]])
    if self.feature_major:
      inputs = inputs.T.copy() if self.batch > 1 else inputs[0]
    self.load(self.exchange.layers(), inputs)

  def prepare(self):
    pass

  def result(self):
    self.step()
    outputs = self.outputs
    return self.exchange.write_result(outputs.T if self.feature_major and self.batch > 1 else outputs)


class SparseChain(Prediction):
  """Sparse products with NumPy arrays, features × batch (one vector at batch 1), the layout these products are
  fastest in. A subclass says how to pack a weight."""
  feature_major = True

  def load(self, layers, inputs):
    self.inputs = inputs
    column = (lambda bias: bias) if self.batch == 1 else (lambda bias: bias[:, None])
    self.layers = [(self.pack(weight), None if bias is None else column(bias)) for weight, bias in layers]

  def step(self):
    y = self.inputs
    for index, (weight, bias) in enumerate(self.layers):
      if index > 0:
        numpy.maximum(y, 0, out=y)
      y = weight @ y
      if bias is not None:
        y += bias
    self.outputs = y
