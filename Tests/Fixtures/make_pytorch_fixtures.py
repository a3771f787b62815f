"""Writes pytorch/*.json: what PyTorch computes, for the Swift tests to compare with. See README.md.

Inputs are float32 numbers. The results are computed by PyTorch in float64 from exactly those inputs and
rounded once to float32. Everything is computed a second time in float32, and the largest difference is
printed: the error that PyTorch itself makes in float32.
"""
import json
import math
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

FOLDER = pathlib.Path(__file__).parent / "pytorch"


# Numbers

class Inputs:
  """Random float32 inputs of two decimals (short to write), the same in whichever dtype."""

  def __init__(self, seed, dtype):
    self.generator = np.random.default_rng(seed)
    self.dtype = dtype

  def given(self, values):
    return torch.tensor(np.float32(values)).to(self.dtype)

  def normal(self, *shape, scale=1.0):
    return self.given(np.round(scale * self.generator.standard_normal(shape), 2))

  def mask(self, *shape, density):
    return self.given(self.generator.random(shape) < density)

  def labels(self, count, classes):
    return torch.tensor(self.generator.integers(0, classes, count))


def float32(value):
  """The double whose shortest decimal form is the shortest that reads back as this float32."""
  single = np.float32(value)
  decimal = float(str(single))
  assert np.float32(decimal) == single
  return int(decimal) if decimal.is_integer() and math.copysign(1, decimal) > 0 else decimal


def flat(tensor):
  return [float32(value) for value in tensor.detach().flatten().tolist()]


def array(tensor):
  return {"shape": list(tensor.shape), "values": flat(tensor)}


# Fixtures

def masked_linear(dtype):
  inputs = Inputs(1, dtype)
  cases = []
  for in_features, out_features, batch in [(3, 2, 1), (7, 5, 4), (19, 11, 17)]:
    for has_bias in [True, False]:
      x = inputs.normal(batch, in_features).requires_grad_()
      weight = inputs.normal(out_features, in_features).requires_grad_()
      bias = inputs.normal(out_features).requires_grad_() if has_bias else None
      mask = inputs.mask(out_features, in_features, density=0.4)
      dy = inputs.normal(batch, out_features)
      y = F.linear(x, weight * mask, bias)
      y.backward(dy)
      cases.append({
        "in": in_features, "out": out_features, "batch": batch,
        "x": array(x), "weight": array(weight), "bias": array(bias) if has_bias else None,
        "mask": array(mask), "dy": array(dy), "y": array(y), "dx": array(x.grad), "dw": array(weight.grad),
        "db": array(bias.grad) if has_bias else None,
      })
  return {"cases": cases}


