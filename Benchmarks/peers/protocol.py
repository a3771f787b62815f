"""The protocol of every peer: a JSON line out for each line in, so that a benchmark can alternate with it.

  at start        → {"torch": …, "threads": …, "blas": …, "isa": …, …}
  {"case": {…}, "warmup": 5}
                  → {"ready": {the case with its defaults filled in, …}}   after the warm-up steps
  run N           → {"seconds": total of the N steps, "steps": N}
  quit            ends, as does the end of the input

Anything that cannot be done is answered with {"error": "one line"}, and the server goes on.
A new case may be sent at any time and replaces the old one.
"""
import gc
import json
import re
import sys
import time

import torch


def describe():
  """What this PyTorch computes with."""
  config = torch.__config__.show()
  lines = [line.strip(" -") for line in config.splitlines()]
  blas = re.search(r"BLAS_INFO=(\w+)", config)
  return {
    "torch": torch.__version__,
    "threads": torch.get_num_threads(),
    "blas": blas.group(1) if blas else None,
    "mkl": next((line for line in lines if "Math Kernel Library" in line), None),
    "onednn": next((line for line in lines if "MKL-DNN" in line), None),
    "isa": torch.backends.cpu.get_cpu_capability(),
  }


def options(case, defaults, choices={}):
  """The case with defaults filled in; an unknown key or word is an error, not ignored."""
  for key, value in case.items():
    if key not in defaults:
      raise ValueError(f"case: unknown key {key!r}, expected one of {', '.join(defaults)}")
    if key in choices and value not in choices[key]:
      raise ValueError(f"{key}: expected one of {', '.join(choices[key])}, found {value!r}")
  return {**defaults, **case}


def run(workload, steps):
  """The seconds spent in `step`, without those spent in `prepare`."""
  seconds = 0.0
  for _ in range(steps):
    workload.prepare()
    start = time.perf_counter()
    workload.step()
    seconds += time.perf_counter() - start
  return seconds


def serve(make_workload):
  """Answers until told to quit. `make_workload(case)` returns an object with `prepare`, `step`, `ready`."""
  answer(describe())
  workload = None
  for line in map(str.strip, sys.stdin):
    try:
      if line == "quit":
        return
      if line.startswith("{"):
        request = json.loads(line)
        workload = None  # the old case's memory goes before the new one's comes
        gc.collect()
        workload = make_workload(request["case"])
        run(workload, request.get("warmup", 5))
        gc.collect()
        answer({"ready": {**workload.ready, "threads": torch.get_num_threads()}})
      elif line.startswith("run ") and workload:
        steps = int(line.removeprefix("run "))
        answer({"seconds": run(workload, steps), "steps": steps})
      else:
        raise ValueError(f"expected a case, 'run N' after a case, or 'quit', found {line[:40]!r}")
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
      answer({"error": f"{type(error).__name__}: {error}".splitlines()[0]})


def answer(value):
  print(json.dumps(value), flush=True)
