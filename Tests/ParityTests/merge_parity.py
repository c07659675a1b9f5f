#!/usr/bin/env python3
"""Compares `akshara merge` with peft's `merge_and_unload`, and loads what it writes with transformers.

    AKSHARA_BINARY=.build/release/akshara merge_parity.py

Peers: transformers 5.17, peft 0.21, torch 2.13 (CPU).

1. A random bfloat16 model with a random LoRA adapter. Merged weights must be within one bfloat16 rounding of the exact sum (float64),
   which peft's on the bfloat16 base are not always; logits of the merged model in transformers must be within the rounding of those of
   base and adapter in float32.
2. Each kind of adapter (DoRA, saved modules, rows of tokens, over tied and untied heads), merged in float32: logits of the merged
   folder in transformers within 2e-5 of those of base and adapter in peft, and the weights within 1e-5 of peft's own merge where that
   computes what peft does. Where an adapter unties the head, so does the merged model's config.json.

The exit status is 1 if any check fails.
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
warnings.filterwarnings("ignore")

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

import adapters_parity as adapters
import models_parity as models

AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", ".build/release/akshara"))
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# peft 0.21 merges the rows of both tables into the one that a tied base has.
OFF_IN_PEFT = {"token rows of both, tied, unlike"}
failures = 0


def check(name, ok, note=""):
    global failures
    failures += not ok
    print(f"{'same' if ok else 'DIFFERENT'}  {name}{': ' + note if note else ''}")


def merge(adapter, base, output, *options):
    run = subprocess.run([AKSHARA, "merge", adapter, "--base", base, "--output", output, "--into", "bf16", *options],
                         capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(run.stderr)
    weights = {}
    for name in os.listdir(output):
        if name.endswith(".safetensors"):
            weights.update(load_file(os.path.join(output, name)))
    return weights


def make(folder, tied):
    base, adapter = os.path.join(folder, f"base-{tied}"), os.path.join(folder, f"adapter-{tied}")
    model = LlamaForCausalLM(LlamaConfig(
        hidden_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=32, intermediate_size=320,
        vocab_size=500, max_position_embeddings=256, tie_word_embeddings=tied))
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1 + (parameter.dim() == 1))
    model.bfloat16().save_pretrained(base)
    adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
                             LoraConfig(r=8, lora_alpha=16, target_modules=TARGETS, task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in sorted(adapted.named_parameters()):
            if "lora_" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.05)
    adapted.save_pretrained(adapter)
    return base, adapter


def rounding(folder, ids):
    """The rounding of a bfloat16 base, in one file and in several."""
    for tied in (True, False):
        base, adapter = make(folder, tied)
        for size in (5_000_000_000, 200_000):
            output = os.path.join(folder, f"merged-{tied}-{size}")
            weights = merge(adapter, base, output, "--max-shard-size", str(size))
            parts = [name for name in os.listdir(output) if name.endswith(".safetensors")]
            check(f"{len(parts)} file(s), tied {tied}", (len(parts) > 1) == (size < 1_000_000))
            adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter).eval()
            exact = PeftModel.from_pretrained(
                AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64), adapter).double().merge_and_unload().state_dict()
            worst = max(float(((weights[name].double() - exact[name]).abs()
                               / torch.maximum(exact[name].abs() * 2**-8, torch.tensor(2.0**-24))).max()) for name in weights)
            # Where base and update cancel, what is left is float32's rounding of the two.
            check("weights within half a unit of bfloat16", worst <= 1.001, f"worst {worst:.4f} of 2^-8")
            check("the names are transformers'", set(exact) - set(weights) <= {"lm_head.weight"} and set(weights) <= set(exact))
            theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16), adapter)
            theirs = theirs.merge_and_unload().float().eval()
            ours = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32).eval()
            with torch.no_grad():
                reference = adapted(input_ids=ids).logits
                distances = [float((model(input_ids=ids).logits - reference).abs().mean()) for model in (ours, theirs)]
            check("logits no further from base and adapter than peft's merge", distances[0] <= distances[1] * 1.02,
                  f"mean distance {distances[0]:.5f}, peft {distances[1]:.5f}, logits of size {float(reference.abs().mean()):.2f}")
            written = json.load(open(os.path.join(output, "config.json")))
            check("config.json says bfloat16", "bfloat16" in (written.get("dtype"), written.get("torch_dtype")))


def kind(folder, name, shape, keys, seed):
    """One kind of adapter, merged in float32."""
    base, adapter, output = (os.path.join(folder, f"{what}-{seed}") for what in ("kind-base", "kind-adapter", "kind-merged"))
    models.make_model(base, shape, seed)
    model = adapters.random_adapter(models.load(base), keys, seed)
    model.save_pretrained(adapter, save_embedding_layers=False)
    weights = merge(adapter, base, output, "--dtype", "float32")
    ids = torch.randint(0, models.VOCABULARY, (2, 24), generator=torch.Generator().manual_seed(seed))
    ids[:, ::5] = 17  # a token whose row some adapters train
    ours = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        reference, found = model.eval()(input_ids=ids).logits, ours(input_ids=ids).logits
    scale = max(1.0, float(reference.abs().max()))
    distance = float((reference - found).abs().max())
    check(f"{name}: logits", distance <= 2e-5 * scale, f"{distance:.2e} of {scale:.1f}")
    merged = model.merge_and_unload()
    if name in OFF_IN_PEFT:
        with torch.no_grad():
            distance = float((reference - merged(input_ids=ids).logits).abs().max())
        check(f"{name}: peft's merge is not what peft computes", distance > 1e-2 * scale, f"{distance:.2e} of {scale:.1f}")
    else:
        theirs = merged.state_dict()
        worst = max((float((weights[n] - theirs[n]).abs().max() / max(1e-3, float(theirs[n].abs().max()))), n) for n in weights)
        check(f"{name}: weights of peft's merge", set(weights) <= set(theirs) and worst[0] <= 1e-5, f"{worst[0]:.2e} in {worst[1]}")
    config, untied = json.load(open(os.path.join(output, "config.json"))), "lm_head.weight" in weights
    check(f"{name}: config.json says whether the head is tied", config["tie_word_embeddings"] == (not untied))


def main():
    ids = torch.randint(0, 500, (2, 40), generator=torch.Generator().manual_seed(1))
    with tempfile.TemporaryDirectory() as folder:
        rounding(folder, ids)
        for seed, (name, (shape, keys)) in enumerate(adapters.CASES.items()):
            kind(folder, name, shape, keys, seed)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
