#!/usr/bin/env python3
"""Checks `akshara tokenizer extend` with HF `tokenizers`: what was stays, and what is new has equal IDs.

    AKSHARA_BINARY=.build/release/akshara extension_parity.py [--add 16000] [--random 10000]

Data that are missing are named and skipped.
Random strings hold only code points that Unicode 15.0 assigns: peers with other tables class the rest differently.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata

from tokenizers import Tokenizer

from judge import AKSHARA, SHARED, check, skip, verdict

CHECKS = 18
OURS = re.compile("[\u0C00-\u0CFF]")
OUR_BYTES = re.compile(rb"\xE0[\xB0-\xB3][\x80-\xBF]")


class Report:
    """How documents' token IDs are compared and shown."""

    def equal(self, name, documents, left, right):
        wrong = [i for i, (a, b) in enumerate(zip(left, right)) if a != b]
        check(name, not wrong and len(left) == len(right) == len(documents) > 0,
              [f"{documents[i][:80]!r}: {left[i][:12]} and {right[i][:12]}" for i in wrong[:3]],
              f"{len(documents):,} documents, {sum(map(len, right)):,} tokens")

    def claim(self, name, holds, detail=""):
        check(name, holds, note=detail)


def ours(binary, tokenizer, documents, *flags):
    """IDs of documents (bytes without line feeds) in one run."""
    data = b"".join(d + b"\n" for d in documents)
    done = subprocess.run([binary, "tokenizer", "encode", "--tokenizer", tokenizer, *flags], input=data, capture_output=True)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return [[int(i) for i in line.split()] for line in done.stdout.decode().split("\n")[:-1]]


def theirs(tokenizer, documents, specials_as_text=True):
    tokenizer.encode_special_tokens = specials_as_text
    return [e.ids for e in tokenizer.encode_batch_fast(documents, add_special_tokens=False)]


def byte_alphabet():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}


