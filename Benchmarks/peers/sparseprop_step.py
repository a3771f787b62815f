"""One training step of a pruned network in SparseProp, a PyTorch extension that multiplies with the survivors only.

Source: M. Nikdan et al., "SparseProp: Efficient sparse backpropagation for faster training of neural networks" (ICML 2023).
Cases: see training.py.
"""
from importlib import metadata

import protocol
from sparseprop.modules import SparseLinear
from torch import nn
from training import TrainingStep


class SparsePropStep(TrainingStep):
  def make_layer(self, weight, bias):
    return SparseLinear(weight, nn.Parameter(bias))


if __name__ == "__main__":
  protocol.serve(f"SparseProp {metadata.version('sparseprop')}", SparsePropStep)