OPTIMIZERS = [
  ("sgd", torch.optim.SGD, {}),
  ("sgd momentum", torch.optim.SGD, {"momentum": 0.9}),
  ("sgd momentum dampening", torch.optim.SGD, {"momentum": 0.9, "dampening": 0.3}),
  ("sgd nesterov", torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
  ("sgd weight decay", torch.optim.SGD, {"weight_decay": 0.1}),
  ("sgd nesterov weight decay", torch.optim.SGD, {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
  ("adam", torch.optim.Adam, {}),
  ("adam weight decay", torch.optim.Adam, {"weight_decay": 0.1}),
  ("adam other betas and epsilon", torch.optim.Adam, {"betas": (0.8, 0.95), "eps": 1e-3}),
  ("adamw", torch.optim.AdamW, {}),
  ("adamw weight decay", torch.optim.AdamW, {"weight_decay": 0.1}),
]
OPTIMIZER_KEYS = ["momentum", "dampening", "nesterov", "weight_decay", "betas", "eps"]


def optimizer_run(kind, options, initial, gradients, rates, mask, prune_before):
  """The weights after every step. The mask (if any) holds from the step with index `prune_before` on."""
  parameter = nn.Parameter(initial.clone())
  optimizer = kind([parameter], lr=rates[0], **options)
  everything = torch.ones_like(initial)
  weights = []
  for step, gradient in enumerate(gradients):
    current_mask = mask if mask is not None and step >= prune_before else everything
    for group in optimizer.param_groups:
      group["lr"] = rates[step]
    with torch.no_grad():
      parameter.mul_(current_mask)
      parameter.grad = gradient * current_mask
      optimizer.step()
      parameter.mul_(current_mask)
    weights.append(flat(parameter))
  settings = {key: value for key, value in optimizer.param_groups[0].items() if key in OPTIMIZER_KEYS}
  return settings, weights


def optimizers(dtype):
  inputs = Inputs(2, dtype)
  initial = inputs.normal(5, 8)
  mask = inputs.mask(5, 8, density=0.35)
  gradients = [inputs.normal(5, 8, scale=0.5) for _ in range(6)]
  rates = [0.05] * 3 + [0.01] * 3
  cases = []
  for name, kind, options in OPTIMIZERS:
    settings, unmasked = optimizer_run(kind, options, initial, gradients, rates, None, 0)
    runs = {"unmasked": unmasked}
    for key, prune_before in [("masked_from_start", 0), ("masked_from_step_3", 2)]:
      runs[key] = optimizer_run(kind, options, initial, gradients, rates, mask, prune_before)[1]
    cases.append({"name": name, "kind": kind.__name__, **settings, "weights_after_step": runs})
  return {
    "initial": array(initial), "mask": array(mask), "learning_rates": rates,
    "gradients": [flat(gradient) for gradient in gradients], "cases": cases,
  }


def losses(dtype):
  inputs = Inputs(3, dtype)
  logits = inputs.normal(7, 5, scale=2)
  logits[1, 2], logits[1, 4], logits[3, 0], logits[3, 1] = 50, -50, -50, 50
  labels = inputs.labels(7, 5)
  labels[1], labels[3] = 2, 0  # one confident and right, one confident and wrong
  cross_entropy = []
  for smoothing in [0.0, 0.1, 0.3]:
    z = logits.clone().requires_grad_()
    loss = F.cross_entropy(z, labels, label_smoothing=smoothing)
    loss.backward()
    cross_entropy.append({
      "label_smoothing": smoothing, "loss": float32(loss.item()), "dlogits": array(z.grad),
    })

  prediction, target = inputs.normal(6, 4).requires_grad_(), inputs.normal(6, 4)
  loss = F.mse_loss(prediction, target)
  loss.backward()
  return {
    "cross_entropy": {"logits": array(logits), "labels": labels.tolist(), "cases": cross_entropy},
    "mean_squared_error": {
      "prediction": array(prediction), "target": array(target), "loss": float32(loss.item()),
      "dprediction": array(prediction.grad),
    },
  }


ACTIVATIONS = [
  ("relu", {}, nn.ReLU()),
  ("leaky_relu", {"negative_slope": 0.01}, nn.LeakyReLU(0.01)),
  ("leaky_relu", {"negative_slope": 0.2}, nn.LeakyReLU(0.2)),
  ("sigmoid", {}, nn.Sigmoid()),
  ("tanh", {}, nn.Tanh()),
  ("gelu", {"approximate": "none"}, nn.GELU()),
  ("softmax", {"dim": 1}, nn.Softmax(dim=1)),
  ("log_softmax", {"dim": 1}, nn.LogSoftmax(dim=1)),
]


def activations(dtype):
  inputs = Inputs(4, dtype)
  special = [0, 1e-6, -1e-6, 1e-30, -1e-30, 0.5, -0.5, 1, -1, 3, -3, 9, -9, 30, -30, 50, -50, 80, -80, 0]
  x = torch.cat([inputs.given(special).reshape(4, 5), inputs.normal(3, 5)])
  dy = inputs.normal(7, 5)
  cases = []
  for name, options, function in ACTIVATIONS:
    argument = x.clone().requires_grad_()
    y = function(argument)
    y.backward(dy)
    cases.append({"name": name, **options, "y": array(y), "dx": array(argument.grad)})
  return {"x": array(x), "dy": array(dy), "cases": cases}


STEPS, BASE, WARM_UP = 20, 0.1, 5
STEP_SIZE, STEP_GAMMA, EXPONENTIAL_GAMMA, MINIMUM = 6, 0.5, 0.9, 0.001


def cosine(t, period):
  return MINIMUM + (BASE - MINIMUM) * (1 + math.cos(math.pi * t / period)) / 2


def schedules(dtype):
  """Each schedule alone and after the warm-up, checked against the formula in the README."""
  decays = [
    ("step", {"step_size": STEP_SIZE, "gamma": STEP_GAMMA},
      lambda o, steps: lr_scheduler.StepLR(o, STEP_SIZE, STEP_GAMMA),
      lambda t, steps: BASE * STEP_GAMMA ** (t // STEP_SIZE)),
    ("exponential", {"gamma": EXPONENTIAL_GAMMA},
      lambda o, steps: lr_scheduler.ExponentialLR(o, EXPONENTIAL_GAMMA),
      lambda t, steps: BASE * EXPONENTIAL_GAMMA ** t),
    ("cosine", {"minimum": MINIMUM},
      lambda o, steps: lr_scheduler.CosineAnnealingLR(o, steps, MINIMUM),
      cosine),
  ]
  cases = []
  for name, options, make, formula in decays:
    for warm_up in [0, WARM_UP]:
      steps = STEPS - warm_up
      optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
      schedule = make_schedule(optimizer, warm_up, lambda: make(optimizer, steps))
      rates = []
      for t in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
        expected = BASE * (t + 1) / warm_up if t < warm_up else formula(t - warm_up, steps)
        assert math.isclose(rates[t], expected, rel_tol=1e-12), (name, warm_up, t, rates[t], expected)
      if name == "cosine":
        options = {**options, "period": steps}
      cases.append({"name": name, "base": BASE, "warm_up_steps": warm_up, **options, "learning_rates": rates})
  return {"cases": cases}


def make_schedule(optimizer, warm_up, make):
  if warm_up == 0:
    return make()
  rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / warm_up, total_iters=warm_up - 1)
  return lr_scheduler.SequentialLR(optimizer, [rise, make()], milestones=[warm_up])


def training(dtype):
  inputs = Inputs(6, dtype)
  sizes, batch, steps, rate, prune_after, sensitivity = [6, 8, 5, 3], 24, 10, 0.01, 5, 0.7
  parameters = {}
  for index, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:]), start=1):
    parameters[f"fc{index}.weight"] = inputs.normal(fan_out, fan_in, scale=fan_in ** -0.5).requires_grad_()
    parameters[f"fc{index}.bias"] = inputs.normal(fan_out, scale=0.1).requires_grad_()
  x, labels = inputs.normal(batch, sizes[0]), inputs.labels(batch, sizes[-1])
  initial = {name: array(parameter) for name, parameter in parameters.items()}

  def loss_now():
    hidden = F.relu(F.linear(x, parameters["fc1.weight"], parameters["fc1.bias"]))
    hidden = F.relu(F.linear(hidden, parameters["fc2.weight"], parameters["fc2.bias"]))
    return F.cross_entropy(F.linear(hidden, parameters["fc3.weight"], parameters["fc3.bias"]), labels)

  optimizer = torch.optim.Adam(parameters.values(), lr=rate)
  masks, thresholds, step_losses = {}, {}, []
  for step in range(steps):
    if step == prune_after:
      before = {name: array(parameter) for name, parameter in parameters.items()}
      prune_by_deviation(parameters, sensitivity, masks, thresholds)
    optimizer.zero_grad()
    loss = loss_now()
    loss.backward()
    step_losses.append(float32(loss.item()))
    for name, mask in masks.items():
      parameters[name].grad.mul_(mask)
    optimizer.step()
    with torch.no_grad():
      for name, mask in masks.items():
        parameters[name].mul_(mask)
  return {
    "sizes": sizes, "learning_rate": rate, "prune_after": prune_after, "sensitivity": sensitivity,
    "x": array(x), "labels": labels.tolist(), "initial": initial, "before_pruning": before,
    "thresholds": {name: float32(value) for name, value in thresholds.items()},
    "masks": {name: array(mask) for name, mask in masks.items()},
    "losses": step_losses, "final_loss": float32(loss_now().item()),
    "final": {name: array(parameter) for name, parameter in parameters.items()},
  }


def prune_by_deviation(parameters, sensitivity, masks, thresholds):
  """Keeps |w| ≥ sensitivity · (population standard deviation of the layer's weights)."""
  with torch.no_grad():
    for name, parameter in parameters.items():
      if not name.endswith("weight"):
        continue
      threshold = sensitivity * parameter.std(correction=0)
      margin = (parameter.abs() - threshold).abs().min()
      assert margin > 1e-4, f"{name}: a weight is too close to the threshold to expect everyone to agree"
      thresholds[name] = threshold.item()
      masks[name] = (parameter.abs() >= threshold).to(parameter.dtype)
      parameter.mul_(masks[name])


# Writing

def largest_difference(a, b):
  """The largest |a - b| / max(1, |a|) over all numbers of two equally shaped JSON values."""
  if isinstance(a, dict):
    assert a.keys() == b.keys()
    return max((largest_difference(a[key], b[key]) for key in a), default=0)
  if isinstance(a, list):
    assert len(a) == len(b)
    return max((largest_difference(*pair) for pair in zip(a, b)), default=0)
  if isinstance(a, (int, float)):
    return abs(a - b) / max(1, abs(a))
  assert a == b
  return 0


def write(name, fixture):
  """Writes pytorch/name.json; returns its size in bytes."""
  FOLDER.mkdir(exist_ok=True)
  text = json.dumps({"torch": torch.__version__, **fixture}, separators=(",", ":"), allow_nan=False) + "\n"
  (FOLDER / f"{name}.json").write_text(text)
  return len(text)


def main():
  torch.set_num_threads(1)
  torch.use_deterministic_algorithms(True)
  print("torch", torch.__version__, "numpy", np.__version__)
  for make in [masked_linear, optimizers, losses, activations, schedules, training]:
    fixture = make(torch.float64)
    difference = largest_difference(fixture, make(torch.float32))
    size = write(make.__name__, fixture)
    print(f"{make.__name__:14} {size:6} bytes; PyTorch in float32 differs by at most {difference:.1e}")


if __name__ == "__main__":
  main()
