"""Writes reference.safetensors with the reference implementation: pip install safetensors numpy."""

import pathlib

import numpy as np
from safetensors.numpy import save_file

tensors = {
    "fc1.weight": (np.arange(6, dtype=np.float32) / 4 - 0.5).reshape(2, 3),
    "fc1.mask": np.array([[True, False, True], [False, True, True]]),
    "half": np.array([1.5, -2.0, 2.0**-24, 65504.0], dtype=np.float16),
    "steps": np.array([7], dtype=np.int64),
    "scalar": np.array(0.25, dtype=np.float32),
    "empty": np.zeros((0, 3), dtype=np.float32),
    "bytes": np.array([0, 1, 1], dtype=np.uint8),
}
path = pathlib.Path(__file__).parent / "safetensors" / "reference.safetensors"
save_file(tensors, path, metadata={"format": "np", "note": 'quote " line\nbreak é 😀'})
