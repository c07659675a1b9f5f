#!/usr/bin/env python3
"""Compares the token IDs of `akshara tokenizer` with those of `tokenizers` and `tiktoken`.

    tokenizer_parity.py [--akshara .build/release/akshara] [--shared ../shared] [--megabytes 2] [--random 20000]

Peers: `tokenizers` 0.23 and `tiktoken` 0.14 (`transformers` for the folder check). Every check prints what it
compared; a check whose data are missing says so and is skipped.

Random strings hold only code points that Unicode 15.0, the version of Akshara's tables, assigns: peers with other
tables class the rest differently.
"""

import argparse
import base64
import functools
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import unicodedata

import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from judge import AKSHARA, SHARED, check, skip, verdict

# With all data: thirteen sets of documents for each of 23 tokenizers and their modes, and what is compared once.
CHECKS = 13 * 26 + 35
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
ENDINGS = r"\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    # As tiktoken 0.14 spells it.
    "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
    "llama3": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + ENDINGS,
    "qwen2": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + ENDINGS,
    "indic": CONTRACTIONS
    + r"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}][\p{L}\p{M}\u200C\u200D]*|\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"
    + ENDINGS,
}


# What Akshara writes into a tokenizer.json where that is another spelling: Oniguruma reads `{1,3}+` as a repetition.
WRITTEN = {
    **PATTERNS,
    "cl100k": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s++$|" + ENDINGS,
}


class Report:
    """How documents' token IDs are compared and shown."""

    def check(self, name, documents, ours, theirs):
        wrong = [i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b]
        tokens = sum(map(len, theirs))
        details = []
        for i in wrong[:3]:
            at = next((k for k, (a, b) in enumerate(zip(ours[i], theirs[i])) if a != b), min(len(ours[i]), len(theirs[i])))
            details.append(f"{documents[i][:80]!r}: token {at}: ours {ours[i][at:at + 8]}, theirs {theirs[i][at:at + 8]}")
        check(name, not wrong and len(ours) == len(theirs) == len(documents) and tokens > 0,
              f"{len(wrong)} documents differ, {len(ours)} came back: {details}", f"{len(theirs):,} documents, {tokens:,} tokens")

    def claim(self, name, holds, detail=""):
        check(name, holds, note=detail)


class Akshara:
    """Runs the command."""

    def __init__(self, binary):
        self.binary = binary

    def run(self, arguments, data=b""):
        done = subprocess.run([self.binary, "tokenizer", *arguments], input=data, capture_output=True)
        if done.returncode != 0:
            sys.exit(f"akshara tokenizer {' '.join(arguments)}: {done.stderr.decode()}")
        return done.stdout

    def encode(self, arguments, documents):
        """The IDs of documents: in one run if they are lines, else one run a document."""
        lines = [d for d in documents if "\n" not in d]
        output = self.run(["encode", *arguments], "".join(d + "\n" for d in lines).encode())
        of_lines = iter(output.decode().split("\n"))
        result = []
        for document in documents:
            if "\n" in document:
                text = self.run(["encode", "--whole", *arguments], document.encode()).decode()
            else:
                text = next(of_lines)
            result.append([int(i) for i in text.split()])
        return result

    def decode(self, arguments, ids):
        return self.run(["decode", "--whole", *arguments], (" ".join(map(str, ids)) + "\n").encode())


# Peers


def hf_tokenizer(path, specials_as_text=True):
    tokenizer = Tokenizer.from_file(path)
    tokenizer.encode_special_tokens = specials_as_text
    return lambda document: tokenizer.encode(document, add_special_tokens=False).ids


def read_ranks(path):
    with open(path, "rb") as file:
        return {base64.b64decode(t): int(r) for t, r in (line.split() for line in file.read().splitlines() if line)}


