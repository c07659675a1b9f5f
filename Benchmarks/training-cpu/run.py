#!/usr/bin/env python3
"""Speed and memory of QLoRA training on the CPU, beside transformers + peft + bitsandbytes, in one run.

    swift build -c release --product training-benchmark
    python Benchmarks/training-cpu/run.py [--threads 2] [--steps 3] [--rounds 1] [--quick] [--peer PYTHON] [--json FILE]

Both sides train the same shape on the same number of tokens: NF4 with double quantization, hidden 512, 8 layers, 32,000 words, 8 rows of 512
tokens, an adapter of rank 16 on all linear layers, AdamW. The peer runs in its fastest setting, bfloat16, and in float32. Rounds alternate
between the sides, and each figure is the best step of all rounds. `tokens/s` is by the clock; on a machine that others use too, look at `per CPU`:
tokens a CPU-second times the number of threads. `share` is the step's rate of floating-point operations in products, beside that of one large
product on the same threads in the same process. Peers stand in requirements.txt; `--peer` names a Python that has them. The exit status is 1
if Akshara in bfloat16 is less than 1.8 times as fast as the peer in bfloat16, or needs more than a third of its memory.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEED = 1.8
MEMORY = 1 / 3

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--steps", type=int, default=3)
parser.add_argument("--rounds", type=int, default=1)
parser.add_argument("--quick", action="store_true", help="only the two bfloat16 runs that the thresholds need")
parser.add_argument("--peer", default=sys.executable)
parser.add_argument("--benchmark", default=str(ROOT / ".build/release/training-benchmark"))
parser.add_argument("--json")
options = parser.parse_args()


def call(command, **environment):
    """The JSON line that a run prints, or `None` with the reason on standard error."""
    run = subprocess.run(
        command + ["--steps", str(options.steps), "--threads", str(options.threads)], env={**os.environ, **environment},
        capture_output=True, text=True)
    lines = run.stdout.strip().splitlines()
    if run.returncode == 0 and lines:
        return json.loads(lines[-1])
    print(f"{' '.join(command)} failed:\n{run.stderr.strip()[-600:]}", file=sys.stderr)
    return None


def ours(*arguments, **environment):
    return lambda: call([options.benchmark, *arguments], **environment)


def peer(*arguments):
    return lambda: call([options.peer, str(ROOT / "Benchmarks/training-cpu/peer.py"), *arguments])


PEER, AKSHARA = "peer bfloat16", "akshara bfloat16, selective"
RUNS = {
    PEER: peer("--dtype", "bfloat16"),
    AKSHARA: ours("--dtype", "bfloat16", "--checkpointing", "selective"),
}
if not options.quick:
    RUNS |= {
        "peer float32": peer("--dtype", "float32"),
        "akshara bfloat16": ours("--dtype", "bfloat16"),
        "akshara bfloat16, layer": ours("--dtype", "bfloat16", "--checkpointing", "layer"),
        "akshara float32": ours("--dtype", "float32"),
        "akshara float32, AVX2": ours("--dtype", "float32", AKSHARA_ISA="avx2"),
        "akshara bfloat16, AVX2": ours("--dtype", "bfloat16", AKSHARA_ISA="avx2"),
    }


def merge(old, new):
    """The best of two runs, value by value."""
    if old is None or new is None:
        return new or old
    both = dict(new, wall=old["wall"] + new["wall"], cpu=old["cpu"] + new["cpu"])
    for key in ("product_flops_per_second", "product_flops_per_cpu_second"):
        if key in new:
            both[key] = max(old[key], new[key])
    both["peak_bytes"] = max(old["peak_bytes"], new["peak_bytes"])
    return both


def speeds(result):
    """Tokens a second by the clock, and by CPU time."""
    return result["tokens"] / min(result["wall"]), result["tokens"] * options.threads / min(result["cpu"])


results = {}
for _ in range(options.rounds):
    for name, run in RUNS.items():
        results[name] = merge(results.get(name), run())

base = results.get(PEER)
print(f"{'':30}{'tokens/s':>10}{'per CPU':>10}{'ratio':>8}{'ratio CPU':>11}{'GiB':>7}{'memory':>8}{'share':>7}")
for name, result in results.items():
    if result is None:
        print(f"{name:30}  not run")
        continue
    wall, cpu = speeds(result)
    line = f"{name:30}{wall:10,.0f}{cpu:10,.0f}"
    if base:
        peer_wall, peer_cpu = speeds(base)
        line += f"{wall / peer_wall:8.2f}{cpu / peer_cpu:11.2f}"
    else:
        line += f"{'':19}"
    line += f"{result['peak_bytes'] / 2**30:7.2f}"
    line += f"{result['peak_bytes'] / base['peak_bytes']:8.2f}" if base else f"{'':8}"
    if "flops" in result:
        share = result["flops"] / min(result["cpu"]) / result["product_flops_per_cpu_second"]
        line += f"{share:7.0%}"
    print(line)
for result in (results.get(AKSHARA), base):
    if result:
        print(result["configuration"])
if options.json:
    pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
if not base or not results.get(AKSHARA):
    sys.exit("one of the two sides did not run: nothing is compared")
ratio = speeds(results[AKSHARA])[1] / speeds(base)[1]
memory = results[AKSHARA]["peak_bytes"] / base["peak_bytes"]
print(f"{ratio:.2f} times as fast by CPU time (at least {SPEED}), {memory:.2f} of the memory (at most {MEMORY:.2f})")
sys.exit(0 if ratio >= SPEED and memory <= MEMORY else 1)
