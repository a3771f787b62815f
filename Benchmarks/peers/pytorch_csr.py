"""PyTorch's compressed sparse rows times dense tensors. Cases: see prediction.py."""
import warnings

import protocol
import torch
from prediction import Prediction


class PyTorchPrediction(Prediction):
  feature_major = True

  def load(self, layers, inputs):
    warnings.filterwarnings("ignore", message="Sparse CSR")
    torch.set_num_threads(self.threads)
    column = (lambda bias: bias) if self.batch == 1 else (lambda bias: bias[:, None])
    self.inputs = torch.from_numpy(inputs)
    self.layers = [
      (torch.from_numpy(weight).to_sparse_csr(), None if bias is None else column(torch.from_numpy(bias)))
      for weight, bias in layers
    ]

  @torch.inference_mode()
  def step(self):
    y = self.inputs
    for index, (weight, bias) in enumerate(self.layers):
      if index > 0:
        y.relu_()
      y = weight @ y
      if bias is not None:
        y += bias
    self.outputs = y


if __name__ == "__main__":
  protocol.serve(f"PyTorch {torch.__version__} CSR", PyTorchPrediction)
