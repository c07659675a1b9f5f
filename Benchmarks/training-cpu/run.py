#!/usr/bin/env python3
"""Speed and memory of QLoRA training on the CPU, beside transformers + peft + bitsandbytes, in one run.

    swift build -c release --product training-benchmark
    python Benchmarks/training-cpu/run.py [--threads 2] [--turns 3] [--quick] [--peer PYTHON] [--hold COMMAND] [--json FILE]

Both sides train the same shape on the same number of tokens: NF4 with double quantization, hidden 512, 8 layers, 32,000 words, 8 rows of 512
tokens, an adapter of rank 16 on all linear layers, AdamW. The peer in its fastest setting, bfloat16, stays alive through the whole run. Everything
else, the peer in float32 too, is started in turn and steps in turns with it: one step there, one step here, and again. So each ratio is of
steps that were made within seconds of each other; it is of the best step of either side's turns.

`tokens/s` is by the clock. On a machine that others use too, look at `per CPU`: tokens a CPU-second times the number of threads. `share` is the
step's rate of floating-point operations in products beside that of one large product on the same threads in the same process: of the roofline.
`--hold` names a command that runs its arguments while nothing else runs; it is held for one pair of steps at a time. Peers stand in
requirements.txt; `--peer` names a Python that has them. The exit status is 1 if Akshara in bfloat16 misses thresholds.json: times as fast by CPU
time, share of the memory, calls of malloc in its steps.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
THRESHOLDS = json.loads((HERE / "thresholds.json").read_text())

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--turns", type=int, default=3)
parser.add_argument("--quick", action="store_true", help="only the two bfloat16 runs that the thresholds need")
parser.add_argument("--peer", default=sys.executable)
parser.add_argument("--benchmark", default=str(ROOT / ".build/release/training-benchmark"))
parser.add_argument("--hold")
parser.add_argument("--json")
options = parser.parse_args()


class Side:
    """A process that makes one step for each line it is sent, and says at the end what it saw."""

    def __init__(self, command, **environment):
        self.process = subprocess.Popen(
            [*command, "--turns", "1", "--threads", str(options.threads)], env={**os.environ, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.steps = []
        self.answer()  # ready: the first steps are made

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(map(str, self.process.args))} ended with status {self.process.wait()}")
        return json.loads(line)

    def step(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.steps.append(self.answer())

    def finish(self):
        self.process.stdin.close()
        result = self.answer()
        self.process.wait()
        return result


def ours(*arguments, **environment):
    return lambda: Side([options.benchmark, *arguments], **environment)


def peer(*arguments):
    return lambda: Side([options.peer, str(HERE / "peer.py"), *arguments])


@contextlib.contextmanager
def held():
    """While this lasts, the `--hold` command runs `cat`."""
    if not options.hold:
        yield
        return
    with subprocess.Popen([*shlex.split(options.hold), "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as cat:
        cat.stdin.write("held\n")
        cat.stdin.flush()
        cat.stdout.readline()
        yield
        cat.stdin.close()


BASE, JUDGED = "peer bfloat16", "akshara bfloat16, selective"
CONTESTANTS = {JUDGED: ours("--dtype", "bfloat16", "--checkpointing", "selective")}
if not options.quick:
    CONTESTANTS |= {
        "akshara bfloat16": ours("--dtype", "bfloat16"),
        "akshara bfloat16, layer": ours("--dtype", "bfloat16", "--checkpointing", "layer"),
        "akshara float32": ours("--dtype", "float32"),
        "akshara float32, AVX2": ours("--dtype", "float32", AKSHARA_ISA="avx2"),
        "akshara bfloat16, AVX2": ours("--dtype", "bfloat16", AKSHARA_ISA="avx2"),
        "peer float32": peer("--dtype", "float32"),
    }


def rates(tokens, steps):
    """Tokens a second by the clock, and by CPU time, of the best of these steps."""
    return tokens / min(s["wall"] for s in steps), tokens * options.threads / min(s["cpu"] for s in steps)


def pair(base, start):
    """What a contestant saw in turns with the base, and the base's own steps of these turns."""
    side, before = start(), len(base.steps)
    for _ in range(options.turns):
        with held():
            base.step()
            side.step()
    return dict(side.finish(), steps=side.steps), base.steps[before:]


base = peer("--dtype", "bfloat16")()
pairs = {name: pair(base, start) for name, start in CONTESTANTS.items()}
peak = dict(base.finish(), steps=base.steps)

print(f"{'':30}{'tokens/s':>10}{'per CPU':>10}{'ratio':>8}{'ratio CPU':>11}{'GiB':>7}{'memory':>8}{'share':>7}")
for name, (result, against) in {BASE: (peak, peak["steps"]), **pairs}.items():
    wall, cpu = rates(result["tokens"], result["steps"])
    peer_wall, peer_cpu = rates(peak["tokens"], against)
    memory = result["peak_bytes"] / peak["peak_bytes"]
    result |= {"ratio": wall / peer_wall, "ratio_cpu": cpu / peer_cpu, "memory": memory}
    share = ""
    if "flops" in result:
        result["share"] = result["flops"] / min(s["cpu"] for s in result["steps"]) / result["product_flops_per_cpu_second"]
        share = f"{result['share']:7.0%}"
    print(f"{name:30}{wall:10,.0f}{cpu:10,.0f}{wall / peer_wall:8.2f}{cpu / peer_cpu:11.2f}{result['peak_bytes'] / 2**30:7.2f}{memory:8.2f}{share}")
judged = pairs[JUDGED][0]
print(judged["configuration"], peak["configuration"], sep="\n")
if options.json:
    pathlib.Path(options.json).write_text(json.dumps({BASE: peak, **{n: r for n, (r, _) in pairs.items()}}, indent=1) + "\n")
print(
    f"{judged['ratio_cpu']:.2f} times as fast by CPU time (at least {THRESHOLDS['speed']}), {judged['memory']:.2f} of the memory "
    f"(at most {THRESHOLDS['memory']:.2f}), {judged['heap_calls']} calls of malloc in its steps (at most {THRESHOLDS['heap_calls']})")
sys.exit(
    0 if judged["ratio_cpu"] >= THRESHOLDS["speed"] and judged["memory"] <= THRESHOLDS["memory"]
    and judged["heap_calls"] <= THRESHOLDS["heap_calls"] else 1)
