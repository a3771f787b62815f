"""ONNX Runtime, which multiplies with all weights. Cases: see prediction.py."""
import protocol
import onnxruntime
from onnx_model import make_model
from prediction import Prediction


class DensePrediction(Prediction):
  def load(self, layers, inputs):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = self.threads
    options.inter_op_num_threads = 1
    model = make_model(layers, self.batch).SerializeToString()
    self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    self.feed = {"inputs": inputs}

  def step(self):
    self.outputs, = self.session.run(None, self.feed)


if __name__ == "__main__":
  protocol.serve(f"ONNX Runtime {onnxruntime.__version__}", DensePrediction)
