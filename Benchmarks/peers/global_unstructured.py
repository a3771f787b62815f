"""Global magnitude pruning: `torch.nn.utils.prune.global_unstructured` with `L1Unstructured`.

A step prunes fresh, unpruned modules (made outside the measured time). Protocol: see protocol.py. A case
and its defaults (100 million weights in four tensors; at most 6 GB resident):

  {"shapes": [[5000, 5000], [5000, 5000], [5000, 5000], [5000, 5000]], "amount": 0.9, "threads": 1, "seed": 1}

`amount` is the fraction to prune, or a count when it is an integer.
"""
import protocol
import pytorch
import torch
from torch import nn
from torch.nn.utils import prune

DEFAULTS = {"shapes": [[5000, 5000]] * 4, "amount": 0.9, "threads": 1, "seed": 1}


class GlobalPruning:
  def __init__(self, case):
    case = protocol.options(case, DEFAULTS)
    torch.set_num_threads(case["threads"])
    torch.manual_seed(case["seed"])
    self.amount = case["amount"]
    self.weights = [nn.Parameter(torch.randn(shape)) for shape in case["shapes"]]
    self.ready = {**case, "weights": sum(weight.numel() for weight in self.weights)}

  def prepare(self):
    """Modules that hold the original weights: pruning replaces the attribute, not the tensor."""
    self.modules = [nn.Module() for _ in self.weights]
    for module, weight in zip(self.modules, self.weights):
      module.weight = weight

  def step(self):
    targets = [(module, "weight") for module in self.modules]
    prune.global_unstructured(targets, pruning_method=prune.L1Unstructured, amount=self.amount)


if __name__ == "__main__":
  protocol.serve(pytorch.name(), GlobalPruning)
