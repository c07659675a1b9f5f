#!/usr/bin/env python3
"""Compares what `akshara` reports while it trains with what TensorBoard's own reader finds.

    AKSHARA_BINARY=.build/release/akshara reports_parity.py

Trains the quickstart for a few steps with `report_to: tensorboard`, kills it on the way and starts it again; every scalar that
TensorBoard reads must be a line of `metrics.jsonl`, once and in order, and every step that is reported must be there.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from judge import AKSHARA, ROOT, check, same, verdict

STEPS, LOGGING, EVALUATION, SAVING = 24, 2, 8, 5
TAGS = {"train/loss": "loss", "train/learning_rate": "learning_rate", "train/grad_norm": "grad_norm", "eval/loss": "eval_loss"}


def scalars(folder, tag):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars(tag)] if tag in events.Tags()["scalars"] else []


def train(run):
    """Trains, is killed behind the second checkpoint, and trains on; whether it was killed on the way."""
    command = [AKSHARA, "run", str(ROOT / "samples/quickstart/recipe.yaml"), "--output", run, "--until", "train"]
    for setting in (f"max_steps={STEPS}", f"logging_steps={LOGGING}", f"eval_steps={EVALUATION}", f"save_steps={SAVING}",
                    "report_to=tensorboard"):
        command += ["--set", f"training.{setting}"]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while first.poll() is None and not os.path.isdir(os.path.join(run, "train", f"checkpoint-{2 * SAVING}")):
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    killed = first.wait() == -signal.SIGKILL
    again = subprocess.run(command, capture_output=True, text=True)
    if again.returncode != 0:
        sys.exit(again.stderr)
    return killed


def main():
    with tempfile.TemporaryDirectory() as folder:
        run = os.path.join(folder, "run")
        check("the first run was killed on its way", train(run))
        lines = [json.loads(line) for line in open(os.path.join(run, "train", "metrics.jsonl"))]
        board = os.path.join(run, "train", "tensorboard")
        names = os.listdir(board)
        same("one file of events", len(names), 1)
        for tag, key in TAGS.items():
            ours = [(line["step"], line[key]) for line in lines if key in line]
            theirs = scalars(os.path.join(board, names[0]), tag)
            # Evaluation comes before the first step, too.
            wanted = list(range(0, STEPS + 1, EVALUATION) if tag == "eval/loss" else range(LOGGING, STEPS + 1, LOGGING))
            same(f"{tag}: steps of metrics.jsonl and of the events", [[step for step, _ in part] for part in (ours, theirs)],
                 [wanted, wanted])
            # Event files hold float32: half a unit in the 24th bit.
            check(f"{tag}: values", ours and all(abs(a[1] - b[1]) <= 2.0**-24 * abs(a[1]) for a, b in zip(ours, theirs)),
                  f"ours {ours}, theirs {theirs}", f"{len(theirs)}")
    return verdict(2 + 2 * len(TAGS))


if __name__ == "__main__":
    sys.exit(main())