def tiktoken_tokenizer(ranks, pattern):
    encoding = tiktoken.Encoding("peer", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda document: encoding.encode_ordinary(document)


# Documents


@functools.cache
def assigned_characters():
    """What Python's tables assign, without the line feed; of tables later than Unicode 15.0, what 3.2 had already."""
    version = tuple(map(int, unicodedata.unidata_version.split(".")))
    tables = unicodedata if version <= (15, 0, 0) else unicodedata.ucd_3_2_0
    print(f"characters of Unicode {tables.unidata_version}")
    characters = map(chr, range(0x110000))
    return [c for c in characters if c != "\n" and tables.category(c) not in ("Cn", "Co", "Cs")]


def every_kind_of_character():
    """All assigned characters, but of the many thousand ideographs and Hangul syllables only some."""
    large = [("\u3400", "\u9fff"), ("\uac00", "\ud7a3"), ("\U00017000", "\U00018cff"), ("\U00020000", "\U0003ffff")]
    return [c for c in assigned_characters() if ord(c) % 16 == 0 or not any(a <= c <= b for a, b in large)]


def random_strings(count, seed, newlines, length=40):
    """Strings of pieces that pretokenizers and merges find hard."""
    generator = random.Random(seed)
    assigned = assigned_characters()
    kannada = [c for c in assigned if "\u0c80" <= c <= "\u0cff"]
    telugu = [c for c in assigned if "\u0c00" <= c <= "\u0c7f"]
    devanagari = [c for c in assigned if "\u0900" <= c <= "\u097f"]
    spaces = list(" \t\r\u00a0\u2003\u3000\u0085\u000b\u2028") + (["\n", "\r\n", "\n\n"] if newlines else [])
    special = ["\u200c", "\u200d", "\ufeff", "'s", "'S", "'\u017f", "'re", "'LL", "'", "\u0ccd", "\u0c4d", "\u093d",
               "123", "4567", "\u0ce8", "!", "...", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "<|eot_id|>", "<|begin_of_text|>",
               "<|", "|>", "1\ufe0f\u20e3", " kariyar", "the", "The ", "ing"]
    groups = [(kannada, 6), (telugu, 6), (devanagari, 1), (list("abcdefgstlmrvdABST'"), 5), (spaces, 5), (special, 4), (assigned, 3),
              (list("0123456789"), 2), (list(".,;:!?()[]{}<>|-_=+*&^%$#@~`\"\\/"), 2), ([" "], 6)]
    pools, weights = zip(*groups)
    strings = []
    for _ in range(count):
        pools_of_string = generator.choices(pools, weights, k=generator.randint(1, length))
        strings.append("".join(generator.choice(pool) for pool in pools_of_string))
    return strings


class Data:
    """What lies below the shared folder; missing parts are skipped, with a word."""

    def __init__(self, shared, temporary):
        self.shared = shared
        self.temporary = temporary
        self.is_whole = True

    def path(self, name):
        path = os.path.join(self.shared, name)
        if os.path.exists(path):
            return path
        skip(name, f"it is not below {self.shared}", 0)
        self.is_whole = False
        return None

    def unpacked(self, name):
        """The path of a `.zst` or `.gz` file's content."""
        path = self.path(name)
        if path is None:
            return None
        target = os.path.join(self.temporary, os.path.splitext(os.path.basename(name))[0])
        if not os.path.exists(target):
            with open(target, "wb") as out:
                if name.endswith(".zst"):
                    subprocess.run(["zstd", "-dcq", path], stdout=out, check=True)
                else:
                    with gzip.open(path) as packed:
                        out.write(packed.read())
        return target

    def corpus(self, language, megabytes):
        path = self.unpacked(f"corpus/{language}.txt.zst")
        if path is None:
            return None
        with open(path, "rb") as file:
            return file.read(int(megabytes * 1e6)).decode("utf-8", "ignore")

    def golden(self):
        path = self.path("data/golden/tokenize_dev.jsonl.gz")
        if path is None:
            return []
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def naughty(self):
        path = self.path("data/blns/blns.json")
        if path is None:
            return []
        with open(path, encoding="utf-8") as file:
            return json.load(file)


def documents_of(data, options):
    """Named sets of documents: the corpora as lines and as one text, BLNS, random strings."""
    sets = {}
    for language in ["kn", "te", "en", "code"]:
        text = data.corpus(language, options.megabytes)
        if text is not None:
            sets[f"{language} lines"] = text.split("\n")
            sets[f"{language} whole"] = [text]
    sets["blns"] = data.naughty()
    sets["random lines"] = random_strings(options.random, seed=1, newlines=False)
    sets["random text"] = ["".join(random_strings(options.random, seed=2, newlines=True))]
    sets["every code point"] = [f"a{c}a {c}ಕ {c} {c}{c}1{c}1 {c}!{c}'{c}" for c in every_kind_of_character()]
    sets["long words"] = ["a" * 3000, "ಕ" * 3000, "ab" * 3000, "್" * 3000, " " * 3000, "!" * 3000, "7" * 3000, "\r\n" * 1500,
                          "ನ್‌" * 2000, "".join(random.Random(3).choice("abcdetnors") for _ in range(100_000))]
    return sets


# Checks


def check_golden(report, akshara, data, files):
    rows = data.golden()
    for name, arguments in files.items():
        some = [row for row in rows if name in row["ids"]]
        texts = [row["text"] for row in some]
        if some:
            report.check(f"golden {name}", texts, akshara.encode(arguments, texts), [row["ids"][name] for row in some])


def check_sets(report, akshara, sets, name, arguments, peer):
    for set_name, documents in sets.items():
        if documents:
            report.check(f"{name} {set_name}", documents, akshara.encode(arguments, documents), [peer(d) for d in documents])


def check_decoding(report, akshara, sets, name, arguments):
    text = "".join(document for documents in sets.values() for document in documents)
    ids = [int(i) for i in akshara.run(["encode", "--whole", *arguments], text.encode()).split()]
    report.claim(f"{name} decodes to the same bytes", akshara.decode(arguments, ids) == text.encode(), f"({len(text):,} characters)")
    broken = random.Random(4).randbytes(200_000)
    ids = [int(i) for i in akshara.run(["encode", "--whole", *arguments], broken).split()]
    report.claim(f"{name} decodes random bytes", akshara.decode(arguments, ids) == broken)


def check_training(report, akshara, data, temporary, pattern, vocabulary_size, files, arguments=(), **options):
    """Merges, vocabulary and IDs of a tokenizer that both train on the same files; `options` are BpeTrainer's."""
    specials = ["<|begin_of_text|>", "<|eot_id|>", "<|eot_id|>s"]
    name = " ".join([pattern, *arguments])
    folder = os.path.join(temporary, f"trained-{name.replace(' ', '')}-{vocabulary_size}")
    akshara.run(["train", *files, "--output", folder, "--vocab-size", str(vocabulary_size), "--pattern", pattern,
                 "--special", *specials, "--eos-token", "<|eot_id|>", *arguments])
    path = os.path.join(folder, "tokenizer.json")
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern == "gpt2")
    tokenizer.pre_tokenizer = byte_level if pattern == "gpt2" else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(WRITTEN[pattern]), "isolated"), byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train(files, trainers.BpeTrainer(
        vocab_size=vocabulary_size, special_tokens=specials, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **options))
    with open(path, encoding="utf-8") as file:
        ours = json.load(file)
    theirs = json.loads(tokenizer.to_str())
    merges = theirs["model"]["merges"]
    report.claim(f"trained {name}: merges", ours["model"]["merges"] == merges, f"({len(merges):,})")
    report.claim(f"trained {name}: vocabulary", ours["model"]["vocab"] == theirs["model"]["vocab"])
    report.claim(f"trained {name}: pretokenizer", ours["pre_tokenizer"] == theirs["pre_tokenizer"])
    return folder


