#!/usr/bin/env python3
"""Encodes corpora with Akshara and with the fastest other tokenizers, in one run, and compares speed and token IDs.

    swift build -c release --product tokenizer-benchmark
    python3 -m venv peers && peers/bin/pip install -r Benchmarks/tokenizer/requirements.txt
    peers/bin/python Benchmarks/tokenizer/run.py [--corpora kn,en] [--peers fastokens,tiktoken] [--threads 1,2] [--processes 3] [--json FILE]

Each tokenizer gets fresh processes (3, in turn with the others'), pinned to as many cores as it has threads, and the same documents: a corpus
cut at the first line end behind each 16 KiB. Speeds are the processes' medians. Cold is the first pass, with loading left out; warm is the median of the later
ones. Both are given by CPU time and by wall time; ratios use CPU time on one thread, because it depends less on what
else the machine does, and wall time for two threads against one. Loading is given by CPU time, with Akshara's cache.
Peers are called the way that is fastest for them; HF tokenizers gets the first 2 MB of a corpus only, because its speed
would make the run last minutes (`SHARES`).

Corpora and vocabulary (Llama 3's) are those of ../shared where it is there, else the samples' texts and vocabulary.
`AKSHARA_ISA=avx2` or `scalar` shows Akshara on lesser machines. The exit status is 1 if IDs differ from tiktoken's or
HF tokenizers', or if a ratio falls below the least that thresholds.json allows.
"""

import argparse
import hashlib
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = pathlib.Path(os.environ.get("AKSHARA_SHARED", ROOT.parent / "shared"))
BINARY = os.environ.get("AKSHARA_BENCHMARK", str(ROOT / ".build/release/tokenizer-benchmark"))
DOCUMENT_SIZE = 16 << 10
PASSES = 6
SHARES = {"tokenizers": 2 << 20}  # the bytes that a peer gets at most
JUDGES = ("tiktoken", "tokenizers")


def documents_of(path):
    """Cuts a file as Encoding/TokenizerBenchmark.swift does."""
    data = path.read_bytes()
    documents, start = [], 0
    while start < len(data):
        end = data.find(b"\n", min(start + DOCUMENT_SIZE, len(data))) + 1 or len(data)
        documents.append(data[start:end].decode())
        start = end
    return documents


def flat(lists):
    import numpy

    return b"".join(numpy.asarray(ids, dtype=numpy.uint32).tobytes() for ids in lists)


# Each peer: (folder of the vocabulary, threads) -> (encode all documents, their IDs as bytes).


def peer_tiktoken(folder, threads):
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    meta = json.loads((folder / "meta.json").read_text())
    encoding = tiktoken.Encoding(
        "benchmark", pat_str=meta["pattern"], mergeable_ranks=load_tiktoken_bpe(str(folder / "ranks.tiktoken")),
        special_tokens=meta["special"])
    if threads > 1:
        return lambda documents: encoding.encode_ordinary_batch(documents, num_threads=threads), flat
    return lambda documents: [encoding.encode_to_numpy(text, disallowed_special=()) for text in documents], flat


def peer_tokenizers(folder, threads):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    return (lambda documents: tokenizer.encode_batch_fast(documents, add_special_tokens=False),
            lambda result: flat(encoding.ids for encoding in result))


def peer_fastokens(folder, threads):
    from fastokens._native import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = lambda result: flat(encoding.ids for encoding in result)
    if threads > 1:
        return tokenizer.encode_batch, ids
    return lambda documents: [tokenizer.encode_ordinary(text) for text in documents], ids


def peer_gigatoken(folder, threads):
    import awkward
    import gigatoken
    import numpy

    tokenizer = gigatoken.Tokenizer(str(folder / "tokenizer.json"))
    return (lambda documents: tokenizer.encode_batch(documents, parallel=threads > 1),
            lambda result: numpy.asarray(awkward.flatten(result)).astype("uint32").tobytes())


def peer_basetenkenizer(folder, threads):
    from basetenkenizer._native import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = lambda result: flat(encoding.ids for encoding in result)
    if threads > 1:
        return tokenizer.encode_batch, ids
    return lambda documents: [tokenizer.encode(text) for text in documents], ids


