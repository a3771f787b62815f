"""Writes numpy/wanda.json: which weights Wanda's rule keeps, by NumPy. See README.md.

Scores |w| · ‖x‖₂ in float64; of every row, or of every group of a row, the largest stay. Scores differ by more than rounding.
"""
import json
import pathlib

import numpy as np

from make_factorisation_fixtures import array

FOLDER = pathlib.Path(__file__).parent / "numpy"


def kept(scores, count):
  """True for the `count` largest of each row."""
  order = np.argsort(-scores, axis=1)[:, :count]
  mask = np.zeros(scores.shape, bool)
  np.put_along_axis(mask, order, True, axis=1)
  return mask


def case(generator, rows, columns, samples, count, group):
  weights = np.float64(np.float32(generator.standard_normal((rows, columns))))
  inputs = np.float64(np.float32(generator.standard_normal((samples, columns)) * generator.uniform(0.1, 3, columns)))
  scores = np.abs(weights) * np.linalg.norm(inputs, axis=0)
  gaps = np.diff(np.sort(scores, axis=None))
  assert gaps.min() > 1e-6 * scores.max(), "two scores that rounding could exchange"
  mask = kept(scores.reshape(-1, group or columns), count).reshape(rows, columns)
  return {
    "weights": array(weights), "inputs": array(inputs), "kept": count, "group": group or 0,
    "mask": [int(bit) for bit in mask.ravel()],
  }


def main():
  generator = np.random.default_rng(7)
  fixture = {
    "cases": [
      case(generator, 5, 8, 6, 3, None), case(generator, 4, 12, 20, 2, 4), case(generator, 3, 16, 9, 8, None),
      case(generator, 6, 8, 5, 1, 4),
    ],
    "numpy": np.__version__,
  }
  (FOLDER / "wanda.json").write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
  main()
