"""SparseGPT on one layer, from the description of the published algorithm (E. Frantar and D. Alistarh, ICML 2023), in PyTorch.

A step prunes fresh weights with given second moments of the inputs: both factorisations and the inverse, then blocks of
columns, in each of which the smallest w² / U[i, i]² go and every column's error is taken out of the later ones. A case:

  {"folder": "…", "rows": 4096, "columns": 4096, "sparsity": 0.5, "damping": 0.01, "block": 128, "threads": 1}

`weights` is [rows, columns], `moments` [columns, columns]. The result is the error tr(D H Dᵀ) / tr(W H Wᵀ) with D = W − Ŵ,
and the share of zeros. Protocol: see protocol.py; files: see exchange.py.
"""
import protocol
import pytorch
import torch
from exchange import Exchange

DEFAULTS = {
  "folder": None, "rows": 4096, "columns": 4096, "sparsity": 0.5, "damping": 0.01, "block": 128, "threads": 1,
}


class SparseGPT:
  def __init__(self, case):
    self.ready = protocol.options(case, DEFAULTS)
    torch.set_num_threads(self.ready["threads"])
    self.exchange = Exchange(self.ready["folder"], [])
    rows, columns = self.ready["rows"], self.ready["columns"]
    self.weights = torch.from_numpy(self.exchange.read("weights", [rows, columns]))
    self.moments = torch.from_numpy(self.exchange.read("moments", [columns, columns]))

  def prepare(self):
    self.pruned = self.weights.clone()

  @torch.no_grad()
  def step(self):
    factor = self.upper_factor_of_inverse()
    columns, size = self.ready["columns"], self.ready["block"]
    for first in range(0, columns, size):
      last = min(first + size, columns)
      errors = self.prune_block(self.pruned[:, first:last], factor[first:last, first:last])
      self.pruned[:, last:] -= errors @ factor[first:last, last:]

  def upper_factor_of_inverse(self):
    damped = self.moments.clone()
    diagonal = damped.diagonal()
    diagonal += self.ready["damping"] * diagonal.mean()
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    return torch.linalg.cholesky(inverse, upper=True)

  def prune_block(self, block, factor):
    """Prunes some columns in place and returns what later columns must make up for."""
    work = block.clone()
    errors = torch.zeros_like(work)
    costs = work**2 / factor.diagonal()**2
    threshold = costs.flatten().sort().values[int(costs.numel() * self.ready["sparsity"])]
    gone = costs < threshold
    for column in range(work.shape[1]):
      weights = work[:, column]
      kept = weights.masked_fill(gone[:, column], 0)
      error = (weights - kept) / factor[column, column]
      block[:, column] = kept
      errors[:, column] = error
      work[:, column:] -= error[:, None] * factor[column, column:]
    return errors

  def result(self):
    self.prepare()
    self.step()
    change = self.weights - self.pruned
    error = (change @ self.moments * change).sum(dtype=torch.float64)
    energy = (self.weights @ self.moments * self.weights).sum(dtype=torch.float64)
    zeros = (self.pruned == 0).sum(dtype=torch.float64) / self.pruned.numel()
    return self.exchange.write_result([float(error / energy), float(zeros)])


if __name__ == "__main__":
  protocol.serve(pytorch.name(), SparseGPT)
