"""MKL's compressed sparse rows times dense arrays. Cases: see prediction.py.

`sparse_dot_mkl` finds the library and makes the matrices. Its own products make and drop them in every call, which takes
longer than a small product; here a matrix is made once, and MKL may prepare it for the products to come (the hints and the
optimisation of its inspector-executor interface).
"""
import ctypes
import glob
import os
import sys

import numpy
import protocol
import scipy.sparse
from prediction import SparseChain

# Where the package `mkl` puts the library; `sparse_dot_mkl` looks there only when told to.
os.environ.setdefault("MKL_RT", next(iter(glob.glob(os.path.join(sys.prefix, "lib", "libmkl_rt.so*"))), ""))
import sparse_dot_mkl
from sparse_dot_mkl._mkl_interface import _cfunctions, _common, _structs

LIBRARY = ctypes.CDLL(_cfunctions.mkl_library_name())
NOT_TRANSPOSED, ROW_MAJOR = 10, 101
EXPECTED_CALLS = 100_000
ONE, ZERO = ctypes.c_float(1), ctypes.c_float(0)


class Matrix:
  def __init__(self, weight, batch):
    self.rows, self.batch = weight.shape[0], batch
    self.memory = scipy.sparse.csr_matrix(weight)
    self.handle, _, _ = _common._create_mkl_sparse(self.memory)
    self.kind = _structs.matrix_descr()
    if batch == 1:
      check(LIBRARY.mkl_sparse_set_mv_hint(self.handle, NOT_TRANSPOSED, self.kind, EXPECTED_CALLS))
    else:
      check(LIBRARY.mkl_sparse_set_mm_hint(
        self.handle, NOT_TRANSPOSED, self.kind, ROW_MAJOR, batch, EXPECTED_CALLS))
    check(LIBRARY.mkl_sparse_optimize(self.handle))

  def __matmul__(self, x):
    y = numpy.empty([self.rows] if self.batch == 1 else [self.rows, self.batch], dtype=numpy.float32)
    source, target = ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data)
    if self.batch == 1:
      check(LIBRARY.mkl_sparse_s_mv(NOT_TRANSPOSED, ONE, self.handle, self.kind, source, ZERO, target))
    else:
      check(LIBRARY.mkl_sparse_s_mm(
        NOT_TRANSPOSED, ONE, self.handle, self.kind, ROW_MAJOR, source, self.batch, self.batch, ZERO, target,
        self.batch))
    return y


def check(status):
  if status != 0:
    raise RuntimeError(f"MKL answers with status {status}")


class MKLPrediction(SparseChain):
  def load(self, layers, inputs):
    sparse_dot_mkl.mkl_set_num_threads(self.threads)
    super().load(layers, inputs)

  def pack(self, weight):
    return Matrix(weight, self.batch)


if __name__ == "__main__":
  version = sparse_dot_mkl.mkl_get_version_string().split("Version ")[-1].split("-")[0]
  protocol.serve(f"MKL {version}", MKLPrediction)
