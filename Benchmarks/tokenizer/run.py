#!/usr/bin/env python3
"""Encodes the sample corpora with `akshara tokenizer encode` and with HF `tokenizers`, in one run on one core.

    $(tools/parity-environment)/bin/python Benchmarks/tokenizer/run.py

Prints MB/s of CPU time of both, the ratio and whether all IDs are equal; exit status 1 if they differ or the ratio falls below the
threshold. Akshara's time is that of the whole process, start and output included; the peer's is that of
`encode_batch` alone, held to one thread, so the ratio is a lower bound.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pyarrow
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[2]
AKSHARA = os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara"))
TOKENIZER = ROOT / "samples/base/tokenizer.json"
THRESHOLD = 2.5  # times the peer's speed
ROUNDS = 3  # the best of so many


def corpus(name):
    with pyarrow.input_stream(str(ROOT / "samples/base-training" / name), compression="zstd") as stream:
        lines = stream.read().decode("utf-8").splitlines()
    return [json.loads(line)["response"].replace("\n", " ") for line in lines] if "jsonl" in name else lines


def seconds(who):
    """CPU seconds so far: unlike the clock's, they do not depend on what else the machine does."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def best(work, who):
    times = []
    for _ in range(ROUNDS):
        start = seconds(who)
        result = work()
        times.append(seconds(who) - start)
    return min(times), result


def main():
    peer = Tokenizer.from_file(str(TOKENIZER))
    peer.encode_special_tokens = True  # text is text, as it is in akshara
    good = True
    for language, name in [("Kannada", "kannada-wikipedia.txt.zst"), ("Telugu", "telugu-wikipedia.txt.zst"),
                           ("English", "dolly.jsonl.zst")]:
        documents = [line for line in corpus(name) if line]
        data = "\n".join(documents).encode()
        command = ["taskset", "-c", "0", AKSHARA, "tokenizer", "encode", "--tokenizer", str(TOKENIZER)]
        ours, output = best(lambda: subprocess.run(command, input=data, capture_output=True, check=True).stdout,
                            resource.RUSAGE_CHILDREN)
        theirs, encodings = best(lambda: peer.encode_batch(documents, add_special_tokens=False), resource.RUSAGE_SELF)
        same = [[int(i) for i in line.split()] for line in output.decode().splitlines()] == [e.ids for e in encodings]
        size = len(data) / 1e6
        good &= same and theirs / ours >= THRESHOLD
        print(f"{language}: akshara {size / ours:.1f} MB/s, tokenizers {size / theirs:.1f} MB/s, "
              f"ratio {theirs / ours:.1f} (wanted {THRESHOLD}), ids {'equal' if same else 'DIFFERENT'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
