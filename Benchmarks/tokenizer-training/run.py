#!/usr/bin/env python3
"""Trains 32,000 tokens on the same text with `akshara tokenizer train` and with its peers, in one run.

    python Benchmarks/tokenizer-training/run.py [TEXT] [--vocab 32000] [--threads 1] [--akshara .build/release/akshara]

TEXT is a file of lines; without it, 7 MB each of ../shared/corpus's Kannada, Telugu and English are taken. Peers stand in
requirements.txt; one that is not installed is named and left out. Every trainer runs in a process of its own. CPU seconds and
peak memory are those of the whole process for Akshara, start and writing included, and of the call alone for the peers (memory:
of their process), so the ratios are lower bounds. `merges` says how far the list of merges equals that of HF tokenizers with the
same pretokenizer. The exit status is 1 if Akshara's merges differ from HF's, or a ratio falls below its threshold.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Akshara's speed in CPU time, in times a peer's on the same pattern; its memory at most so many times the peer's.
THRESHOLDS = {"gigabpe": 1.3, "tokenizers gpt2": 6.0, "tokenizers llama3": 6.0, "tokenizers indic": 6.0}
MEMORY = {"gigabpe": 1.5}
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
ENDINGS = r"\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + ENDINGS,
    "indic": CONTRACTIONS
    + r"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}][\p{L}\p{M}\u200C\u200D]*|\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"
    + ENDINGS,
}


# Peers: each returns the merges, as pairs of strings in the byte alphabet, or None if it does not tell.


def train_tokenizers(pattern):
    def train(path, size, threads):
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        tokenizer.train([path], trainers.BpeTrainer(
            vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
        return json.loads(tokenizer.to_str())["model"]["merges"]

    return train


def train_tokenizers_sentencepiece(path, size, threads):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    with open(path, encoding="utf-8", newline="") as file:
        tokenizer.train_from_iterator(file.read().split("\n"), trainers.BpeTrainer(
            vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)],
            show_progress=False))
    return json.loads(tokenizer.to_str())["model"]["merges"]


def train_gigabpe(path, size, threads):
    import gigabpe

    return [list(pair) for pair in gigabpe.train_bpe([path], vocab_size=size, pretokenizer="bytelevel", threads=threads)[1]]


def train_rustbpe(path, size, threads):
    import rustbpe

    with open(path, encoding="utf-8", newline="") as file:
        rustbpe.Tokenizer().train_from_iterator(iter(file.read().splitlines(True)), size, pattern=PATTERNS["llama3"])


def train_bpeasy(path, size, threads):
    import bpeasy

    with open(path, encoding="utf-8", newline="") as file:
        bpeasy.train_bpe(iter(file.read().splitlines(True)), PATTERNS["llama3"], 128, size)


def train_sentencepiece(path, size, threads):
    import io

    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        input=path, model_writer=io.BytesIO(), vocab_size=size, model_type="bpe", num_threads=threads, byte_fallback=True,
        character_coverage=1.0, input_sentence_size=0, minloglevel=2, max_sentence_length=1_000_000)


PEERS = {
    "gigabpe": (train_gigabpe, "gpt2"), "tokenizers gpt2": (train_tokenizers("gpt2"), "gpt2"),
    "tokenizers llama3": (train_tokenizers("llama3"), "llama3"), "tokenizers indic": (train_tokenizers("indic"), "indic"),
    "rustbpe": (train_rustbpe, "llama3"), "bpeasy": (train_bpeasy, "llama3"), "tokenizers sentencepiece": (train_tokenizers_sentencepiece, "sentencepiece"),
    "sentencepiece": (train_sentencepiece, "sentencepiece"),
}
# What Akshara is asked for, by name.
OURS = {**{pattern: ["--pattern", pattern] for pattern in PATTERNS},
        "sentencepiece": ["--model", "sentencepiece", "--character-coverage", "1"]}


def usage(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def child(options):
    """Runs one peer and prints what it took as JSON."""
    before, started = usage(resource.RUSAGE_SELF), time.perf_counter()
    merges = PEERS[options.child][0](options.text, options.vocab, options.threads)
    print(json.dumps({"wall": time.perf_counter() - started, "cpu": usage(resource.RUSAGE_SELF) - before,
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "merges": merges}))


def run_peer(name, options):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(options.threads),
                       TOKENIZERS_PARALLELISM="true" if options.threads > 1 else "false")
    command = [sys.executable, __file__, options.text, "--vocab", str(options.vocab), "--threads", str(options.threads), "--child", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{name:20} left out: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        return None
    return json.loads(done.stdout.splitlines()[-1])


def run_akshara(pattern, options, folder):
    """The best of three runs."""
    output = os.path.join(folder, pattern)
    command = [options.akshara, "tokenizer", "train", options.text, "--output", output, "--vocab-size", str(options.vocab),
               *OURS[pattern], "--threads", str(options.threads)]
    best = None
    for _ in range(3):
        started = time.perf_counter()
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{' '.join(command)} failed with status {status}")
        result = {"wall": time.perf_counter() - started, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}
        if best is None or result["cpu"] < best["cpu"]:
            best = result
    with open(os.path.join(output, "tokenizer.json"), encoding="utf-8") as file:
        best["merges"] = json.load(file)["model"]["merges"]
    return best


def agreement(merges, reference):
    if merges is None or reference is None:
        return ""
    if merges == reference:
        return f"merges: all {len(merges):,} as HF's"
    at = next((i for i, (a, b) in enumerate(zip(merges, reference)) if a != b), min(len(merges), len(reference)))
    return f"merges: part from HF's at {at:,}"


def sample_text(folder):
    """7 MB of whole lines of each language."""
    path = os.path.join(folder, "text.txt")
    with open(path, "wb") as out:
        for language in ["kn", "te", "en"]:
            packed = ROOT / ".." / "shared" / "corpus" / f"{language}.txt.zst"
            text = subprocess.run(["zstd", "-dcq", str(packed)], capture_output=True, check=True).stdout[:7_000_000]
            out.write(text[:text.rfind(b"\n") + 1])
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?")
    parser.add_argument("--vocab", type=int, default=32_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peers", default=",".join(PEERS), help="which peers to run")
    parser.add_argument("--akshara", default=os.environ.get("AKSHARA_BINARY", str(ROOT / ".build/release/akshara")))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return child(options)
    with tempfile.TemporaryDirectory() as folder:
        options.text = options.text or sample_text(folder)
        return compare(options, folder)


def compare(options, folder):
    print(f"{os.path.getsize(options.text) / 1e6:.1f} MB, {options.vocab:,} tokens, threads: {options.threads}")
    ours = {pattern: run_akshara(pattern, options, folder) for pattern in OURS}
    theirs = {name: run_peer(name, options) for name in options.peers.split(",")}
    good = True
    for pattern, result in ours.items():
        reference = theirs.get(f"tokenizers {pattern}")
        good &= reference is None or result["merges"] == reference["merges"]
        show(f"akshara {pattern}", result, agreement(result["merges"], reference and reference["merges"]))
    for name, result in theirs.items():
        if result is None:
            continue
        pattern = PEERS[name][1]
        reference = theirs.get(f"tokenizers {pattern}")
        ratio = result["cpu"] / ours[pattern]["cpu"]
        wanted = THRESHOLDS.get(name)
        good &= wanted is None or ratio >= wanted
        good &= name not in MEMORY or ours[pattern]["memory"] <= MEMORY[name] * result["memory"]
        told = f"akshara {pattern} is {ratio:.1f} times as fast" + (f" (wanted {wanted})" if wanted else "")
        show(name, result, "; ".join(filter(None, [told, agreement(result["merges"], reference and reference["merges"])])))
    return 0 if good else 1


def show(name, result, text):
    print(f"{name:20} {result['cpu']:7.2f} CPU s {result['wall']:7.2f} s {result['memory']:6.0f} MB  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
