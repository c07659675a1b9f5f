#!/usr/bin/env python3
"""Compares `akshara tokenizer encode` with one peer on whole files: all corpora, golden texts, and the files that test tokenizers.

    AKSHARA_BINARY=.build/release/akshara whole_files.py VOCABULARY… [--seconds 1200]

Vocabularies are those of random_strings.py that have IDs of their own: llama3-hf, llama3-tiktoken, qwen, gpt2, llama2, mistral1,
mistral3, tekken_240718 and tekken_240911. Corpora are cut at the first line end behind each 16 KiB, other files where they say so
themselves; nothing is left out, unless --seconds of one vocabulary are over, which is said and makes the exit status 1, as does any
difference.
"""

import argparse
import bz2
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from judge import AKSHARA, SHARED, check, skip, verdict
from random_strings import ours, peer

DOCUMENT_SIZE = 16 << 10
BLOCK = 256  # the documents of one run of the command
CORPORA = ["kn", "te", "en", "code"]


def read(path):
    data = path.read_bytes()
    if path.suffix == ".zst":
        return subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    return gzip.decompress(data) if path.suffix == ".gz" else bz2.decompress(data) if path.suffix == ".bz2" else data


def cut(data):
    """The documents of a file, each of which ends with a line."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", min(start + DOCUMENT_SIZE, len(data))) + 1 or len(data)
        yield data[start:end].decode()
        start = end


def sets():
    """Names with what makes their documents."""
    for name in CORPORA:
        yield f"corpus {name}", lambda path=SHARED / f"corpus/{name}.txt.zst": cut(read(path))
    data = SHARED / "data"
    yield "golden", lambda: [json.loads(line)["text"] for line in read(data / "golden/tokenize_dev.jsonl.gz").splitlines()]
    yield "blns", lambda: json.loads(read(data / "blns/blns.json")) + read(data / "blns/blns.txt").decode().splitlines(True)
    yield "ggml_vocab", lambda: [text for path in sorted(data.glob("ggml_vocab/*.inp"))
                                 for text in read(path).decode().split("\n__ggml_vocab_test__\n")]
    # UTF-8-test.txt is not UTF-8 on purpose, and peers take only text: its lines that are.
    yield "unicode", lambda: [line for path in sorted(data.glob("unicode/*.txt*")) for line in lines(read(path))]


def lines(data):
    for line in data.splitlines(True):
        try:
            yield line.decode()
        except UnicodeDecodeError:
            pass


def compare(name, set_name, documents, of_peer, until):
    """Documents, bytes and tokens compared, and how many documents differ; stops when it is late."""
    documents = [d for d in documents]
    for mode in of_peer.modes:
        tokens = wrong = done = 0
        shown = []
        for start in range(0, len(documents), BLOCK):
            if time.time() > until:
                break
            block = documents[start:start + BLOCK]
            mine = ours(AKSHARA, of_peer, block, mode)
            for document, left in zip(block, mine, strict=True):
                right = of_peer.encode(document, mode == "allow")
                tokens += len(right)
                if left != right:
                    wrong += 1
                    at = next((i for i, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), min(len(left), len(right)))
                    shown.append(f"{document[:60]!r}, token {at}: ours {left[at:at + 8]}, theirs {right[at:at + 8]}")
            done += len(block)
        size = sum(len(d.encode()) for d in documents[:done])
        check(f"{name}, {set_name}, specials as {mode}", wrong == 0 and done == len(documents) > 0,
              f"{wrong} differ, {len(documents) - done} not compared: {shown[:3]}", f"{done:,} documents, {size:,} bytes, {tokens:,} tokens")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vocabularies", nargs="+", metavar="VOCABULARY")
    parser.add_argument("--seconds", type=float, default=1200)
    options = parser.parse_args()
    if not pathlib.Path(SHARED / "corpus").is_dir():
        skip("whole files", f"there is no corpus below {SHARED}")
        return sys.exit(verdict(1))
    expected = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in options.vocabularies:
            of_peer, until = peer(name, str(SHARED), folder), time.time() + options.seconds
            for set_name, documents in sets():
                compare(name, set_name, documents(), of_peer, until)
            expected += 8 * len(of_peer.modes)
    sys.exit(verdict(expected))


if __name__ == "__main__":
    main()
