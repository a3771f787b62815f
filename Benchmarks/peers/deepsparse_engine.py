"""DeepSparse, an engine for sparse networks. Cases: see prediction.py."""
import os

import protocol
import deepsparse
import onnx
from onnx_model import make_model
from prediction import Prediction


class DeepSparsePrediction(Prediction):
  def load(self, layers, inputs):
    path = os.path.join(self.exchange.folder, "model.onnx")
    onnx.save(make_model(layers, self.batch), path)
    self.engine = deepsparse.compile_model(path, batch_size=self.batch, num_cores=self.threads)
    self.feed = [inputs]

  def step(self):
    self.outputs, = self.engine.run(self.feed, val_inp=False)


if __name__ == "__main__":
  protocol.serve(f"DeepSparse {deepsparse.__version__}", DeepSparsePrediction)
