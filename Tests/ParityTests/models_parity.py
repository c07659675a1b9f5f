#!/usr/bin/env python3
"""Compares the decoder of `akshara` with transformers, family by family, number by number.

    AKSHARA_BINARY=.build/release/akshara models_parity.py [NAME …]

Peers: transformers 5.17, peft 0.21, torch 2.13 (CPU, float32). Models are small and random, made here: every family that is
handled, tied and untied heads, biases, head norms, sliding windows shorter than the rows, scaled rotary positions, weights
stored in float32, bfloat16 and float16, in one file and in several.

Both sides compute in float32 and add in another order; `LOGITS`, `OWN` and `ALL` below say what that may change. Configurations that
ask for other mathematics must be refused with the key named.
"""

import json
import os
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from judge import akshara, check, close, same, verdict

torch.set_num_threads(1)
transformers.utils.logging.disable_progress_bar()

# What float32 may change, in units of its rounding u = 2^-24. A value that comes out of sums of n1, n2, … terms, one after another, is
# off by about u·√(n1 + n2 + …) (Higham and Mary 2019, "A new approach to probabilistic rounding error analysis"), and two programs by √2
# of that. Forward, the longest way through these models has 3 layers of about 320 terms (48 + 12 + 40 + 40 + 48 + 48 + 80) and the head:
# √(2·1000) ≈ 45 u, of which the largest of thousands of values may be four times as much. Seen: 73 u in 600 models. A loss is changed by
# no more than twice its logits, and by far less as a mean; seen: 4 u.
LOGITS = 1e-5  # 168 u of the largest logit
# Backward, the same way once more, and a sum over 120 tokens: √(2·2300) ≈ 68 u, four times that for the largest. Seen: 147 u.
OWN = 2.0**-16  # 256 u of the largest of the tensor
# Where the softmax's p·(dp − Σ p·dp) cancels, as for queries that see one key, what is left of two products of 26 terms and the sum over
# the rows is noise beside the gradients that go in: √(2·66) ≈ 11 u. Seen: 8.3 u, in tensors that are zero for transformers.
ALL = 2.0**-20  # 16 u of the largest gradient of all tensors
ROWS, LENGTH, VOCABULARY = 3, 40, 193
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=24)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16)
BASE = dict(vocab_size=VOCABULARY, hidden_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
            intermediate_size=80, max_position_embeddings=64, rms_norm_eps=1e-5, bos_token_id=None, eos_token_id=None,
            pad_token_id=None)

