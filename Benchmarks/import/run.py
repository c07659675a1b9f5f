#!/usr/bin/env python3
"""Measures `akshara import` beside `datasets.load_dataset` + `map` on the same rows.

python Benchmarks/import/run.py AKSHARA SOURCE.jsonl [--megabytes 1024] [--threads 1]

SOURCE (alpaca or dolly rows, plain) is repeated to the size asked for, as JSON Lines and as Parquet.
Each side runs in a process of its own; CPU time, wall time and the largest memory are printed as JSON.
Exits 1 if a ratio of CPU times falls below thresholds.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEER = """
import sys
from datasets import load_dataset
kind, path, out, cache = sys.argv[1:]
rows = load_dataset(kind, data_files=path, split="train", cache_dir=cache)
answer = "output" if "output" in rows.column_names else "response"
rows = rows.map(
    lambda row: {"messages": [{"role": "user", "content": row["instruction"]},
                              {"role": "assistant", "content": row[answer]}]},
    remove_columns=rows.column_names)
rows.to_json(out, force_ascii=False)
"""

# In a process of its own: a child begins with the memory of its parent, and would be charged for it.
TO_PARQUET = """
import sys
import pyarrow.json, pyarrow.parquet
rows = pyarrow.json.read_json(sys.argv[1])
pyarrow.parquet.write_table(rows, sys.argv[2], row_group_size=50_000)
"""


def measure(command: list[str]) -> dict[str, float]:
    """Runs a command; its CPU and wall seconds, and its largest resident memory in MB."""
    start = time.monotonic()
    environment = os.environ | {"HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"failed: {' '.join(command[:3])} …")
    return {
        "cpu": round(usage.ru_utime + usage.ru_stime, 2),
        "wall": round(time.monotonic() - start, 2),
        "memory": usage.ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("akshara")
    parser.add_argument("source", type=Path)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    block = options.source.read_bytes()
    if not block.endswith(b"\n"):
        block += b"\n"
    least = json.loads(Path(__file__).with_name("thresholds.json").read_text())
    good = True
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder, "rows.jsonl")
        with lines.open("wb") as file:
            for _ in range(max(1, options.megabytes * 1_000_000 // len(block))):
                file.write(block)
        columns = Path(folder, "rows.parquet")
        subprocess.run([sys.executable, "-c", TO_PARQUET, lines, columns], check=True)
        size = lines.stat().st_size / 1e6
        for kind, path in [("json", lines), ("parquet", columns)]:
            ours = measure(
                [options.akshara, "import", "auto", str(path), "--output", f"{folder}/ours.jsonl",
                 "--threads", str(options.threads)])
            peer = measure(
                [sys.executable, "-c", PEER, kind, str(path), f"{folder}/peer.jsonl",
                 f"{folder}/cache-{kind}"])
            ratio = peer["cpu"] / ours["cpu"]
            good &= ratio >= least[kind]
            print(json.dumps({
                "kind": kind, "megabytes": round(size), "threads": options.threads,
                "akshara": ours | {"megabytes_per_cpu_second": round(size / ours["cpu"])},
                "datasets": peer | {"megabytes_per_cpu_second": round(size / peer["cpu"])},
                "cpu_ratio": round(ratio, 1), "least": least[kind],
            }))
            for name in ["ours.jsonl", "peer.jsonl"]:
                Path(folder, name).unlink()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
