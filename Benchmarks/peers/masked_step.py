"""One training step of a fully connected ReLU network the classic way: dense work, multiplied by a mask.

For every layer `F.linear(x, w * mask, b)`; cross entropy; backward; the gradient zeroed where the weight is
zero; the optimizer. Eager mode and PyTorch's defaults. Protocol: see protocol.py. A case and its defaults:

  {"sizes": [784, 300, 100, 10], "batch": 64, "sparsity": 0.9, "optimizer": "adam", "learning_rate": 0.001,
   "momentum": 0, "implementation": "default", "zeroing": "weight", "threads": 1, "seed": 1}

  optimizer       adam or sgd (momentum is for sgd)
  implementation  default (on a CPU: a loop over the tensors), foreach or fused
  zeroing         weight: gradient · (weight ≠ 0), as the classic code does; mask: gradient · mask, the same
                  numbers for less work; none: backward has zeroed it already, as the derivative of w * mask

Sparsity is per layer, by magnitude. Inputs are uniform in 0..<1, eight batches taken in turn.

To know when comparing: with torch 2.13.0 (MKL 2024.2) on an AMD processor, `torch.sqrt` was measured to take
six to eight times as long for zeros as for other numbers. The second moment of a pruned weight is zero, so
the default Adam pays this: measure `fused` too.
"""
import itertools

import torch
from torch import nn
from torch.nn import functional as F

import protocol

DEFAULTS = {
  "sizes": [784, 300, 100, 10], "batch": 64, "sparsity": 0.9, "optimizer": "adam", "learning_rate": 0.001,
  "momentum": 0, "implementation": "default", "zeroing": "weight", "threads": 1, "seed": 1,
}
CHOICES = {
  "optimizer": ["adam", "sgd"], "implementation": ["default", "foreach", "fused"],
  "zeroing": ["weight", "mask", "none"],
}


class MaskedLinear(nn.Linear):
  def __init__(self, in_features, out_features, sparsity):
    super().__init__(in_features, out_features)
    magnitudes = self.weight.detach().abs().flatten()
    mask = torch.ones_like(magnitudes)
    mask[magnitudes.argsort()[:round(sparsity * mask.numel())]] = 0
    self.register_buffer("mask", mask.view_as(self.weight))
    with torch.no_grad():
      self.weight.mul_(self.mask)

  def forward(self, x):
    return F.linear(x, self.weight * self.mask, self.bias)


class MaskedStep:
  def __init__(self, case):
    case = protocol.options(case, DEFAULTS, CHOICES)
    torch.set_num_threads(case["threads"])
    torch.manual_seed(case["seed"])
    sizes, batch, self.zeroing = case["sizes"], case["batch"], case["zeroing"]
    self.layers = [MaskedLinear(*pair, case["sparsity"]) for pair in zip(sizes, sizes[1:])]
    relus = [nn.ReLU() for _ in self.layers]
    self.network = nn.Sequential(*[module for pair in zip(self.layers, relus) for module in pair][:-1])
    self.optimizer = make_optimizer(case, self.network.parameters())
    data = [(torch.rand(batch, sizes[0]), torch.randint(sizes[-1], (batch,))) for _ in range(8)]
    self.batches = itertools.cycle(data)
    weights = sum(layer.weight.numel() for layer in self.layers)
    survivors = sum(int(layer.mask.sum()) for layer in self.layers)
    self.ready = {**case, "weights": weights, "survivors": survivors}

  def prepare(self):
    self.x, self.labels = next(self.batches)

  def step(self):
    self.optimizer.zero_grad()
    F.cross_entropy(self.network(self.x), self.labels).backward()
    self.zero_lost_gradients()
    self.optimizer.step()

  def zero_lost_gradients(self):
    if self.zeroing == "none":
      return
    for layer in self.layers:
      layer.weight.grad.mul_(layer.mask if self.zeroing == "mask" else layer.weight.detach() != 0)


def make_optimizer(case, parameters):
  implementation = {} if case["implementation"] == "default" else {case["implementation"]: True}
  if case["optimizer"] == "adam":
    return torch.optim.Adam(parameters, lr=case["learning_rate"], **implementation)
  return torch.optim.SGD(parameters, lr=case["learning_rate"], momentum=case["momentum"], **implementation)


if __name__ == "__main__":
  protocol.serve(MaskedStep)
