"""A training step of LeNet-5 with 20, 50 and 500 units, as in Caffe's example, in PyTorch. Cases: see training.py, whose
`sizes` are here those of the samples and the outputs.

`weight1` … `weight4` have PyTorch's shapes. Where `masked`, the gradient of each weight that is zero at first is multiplied
by zero.
"""
import protocol
import pytorch
import torch
from torch import nn
from training import TrainingStep


class ConvolutionalStep(TrainingStep):
  def __init__(self, case):
    super().__init__(case, {"masked": False})

  def make_network(self):
    layers = [nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10)]
    with torch.no_grad():
      for number, layer in enumerate(layers, start=1):
        for name, parameter in [("weight", layer.weight), ("bias", layer.bias)]:
          parameter.copy_(torch.from_numpy(self.exchange.read(f"{name}{number}", parameter.shape)))
    self.masks = [(layer.weight, (layer.weight.detach() != 0).float()) for layer in layers]
    pool = nn.MaxPool2d(2)
    return nn.Sequential(
      nn.Unflatten(1, (1, 28, 28)), layers[0], pool, layers[1], pool, nn.Flatten(), layers[2], nn.ReLU(), layers[3])

  def before_optimizer(self):
    if self.ready["masked"]:
      for weight, mask in self.masks:
        weight.grad.mul_(mask)


if __name__ == "__main__":
  protocol.serve(pytorch.name(), ConvolutionalStep)