PEERS = {name[5:]: function for name, function in list(globals().items()) if name.startswith("peer_")}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure_peer(name, corpus, folder, threads):
    """Runs in a process of its own; prints one line of JSON."""
    documents = documents_of(corpus)
    share, size = SHARES.get(name, sys.maxsize), 0
    for count, document in enumerate(documents, start=1):
        size += len(document.encode())
        if size >= share:
            documents = documents[:count]
            break
    start = cpu_seconds()
    encode, ids_of = PEERS[name](folder, threads)
    load = cpu_seconds() - start
    wall, cpu, result = [], [], None
    while len(wall) < 2 or len(wall) < PASSES and sum(wall) < 10:
        result = None
        started, used = time.perf_counter(), cpu_seconds()
        result = encode(documents)
        wall.append(time.perf_counter() - started)
        cpu.append(cpu_seconds() - used)
    ids = ids_of(result)
    print(json.dumps({"load": load, "wall": wall, "cpu": cpu, "bytes": sum(len(text.encode()) for text in documents),
                      "tokens": len(ids) // 4, "digest": hashlib.sha256(ids).hexdigest()}))


def run_process(name, corpus, folder, threads):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads), FASTOKENS_THREADS=str(threads),
                       TOKENIZERS_PARALLELISM="true" if threads > 1 else "false")
    pinned = ["taskset", "-c", f"0-{threads - 1}"]
    with tempfile.NamedTemporaryFile() as ids:
        if name == "akshara":
            ranks = folder / "ranks.tiktoken"
            source = [str(ranks), "llama3"] if ranks.exists() else [str(folder / "tokenizer.json"), "-"]
            command = [BINARY, *source, str(corpus), str(PASSES), str(threads), ids.name]
        else:
            command = [sys.executable, __file__, "--child", name, str(corpus), str(folder), str(threads)]
        done = subprocess.run(pinned + command, env=environment, capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError((done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1][:100])
        row = json.loads(done.stdout.splitlines()[-1])
        if name == "akshara":
            row["ids"] = pathlib.Path(ids.name).read_bytes()
            row["digest"] = hashlib.sha256(row["ids"]).hexdigest()
    speed = lambda seconds: row["bytes"] / 1e6 / seconds
    return {"tokenizer": name, "corpus": corpus.stem, "threads": threads, "load": row["load"], "digest": row["digest"],
            "tokens": row["tokens"], "ids": row.get("ids"), "cold_cpu": speed(row["cpu"][0]), "warm_cpu": speed(statistics.median(row["cpu"][1:])),
            "cold_wall": speed(row["wall"][0]), "warm_wall": speed(statistics.median(row["wall"][1:]))}


def host_scaling():
    """How many times as much two threads do here as one, of work that waits for no memory: SHA-256 of 64 KiB, again and again.

    Two processors of a virtual machine may be two threads of one core, and then nothing gets 2.
    """
    block, rounds = bytes(64 << 10), 4000

    def work():
        for _ in range(rounds):
            hashlib.sha256(block)

    def seconds(count):
        threads = [threading.Thread(target=work) for _ in range(count)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    return statistics.median(2 * seconds(1) / seconds(2) for _ in range(5))


def medians(rows):
    """The figures of several processes as one: speeds are medians, since one process in three is a third slower here for no reason of its own."""
    if len({row["digest"] for row in rows}) > 1:
        raise RuntimeError("other IDs in each process")
    return rows[0] | {key: statistics.median(row[key] for row in rows) for key, value in rows[0].items() if isinstance(value, float)}


def run_in_turn(kinds, processes, corpus, folder):
    """Runs each kind, a tokenizer with so many threads, in as many processes, all kinds in turn, so that all of them see the host's moods
    alike; gives each kind with its figures, or with what went wrong."""
    rows, faults = {kind: [] for kind in kinds}, {}
    for _ in range(processes):
        for tokenizer, threads in [kind for kind in kinds if kind not in faults]:
            try:
                rows[tokenizer, threads].append(run_process(tokenizer, corpus, folder, threads))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                faults[tokenizer, threads] = error
    for kind in kinds:
        try:
            yield kind, None if kind in faults else medians(rows[kind]), faults.get(kind)
        except RuntimeError as error:
            yield kind, None, error


def decompressed(path):
    return subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True).stdout


def prepare(folder, wanted):
    """Puts vocabulary and corpora into `folder`, and returns the corpora."""
    vocabulary = SHARED / "data/tok_llama3"
    if vocabulary.exists():
        (folder / "ranks.tiktoken").write_bytes((vocabulary / "llama3_tokenizer.model").read_bytes())
        (folder / "meta.json").write_bytes((vocabulary / "llama3.meta.json").read_bytes())
        (folder / "tokenizer.json").write_bytes(decompressed(vocabulary / "llama3.tokenizer.json.zst"))
    else:
        print(f"{vocabulary} is not there: using samples/base/tokenizer.json, without tiktoken")
        (folder / "tokenizer.json").write_bytes((ROOT / "samples/base/tokenizer.json").read_bytes())
    sources = {path.name.split(".")[0]: path for path in sorted((SHARED / "corpus").glob("*.txt.zst"))}
    if not sources:
        print(f"{SHARED / 'corpus'} is not there: using the samples' texts")
        sources = {path.name.split("-")[0]: path for path in sorted((ROOT / "samples/base-training").glob("*.txt.zst"))}
    corpora = []
    for name, path in sources.items():
        if not wanted or name in wanted:
            corpora.append(folder / f"{name}.txt")
            corpora[-1].write_bytes(decompressed(path))
    return corpora


def compare(rows, thresholds):
    """Prints the ratios of one corpus, and returns whether all are good."""
    by = {(row["tokenizer"], row["threads"]): row for row in rows}
    good = True
    for (name, threads), row in by.items():
        for mine in [row for row in rows if row["tokenizer"] == "akshara"] if name in JUDGES else []:
            if hashlib.sha256(mine["ids"][: 4 * row["tokens"]]).hexdigest() != row["digest"]:
                print(f"  IDs on {mine['threads']} threads DIFFER from those of {name} on {threads}")
                good = False
    ours, peers = by.get(("akshara", 1)), [row for (name, threads), row in by.items() if name != "akshara" and threads == 1]
    checks = []
    if ours and peers:
        for kind in ("cold", "warm"):
            best = max(peers, key=lambda row: row[kind + "_cpu"])
            checks.append((f"{kind} against {best['tokenizer']}", ours[kind + "_cpu"] / best[kind + "_cpu"], kind))
    if ours and ("akshara", 2) in by:
        checks.append(("two threads against one", by["akshara", 2]["warm_wall"] / ours["warm_wall"], "two_threads"))
    for name, ratio, kind in checks:
        least = thresholds["least"][kind].get(rows[0]["corpus"], thresholds["least"][kind]["other"])
        host = f"; SHA-256 just now: {host_scaling():.2f}" if kind == "two_threads" else ""
        print(f"  {name}: {ratio:.2f} (goal {thresholds['goals'][kind]}, at least {least}{host})")
        good &= ratio >= least
    return good


def main():
    if sys.argv[1:2] == ["--child"]:
        name, corpus, folder, threads = sys.argv[2:]
        return measure_peer(name, pathlib.Path(corpus), pathlib.Path(folder), int(threads))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", default="")
    parser.add_argument("--peers", default=",".join(sorted(PEERS)))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--processes", type=int, default=3, help="fresh processes for each figure, the median of which counts")
    parser.add_argument("--json", help="a file for all figures")
    options = parser.parse_args()
    thresholds = json.loads((HERE / "thresholds.json").read_text())
    good, all_rows = True, []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        corpora = prepare(folder, [part for part in options.corpora.split(",") if part])
        print(f"{'':16}{'':9}{'':8}{'MB/s of CPU time':>18}{'of wall time':>16}")
        print(f"{'tokenizer':16}{'corpus':9}{'threads':8}{'cold':>9}{'warm':>9}{'cold':>8}{'warm':>8}{'load ms':>9}  IDs")
        for corpus in corpora:
            rows = []
            tokenizers = ["akshara"] + [part for part in options.peers.split(",") if part]
            kinds = [(name, threads) for name in tokenizers for threads in map(int, options.threads.split(","))]
            for (tokenizer, threads), row, fault in run_in_turn(kinds, options.processes, corpus, folder):
                if row is None:
                    print(f"{tokenizer:16}{corpus.stem:9}{threads:<8} did not run: {fault}")
                    good &= tokenizer != "akshara"
                    continue
                rows.append(row)
                print(f"{tokenizer:16}{corpus.stem:9}{threads:<8}{row['cold_cpu']:9.1f}{row['warm_cpu']:9.1f}"
                      f"{row['cold_wall']:8.1f}{row['warm_wall']:8.1f}{row['load'] * 1000:9.0f}  {row['digest'][:8]}", flush=True)
            good &= compare(rows, thresholds)
            all_rows += [{key: value for key, value in row.items() if key != "ids"} for row in rows]
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(all_rows, indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
