"""One training step of a pruned network the classic way: dense work, multiplied by a mask.

For every layer `F.linear(x, w * mask, b)`; cross entropy; backward; the gradient zeroed where the weight is
zero; the optimizer. Cases: see training.py, and

  zeroing         weight: gradient · (weight ≠ 0), as the classic code does; mask: gradient · mask, the same
                  numbers for less work; none: backward has zeroed it already, as the derivative of w * mask
  implementation  default (on a CPU: a loop over the tensors), foreach or fused

To know when comparing: with torch 2.13.0 (MKL 2024.2) on an AMD processor, `torch.sqrt` was measured to take
six to eight times as long for zeros as for other numbers. The second moment of a pruned weight is zero, so
the default Adam pays this: measure `fused` too.
"""
import protocol
import pytorch
from torch import nn
from torch.nn import functional as F
from training import TrainingStep


class MaskedLinear(nn.Module):
  def __init__(self, weight, bias):
    super().__init__()
    self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)
    self.register_buffer("mask", (weight != 0).float())

  def forward(self, x):
    return F.linear(x, self.weight * self.mask, self.bias)


class MaskedStep(TrainingStep):
  def __init__(self, case):
    super().__init__(case, {"zeroing": "weight"}, {"zeroing": ["weight", "mask", "none"]})

  def make_layer(self, weight, bias):
    return MaskedLinear(weight, bias)

  def before_optimizer(self):
    zeroing = self.ready["zeroing"]
    if zeroing == "none":
      return
    for layer in self.layers:
      layer.weight.grad.mul_(layer.mask if zeroing == "mask" else layer.weight.detach() != 0)


if __name__ == "__main__":
  protocol.serve(pytorch.name(), MaskedStep)
