"""What this PyTorch computes with."""
import re

import torch


def name():
  blas = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
  parts = [f"PyTorch {torch.__version__}", blas and blas.group(1), torch.backends.cpu.get_cpu_capability()]
  return ", ".join(filter(None, parts))
