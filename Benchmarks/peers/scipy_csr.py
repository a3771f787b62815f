"""SciPy's compressed sparse rows times dense arrays. Cases: see prediction.py."""
import protocol
import scipy
from prediction import SparseChain


class SciPyPrediction(SparseChain):
  def pack(self, weight):
    return scipy.sparse.csr_array(weight)


if __name__ == "__main__":
  protocol.serve(f"SciPy {scipy.__version__} CSR", SciPyPrediction)
