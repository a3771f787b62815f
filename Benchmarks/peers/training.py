"""A training step of a fully connected ReLU network in PyTorch: forward, cross entropy, backward, optimizer; eager mode
and PyTorch's defaults.

`inputs` is [8, features, batch] with the batches to be taken in turn, the result the outputs [outputs, batch] for the
third batch after two steps. Protocol: see protocol.py; files: see exchange.py.
"""
import itertools

import numpy
import protocol
import torch
from exchange import Exchange
from torch import nn
from torch.nn import functional as F

DEFAULTS = {
  "folder": None, "sizes": [784, 300, 100, 10], "batch": 64, "optimizer": "adam", "learning_rate": 0.001,
  "momentum": 0, "implementation": "default", "threads": 1,
}
CHOICES = {"optimizer": ["adam", "sgd"], "implementation": ["default", "foreach", "fused"]}


class TrainingStep:
  """A subclass makes the layers of weights and biases, and may do something between backward and optimizer."""

  def __init__(self, case, defaults={}, choices={}):
    self.ready = case = protocol.options(case, {**DEFAULTS, **defaults}, {**CHOICES, **choices})
    torch.set_num_threads(case["threads"])
    sizes, batch = case["sizes"], case["batch"]
    self.exchange = Exchange(case["folder"], sizes)
    self.network = self.make_network()
    self.optimizer = make_optimizer(case, self.network.parameters())
    inputs = self.exchange.read("inputs", [8, sizes[0], batch])
    classes = self.exchange.read("classes", [8, batch], numpy.int32)
    self.batches = itertools.cycle([
      (torch.from_numpy(x.T.copy()), torch.from_numpy(labels).long()) for x, labels in zip(inputs, classes)
    ])

  def make_network(self):
    self.layers = [
      self.make_layer(torch.from_numpy(weight), torch.from_numpy(bias)) for weight, bias in self.exchange.layers()
    ]
    relus = [nn.ReLU() for _ in self.layers]
    return nn.Sequential(*[module for pair in zip(self.layers, relus) for module in pair][:-1])

  def prepare(self):
    self.x, self.labels = next(self.batches)

  def step(self):
    self.optimizer.zero_grad()
    self.outputs = self.network(self.x)
    F.cross_entropy(self.outputs, self.labels).backward()
    self.before_optimizer()
    self.optimizer.step()

  def before_optimizer(self):
    pass

  def result(self):
    for _ in range(3):
      self.prepare()
      self.step()
    return self.exchange.write_result(self.outputs.detach().numpy().T)


def make_optimizer(case, parameters):
  implementation = {} if case["implementation"] == "default" else {case["implementation"]: True}
  if case["optimizer"] == "adam":
    return torch.optim.Adam(parameters, lr=case["learning_rate"], **implementation)
  return torch.optim.SGD(parameters, lr=case["learning_rate"], momentum=case["momentum"], **implementation)
