"""The protocol of every peer: a JSON line out for each line in, so that a benchmark can alternate with it.

  at start   → {"peer": what it is and what it computes with}
  {"case": {…}}
             → {"ready": {the case with its defaults filled in, …}}
  result     → {"result": the path of a file of float32}   what a fresh case computes, to be checked
  run N      → {"seconds": total of the N steps, "steps": N}
  quit       ends, as does the end of the input

Anything that cannot be done is answered with {"error": "one line"}, and the server goes on; a peer that cannot even
start says so in the same way instead of its name. A new case may be sent at any time and replaces the old one.
"""
import gc
import json
import sys
import time


def answer(value):
  print(json.dumps(value), flush=True)


def refuse(error):
  lines = str(error).strip().splitlines() or ["no reason given"]
  answer({"error": f"{type(error).__name__}: {lines[0]}"})


# Scripts import this module first, so that a library that cannot be imported is an answer too.
sys.excepthook = lambda kind, error, trace: refuse(error)


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


def serve(name, make_workload):
  """Answers until told to quit. `make_workload(case)` returns an object with `prepare`, `step` and `ready`, and with
  `result` if what it computes can be checked."""
  answer({"peer": name})
  workload = None
  for line in map(str.strip, sys.stdin):
    try:
      if line == "quit":
        return
      if line.startswith("{"):
        workload = None  # the old case's memory goes before the new one's comes
        gc.collect()
        workload = make_workload(json.loads(line)["case"])
        gc.collect()
        answer({"ready": workload.ready})
      elif line == "result" and workload:
        answer({"result": workload.result()})
      elif line.startswith("run ") and workload:
        steps = int(line.removeprefix("run "))
        answer({"seconds": run(workload, steps), "steps": steps})
      else:
        raise ValueError(f"expected a case, then 'result' or 'run N', or 'quit', found {line[:40]!r}")
    except Exception as error:
      refuse(error)
