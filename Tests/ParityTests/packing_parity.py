#!/usr/bin/env python3
"""Packs rows of random lengths with TRL's best fit decreasing, and compares the numbers of packs.

    python3 -m venv peers && peers/bin/pip install -r tools/parity-requirements.txt
    peers/bin/python Tests/ParityTests/packing_parity.py

The lengths come from SplitMix64, as in PackingTests.swift, whose table of packs is read here: so both packers are held
against the same table.
"""

import re
import sys

import datasets
from trl import pack_dataset

from judge import ROOT, same, verdict

TABLE = re.compile(r"\(([\d_]+), ([\d_]+), ([\d_]+), ([\d_]+), ([\d_]+)\),  // seed, rows, longest, capacity, packs")
MASK = (1 << 64) - 1


class SplitMix64:
    """Steele, Lea and Flood 2014, with Lemire's choice below a bound."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        return bits ^ (bits >> 31)

    def below(self, bound):
        product = self.next() * bound
        threshold = (1 << 64) % bound
        while product & MASK < threshold:
            product = self.next() * bound
        return product >> 64


def packs_by_trl(lengths, capacity):
    rows = datasets.Dataset.from_dict({"input_ids": [[0] * length for length in lengths]})
    return len(pack_dataset(rows, capacity, "bfd", {"batch_size": len(lengths)}))


def main():
    datasets.disable_progress_bars()
    source = (ROOT / "Tests/BatchingTests/Batches/PackingTests.swift").read_text()
    for seed, rows, longest, capacity, packs in (map(int, match) for match in TABLE.findall(source)):
        generator = SplitMix64(seed)
        found = packs_by_trl([1 + generator.below(longest) for _ in range(rows)], capacity)
        same(f"{rows} rows of up to {longest} in packs of {capacity}", packs, found, f"{packs} packs")
    return verdict(5)


if __name__ == "__main__":
    sys.exit(main())
