#!/usr/bin/env python3
"""Compares quantized model folders of `akshara` with those of transformers and bitsandbytes, in both directions.

    AKSHARA_BINARY=.build/release/akshara quantize_parity.py

Peers: transformers 5.17, bitsandbytes 0.50, torch 2.13 (CPU). For NF4 with and without double quantization and for int8:

1. `akshara quantize` and `save_pretrained` of the model that transformers quantized hold the same tensors, byte for byte;
2. transformers loads ours, and akshara theirs: logits are those of the model whose linear layers hold the dequantized weights, as near as
   models_parity.py asks.

bitsandbytes computes in bfloat16 on some CPUs in evaluation mode, and rounds activations for int8; so transformers' logits are compared
in training mode for NF4, and for int8 through the dequantized weights. Last, a folder of 1.2 GB is quantized in memory for one matrix.
"""

import json
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import bitsandbytes as bnb
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

import models_parity as models
from judge import AKSHARA, akshara, check, close, same, verdict
from models_parity import LOGITS, make_batch, make_model

SHAPE = dict(models.CASES["llama3.2, tied"], hidden_size=128, num_attention_heads=4, head_dim=32, intermediate_size=192)
BASES = {"llama, bfloat16, tied": SHAPE, "qwen2, float32": dict(SHAPE, model_type="qwen2", dtype="float32", tie_word_embeddings=False)}
FORMS = {
    "nf4, double": (["--load-in-4bit"], dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
                                            bnb_4bit_compute_dtype=torch.float32)),
    "nf4, single": (["--load-in-4bit", "--single-quantization"], dict(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                                                     bnb_4bit_compute_dtype=torch.float32)),
    "int8": (["--load-in-8bit"], dict(load_in_8bit=True)),
}


def tensors(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".safetensors"):
            found.update(load_file(os.path.join(folder, name)))
    return found


def dequantized(base, quantized):
    """The base in float32 with its linear layers replaced by what the quantized model holds."""
    reference = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    modules = dict(reference.named_modules())
    for name, module in quantized.named_modules():
        if isinstance(module, bnb.nn.Linear4bit):
            module.weight.quant_state.dtype = torch.float32  # else the values come rounded to the base's bfloat16
            weight = bnb.functional.dequantize_4bit(module.weight.data, module.weight.quant_state)
        elif isinstance(module, bnb.nn.Linear8bitLt):
            weight = bnb.functional.int8_vectorwise_dequant(module.weight.data, module.weight.SCB)
        else:
            continue
        modules[name].weight.data = weight.float()
    return reference.eval()


def logits(model, batch):
    with torch.no_grad():
        return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits[batch["attention_mask"] == 1]


def compare(folder, base_name, case, form, flags, options, seed):
    name = f"{base_name}, {form}"
    base, ours, theirs, path, out = (os.path.join(folder, f"{kind}-{seed}") for kind in ("base", "ours", "theirs", "batch", "out"))
    make_model(base, case, seed)
    batch = make_batch(path, seed)
    akshara("quantize", "--model", base, "--output", ours, *flags)
    quantized = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, quantization_config=BitsAndBytesConfig(**options),
                                                     device_map="cpu")
    quantized.save_pretrained(theirs)
    left, right = tensors(ours), tensors(theirs)
    linear = [k for k in right if "_proj" in k and "quant_state" not in k]
    same(f"{name}: names of tensors", sorted(left), sorted(right))
    different = [k for k in linear if k not in left or left[k].dtype != right[k].dtype or not torch.equal(left[k], right[k])]
    check(f"{name}: bytes of {len(linear)} tensors", linear and not different, different[:4])
    again = AutoModelForCausalLM.from_pretrained(ours, dtype=torch.float32, device_map="cpu")
    reference = logits(dequantized(base, again), batch)
    tolerance = LOGITS * max(1.0, float(reference.abs().max()))
    if form != "int8":
        close(f"{name}: transformers loads ours", logits(again.train(), batch), reference, tolerance)
    for kind, model in (("ours", ours), ("theirs", theirs)):
        akshara("probe", "--model", model, "--batch", path, "--output", out)
        close(f"{name}: akshara loads {kind}", load_file(out)["logits"], reference, tolerance)
    akshara("probe", "--model", base, *[f for f in flags if f.startswith("--load")], "--batch", path, "--output", out)
    if form != "nf4, single":
        close(f"{name}: quantized while loading", load_file(out)["logits"], reference, tolerance)


def measure(folder):
    """The memory of quantizing does not grow with the model: 8 layers of 75 million parameters in bfloat16."""
    base, output = os.path.join(folder, "large"), os.path.join(folder, "large-nf4")
    os.makedirs(base)
    hidden, gate, layers, vocabulary = 2048, 10240, 8, 512
    config = dict(model_type="llama", hidden_size=hidden, intermediate_size=gate, num_hidden_layers=layers, num_attention_heads=16,
                  num_key_value_heads=16, vocab_size=vocabulary, tie_word_embeddings=True, torch_dtype="bfloat16")
    json.dump(config, open(os.path.join(base, "config.json"), "w"))
    map, size = {}, 0
    for layer in range(layers):
        shapes = {"self_attn.q_proj": (hidden, hidden), "self_attn.k_proj": (hidden, hidden), "self_attn.v_proj": (hidden, hidden),
                  "self_attn.o_proj": (hidden, hidden), "mlp.gate_proj": (gate, hidden), "mlp.up_proj": (gate, hidden),
                  "mlp.down_proj": (hidden, gate), "input_layernorm": (hidden,), "post_attention_layernorm": (hidden,)}
        part = {f"model.layers.{layer}.{k}.weight": torch.randn(s).bfloat16() * 0.02 for k, s in shapes.items()}
        if layer == 0:
            part.update({"model.embed_tokens.weight": torch.randn(vocabulary, hidden).bfloat16(), "model.norm.weight": torch.ones(hidden).bfloat16()})
        save_file(part, os.path.join(base, f"part-{layer}.safetensors"))
        map.update({k: f"part-{layer}.safetensors" for k in part})
        size += sum(t.numel() * 2 for t in part.values())
    json.dump(dict(weight_map=map), open(os.path.join(base, "model.safetensors.index.json"), "w"))
    run = subprocess.run(["/usr/bin/env", "python3", "-c",
                          "import resource,subprocess,sys; r=subprocess.run(sys.argv[1:]).returncode; "
                          "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r)",
                          AKSHARA, "quantize", "--model", base, "--output", output, "--load-in-4bit"], capture_output=True, text=True)
    peak = int(run.stdout.split()[-1]) / 1024
    matrix, layer = hidden * gate * 4 / 2**20, (4 * hidden * hidden + 3 * hidden * gate) * 2 / 2**20
    # One matrix in float32, its codes, and 64 MiB for the program itself and what is read and written at once.
    allowed = 1.25 * matrix + 64
    check("memory of quantizing", run.returncode == 0 and peak < allowed, run.stderr,
          f"peak {peak:.0f} MiB, allowed {allowed:.0f}, for {size / 2**20:.0f} MiB of weights; a layer has {layer:.0f} MiB, "
          f"its largest matrix {matrix:.0f} MiB in float32")


def main():
    with tempfile.TemporaryDirectory() as folder:
        seed = 0
        for base_name, case in BASES.items():
            for form, (flags, options) in FORMS.items():
                compare(folder, base_name, case, form, flags, options, seed)
                seed += 1
        measure(folder)
    # Six of each base with double quantization, five with single and five with int8; and memory.
    return verdict(2 * (6 + 5 + 5) + 1)


if __name__ == "__main__":
    sys.exit(main())
