#!/usr/bin/env python3
"""Makes instruction conversations in Kannada out of a small set, by repetition with variation.

    python3 Benchmarks/labels/make_rows.py --rows 390000 --seed 7 --output rows.jsonl [--input ALPACA.jsonl.gz]

Each row takes one or two records of the input. A word from another record goes into each text at a random place, so
that hardly any text comes twice; one row in five has two turns, one in ten a system message. The same arguments give
the same bytes.
"""

import argparse
import gzip
import json
import os
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("AKSHARA_SHARED", ROOT.parent / "shared"))
DEFAULT = SHARED / "data/derived_instruct/kn_alpaca_dev.jsonl.gz"
SYSTEM = "ನೀವು ಕನ್ನಡದಲ್ಲಿ ಉತ್ತರಿಸುವ ಸಹಾಯಕರು."


def records_of(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8")
    with opened as lines:
        return [json.loads(line) for line in lines]


def varied(text, words, generator):
    """The text with one word of `words` in front of one of its own."""
    place = generator.randrange(text.count(" ") + 1)
    parts = text.split(" ", place)
    parts[-1] = generator.choice(words) + " " + parts[-1]
    return " ".join(parts)


def conversation(number, records, words, generator):
    messages = [{"role": "system", "content": SYSTEM}] if generator.random() < 0.1 else []
    for _ in range(2 if generator.random() < 0.2 else 1):
        record = generator.choice(records)
        question = f"{record['instruction']}\n{varied(record['input'], words, generator)}"
        messages.append({"role": "user", "content": question})
        messages.append({"role": "assistant", "content": varied(record["output"], words, generator)})
    return {"id": f"kn-{number:06}", "messages": messages, "language": "kn"}


def make(path, rows, seed, source=DEFAULT):
    """Writes the rows; returns the bytes of text in their messages."""
    records, generator, size = records_of(source), random.Random(seed), 0
    words = [word for record in records for word in record["output"].split()]
    with open(path, "w", encoding="utf-8") as output:
        for number in range(rows):
            row = conversation(number, records, words, generator)
            size += sum(len(message["content"].encode()) for message in row["messages"])
            output.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=390_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--input", type=pathlib.Path, default=DEFAULT)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    options = parser.parse_args()
    size = make(options.output, options.rows, options.seed, options.input)
    print(f"{options.rows:,} rows, {size / 1e6:.1f} MB of text")


if __name__ == "__main__":
    main()
