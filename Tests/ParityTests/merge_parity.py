#!/usr/bin/env python3
"""Compares `akshara merge` with peft's `merge_and_unload`, and loads what it writes with transformers.

    AKSHARA_BINARY=.build/release/akshara merge_parity.py

Peers: transformers 5.17, peft 0.21, torch 2.13 (CPU).

1. A random bfloat16 model with a random LoRA adapter. Every merged weight must be the bfloat16 rounding of a number that is within
   float32's own error of the exact sum (float64), and the rounding of the exact sum itself but for those that lie within that error of a
   border; peft's merge on the bfloat16 base is not. Logits of the merged model in transformers must be as near to those of base and
   adapter in float32 as those of peft's merge.
2. Each kind of adapter (DoRA, saved modules, rows of tokens, over tied and untied heads), merged in float32: logits of the merged
   folder in transformers are those of base and adapter in peft, and the weights those of peft's own merge where that computes what peft
   does. Where an adapter unties the head, so does the merged model's config.json.
"""

import json
import os
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
from judge import akshara, check, close, same, verdict

RANK, ALPHA = 8, 16
UNIT = 2.0**-24  # what rounding to float32 changes at most, as a part of the number
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
# peft 0.21 merges the rows of both tables into the one that a tied base has.
OFF_IN_PEFT = {"token rows of both, tied, unlike"}
# Adapters that are merged, though not trained here: keys of LoraConfig, and whether the head's own matrix is saved, too.
HEADS = {
    "low-rank head": (dict(target_modules=[*TARGETS, "lm_head"]), False),
    "low-rank head beside its matrix": (dict(target_modules=["q_proj", "lm_head"]), True),
    "dora, low-rank head": (dict(target_modules=["v_proj", "lm_head"], use_dora=True), True),
}


def merge(adapter, base, output, *options):
    akshara("merge", adapter, "--base", base, "--output", output, "--into", "bf16", *options)
    weights = {}
    for name in sorted(os.listdir(output)):
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
                             LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS, task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in sorted(adapted.named_parameters()):
            if "lora_" in name:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.05)
    adapted.save_pretrained(adapter)
    return base, adapter


def sums(base, adapter):
    """The exact merged tensors in float64, and what float32 may be off by in each.

    A sum of RANK products is off by at most RANK·u of the sum of their sizes, in whatever order; scaling it and adding it to the base
    round twice more (Higham 2002, "Accuracy and Stability of Numerical Algorithms", §3.1; u² is left to the next larger integer).
    """
    exact, error = {}, {}
    tensors = load_file(os.path.join(adapter, "adapter_model.safetensors"))
    for name, weight in AutoModelForCausalLM.from_pretrained(base, dtype=torch.float64).state_dict().items():
        key = f"base_model.model.{name.removesuffix('.weight')}"
        exact[name], error[name] = weight, torch.zeros_like(weight)
        if f"{key}.lora_A.weight" in tensors:
            left, right = (tensors[f"{key}.lora_{side}.weight"].double() for side in "BA")
            exact[name] = weight + ALPHA / RANK * (left @ right)
            error[name] = (RANK + 3) * UNIT * (weight.abs() + ALPHA / RANK * (left.abs() @ right.abs()))
    return exact, error


def half_unit(numbers):
    """Half the distance of neighbouring bfloat16 numbers, of which each has eight bits."""
    return torch.ldexp(torch.ones_like(numbers), torch.frexp(numbers).exponent - 9)


def check_weights(weights, exact, error):
    same("the names are transformers'", sorted(weights), sorted(set(exact) - ({"lm_head.weight"} - set(weights))))
    # torch rounds float64 to bfloat16 through float32: once more than needed, on a border only.
    differ, wrong, changed = 0, [], 0
    for name, ours in weights.items():
        found, wanted, slack = ours.double(), exact[name], error[name]
        distance = (found - wanted).abs()
        if not bool((distance <= half_unit(wanted.abs() + slack) + slack).all()):
            wrong.append((name, float((distance / half_unit(wanted)).max())))
        other = found != wanted.bfloat16().double()
        if not bool((distance[other] >= half_unit(wanted[other].abs() - slack[other]) - slack[other]).all()):
            wrong.append((name, "not on a border"))
        differ, changed = differ + int(other.sum()), changed + int((slack > 0).sum())
    check("weights are the rounding of the exact sum", not wrong and changed > 0, wrong[:3],
          f"{differ} of {changed} lie on a border within float32's error and went to its other side")


