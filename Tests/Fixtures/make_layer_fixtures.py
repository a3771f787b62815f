"""Writes pytorch/convolution.json, pooling.json and normalization.json in the way of make_pytorch_fixtures.py. See README.md."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from make_pytorch_fixtures import Inputs, array, largest_difference, write

# batch, channels, height, width; kernel, stride, padding
POOLINGS = [
  (1, 2, 6, 6, (2, 2), (2, 2), (0, 0)),
  (3, 2, 5, 7, (2, 2), (2, 2), (0, 0)),
  (2, 1, 7, 6, (3, 3), (2, 2), (1, 1)),
  (17, 1, 4, 5, (3, 2), (1, 2), (1, 0)),
  (1, 1, 4, 37, (3, 3), (1, 1), (1, 1)),
  (1, 2, 3, 41, (2, 3), (2, 2), (0, 1)),
  (1, 1, 5, 26, (2, 2), (3, 3), (1, 1)),
  (16, 1, 2, 2, (2, 2), (2, 2), (0, 0)),
]


def pooled(function, x, dy_inputs):
  x = x.clone().requires_grad_()
  y = function(x)
  dy = dy_inputs.normal(*y.shape)
  y.backward(dy)
  return {"y": array(y), "dy": array(dy), "dx": array(x.grad)}


def pooling(dtype):
  inputs = Inputs(11, dtype)
  cases = []
  for batch, channels, height, width, kernel, stride, padding in POOLINGS:
    # One decimal, so that there are ties.
    x = inputs.given(np.round(inputs.generator.standard_normal((batch, channels, height, width)), 1))
    options = {"kernel_size": kernel, "stride": stride, "padding": padding}
    cases.append({
      "kernel": kernel, "stride": stride, "padding": padding, "x": array(x),
      "max": pooled(lambda x: F.max_pool2d(x, **options), x, inputs),
      "mean": pooled(lambda x: F.avg_pool2d(x, **options), x, inputs),
      "mean_inside": pooled(lambda x: F.avg_pool2d(x, **options, count_include_pad=False), x, inputs),
      "global": pooled(lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1), x, inputs),
    })
  return {"cases": cases}


# shape of a batch, epsilon, momentum
BATCH_NORMS = [
  ((5, 7), 1e-5, 0.1), ((33, 2), 1e-3, 0.3), ((1, 2, 3, 5), 1e-5, 0.1), ((3, 2, 3, 4), 1e-5, 0.1),
  ((17, 2, 1, 2), 1e-2, 0.5),
]


def batch_norm(inputs, shape, epsilon, momentum):
  kind = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
  layer = kind(shape[1], eps=epsilon, momentum=momentum, dtype=inputs.dtype)
  with torch.no_grad():
    layer.weight.copy_(inputs.normal(shape[1]))
    layer.bias.copy_(inputs.normal(shape[1]))
  case = {"epsilon": epsilon, "momentum": momentum, "scale": array(layer.weight), "shift": array(layer.bias)}
  steps = []
  for step in range(3):
    x = (inputs.normal(*shape) + step).requires_grad_()
    dy = inputs.normal(*shape)
    layer.zero_grad()
    y = layer(x)
    y.backward(dy)
    steps.append({
      "x": array(x), "dy": array(dy), "y": array(y), "dx": array(x.grad), "dscale": array(layer.weight.grad),
      "dshift": array(layer.bias.grad), "running_mean": array(layer.running_mean),
      "running_variance": array(layer.running_var),
    })
  layer.eval()
  return {**case, "steps": steps, "evaluated": array(layer(x))}


def layer_norm(inputs, shape, epsilon):
  layer = nn.LayerNorm(shape[1:], eps=epsilon, dtype=inputs.dtype)
  with torch.no_grad():
    layer.weight.copy_(inputs.normal(*shape[1:]))
    layer.bias.copy_(inputs.normal(*shape[1:]))
  x, dy = inputs.normal(*shape).requires_grad_(), inputs.normal(*shape)
  y = layer(x)
  y.backward(dy)
  return {
    "epsilon": epsilon, "scale": array(layer.weight), "shift": array(layer.bias), "x": array(x), "dy": array(dy),
    "y": array(y), "dx": array(x.grad), "dscale": array(layer.weight.grad), "dshift": array(layer.bias.grad),
  }


def normalization(dtype):
  inputs = Inputs(12, dtype)
  return {
    "batch_norm": [batch_norm(inputs, *case) for case in BATCH_NORMS],
    "layer_norm": [layer_norm(inputs, *case) for case in [((3, 7), 1e-5), ((17, 9), 1e-3), ((2, 2, 3, 4), 1e-5)]],
  }


def convolution(dtype):
  inputs = Inputs(8, dtype)
  cases = []
  # in, out, (height, width), kernel, stride, padding, dilation, groups, batch, bias
  for settings in [
    (1, 3, (5, 6), (3, 3), (1, 1), (0, 0), (1, 1), 1, 2, True),
    (2, 4, (6, 5), (3, 3), (1, 1), (1, 1), (1, 1), 1, 1, True),
    (3, 5, (7, 6), (3, 3), (2, 2), (1, 1), (1, 1), 1, 3, False),
    (4, 9, (4, 4), (1, 1), (1, 1), (0, 0), (1, 1), 1, 2, True),
    (4, 3, (5, 5), (1, 1), (2, 2), (0, 0), (1, 1), 1, 2, False),
    (2, 3, (9, 8), (3, 2), (1, 2), (2, 1), (2, 3), 1, 2, True),
    (4, 6, (5, 5), (3, 3), (1, 1), (1, 1), (1, 1), 2, 2, True),
    (5, 5, (6, 6), (3, 3), (1, 1), (1, 1), (1, 1), 5, 2, True),
    (3, 6, (6, 7), (5, 3), (2, 1), (2, 1), (1, 1), 3, 1, False),
    (2, 2, (7, 7), (2, 2), (3, 3), (0, 0), (1, 1), 1, 2, True),
  ]:
    channels, outputs, (height, width), kernel, stride, padding, dilation, groups, batch, has_bias = settings
    x = inputs.normal(batch, channels, height, width).requires_grad_()
    weight = inputs.normal(outputs, channels // groups, *kernel).requires_grad_()
    bias = inputs.normal(outputs).requires_grad_() if has_bias else None
    y = F.conv2d(x, weight, bias, stride, padding, dilation, groups)
    dy = inputs.normal(*y.shape)
    y.backward(dy)
    cases.append({
      "stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
      "x": array(x), "weight": array(weight), "bias": array(bias) if has_bias else None,
      "dy": array(dy), "y": array(y), "dx": array(x.grad), "dw": array(weight.grad),
      "db": array(bias.grad) if has_bias else None,
    })
  return {"cases": cases}


if __name__ == "__main__":
  torch.set_num_threads(1)
  for make in [convolution, pooling, normalization]:
    fixture = make(torch.float64)
    difference = largest_difference(fixture, make(torch.float32))
    size = write(make.__name__, fixture)
    print(f"{make.__name__:14} {size:6} bytes; PyTorch in float32 differs by at most {difference:.1e}")
