"""Writes numpy/factorisations.json: what NumPy makes of small matrices. See README.md.

Computed in float64 from float32 inputs and rounded once to float32.
"""
import json
import pathlib

import numpy as np

from make_pytorch_fixtures import float32

FOLDER = pathlib.Path(__file__).parent / "numpy"


def array(values):
  values = np.asarray(values, np.float64)
  return {"shape": list(values.shape), "values": [float32(value) for value in values.ravel()]}


def positive_definite(name, matrix):
  exact = np.float64(np.float32(matrix))
  factor = np.linalg.cholesky(exact)
  return {
    "name": name, "matrix": array(exact), "condition": float(np.linalg.cond(exact)), "lower": array(factor),
    "inverse_of_lower": array(np.linalg.inv(factor)), "inverse": array(np.linalg.inv(exact)),
  }


def main():
  generator = np.random.default_rng(31)
  x = np.round(generator.standard_normal((5, 12)), 2)
  index = np.arange(1, 7)
  hilbert = 1 / (index[:, None] + index[None, :] - 1)
  matrices = [np.round(generator.standard_normal(shape), 2) for shape in [(4, 3), (3, 5), (4, 4)]]
  fixture = {
    "positive_definite": [
      positive_definite("second moments", x @ x.T / 12),
      positive_definite("damped Hilbert matrix", hilbert + 1e-4 * np.eye(6)),
    ],
    "singular_values": [
      {"matrix": array(matrix), "values": array(np.linalg.svd(matrix, compute_uv=False))} for matrix in matrices
    ],
    "numpy": np.__version__,
  }
  FOLDER.mkdir(exist_ok=True)
  (FOLDER / "factorisations.json").write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
  main()
