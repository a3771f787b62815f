"""Writes pytorch/regularizers.json: penalties and hard-concrete gates as PyTorch's autograd differentiates them.

As in make_pytorch_fixtures.py, whose numbers these are: float32 inputs, results computed in float64 and rounded
once. See README.md.
"""
import json
import math

import torch

from make_pytorch_fixtures import FOLDER, Inputs, array, flat, float32, largest_difference


def group_norms(weight, dimension):
  """The Euclidean norms of the slices along a dimension, times the root of how many weights a slice has."""
  slices = weight.transpose(0, dimension).flatten(1)
  return math.sqrt(slices.shape[1]) * torch.linalg.vector_norm(slices, dim=1)


PENALTIES = {
  "l1": lambda w: w.abs().sum(),
  "l2": lambda w: (w ** 2).sum() / 2,
  "elastic_net": lambda w: 0.3 * w.abs().sum() + 0.7 * (w ** 2).sum() / 2,
  "hoyer": lambda w: w.abs().sum() / (w ** 2).sum().sqrt(),
  "hoyer_square": lambda w: w.abs().sum() ** 2 / (w ** 2).sum(),
  "group_lasso_rows": lambda w: group_norms(w, 0).sum(),
  "group_lasso_columns": lambda w: group_norms(w, 1).sum(),
}


def penalties(dtype):
  inputs = Inputs(11, dtype)
  matrix, filters = inputs.normal(5, 19), inputs.normal(3, 4, 3, 2)
  matrix *= inputs.mask(5, 19, density=0.6)
  matrix[2], matrix[:, 4] = 0, 0
  cases = []
  for values in [matrix, filters]:
    for name, penalty in PENALTIES.items():
      weight = values.clone().requires_grad_()
      value = penalty(weight)
      value.backward()
      cases.append({
        "name": name, "weight": array(values), "value": float32(value.item()), "gradient": array(weight.grad),
      })
  return cases


BETA, GAMMA, ZETA = 2 / 3, -0.1, 1.1


def hard_concrete(dtype):
  inputs = Inputs(12, dtype)
  log_alpha = inputs.normal(24, scale=2).requires_grad_()
  uniform = inputs.given((inputs.generator.integers(1, 100, 24)) / 100)
  noise = torch.log(uniform) - torch.log(1 - uniform)
  stretched = torch.sigmoid((noise + log_alpha) / BETA) * (ZETA - GAMMA) + GAMMA
  gates = stretched.clamp(0, 1)
  (derivatives,) = torch.autograd.grad(gates.sum(), log_alpha)
  open_ = torch.sigmoid(log_alpha - BETA * math.log(-GAMMA / ZETA))
  (open_derivatives,) = torch.autograd.grad(open_.sum(), log_alpha)
  mean = (torch.sigmoid(log_alpha) * (ZETA - GAMMA) + GAMMA).clamp(0, 1)
  return {
    "log_alpha": flat(log_alpha), "uniform": flat(uniform), "gates": flat(gates),
    "derivatives": flat(derivatives), "open_probabilities": flat(open_),
    "open_derivatives": flat(open_derivatives), "mean_gates": flat(mean),
  }


def make(dtype):
  return {"penalties": penalties(dtype), "hard_concrete": hard_concrete(dtype)}


def main():
  torch.set_num_threads(1)
  torch.use_deterministic_algorithms(True)
  fixture = make(torch.float64)
  difference = largest_difference(fixture, make(torch.float32))
  text = json.dumps({"torch": torch.__version__, **fixture}, separators=(",", ":"), allow_nan=False) + "\n"
  (FOLDER / "regularizers.json").write_text(text)
  print(f"regularizers   {len(text):6} bytes; PyTorch in float32 differs by at most {difference:.1e}")


if __name__ == "__main__":
  main()
