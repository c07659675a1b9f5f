#!/usr/bin/env python3
"""Compares `akshara tokenizer encode` with one peer on very many random strings.

    random_strings.py VOCABULARY [--akshara .build/release/akshara] [--shared ../shared] [--strings 1000000]
                             [--seed 1] [--seconds 480]

Vocabularies: llama3-hf, llama3-tiktoken, qwen, gpt2, llama2, mistral1, mistral3, tekken_240718, tekken_240911,
llama3-bytes and qwen-bytes. Special tokens are compared as text and as tokens where the peer has both modes. The last
two encode strings that are no UTF-8: what tiktoken's bytes API decodes our IDs to must be the same bytes. (Its IDs are
others by definition: from the first broken byte on it cuts nothing any more, Akshara goes on cutting.) Strings come in blocks of 5,000, block i from seed + i, so that
several processes can share the work; a run stops after --seconds and says how far it came. The exit status is 1 if
anything differs. `tokenizer_parity.py` says which code points the strings hold.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from tokenizer_parity import PATTERNS, random_strings, read_ranks

BLOCK = 5000
LLAMA3 = ["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
          "<|finetune_right_pad_id|>", "<|step_id|>", "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>",
          "<|eot_id|>", "<|python_tag|>", *(f"<|reserved_special_token_{i}|>" for i in range(2, 247))]
QWEN = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{i}|>" for i in range(205))]


def plain(path, folder):
    """The file without compression."""
    name, ending = os.path.splitext(path)
    if ending not in (".gz", ".zst"):
        return path
    target = os.path.join(folder, os.path.basename(name))
    with open(target, "wb") as out:
        if ending == ".gz":
            with gzip.open(path) as packed:
                out.write(packed.read())
        else:
            subprocess.run(["zstd", "-dcqf", path], stdout=out, check=True)
    return target


class Peer:
    """Arguments for Akshara, the peer's `encode(document, allow)` (for bytes: `decode(ids)`), its modes, and special
    tokens to put into text."""

    def __init__(self, arguments, encode, modes=("text", "allow"), specials=("<s>",), is_bytes=False):
        self.arguments, self.encode, self.modes = arguments, encode, modes
        self.specials, self.is_bytes = specials, is_bytes


def hugging_face(path, specials):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(path)

    def encode(document, allow):
        tokenizer.encode_special_tokens = not allow
        return tokenizer.encode(document, add_special_tokens=False).ids

    return Peer(["--tokenizer", path], encode, specials=specials)


def ranks(path, pattern, known, specials, first, is_bytes):
    import tiktoken

    arguments = ["--tokenizer", path, "--pattern", pattern]
    numbered = {} if is_bytes else {text: first + i for i, text in enumerate(specials)}
    encoding = tiktoken.Encoding("peer", pat_str=PATTERNS[pattern], mergeable_ranks=read_ranks(path), special_tokens=numbered)
    if is_bytes:
        return Peer(arguments, encoding.decode_bytes, ["text"], is_bytes=True)
    return Peer(arguments + ["--special-tokens", known], lambda document, allow: encoding.encode(
        document, allowed_special="all" if allow else set(), disallowed_special=()), specials=specials[:12])


def gpt2(data, folder):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    files = [plain(f"{data}/tok_gpt2/{name}.gz", folder) for name in ["encoder.json", "vocab.bpe"]]
    tokenizer = Tokenizer(models.BPE.from_file(*files))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    path = os.path.join(folder, "gpt2.json")
    tokenizer.save(path)
    return hugging_face(path, ["<|endoftext|>"])


def sentence_piece(path):
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=path)
    return Peer(["--tokenizer", path], lambda document, allow: model.encode(document), ["text"], ["<s>", "</s>", "[INST]"])


def tekken(name):
    import mistral_common
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    path = os.path.join(os.path.dirname(mistral_common.__file__), "data", name + ".json")
    tokenizer = Tekkenizer.from_file(path)
    return Peer(["--tokenizer", path], lambda document, allow: tokenizer.encode(document, bos=False, eos=False), ["text"],
                ["<s>", "[INST]", "</s>"])


def peer(name, shared, folder):
    data = os.path.join(shared, "data")
    if name == "llama3-hf":
        return hugging_face(plain(f"{data}/tok_llama3/llama3.tokenizer.json.zst", folder), LLAMA3[:12])
    if name.startswith("llama3"):
        return ranks(f"{data}/tok_llama3/llama3_tokenizer.model", "llama3", "llama3", LLAMA3, 128_000, name.endswith("bytes"))
    if name.startswith("qwen"):
        return ranks(f"{data}/tok_qwen/qwen.tiktoken", "qwen2", "qwen", QWEN, 151_643, name.endswith("bytes"))
    if name == "gpt2":
        return gpt2(data, folder)
    if name.startswith("tekken"):
        return tekken(name)
    files = {"llama2": "tok_llama2/tokenizer.model", "mistral1": "tok_mistral/tokenizer.model.v1.gz",
             "mistral3": "tok_mistral/mistral_instruct_tokenizer_240323.model.v3.gz"}
    return sentence_piece(plain(os.path.join(data, files[name]), folder))


def documents_of(block, seed, of_peer):
    """Random strings, some with special tokens; for a bytes API some of their bytes lost or foreign."""
    source = random.Random(seed + block)
    texts = random_strings(BLOCK, seed + block, newlines=not of_peer.is_bytes, length=30)
    if not of_peer.is_bytes:
        return [t if source.random() < 0.7 else t + source.choice(of_peer.specials) + t[:5] for t in texts]
    return [damaged(bytearray(t.encode()), source) for t in texts]


def damaged(data, source):
    for _ in range(max(1, len(data) // 10)):
        place = source.randrange(len(data) + 1)
        kind = source.randrange(3)
        if kind == 1 and data:
            del data[min(place, len(data) - 1)]
        else:
            data[place:place] = b"\xed\xa0\x80" if kind else bytes([source.choice(b"\x80\xbf\xc0\xe0\xf5\xff\xed")])
    return bytes(data)


def ours(binary, of_peer, documents, mode):
    lines = documents if of_peer.is_bytes else [json.dumps(d, ensure_ascii=False).encode() for d in documents]
    options = ["--special", mode, *([] if of_peer.is_bytes else ["--strings"])]
    done = subprocess.run([binary, "tokenizer", "encode", "--threads", "1", *options, *of_peer.arguments],
                          input=b"".join(line + b"\n" for line in lines), stdout=subprocess.PIPE, check=True)
    return [[int(i) for i in line.split()] for line in done.stdout.decode().split("\n")[:-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser.add_argument("vocabulary")
    parser.add_argument("--akshara", default=os.environ.get("AKSHARA_BINARY", os.path.join(root, ".build", "release", "akshara")))
    parser.add_argument("--shared", default=os.environ.get("AKSHARA_SHARED", os.path.join(root, "..", "shared")))
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=480)
    options = parser.parse_args()
    start, strings, tokens, wrong = time.time(), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        of_peer = peer(options.vocabulary, options.shared, folder)
        while strings < options.strings and time.time() - start < options.seconds:
            documents = documents_of(strings // BLOCK, options.seed, of_peer)
            for mode in of_peer.modes:
                mine = ours(options.akshara, of_peer, documents, mode)
                if of_peer.is_bytes:
                    mine, theirs = [of_peer.encode(ids) for ids in mine], documents
                else:
                    theirs = [of_peer.encode(d, mode == "allow") for d in documents]
                tokens += sum(map(len, theirs))
                differ = [i for i, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1]]
                for i in differ[: max(0, 3 - wrong)]:
                    print(f"    {mode} {documents[i]!a:.300}: ours {mine[i][:24]}, theirs {theirs[i][:24]}")
                wrong += len(differ)
            strings += BLOCK
    print(f"{'DIFFERENT' if wrong else 'same'}  {options.vocabulary}, seed {options.seed}: {strings:,} strings, specials as "
          f"{' and '.join(of_peer.modes)}, {tokens:,} {'bytes' if of_peer.is_bytes else 'tokens'}, {wrong} differ")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
