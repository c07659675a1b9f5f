#!/usr/bin/env python3
"""Compares what `akshara` reports with tensorboard's own reader and with sacrebleu.

    AKSHARA_BINARY=.build/release/akshara reports_parity.py

Trains the quickstart for a few steps with `report_to: tensorboard`, kills it on the way and starts it again; every scalar that
TensorBoard reads must be a line of `metrics.jsonl`, once and in order. The exit status is 1 if any check fails.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", os.path.join(ROOT, ".build/release/akshara")))
TAGS = {"train/loss": "loss", "train/learning_rate": "learning_rate", "train/grad_norm": "grad_norm", "eval/loss": "eval_loss"}


def scalars(folder, tag):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars(tag)] if tag in events.Tags()["scalars"] else []


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        run = os.path.join(folder, "run")
        command = [AKSHARA, "run", os.path.join(ROOT, "samples/quickstart/recipe.yaml"), "--output", run, "--until", "train"]
        for setting in ("max_steps=24", "logging_steps=2", "eval_steps=8", "save_steps=5", "report_to=tensorboard"):
            command += ["--set", f"training.{setting}"]
        first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while first.poll() is None and not os.path.isdir(os.path.join(run, "train", "checkpoint-10")):
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.wait()
        again = subprocess.run(command, capture_output=True, text=True)
        if again.returncode != 0:
            sys.exit(again.stderr)
        lines = [json.loads(line) for line in open(os.path.join(run, "train", "metrics.jsonl"))]
        board = os.path.join(run, "train", "tensorboard")
        names = os.listdir(board)
        failures += len(names) != 1
        for tag, key in TAGS.items():
            ours = [(line["step"], line[key]) for line in lines if key in line]
            theirs = scalars(os.path.join(board, names[0]), tag)
            # Event files hold float32.
            ok = len(ours) == len(theirs) and all(
                a[0] == b[0] and abs(a[1] - b[1]) <= 1e-7 * abs(a[1]) for a, b in zip(ours, theirs))
            failures += not ok
            print(f"{'same' if ok else 'DIFFERENT'}  {tag}: {len(theirs)} values" + ("" if ok else f"\n  ours {ours}\n  theirs {theirs}"))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