CASES = {
    "llama2": dict(model_type="llama", num_key_value_heads=4),
    "llama2, linear rope": dict(model_type="llama", rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.0)),
    "llama3.1": dict(model_type="llama", rope_parameters=LLAMA3, dtype="bfloat16", shard="20KB"),
    "llama3.2, tied": dict(model_type="llama", rope_parameters=LLAMA3, tie_word_embeddings=True, head_dim=16, dtype="bfloat16"),
    "llama, biases everywhere": dict(model_type="llama", attention_bias=True, mlp_bias=True, dtype="float16"),
    "tinyllama": dict(model_type="llama", num_attention_heads=8, num_key_value_heads=1, hidden_size=64, head_dim=8),
    "smollm, tied": dict(model_type="llama", num_attention_heads=9, num_key_value_heads=3, hidden_size=72,
                         tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=100000.0), shard="30KB"),
    "mistral, window": dict(model_type="mistral", sliding_window=7),
    "mistral, window longer than rows": dict(model_type="mistral", sliding_window=4096, dtype="bfloat16"),
    "mistral 0.3, no window": dict(model_type="mistral", sliding_window=None, head_dim=20,
                                   rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
    "mistral, window of one": dict(model_type="mistral", sliding_window=1),
    "qwen2, tied": dict(model_type="qwen2", tie_word_embeddings=True, dtype="bfloat16"),
    "qwen2.5, yarn": dict(model_type="qwen2", rope_parameters=YARN),
    "qwen2.5, yarn with a factor": dict(model_type="qwen2", rope_parameters=dict(YARN, attention_factor=1.3, beta_fast=16.0,
                                                                                beta_slow=2.0, truncate=False)),
    "qwen2, window above a layer": dict(model_type="qwen2", use_sliding_window=True, sliding_window=5, max_window_layers=1),
    "qwen2, window named by layer": dict(model_type="qwen2", use_sliding_window=True, sliding_window=9,
                                         layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
    "qwen3": dict(model_type="qwen3", head_dim=16, dtype="bfloat16", shard="20KB"),
    "qwen3, tied, biases": dict(model_type="qwen3", head_dim=24, attention_bias=True, tie_word_embeddings=True),
    "qwen3, window": dict(model_type="qwen3", head_dim=16, use_sliding_window=True, sliding_window=6, max_window_layers=2),
}

REFUSED = {
    "hidden_act": dict(hidden_act="gelu"),
    "partial_rotary_factor": dict(partial_rotary_factor=0.5),
    "rope_type": dict(rope_parameters=dict(rope_type="dynamic", rope_theta=10000.0, factor=2.0)),
    "attn_logit_softcapping": dict(attn_logit_softcapping=30.0),
    "num_local_experts": dict(num_local_experts=8),
    "attention_dropout": dict(attention_dropout=0.1),
    "clip_qkv": dict(clip_qkv=8.0),
    "logit_scale": dict(logit_scale=0.5),
    "model_type": dict(model_type="mixtral"),
    "quantization_config.quant_method": dict(quantization_config=dict(quant_method="gptq", bits=4)),
}

def make_model(folder, case, seed):
    """A random model whose weights are large enough that no gradient is an accident of rounding."""
    case = dict(case)
    dtype, shard = getattr(torch, case.pop("dtype", "float32")), case.pop("shard", "5GB")
    config = AutoConfig.for_model(**{**BASE, **case})
    model = AutoModelForCausalLM.from_config(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.15 + (parameter.dim() == 1))
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    return load(folder)


def load(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def make_batch(path, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, VOCABULARY, (ROWS, LENGTH), generator=generator)
    mask = torch.ones_like(ids)
    mask[ROWS - 1, LENGTH - 9:] = 0
    labels = torch.where(mask == 1, ids, -100)
    labels[:, :11] = -100
    batch = dict(input_ids=ids, attention_mask=mask, labels=labels)
    save_file(batch, path)
    return batch


def reference(model, batch):
    """Logits of tokens that are not padding, loss, and gradients of what is trained."""
    model.zero_grad()
    output = model(**batch)
    if any(p.requires_grad for p in model.parameters()):
        output.loss.backward()
    return output.logits[batch["attention_mask"] == 1].detach(), output.loss.detach()


def compare(name, model, batch, numbers):
    logits, loss = reference(model, batch)
    close(f"{name}: logits", numbers["logits"], logits, LOGITS * max(1.0, float(logits.abs().max())))
    close(f"{name}: loss", numbers["loss"].reshape(()), loss, LOGITS)


def check_gradients(name, numbers, gradients):
    same(f"{name}: names of gradients", sorted(k[5:] for k in numbers if k.startswith("grad.")), sorted(gradients))
    largest = max(float(g.abs().max()) for g in gradients.values())
    faults, parts = [], []
    for key, theirs in gradients.items():
        ours = numbers.get(f"grad.{key}")
        if ours is None or ours.shape != theirs.shape:
            faults.append(key)
            continue
        # Not by Python's max, which passes over NaN.
        parts.append((ours - theirs).abs().max() / (OWN * float(theirs.abs().max()) + ALL * largest))
    worst = float(torch.stack(parts).max()) if parts else float("nan")
    check(f"{name}: gradients", not faults and worst <= 1, faults, f"{len(parts)} tensors, worst {worst:.2f} of what is allowed")


def run_case(folder, name, case, seed):
    base, peft_folder, path = (os.path.join(folder, f"{kind}-{seed}") for kind in ("model", "adapter", "batch"))
    out = os.path.join(folder, f"numbers-{seed}.safetensors")
    model = make_model(base, case, seed)
    batch = make_batch(path, seed)
    akshara("probe", "--model", base, "--batch", path, "--output", out)
    compare(f"{name}, as stored", model, batch, load_file(out))
    akshara("probe", "--model", base, "--batch", path, "--output", out, "--gradients", "base")
    numbers = load_file(out)
    compare(name, model, batch, numbers)
    check_gradients(name, numbers, {n: p.grad for n, p in model.named_parameters()})

    adapted = get_peft_model(load(base), LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, parameter in sorted(adapted.named_parameters()):
            if parameter.requires_grad:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
    adapted.save_pretrained(peft_folder)
    akshara("probe", "--model", base, "--adapter", peft_folder, "--batch", path, "--output", out, "--gradients", "adapter")
    numbers = load_file(out)
    compare(f"{name}, LoRA", adapted, batch, numbers)
    check_gradients(f"{name}, LoRA", numbers, {n.replace(".default", ""): p.grad for n, p in adapted.named_parameters() if p.requires_grad})


def check_refusals(folder):
    base, batch, none = (os.path.join(folder, name) for name in ("refused", "refused-batch", "none"))
    make_model(base, CASES["llama2"], 0)
    make_batch(batch, 0)
    path = os.path.join(base, "config.json")
    original = json.load(open(path))
    for key, changes in REFUSED.items():
        json.dump({**original, **changes}, open(path, "w"))
        said = akshara("probe", "--model", base, "--batch", batch, "--output", none, status=1).stderr
        # The sentence begins with the key: it is the reason, and not one that is named among others.
        check(f"refused with its name: {key}", said.startswith(f"akshara: {path}: `{key}` ") and not os.path.exists(none), said)


def main():
    wanted = sys.argv[1:] or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        for seed, name in enumerate(CASES):
            if name in wanted:
                run_case(folder, name, CASES[name], seed)
        check_refusals(folder)
    # Of each case two comparisons of a model as it is stored, four with its gradients, four with an adapter.
    return verdict(10 * len(wanted) + 10)


if __name__ == "__main__":
    sys.exit(main())
