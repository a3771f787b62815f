"""A convolution in PyTorch, for inference. Cases: see convolution.py."""
import protocol
import pytorch
import torch
from convolution import Convolution
from torch.nn import functional as F


class EagerConvolution(Convolution):
  def load(self, weight, bias, inputs):
    torch.set_num_threads(self.case["threads"])
    torch.set_grad_enabled(False)
    self.operands = [torch.from_numpy(array) for array in (inputs, weight, bias)]

  def step(self):
    self.outputs = F.conv2d(*self.operands, stride=self.case["stride"], padding=self.case["padding"])

  def result(self):
    self.step()
    return self.exchange.write_result(self.outputs.numpy())


if __name__ == "__main__":
  protocol.serve(pytorch.name(), EagerConvolution)
