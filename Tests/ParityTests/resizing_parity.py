#!/usr/bin/env python3
"""Checks `akshara resize` with transformers, and compares its ways to make new rows.

    resizing_parity.py [--akshara .build/release/akshara] [--model samples/base] [--steps 4] [--add 2000]

The sample model's tokenizer is extended; for each type of weights the resized model must load, give the same logits for
old tokens on text that has no new ones, and hold the same bytes elsewhere. Then each way is trained for some steps on
Kannada and Telugu, and the held-out loss in bits a byte is printed. The exit status is 1 if a check fails.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

ENGLISH = "The river is long, and the water is clear."


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: {done.stderr.decode()}")
    return done.stderr.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--akshara", default=".build/release/akshara")
    parser.add_argument("--model", default="samples/base")
    parser.add_argument("--texts", nargs="*", default=["samples/base-training/kannada-wikipedia.txt.zst", "samples/base-training/telugu-wikipedia.txt.zst"])
    parser.add_argument("--add", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    torch.manual_seed(1)
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = os.path.join(folder, "tokenizer")
        print(run(options.akshara, "tokenizer", "extend", "--base", options.model, "--corpus", *options.texts, "--add", str(options.add),
                  "--output", tokenizer).strip())
        for dtype in (torch.float32, torch.bfloat16, torch.float16):
            failures += check_type(options, folder, tokenizer, dtype)
        failures += check_split_and_untied(options, folder, tokenizer)
        compare(options, folder, tokenizer)
    print("all checks hold" if failures == 0 else f"{failures} checks fail")
    return failures > 0


def claim(name, holds, detail=""):
    print(f"{'holds' if holds else 'FAILS'}  {name} {detail}", flush=True)
    return not holds


def stored(options, folder, dtype):
    source = os.path.join(folder, f"source-{dtype}".replace("torch.", ""))
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=dtype)
    model.save_pretrained(source)
    return source, model


def check_type(options, folder, tokenizer, dtype):
    source, model = stored(options, folder, dtype)
    output = source + "-resized"
    run(options.akshara, "resize", "--model", source, "--tokenizer", tokenizer, "--output", output)
    old, new = load_file(os.path.join(source, "model.safetensors")), load_file(os.path.join(output, "model.safetensors"))
    count = old["model.embed_tokens.weight"].shape[0]
    failures = claim(f"{dtype}: the same tensors of the same type", old.keys() == new.keys() and all(t.dtype == dtype for t in new.values()))
    failures += claim("    old rows and all other tensors keep their bytes", all(torch.equal(new[n][:t.shape[0]], t) for n, t in old.items()))
    resized = AutoModelForCausalLM.from_pretrained(output, dtype=dtype)
    coder = AutoTokenizer.from_pretrained(output)
    failures += claim("    transformers loads it, heads tied as before",
                      resized.get_input_embeddings().weight.shape[0] == count + options.add == len(coder)
                      and (resized.get_output_embeddings().weight is resized.get_input_embeddings().weight)
                      == (model.get_output_embeddings().weight is model.get_input_embeddings().weight))
    ids = torch.tensor([coder.encode(ENGLISH, add_special_tokens=False)])
    before = AutoTokenizer.from_pretrained(options.model).encode(ENGLISH, add_special_tokens=False)
    failures += claim("    English has the same tokens", ids[0].tolist() == before)
    with torch.no_grad():
        left, right = model(ids).logits, resized(ids).logits[..., :count]
    failures += claim("    logits of old tokens are the same", torch.allclose(left.float(), right.float(), rtol=0, atol=1e-5 if dtype == torch.float32 else 2e-2),
                      f"(largest difference {(left - right).abs().max().item():.1e})")
    rows = json.load(open(os.path.join(output, "trainable_token_indices.json")))
    failures += claim("    trainable_token_indices.json has the new rows", rows == list(range(count, count + options.add)))
    return failures


def check_split_and_untied(options, folder, tokenizer):
    """A model in several files whose head is not tied."""
    source = os.path.join(folder, "split")
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    head = model.get_input_embeddings().weight.detach().clone() * 1.5
    model.config.tie_word_embeddings = False
    untied = AutoModelForCausalLM.from_config(model.config)
    state = {k: v for k, v in model.state_dict().items() if k != "lm_head.weight"} | {"lm_head.weight": head}
    untied.load_state_dict(state)
    untied.save_pretrained(source, max_shard_size="2MB")
    output = source + "-resized"
    run(options.akshara, "resize", "--model", source, "--tokenizer", tokenizer, "--output", output)
    resized = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32)
    count = head.shape[0]
    a, b = resized.get_input_embeddings().weight, resized.get_output_embeddings().weight
    files = [n for n in os.listdir(output) if n.endswith(".safetensors")]
    return claim("in several files, head not tied: both matrices are longer, each with its own rows",
                 len(files) > 1 and a.shape == b.shape == (count + options.add, head.shape[1]) and torch.equal(b[:count], head)
                 and not torch.allclose(a[count:], b[count:]), f"({len(files)} files)")


def documents(options):
    text = []
    for path in options.texts:
        raw = subprocess.run(["zstdcat", path], capture_output=True, check=True).stdout.decode()
        text += [line for line in raw.split("\n") if len(line) > 80]
    random.Random(5).shuffle(text)
    return text[:80], text[80:80 + 8 * options.steps]


def loss(model, coder, text):
    """Bits a byte, so that tokenizers can be compared."""
    nats = size = 0
    for line in text:
        ids = torch.tensor([coder.encode(line, add_special_tokens=False)[:255]])
        with torch.no_grad():
            nats += model(ids, labels=ids).loss.item() * (ids.shape[1] - 1)
        size += len(coder.decode(ids[0, 1:]).encode())
    return nats / size / math.log(2)


def compare(options, folder, tokenizer):
    held_out, training = documents(options)
    print(f"held-out bits a byte after steps of 8 lines, {len(held_out)} lines (before extending: "
          f"{loss(AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32), AutoTokenizer.from_pretrained(options.model), held_out):.4f})")
    for way in ("by-role", "mean", "composed"):
        output = os.path.join(folder, way)
        print(run(options.akshara, "resize", "--model", options.model, "--tokenizer", tokenizer, "--output", output, "--rows", way).strip())
        model = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32)
        coder = AutoTokenizer.from_pretrained(output)
        optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=0)
        values = []
        for step in range(options.steps + 1):
            if step % (options.steps // 4) == 0:
                values.append(f"{step}: {loss(model, coder, held_out):.4f}")
            for line in training[8 * step:8 * step + 8]:
                ids = torch.tensor([coder.encode(line, add_special_tokens=False)[:255]])
                (model(ids, labels=ids).loss / 8).backward()
            optimizer.step()
            optimizer.zero_grad()
        print(f"    {way}: " + ", ".join(values), flush=True)


if __name__ == "__main__":
    sys.exit(main())