def check_sentencepiece_training(report, akshara, data, temporary, files, sets):
    """Tokens of characters and bytes: merges and vocabulary as BpeTrainer makes them, IDs as `tokenizers` and its own training give."""
    specials = ["<unk>", "<s>", "</s>"]
    folder = os.path.join(temporary, "sentencepiece")
    akshara.run(["train", *files, "--output", folder, "--vocab-size", "8000", "--model", "sentencepiece", "--character-coverage", "1"])
    path = os.path.join(folder, "tokenizer.json")
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    lines = []
    for file in files:
        with open(file, encoding="utf-8", newline="") as text:
            lines += text.read().split("\n")
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=8000, special_tokens=specials + [f"<0x{byte:02X}>" for byte in range(256)], show_progress=False))
    with open(path, encoding="utf-8") as file:
        ours = json.load(file)
    theirs = json.loads(tokenizer.to_str())
    report.claim("trained sentencepiece: merges", ours["model"]["merges"] == theirs["model"]["merges"], f"({len(theirs['model']['merges']):,})")
    report.claim("trained sentencepiece: vocabulary", ours["model"]["vocab"] == theirs["model"]["vocab"])
    # The byte tokens were special tokens only for the trainer.
    theirs["added_tokens"] = theirs["added_tokens"][:len(specials)]
    trained = Tokenizer.from_str(json.dumps(theirs))
    trained.encode_special_tokens = True
    check_sets(report, akshara, sets, "trained sentencepiece, as tokenizers loads it", ["--tokenizer", path], hf_tokenizer(path))
    check_sets(report, akshara, sets, "trained sentencepiece, as tokenizers trained it", ["--tokenizer", path],
               lambda document: trained.encode(document, add_special_tokens=False).ids)
    check_decoding(report, akshara, {name: sets[name] for name in ["kn lines", "te lines", "en lines"] if name in sets},
                   "trained sentencepiece", ["--tokenizer", path])


