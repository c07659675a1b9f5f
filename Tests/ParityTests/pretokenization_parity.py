#!/usr/bin/env python3
"""Compares how `akshara tokenizer pretokens` cuts text with `tokenizers`' pre-tokenizers and Python's `regex`.

    pretokenization_parity.py [--akshara .build/release/akshara] [--shared ../shared] [--random 3000] [--megabytes 0.2]

Every named pattern and some free regular expressions, on the corpora and on random strings. Each is compared under
AKSHARA_ISA = scalar, avx2 and avx512, as far as the machine goes. `cl100k` is compared with `regex`, because `$` means
the end of a line to `tokenizers`. Random strings hold only code points that Python's tables and Unicode 15.0, the
version of Akshara's tables, both assign; `docs/TOKENIZATION.md` says where the peers' own tables differ.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import regex
from tokenizers import Regex, pre_tokenizers

from judge import AKSHARA, SHARED, check, verdict
from tokenizer_parity import CONTRACTIONS, ENDINGS, PATTERNS, Data, random_strings

CASED = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s"
         r"|%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|" + ENDINGS)
SPLITS = {
    **{name: [pattern] for name, pattern in PATTERNS.items()},
    "qwen3_5": [CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + ENDINGS],
    "o200k": [CASED % (CONTRACTIONS + "?", CONTRACTIONS + "?", r"\p{N}{1,3}")],
    "tekken": [CASED % ("", "", r"\p{N}")],
    "deepseek3": [
        r"\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+",
        r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^" + "\r\n" + r"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
        r"| ?[\p{P}\p{S}]+[" + "\r\n" + r"]*|" + ENDINGS],
}
FREE = [r"\s?\p{L}+", r"\w+", r"\b", r"(?i:the)|\p{Lu}\p{Ll}*", r"\h+|\p{N}{1,3}+", r"(?m)a.b", r"^.|.$", r"[^\w\s]++",
        r"\p{^L}", r"[[a-z]&&[^aeiou]]+"]
# What Oniguruma decides by a table of Latin 1 outside of brackets, and by Unicode's properties within them.
CLASSES = [r"\w", r"\W", r"\b", r"\B", r"[\w]", r"[\W]", r"[^\w]", r"[^\W]", r"[\w-]", r"[^\w\s]", r"\d", r"\D",
           r"[\d]", r"[\D]", r"\s", r"\S", r"[\s]", r"[\S]"]


def by_tokenizers(splits):
    """The cuts of `Sequence[Split(Regex, isolated)]`, as byte offsets."""
    sequence = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(s), "isolated") for s in splits])

    def ends(text):
        result, end = [], 0
        for piece, _ in sequence.pre_tokenize_str(text):
            end += len(piece.encode())
            result.append(end)
        return result

    return ends


def by_regex(pattern):
    """The same by Python's `regex`; every text is matched without gaps."""
    compiled = regex.compile(pattern, regex.V1)

    def ends(text):
        result, end = [], 0
        for match in compiled.finditer(text):
            end += len(match.group().encode())
            result.append(end)
        return result

    return ends


def akshara_ends(binary, arguments, documents, isa):
    text = "".join(document + "\n" for document in documents)
    out = subprocess.run([binary, "tokenizer", "pretokens", "--json", *arguments], input=text.encode(), check=True,
                         stdout=subprocess.PIPE, env={**os.environ, "AKSHARA_ISA": isa}).stdout
    return [json.loads(line)["ends"] for line in out.splitlines()]


def whole_ends(binary, arguments, text, isa):
    out = subprocess.run([binary, "tokenizer", "pretokens", "--json", "--whole", *arguments], input=text.encode(),
                         check=True, stdout=subprocess.PIPE, env={**os.environ, "AKSHARA_ISA": isa}).stdout
    return json.loads(out)["ends"]


def instruction_sets():
    """Those that the machine has."""
    flags = open("/proc/cpuinfo", encoding="ascii").read() if os.path.exists("/proc/cpuinfo") else ""
    return ["scalar"] + ["avx2"] * ("avx2" in flags) + ["avx512"] * ("avx512_vbmi2" in flags)


def check_classes(binary):
    """Every character below U+0300 but the line feed, behind a letter and a space, twice, under each class."""
    documents = [f"x{chr(c)}{chr(c)} {chr(c)}" for c in range(0x300) if c != 0x0A]
    for pattern in CLASSES:
        peer = by_tokenizers([pattern])
        expected = [peer(document) for document in documents]
        ours = akshara_ends(binary, ["--regex", pattern], documents, "scalar")
        wrong = [(d, a, b) for d, a, b in zip(documents, ours, expected) if a != b]
        check(f"/{pattern}/ below U+0300", not wrong and len(ours) == len(documents) and len(set(map(tuple, expected))) > 1,
              [f"{document!r}: ours {a}, theirs {b}" for document, a, b in wrong[:3]], f"{len(documents)} characters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--akshara", default=AKSHARA)
    parser.add_argument("--shared", default=SHARED)
    parser.add_argument("--random", type=int, default=3_000, help="how many random strings")
    parser.add_argument("--megabytes", type=float, default=0.2, help="how much of each corpus")
    options = parser.parse_args()
    lines = random_strings(options.random, seed=11, newlines=False)
    with tempfile.TemporaryDirectory() as temporary:
        data = Data(options.shared, temporary)
        corpora = [t for t in (data.corpus(l, options.megabytes) for l in ["kn", "te", "en", "code"]) if t is not None]
    texts = ["".join(random_strings(max(1, options.random // 10), seed=12, newlines=True)), *corpora]
    cases = [(name, ["--pattern", name], by_regex(splits[0]) if name == "cl100k" else by_tokenizers(splits),
              instruction_sets(), lines, texts) for name, splits in SPLITS.items()]
    cases += [(f"/{free}/", ["--regex", free], by_tokenizers([free]), ["scalar"], lines[:2000], [t[:50_000] for t in texts])
              for free in FREE]
    for name, arguments, peer, sets, documents, wholes in cases:
        expected, expected_wholes = [peer(d) for d in documents], [peer(t) for t in wholes]
        for isa in sets:
            ours = akshara_ends(options.akshara, arguments, documents, isa)
            wrong = [(d, a, b) for d, a, b in zip(documents, ours, expected) if a != b]
            wrong += [("whole text", a[:3], b[:3]) for a, b in
                      ((whole_ends(options.akshara, arguments, t, isa), e) for t, e in zip(wholes, expected_wholes)) if a != b]
            pieces = sum(map(len, expected)) + sum(map(len, expected_wholes))
            check(f"{name} {isa}", not wrong and len(ours) == len(documents) and pieces > len(documents),
                  [f"{document[:100]!r}: ours {a[:12]}, theirs {b[:12]}" for document, a, b in wrong[:3]],
                  f"{len(documents):,} strings, {len(wholes)} texts, {pieces:,} pieces")
    check_classes(options.akshara)
    sys.exit(verdict(len(SPLITS) * len(instruction_sets()) + len(FREE) + len(CLASSES)))


if __name__ == "__main__":
    main()
