#!/usr/bin/env python3
"""Compares `akshara merge` with peft's `merge_and_unload`, and loads what it writes with transformers.

    AKSHARA_BINARY=.build/release/akshara merge_parity.py

A random bfloat16 model with a random adapter. Merged weights must be within one bfloat16 rounding of the exact sum (float64), which
peft's on the bfloat16 base are not always; logits of the merged model in transformers must be within the rounding of those of base
and adapter in float32. The exit status is 1 if any check fails.
"""

import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

AKSHARA = os.path.abspath(os.environ.get("AKSHARA_BINARY", ".build/release/akshara"))
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
failures = 0


def check(name, ok, note=""):
    global failures
    failures += not ok
    print(f"{'same' if ok else 'DIFFERENT'}  {name}{': ' + note if note else ''}")


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


def main():
    ids = torch.randint(0, 500, (2, 40), generator=torch.Generator().manual_seed(1))
    with tempfile.TemporaryDirectory() as folder:
        for tied in (True, False):
            base, adapter = make(folder, tied)
            for size in (5_000_000_000, 200_000):
                output = os.path.join(folder, f"merged-{tied}-{size}")
                run = subprocess.run([AKSHARA, "merge", adapter, "--base", base, "--output", output, "--into", "bf16",
                                      "--max-shard-size", str(size)], capture_output=True, text=True)
                if run.returncode != 0:
                    sys.exit(run.stderr)
                parts = [name for name in os.listdir(output) if name.endswith(".safetensors")]
                check(f"{len(parts)} file(s), tied {tied}", (len(parts) > 1) == (size < 1_000_000))
                weights = {}
                for part in parts:
                    weights.update(load_file(os.path.join(output, part)))
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
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
