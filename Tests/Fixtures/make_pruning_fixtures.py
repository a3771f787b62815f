"""Writes pytorch/pruning.json: masks by torch.nn.utils.prune, and the scores of pruning criteria. See README.md.

Masks are made in float32, as a user of PyTorch would get them; scores in float64 from float32 inputs.
"""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import prune

from make_pytorch_fixtures import Inputs, array, write


# torch.nn.utils.prune

def layer(weight):
  linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
  linear.weight = nn.Parameter(weight.clone())
  return linear


def one(weight, name, action, **more):
  """One call of torch.nn.utils.prune on one layer, and what `remove` leaves."""
  linear = layer(weight)
  action(linear)
  mask = linear.weight_mask.clone()
  prune.remove(linear, "weight")
  return {"name": name, "weight": array(weight), "mask": array(mask), "removed": array(linear.weight), **more}


def seeded(seed, action):
  """What PyTorch draws in one call, so that the same numbers can be written down."""
  torch.manual_seed(seed)
  return action()


def modules(inputs):
  # Distinct magnitudes: PyTorch does not say which of equal ones goes.
  weight = inputs.distinct(7, 9)
  small = inputs.distinct(4, 6)
  cases = [
    one(weight, f"l1_unstructured {amount}", lambda m: prune.l1_unstructured(m, "weight", amount), amount=amount)
    for amount in [0, 1, 20, 0.25, 0.5, 0.97]
  ]
  for n, dim, amount in [(1, 0, 3), (2, 0, 0.5), (2, 1, 4), (1, 1, 0.34), (float("inf"), 0, 2)]:
    cases.append(one(
      weight, f"ln_structured L{n} dimension {dim}",
      lambda m: prune.ln_structured(m, "weight", amount, n=n, dim=dim),
      amount=amount, norm=str(n), dimension=dim))
  for amount, seed in [(0.4, 1), (10, 2)]:
    cases.append(one(
      weight, f"random_unstructured {amount}",
      lambda m: seeded(seed, lambda: prune.random_unstructured(m, "weight", amount)),
      amount=amount, drawn=array(seeded(seed, lambda: torch.rand_like(weight)))))
  for dim in [0, 1]:
    cases.append(one(
      weight, f"random_structured dimension {dim}",
      lambda m: seeded(3, lambda: prune.random_structured(m, "weight", 0.5, dim=dim)),
      amount=0.5, dimension=dim, drawn=array(seeded(3, lambda: torch.rand(weight.shape[dim])))))
  given = inputs.mask(4, 6, density=0.6)
  cases.append(one(small, "custom_from_mask", lambda m: prune.custom_from_mask(m, "weight", given), given=array(given)))
  return cases


def containers(inputs):
  """One method after another on the same layer: a PruningContainer combines the masks."""
  weight = inputs.distinct(8, 10)
  linear = layer(weight)
  prune.l1_unstructured(linear, "weight", 0.3)
  first = linear.weight_mask.clone()
  prune.ln_structured(linear, "weight", 0.25, n=2, dim=0)
  second = linear.weight_mask.clone()
  prune.l1_unstructured(linear, "weight", 0.5)
  third = linear.weight_mask.clone()
  return {"weight": array(weight), "masks": [array(first), array(second), array(third)]}


def across_layers(inputs):
  weights = [inputs.distinct(5, 8), inputs.distinct(3, 5), inputs.distinct(2, 3)]
  cases = []
  for amount in [0.1, 0.5, 0.8, 30]:
    layers = [layer(weight) for weight in weights]
    prune.global_unstructured([(m, "weight") for m in layers], pruning_method=prune.L1Unstructured, amount=amount)
    cases.append({"amount": amount, "masks": [array(m.weight_mask) for m in layers]})
  return {"weights": [array(weight) for weight in weights], "cases": cases}


# Criteria

def criteria(dtype):
  inputs = DistinctInputs(13, dtype)
  weights = [4 * inputs.distinct(5, 7), 6 * inputs.distinct(4, 5)]
  biases = [inputs.normal(5, scale=0.2), inputs.normal(4, scale=0.2)]
  x = inputs.normal(9, 7)
  # A finite difference of gradients must not step over the kink of a rectifier.
  assert F.linear(x, weights[0], biases[0]).abs().min() > 0.05
  labels = inputs.labels(9, 4)

  def output(ws, bs, x):
    return F.linear(torch.relu(F.linear(x, ws[0], bs[0])), ws[1], bs[1])

  ws = [w.clone().requires_grad_() for w in weights]
  loss = F.cross_entropy(output(ws, biases, x), labels)
  gradients = torch.autograd.grad(loss, ws, create_graph=True)
  product = torch.autograd.grad(sum((g * g.detach()).sum() for g in gradients), ws)

  fisher = [torch.zeros_like(w) for w in weights]
  for sample in range(len(x)):
    single = [w.clone().requires_grad_() for w in weights]
    error = F.cross_entropy(output(single, biases, x[sample:sample + 1]), labels[sample:sample + 1])
    for total, gradient in zip(fisher, torch.autograd.grad(error, single)):
      total += gradient ** 2 / len(x)

  positive = [w.abs().clone().requires_grad_() for w in weights]
  flow = torch.autograd.grad(
    output(positive, [b.abs() for b in biases], torch.ones(1, 7, dtype=dtype)).sum(), positive)

  hidden = torch.relu(F.linear(x, weights[0], biases[0]))
  answers = output(weights, biases, x)
  layers = []
  for index, (w, source, result) in enumerate(zip(weights, [x, hidden], [hidden, answers])):
    order = torch.argsort(w.flatten() ** 2)
    squares = w.flatten()[order] ** 2
    lamp = torch.empty_like(squares)
    lamp[order] = squares / squares.flip(0).cumsum(0).flip(0)
    distances = (w[:, None, :] - w[None, :, :]).pow(2).sum(2).sqrt().sum(1)
    gradient = gradients[index].detach()
    layers.append({
      "weight": array(w), "bias": array(biases[index]),
      "taylor": array((w * gradient).abs()), "taylor_squared": array((w * gradient) ** 2),
      "grasp": array(w * product[index]), "fisher": array(0.5 * w ** 2 * fisher[index]),
      "synaptic_flow": array((w * flow[index]).abs()), "lamp": array(lamp.reshape(w.shape)),
      "wanda": array(w.abs() * source.norm(dim=0)), "mean_activation": array(result.abs().mean(0)),
      "average_nonzeros": array((result != 0).to(dtype).mean(0)), "geometric_median": array(distances),
    })
  return {"inputs": array(x), "labels": labels.tolist(), "layers": layers}


class DistinctInputs(Inputs):
  def distinct(self, *shape):
    """Values of distinct magnitudes, two decimals, random signs."""
    count = shape[0] * shape[1]
    magnitudes = self.generator.permutation(count) + 1
    signs = self.generator.choice([-1, 1], count)
    return self.given((magnitudes * signs / 100).reshape(shape))


if __name__ == "__main__":
  inputs = DistinctInputs(11, torch.float32)
  write("pruning", {
    "modules": modules(inputs), "container": containers(inputs), "global": across_layers(inputs),
    "criteria": criteria(torch.float64),
  })
