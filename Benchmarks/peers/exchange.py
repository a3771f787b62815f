"""The folder through which a benchmark and a peer exchange numbers: raw little-endian float32 and int32.

  weight1, bias1, weight2, …   [outputs, inputs] and [outputs] of each layer; pruned weights are 0; no bias: no file
  inputs                       see the peers
  classes                      [batches, batch], for training
  result                       written by the peer
"""
import os

import numpy


class Exchange:
  def __init__(self, folder, sizes):
    self.folder, self.sizes = folder, sizes

  def read(self, name, shape, kind=numpy.float32):
    return numpy.fromfile(os.path.join(self.folder, name), dtype=kind).reshape(shape)

  def layers(self):
    """The weight and the bias, or None, of every layer."""
    pairs = zip(self.sizes, self.sizes[1:])
    return [self.layer(number, *pair) for number, pair in enumerate(pairs, start=1)]

  def layer(self, number, inputs, outputs):
    has_bias = os.path.exists(os.path.join(self.folder, f"bias{number}"))
    bias = self.read(f"bias{number}", [outputs]) if has_bias else None
    return self.read(f"weight{number}", [outputs, inputs]), bias

  def write_result(self, values):
    """Writes values in the order of their indices, and returns the path of the file."""
    path = os.path.join(self.folder, "result")
    numpy.ascontiguousarray(values, dtype=numpy.float32).tofile(path)
    return path