def assigned(ranges):
    return [chr(c) for low, high in ranges for c in range(low, high + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]


def random_strings(count, seed, own):
    """Strings of scripts that share bytes with Kannada and Telugu, marks, joiners, white space, names of specials."""
    generator = random.Random(seed)
    indic = assigned([(0x0900, 0x0BFF), (0x0D00, 0x0FFF)])
    same_tail = [chr(c) for c in range(0x1000, 0xFFFF, 7) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
    other = assigned([(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x1F600, 0x1F64F)])
    pools = [indic, indic, same_tail, other, other, ["\u093D", "\u0964", "\u0965", "\u200C", "\u200D", "\u0951", "\u1CDA", "\uFEFF"],
             [" ", " ", "  ", "\t", "\u00A0", "\r"], [" the", "ing", "'s", "'LL", "123", "4", "<|eot_id|>", "<|begin_of_text|>"]]
    if own:
        mine = [c for c in assigned([(0x0C00, 0x0CFF)])]
        words = ["ಕನ್ನಡ", " ಭಾಷೆ", "ನಲ್ಲಿ", " తెలుగు", "లో", " రాజ్‌కుమార్", "ಶ್ರೀ"]
        pools += [mine, mine, mine, words, words]
    return ["".join(generator.choice(generator.choice(pools)) for _ in range(generator.randint(0, 14))) for _ in range(count)]


def lines(path):
    data = subprocess.run(["zstdcat" if path.endswith(".zst") else "zcat", path], capture_output=True, check=True).stdout
    return [t for t in data.decode("utf-8", "replace").replace("\r", " ").split("\n") if t]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--akshara", default=AKSHARA)
    parser.add_argument("--shared", default=str(SHARED))
    parser.add_argument("--add", type=int, default=16000)
    parser.add_argument("--random", type=int, default=10_000)
    options = parser.parse_args()
    vocabulary = os.path.join(options.shared, "data/tok_llama3/llama3.tokenizer.json.zst")
    if not os.path.exists(vocabulary):
        skip("Llama 3's vocabulary", f"there is no {vocabulary}", CHECKS)
        return verdict(CHECKS)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        compare(options, vocabulary, folder, report)
    return verdict(CHECKS if options.add >= 16000 else CHECKS - 2)


def compare(options, vocabulary, folder, report):
    binary, shared = options.akshara, options.shared
    base_path = os.path.join(folder, "base.json")
    with open(base_path, "wb") as file:
        file.write(subprocess.run(["zstdcat", vocabulary], capture_output=True, check=True).stdout)
    corpus = [os.path.join(shared, "corpus", f"{l}.txt.zst") for l in ("kn", "te")]
    output = os.path.join(folder, "extended")
    done = subprocess.run([binary, "tokenizer", "extend", "--base", base_path, "--corpus", *corpus, "--add", str(options.add),
                           "--output", output, "--json"], capture_output=True)
    if done.returncode:
        sys.exit(done.stderr.decode())
    made = json.loads(done.stdout)
    print(json.dumps(made, ensure_ascii=False))
    path = os.path.join(output, "tokenizer.json")
    base, extended = Tokenizer.from_file(base_path), Tokenizer.from_file(path)

    old, new = base.get_vocab(), extended.get_vocab()
    report.claim("every old token has its ID", all(new.get(t) == i for t, i in old.items()), f"({len(old):,})")
    added = {t: i for t, i in new.items() if t not in old}
    report.claim("new IDs follow the largest old one", sorted(added.values()) == list(range(max(old.values()) + 1, max(old.values()) + 1 + options.add)),
                 f"({len(added):,})")
    alphabet = byte_alphabet()
    texts = [bytes(alphabet[c] for c in t) for t in added]
    whole = [t for t in texts if t.decode("utf-8", "ignore").encode() == t and OURS.search(t.decode())]
    report.claim("every new token is of whole characters, one of them Kannada or Telugu", len(whole) == len(texts))

    foreign = [s for s in random_strings(options.random, 1, own=False) if not OURS.search(s)]
    before, after = theirs(base, foreign), theirs(extended, foreign)
    report.equal("tokenizers, before and after, random text of other scripts", foreign, after, before)
    plain = [s for s in foreign if "\n" not in s]
    report.equal("ours and tokenizers, the same", plain, ours(binary, path, [s.encode() for s in plain]), theirs(extended, plain))
    cuts = [[(p, tuple(o)) for p, o in t.pre_tokenizer.pre_tokenize_str(s)] for t in (base, extended) for s in foreign[:20_000]]
    half = len(cuts) // 2
    report.equal("pretokens before and after", foreign[:20_000], cuts[:half], cuts[half:])

    generator = random.Random(2)
    broken = []
    while len(broken) < options.random:
        data = bytearray("".join(generator.sample(foreign, 2)).encode())
        for _ in range(generator.randint(1, 6)):
            at = generator.randrange(len(data) + 1)
            data[at:at + generator.randint(0, 2)] = generator.choice([b"\xE0", b"\xE0\xB2", b"\xE0\xB0", b"\xB2\x95", b"\xE0\xB1", b"\xE0\xB3", b"\xFF"])
        data = bytes(data).replace(b"\n", b"")
        if not OUR_BYTES.search(data):
            broken.append(data)
    report.equal("ours, before and after, invalid UTF-8", broken, ours(binary, path, broken), ours(binary, base_path, broken))

    for language in ("en", "code"):
        source = os.path.join(shared, "corpus", f"{language}.txt.zst")
        if not os.path.exists(source):
            skip(source, "it is not there", 2)
            continue
        documents = [t for t in lines(source) if not OURS.search(t)]
        left, right = ours(binary, path, [t.encode() for t in documents]), ours(binary, base_path, [t.encode() for t in documents])
        report.equal(f"ours, before and after, {language} lines without Kannada and Telugu", documents, left, right)
        some = documents[:20_000]
        report.equal("    tokenizers, the same", some, theirs(extended, some), left[:len(some)])

    mixed = [s for s in random_strings(options.random, 3, own=True) if "\n" not in s]
    data = [s.encode() for s in mixed]
    report.equal("ours and tokenizers, random text with all scripts, specials as text", mixed, ours(binary, path, data), theirs(extended, mixed))
    report.equal("    specials allowed", mixed, ours(binary, path, data, "--special", "allow"), theirs(extended, mixed, False))
    ids = ours(binary, path, data)
    joined = subprocess.run([binary, "tokenizer", "decode", "--tokenizer", path], input="".join(" ".join(map(str, i)) + "\n" for i in ids).encode(),
                            capture_output=True).stdout
    report.claim("decoding gives the text back", joined == b"".join(d + b"\n" for d in data), f"({len(data):,} documents)")

    for language, goal in (("kn", 2.4 if options.add < 32000 else 2.1), ("te", 2.7 if options.add < 32000 else 2.4)):
        source = os.path.join(shared, f"data/dakshina_{language}/{language}.romanized.rejoined.dev.native.txt.gz")
        if not os.path.exists(source):
            skip(source, "it is not there", 2)
            continue
        documents = lines(source)
        encoded = ours(binary, path, [t.encode() for t in documents])
        report.equal(f"ours and tokenizers, Dakshina {language}", documents, encoded, theirs(extended, documents))
        words = sum(len(t.split()) for t in documents)
        rate, former = sum(map(len, encoded)) / words, sum(map(len, theirs(base, documents))) / words
        if options.add >= 16000:
            report.claim(f"tokens a word of unseen {language}: at most {goal}", rate <= goal, f"{rate:.3f}; before {former:.2f}")
        else:
            print(f"tokens a word of unseen {language}: {rate:.3f}; before {former:.2f}")


if __name__ == "__main__":
    sys.exit(main())
