#!/usr/bin/env python3
"""Compares `akshara` with transformers, peft and bitsandbytes on models of random shapes.

    AKSHARA_BINARY=.build/release/akshara shapes_parity.py [--count 16] [--seed 0]

Peers: transformers 5.17, peft 0.21, bitsandbytes 0.50, torch 2.13 (CPU, float32). Each seed draws a family, odd numbers of heads, widths and
words that are multiples of nothing, tied or untied heads, biases, a window, the stored type, and how the weights are cut into files; and
rows down to one token. For each model:

1. logits, loss and all gradients, and those of a LoRA adapter on all linear layers, as in models_parity.py;
2. greedy text, token by token through the cache;
3. NF4 codes and scales of every linear layer, byte for byte those of bitsandbytes, and the logits of the written folder, which are those
   of quantizing while loading.

Every failing check names its seed and shape.
"""

import argparse
import json
import os
import random
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import bitsandbytes as bnb
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models as tokenizer_models

import models_parity as models
from judge import akshara, check, close, verdict

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def random_shape(choose):
    """A shape, and the lengths of three rows."""
    family = choose.choice(["llama", "llama", "mistral", "qwen2", "qwen3"])
    groups, keys = choose.choice([(1, 1), (3, 1), (1, 5), (5, 1), (2, 3), (7, 1), (1, 3)])
    head = 2 * choose.randint(1, 13)
    heads = groups * keys
    # transformers demands a multiple of the heads of llama, and qwen2 has no width of a head of its own.
    hidden = dict(llama=heads * choose.randint(1, 9), qwen2=heads * head).get(family, choose.randint(5, 71))
    shape = dict(model_type=family, num_attention_heads=heads, num_key_value_heads=keys, head_dim=head, hidden_size=hidden,
                 intermediate_size=choose.randint(1, 131), vocab_size=choose.choice([models.VOCABULARY, 201, 257, 331]),
                 num_hidden_layers=choose.randint(1, 3), tie_word_embeddings=choose.random() < 0.5,
                 dtype=choose.choice(["float32", "bfloat16", "float16"]), shard=choose.choice(["5GB", "9KB"]))
    if family == "qwen2":
        del shape["head_dim"]
    if family in ("llama", "qwen3"):
        shape["attention_bias"] = choose.random() < 0.5
    if family == "llama":
        shape["mlp_bias"] = choose.random() < 0.5
    if family == "mistral":
        shape["sliding_window"] = choose.choice([None, 1, 3, 8])
    # The mean loss of rows of one token alone is that of no token.
    lengths = [choose.choice([1, 2, choose.randint(3, 33)]) for _ in range(models.ROWS)]
    return shape, lengths if max(lengths) > 1 else [1, 1, 2]


def make_batch(path, lengths, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, models.VOCABULARY, (len(lengths), max(lengths)), generator=generator)
    mask = torch.stack([(torch.arange(max(lengths)) < n).long() for n in lengths])
    batch = dict(input_ids=ids, attention_mask=mask, labels=torch.where(mask == 1, ids, -100))
    save_file(batch, path)
    return batch


def write_tokenizer(folder, count):
    """Words that are letters and numbers: what is written is looked at as ids."""
    words = {LETTERS[i] if i < 26 else f"w{i}": i for i in range(count)}
    Tokenizer(tokenizer_models.BPE(vocab=words, merges=[])).save(os.path.join(folder, "tokenizer.json"))


def greedy(name, folder, model, shape):
    write_tokenizer(folder, shape["vocab_size"])
    prompt = "hello"
    run = akshara("generate", "--model", folder, "--prompt", prompt, "--raw", "--temperature", 0, "--max-tokens", 20, "--json")
    answer = json.loads(run.stdout.splitlines()[-1])
    ids = torch.tensor([answer["prompt_ids"] + answer["ids"]])
    with torch.no_grad():
        scores = model(input_ids=ids[:, :-1]).logits[0, len(answer["prompt_ids"]) - 1:]
    # Where two words are equally likely but for rounding, either may be taken.
    behind = float((scores.max(-1).values - scores.gather(-1, ids[0, len(answer["prompt_ids"]):, None])[:, 0]).max())
    check(f"{name}: greedy text", answer["prompt_ids"] == [LETTERS.index(c) for c in prompt] and len(answer["ids"]) == 20
          and behind <= models.LOGITS * max(1.0, float(scores.abs().max())), note=f"{len(answer['ids'])} tokens, at most {behind:.1e} behind the likeliest")


def quantized(name, base, output, path, out):
    akshara("quantize", "--model", base, "--output", output, "--load-in-4bit")
    stored, source = {}, {}
    for folder, found in ((output, stored), (base, source)):
        for file in os.listdir(folder):
            if file.endswith(".safetensors"):
                found.update(load_file(os.path.join(folder, file)))
    linear = [n for n in source if n.endswith("_proj.weight")]
    different = []
    for key in linear:
        codes, state = bnb.functional.quantize_4bit(source[key].float(), blocksize=64, compress_statistics=True, quant_type="nf4")
        same = torch.equal(stored[key], codes) and torch.equal(stored[key + ".absmax"], state.absmax)
        same &= torch.equal(stored[key + ".nested_absmax"], state.state2.absmax)
        description = json.loads(bytes(stored[key + ".quant_state.bitsandbytes__nf4"].tolist()))
        same &= torch.tensor(description["nested_offset"], dtype=torch.float32) == state.offset.float()
        if not same:
            different.append(key)
    check(f"{name}: NF4 of {len(linear)} matrices", linear and not different, different[:3])
    others = [n for n in source if n not in linear]
    check(f"{name}: what is not quantized keeps its bytes", others and all(
        stored[n].dtype == source[n].dtype and torch.equal(stored[n], source[n]) for n in others))
    akshara("probe", "--model", output, "--batch", path, "--output", out)
    read = load_file(out)["logits"]
    akshara("probe", "--model", base, "--load-in-4bit", "--batch", path, "--output", out)
    close(f"{name}: quantized while loading", load_file(out)["logits"], read, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.count):
            shape, lengths = random_shape(random.Random(seed))
            name = f"seed {seed} ({shape['model_type']} {shape['num_attention_heads']}/{shape['num_key_value_heads']})"
            print(f"seed {seed}: {shape}, rows of {lengths}", flush=True)
            models.make_batch = lambda path, seed: make_batch(path, lengths, seed)
            models.run_case(folder, name, shape, seed)
            base, path = os.path.join(folder, f"model-{seed}"), os.path.join(folder, f"batch-{seed}")
            greedy(name, base, models.load(base), shape)
            quantized(name, base, os.path.join(folder, f"nf4-{seed}"), path, os.path.join(folder, "numbers"))
    # Of each seed ten of the model and its adapter, one of its text, three of its quantization.
    return verdict(14 * options.count)


if __name__ == "__main__":
    sys.exit(main())