def check_folder(report, akshara, folder, documents):
    """`transformers` loads the folder with the same IDs."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    report.claim("folder: end token", tokenizer.eos_token == "<|eot_id|>")
    ours = akshara.encode(["--tokenizer", os.path.join(folder, "tokenizer.json"), "--special", "allow"], documents)
    report.check("folder: transformers", documents, ours, [tokenizer(d, add_special_tokens=False)["input_ids"] for d in documents])
    some = [ids for ids in ours if ids][:200]
    report.claim("folder: there is something to decode", len(some) == 200)
    report.claim("folder: decoding", all(
        tokenizer.decode(ids) == akshara.decode(["--tokenizer", os.path.join(folder, "tokenizer.json")], ids).decode()
        for ids in some))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--akshara", default=AKSHARA, help="the binary")
    parser.add_argument("--shared", default=SHARED, help="the folder with data/ and corpus/")
    parser.add_argument("--megabytes", type=float, default=0.2, help="how much of each corpus")
    parser.add_argument("--random", type=int, default=3_000, help="how many random strings")
    options = parser.parse_args()
    report = Report()
    akshara = Akshara(options.akshara)
    with tempfile.TemporaryDirectory() as temporary:
        data = Data(options.shared, temporary)
        sets = documents_of(data, options)
        run_checks(report, akshara, data, sets, temporary)
    sys.exit(verdict(CHECKS if data.is_whole else 1))


def run_checks(report, akshara, data, sets, temporary):
    check_llama3(report, akshara, data, sets)
    check_rank_files(report, akshara, data, sets)
    check_torchtune(report, akshara, data, sets, temporary)
    check_gpt2(report, akshara, data, sets, temporary)
    check_trained(report, akshara, data, sets, temporary)


def check_llama3(report, akshara, data, sets):
    path = data.unpacked("data/tok_llama3/llama3.tokenizer.json.zst")
    if path is None:
        return
    arguments = ["--tokenizer", path]
    check_golden(report, akshara, data, {"llama3": arguments})
    check_sets(report, akshara, sets, "llama3 json, text", arguments, hf_tokenizer(path))
    check_sets(report, akshara, sets, "llama3 json, specials", [*arguments, "--special", "allow"],
               hf_tokenizer(path, specials_as_text=False))
    check_decoding(report, akshara, sets, "llama3 json", arguments)


def check_rank_files(report, akshara, data, sets):
    for name, file, patterns in [
        ("llama3", "data/tok_llama3/llama3_tokenizer.model", ["llama3", "cl100k", "indic"]),
        ("qwen", "data/tok_qwen/qwen.tiktoken", ["qwen2", "gpt2"]),
        ("tiktoken_small", "data/torchtune_assets/tiktoken_small.model", ["llama3"]),
    ]:
        path = data.path(file)
        if path is None:
            continue
        ranks = read_ranks(path)
        check_golden(report, akshara, data, {name: ["--tokenizer", path, "--pattern", patterns[0]]})
        for pattern in patterns:
            check_sets(report, akshara, sets, f"{name} ranks, {pattern}", ["--tokenizer", path, "--pattern", pattern],
                       tiktoken_tokenizer(ranks, PATTERNS[pattern]))


def check_torchtune(report, akshara, data, sets, temporary):
    """A small file, as it is and with its merges in the older spelling and without `ignore_merges`."""
    path = data.path("data/torchtune_assets/tokenizer.json")
    if path is None:
        return
    check_sets(report, akshara, sets, "torchtune json", ["--tokenizer", path], hf_tokenizer(path))
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    document["model"]["merges"] = [merge if isinstance(merge, str) else " ".join(merge) for merge in document["model"]["merges"]]
    document["model"]["ignore_merges"] = False
    document["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    older = os.path.join(temporary, "older.json")
    with open(older, "w", encoding="utf-8") as file:
        json.dump(document, file)
    check_sets(report, akshara, sets, "torchtune json, older spelling", ["--tokenizer", older], hf_tokenizer(older))


def check_gpt2(report, akshara, data, sets, temporary):
    """GPT-2's own files, put into a `tokenizer.json` by `tokenizers`, with added tokens that are not special."""
    vocabulary = data.unpacked("data/tok_gpt2/encoder.json.gz")
    merges = data.unpacked("data/tok_gpt2/vocab.bpe.gz")
    if vocabulary is None or merges is None:
        return
    tokenizer = Tokenizer(models.BPE.from_file(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|eot_id|>"])
    tokenizer.add_tokens([AddedToken("<|", normalized=False), AddedToken("eot_id", normalized=False),
                          AddedToken("The", normalized=True), AddedToken("The ", normalized=True)])
    path = os.path.join(temporary, "gpt2.json")
    tokenizer.save(path)
    check_sets(report, akshara, sets, "gpt2 json, text", ["--tokenizer", path], hf_tokenizer(path))
    check_sets(report, akshara, sets, "gpt2 json, specials", ["--tokenizer", path, "--special", "allow"],
               hf_tokenizer(path, specials_as_text=False))
    bare = Tokenizer.from_str(json.dumps({**json.loads(tokenizer.to_str()), "added_tokens": []}))
    bare_path = os.path.join(temporary, "gpt2-bare.json")
    bare.save(bare_path)
    check_golden(report, akshara, data, {"gpt2": ["--tokenizer", bare_path]})


def check_training_options(report, akshara, data, temporary, files, sets):
    """Thresholds and lengths as BpeTrainer has them; threads; and that `tokenizers` encodes alike what it cannot train."""
    check_training(report, akshara, data, temporary, "indic", 32_000, files, ["--min-frequency", "7"], min_frequency=7)
    check_training(report, akshara, data, temporary, "llama3", 3000, files, ["--max-token-length", "7"], max_token_length=7)
    check_training(report, akshara, data, temporary, "indic", 5000, files, ["--threads", "5"])
    for arguments in [["--keep-aksharas"], ["--balance", "characters"]]:
        folder = os.path.join(temporary, arguments[0])
        akshara.run(["train", *files, "--output", folder, "--vocab-size", "6000", *arguments])
        path = os.path.join(folder, "tokenizer.json")
        check_sets(report, akshara, sets, f"trained {arguments[0]}", ["--tokenizer", path], hf_tokenizer(path))


def check_trained(report, akshara, data, sets, temporary):
    files = []
    for name, documents in sets.items():
        if name in ("kn lines", "te lines", "en lines", "code lines", "random lines"):
            files.append(os.path.join(temporary, name.replace(" ", "-") + ".txt"))
            with open(files[-1], "w", encoding="utf-8", newline="") as file:
                file.write("\n".join(documents))
    for pattern, size in [("indic", 6000), ("llama3", 32000), ("gpt2", 2000), ("cl100k", 1500), ("qwen2", 1000)]:
        folder = check_training(report, akshara, data, temporary, pattern, size, files)
        path = os.path.join(folder, "tokenizer.json")
        check_sets(report, akshara, sets, f"trained {pattern}, text", ["--tokenizer", path], hf_tokenizer(path))
        check_sets(report, akshara, sets, f"trained {pattern}, specials", ["--tokenizer", path, "--special", "allow"],
                   hf_tokenizer(path, specials_as_text=False))
        if pattern == "indic":
            check_training_options(report, akshara, data, temporary, files, sets)
            check_sentencepiece_training(report, akshara, data, temporary, files, sets)
            check_folder(report, akshara, folder, sets["random lines"][:2000] + sets["blns"])


if __name__ == "__main__":
    main()
