#!/usr/bin/env python3
"""Packs a million rows with our best fit decreasing, and some of them with TRL's beside it.

    swift build -c release --product packing-benchmark
    python Benchmarks/packing/run.py .build/release/packing-benchmark [--rows 1000000] [--peer-rows 100000] [--capacity 2048]

The lengths are seeded and lognormal, as those of instruction rows are (median 150 tokens, cut at the capacity). TRL's
`pack_dataset` also moves the tokens, which ours leaves in the shards: its time is of both. Prints JSON; exits 1 if the
million takes a CPU second or longer, or the numbers of packs differ where both packed the same rows.
"""

import argparse
import array
import json
import math
import random
import subprocess
import sys
import time

import datasets
from trl import pack_dataset


def lengths(rows, capacity, seed):
    chance = random.Random(seed)
    return [min(capacity, max(1, round(chance.lognormvariate(math.log(150), 0.9)))) for _ in range(rows)]


def ours(binary, rows, capacity):
    packed = array.array("i", rows)
    if sys.byteorder == "big":
        packed.byteswap()
    done = subprocess.run([binary, str(capacity), "5"], input=packed.tobytes(), capture_output=True, check=True)
    return json.loads(done.stdout)


def theirs(rows, capacity):
    table = datasets.Dataset.from_dict({"input_ids": [[0] * length for length in rows]})
    start = time.process_time()
    packs = len(pack_dataset(table, capacity, "bfd", {"batch_size": len(rows)}))
    return {"rows": len(rows), "packs": packs, "cpu": time.process_time() - start}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--peer-rows", type=int, default=100_000)
    parser.add_argument("--capacity", type=int, default=2_048)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    datasets.disable_progress_bars()
    rows = lengths(options.rows, options.capacity, options.seed)
    whole, part = ours(options.binary, rows, options.capacity), ours(options.binary, rows[:options.peer_rows], options.capacity)
    peer = theirs(rows[:options.peer_rows], options.capacity)
    fewest = -(-sum(rows) // options.capacity)
    print(json.dumps({"akshara": whole, "akshara, the peer's rows": part, "trl": peer, "fewest packs possible": fewest,
                      "times trl": round(peer["cpu"] / min(part["cpu"]), 1)}, indent=1))
    return 0 if min(whole["cpu"]) < 1 and part["packs"] == peer["packs"] else 1


if __name__ == "__main__":
    sys.exit(main())