def rounding(folder, ids):
    """The rounding of a bfloat16 base, in one file and in several."""
    for tied in (True, False):
        base, adapter = make(folder, tied)
        exact, error = sums(base, adapter)
        adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), adapter).eval()
        theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16), adapter)
        theirs = theirs.merge_and_unload().float().eval()
        for size in (5_000_000_000, 200_000):
            output = os.path.join(folder, f"merged-{tied}-{size}")
            weights = merge(adapter, base, output, "--max-shard-size", str(size))
            parts = [name for name in os.listdir(output) if name.endswith(".safetensors")]
            check(f"{len(parts)} file(s), tied {tied}", (len(parts) > 1) == (size < 1_000_000))
            check_weights(weights, exact, error)
            ours = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32).eval()
            with torch.no_grad():
                reference = adapted(input_ids=ids).logits
                distances = [float((model(input_ids=ids).logits - reference).abs().mean()) for model in (ours, theirs)]
            # Both are a mean over 40,000 logits of the same kind of rounding.
            check("logits as near to base and adapter as peft's merge", distances[0] <= distances[1] * 1.02,
                  note=f"mean distance {distances[0]:.5f}, peft {distances[1]:.5f}, logits of size {float(reference.abs().mean()):.2f}")
            written = json.load(open(os.path.join(output, "config.json")))
            same("config.json says bfloat16", {written[key] for key in ("dtype", "torch_dtype") if key in written}, {"bfloat16"})


def kind(folder, name, shape, keys, seed, saves_head=False):
    """One kind of adapter, merged in float32."""
    base, adapter, output = (os.path.join(folder, f"{what}-{seed}") for what in ("kind-base", "kind-adapter", "kind-merged"))
    models.make_model(base, shape, seed)
    model = adapters.random_adapter(models.load(base), keys, seed)
    model.save_pretrained(adapter, save_embedding_layers=saves_head)
    weights = merge(adapter, base, output, "--dtype", "float32")
    ids = torch.randint(0, models.VOCABULARY, (2, 24), generator=torch.Generator().manual_seed(seed))
    ids[:, ::5] = 17  # a token whose row some adapters train
    ours = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        reference, found = model.eval()(input_ids=ids).logits, ours(input_ids=ids).logits
    scale = max(1.0, float(reference.abs().max()))
    # Two float32 computations of other matrices: each is off by as much as models_parity.py allows.
    close(f"{name}: logits", found, reference, 2 * models.LOGITS * scale)
    merged = model.merge_and_unload()
    if name in OFF_IN_PEFT:
        with torch.no_grad():
            distance = float((reference - merged(input_ids=ids).logits).abs().max())
        check(f"{name}: peft's merge is not what peft computes", distance > 1e-2 * scale, note=f"{distance:.2e} of {scale:.1f}")
    else:
        check_kind(name, weights, merged.state_dict())
    config, untied = json.load(open(os.path.join(output, "config.json"))), "lm_head.weight" in weights
    same(f"{name}: config.json says whether the head is tied", config["tie_word_embeddings"], not untied)


def check_kind(name, weights, theirs):
    """Weights of peft's own merge, also in float32: sums of the rank, and for DoRA a row's length, in another order.

    Seen: 3.3 u of the largest of the tensor; most kinds are equal to the bit.
    """
    wrong = [key for key in weights if key not in theirs or weights[key].shape != theirs[key].shape or not bool(
        ((weights[key] - theirs[key]).abs() <= 8 * UNIT * theirs[key].abs().max()).all())]
    equal = sum(key in theirs and torch.equal(weights[key], theirs[key]) for key in weights)
    check(f"{name}: weights of peft's merge", not wrong and weights, wrong[:3], f"{len(weights)} tensors, {equal} equal to the bit")


def main():
    ids = torch.randint(0, 500, (2, 40), generator=torch.Generator().manual_seed(1))
    with tempfile.TemporaryDirectory() as folder:
        rounding(folder, ids)
        for seed, (name, (shape, keys)) in enumerate(adapters.CASES.items()):
            kind(folder, name, shape, keys, seed)
        for seed, (name, (keys, saves_head)) in enumerate(HEADS.items(), len(adapters.CASES)):
            kind(folder, name, adapters.UNTIED, keys, seed, saves_head)
    # Five of each of four merges in bfloat16, three of each kind of adapter.
    return verdict(4 * 5 + 3 * 27)


if __name__ == "__main__":
    sys.exit(main())
