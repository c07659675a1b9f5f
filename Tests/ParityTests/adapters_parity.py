#!/usr/bin/env python3
"""Compares adapters of `akshara` with peft's, in both directions and through twenty steps of training.

    AKSHARA_BINARY=.build/release/akshara adapters_parity.py [NAME …]

Peers: transformers 5.17, peft 0.21, torch 2.13 (CPU, float32). For each kind of adapter:

1. peft makes it, with random values, and saves it; `akshara probe` loads it: logits, loss and gradients as in models_parity.py, and
   the losses of 20 AdamW steps over four batches within 3e-5.
2. `akshara probe --lora` makes one from a recipe's keys, trains it for three steps and saves it; peft loads it, without a key
   missing or unexpected: the same logits, and the keys of adapter_config.json are those that peft writes.
3. transformers' own loader (`load_adapter`, `from_pretrained` of an adapter) takes LoRA matrices alone: the same logits where there is
   nothing else, and others, with no error, where there is. `docs/QLORA.md` says so.
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
from safetensors.torch import load_file, save_file

import models_parity as models
from judge import akshara, check, close, same, verdict
from models_parity import LOGITS, check_gradients, compare, load, make_model, reference

STEPS, RATE = 20, 5e-3
# AdamW divides by the gradient's own size, so the rounding of a small gradient moves a weight as far as that of a large one, and each
# step trains on: seen are 6.7e-6 in 70 runs of other seeds.
LOSSES = 3e-5
BATCHES, ROWS, LENGTH = 4, 3, 24
UNTIED = dict(models.CASES["llama3.1"], dtype="float32")
TIED = dict(models.CASES["llama3.2, tied"], dtype="float32")
QWEN2, QWEN3 = models.CASES["qwen2, tied"], models.CASES["qwen3, tied, biases"]
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

# base, keys of LoraConfig as a recipe spells them
CASES = {
    "lora": (UNTIED, {}),
    "lora, some modules": (UNTIED, dict(target_modules=["q_proj", "v_proj"])),
    "lora, regular expression": (UNTIED, dict(target_modules=r".*layers\.[12]\.(self_attn|mlp)\.(q|up|down)_proj")),
    "lora, some layers": (UNTIED, dict(target_modules=TARGETS, layers_to_transform=[0, 2])),
    "lora, one layer": (UNTIED, dict(target_modules=["o_proj"], layers_to_transform=1)),
    "lora, all but some": (UNTIED, dict(exclude_modules=["k_proj", "layers.0.mlp.up_proj"])),
    "rslora": (UNTIED, dict(use_rslora=True)),
    "ranks and alphas by pattern": (UNTIED, dict(rank_pattern={"q_proj": 2, r"layers\.[01]\.mlp\.up_proj": 7},
                                                 alpha_pattern={"down_proj": 3, ".*gate_proj": 20})),
    "rslora, ranks by pattern": (UNTIED, dict(use_rslora=True, rank_pattern={"v_proj": 9}, alpha_pattern={"v_proj": 5})),
    "dora": (UNTIED, dict(use_dora=True)),
    "dora, rslora, tied qwen2 with biases": (QWEN2, dict(use_dora=True, use_rslora=True)),
    "dora, qwen3 with head norms": (QWEN3, dict(use_dora=True, target_modules=["q_proj", "down_proj"])),
    "head and embedding saved": (UNTIED, dict(modules_to_save=["embed_tokens", "lm_head"])),
    "head saved, tied": (TIED, dict(modules_to_save=["lm_head"])),
    "embedding saved, tied": (TIED, dict(modules_to_save=["embed_tokens"])),
    "norms saved": (QWEN3, dict(modules_to_save=["norm"])),
    "token rows": (UNTIED, dict(trainable_token_indices=[3, 17, 180, 9])),
    "token rows, tied": (TIED, dict(trainable_token_indices=[3, 17, 180, 9])),
    "token rows of both": (UNTIED, dict(trainable_token_indices={"embed_tokens": [5, 2], "lm_head": [7, 8, 11]})),
    "token rows of both, tied": (TIED, dict(trainable_token_indices={"embed_tokens": [5, 2], "lm_head": [5, 2]})),
    "token rows of both, tied, unlike": (TIED, dict(trainable_token_indices={"embed_tokens": [5, 2], "lm_head": [7]})),
    "head saved, rows of the embedding": (UNTIED, dict(modules_to_save=["lm_head"], trainable_token_indices=[17, 4])),
    "dora, head and embedding saved, tied": (TIED, dict(use_dora=True, modules_to_save=["embed_tokens", "lm_head"])),
    "dora, token rows and a saved norm": (UNTIED, dict(use_dora=True, trainable_token_indices=[1, 2], modules_to_save=["model.norm"])),
}


def make_batches(path, seed):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, models.VOCABULARY, (BATCHES, ROWS, LENGTH), generator=generator)
    ids[:, :, 5] = 17  # a token whose row some adapters train
    mask = torch.ones_like(ids)
    mask[:, ROWS - 1, LENGTH - 6:] = 0
    labels = torch.where(mask == 1, ids, -100)
    labels[:, :, :4] = -100
    save_file(dict(input_ids=ids, attention_mask=mask, labels=labels), path)
    return [dict(input_ids=ids[b], attention_mask=mask[b], labels=labels[b]) for b in range(BATCHES)]


def config(keys):
    return LoraConfig(**{**dict(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"), **keys})


def file_name(name):
    """The name that a parameter has in adapter_model.safetensors."""
    name = name.replace(".default", "").replace("modules_to_save.weight", "weight").replace(".token_adapter.", ".token_adapter.")
    return name.replace("lora_magnitude_vector.weight", "lora_magnitude_vector")


def trained(model):
    return {file_name(n): p for n, p in model.named_parameters() if p.requires_grad}


def random_adapter(base, keys, seed):
    """An adapter over `base` all of whose values are random."""
    model = get_peft_model(base, config(keys))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, parameter in sorted(trained(model).items()):
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(noise * 0.1 if "lora_A" in key or "lora_B" in key else parameter * (1 + 0.1 * noise))
    return model


def train(model, batches):
    model.train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, weight_decay=0.0)
    losses = []
    for step in range(STEPS):
        loss = model(**batches[step % BATCHES]).loss
        loss.backward()
        losses.append(float(loss))
        optimizer.step()
        optimizer.zero_grad()
    return losses


def from_peft(folder, name, base, keys, seed):
    model_path, adapter, path, out = (os.path.join(folder, f"{kind}-{seed}") for kind in ("model", "peft", "batch", "numbers"))
    make_model(model_path, base, seed)
    batches = make_batches(path, seed)
    model = random_adapter(load(model_path), keys, seed)
    model.save_pretrained(adapter, save_embedding_layers=False)
    akshara("probe", "--model", model_path, "--adapter", adapter, "--batch", path, "--output", out, "--gradients", "adapter",
            "--steps", STEPS, "--learning-rate", RATE)
    numbers = load_file(out)
    compare(f"{name}: peft's adapter", model, batches[0], numbers)
    check_gradients(f"{name}: peft's adapter", numbers, {n: p.grad for n, p in trained(model).items()})
    model.zero_grad()
    close(f"{name}: {STEPS} losses", numbers["losses"], torch.tensor(train(model, batches)), LOSSES)


def to_peft(folder, name, keys, seed):
    model_path, made, path, out = (os.path.join(folder, f"{kind}-{seed}") for kind in ("model", "ours", "batch", "ours-numbers"))
    options = os.path.join(folder, "lora.json")
    json.dump({**dict(r=4, lora_alpha=8), **keys}, open(options, "w"))
    akshara("probe", "--model", model_path, "--lora", options, "--batch", path, "--output", out, "--gradients", "adapter",
            "--steps", 3, "--learning-rate", 1e-2, "--save-adapter", made)
    akshara("probe", "--model", model_path, "--adapter", made, "--batch", path, "--output", out)
    model = PeftModel.from_pretrained(load(model_path), made).eval()
    batch = {k: v[0] for k, v in load_file(path).items()}
    numbers = load_file(out)
    compare(f"{name}: our adapter in peft", model, batch, numbers)
    in_transformers(name, keys, model_path, made, batch, numbers["logits"])
    theirs = os.path.join(folder, f"again-{seed}")
    model.save_pretrained(theirs, save_embedding_layers=False)
    same(f"{name}: tensors and shapes", *({key: value.shape for key, value in load_file(os.path.join(d, "adapter_model.safetensors")).items()}
                                         for d in (made, theirs)))
    ours, again = (json.load(open(os.path.join(d, "adapter_config.json"))) for d in (made, theirs))
    for settings in (ours, again):  # peft keeps these as sets
        for key in ("target_modules", "exclude_modules"):
            if isinstance(settings[key], list):
                settings[key] = sorted(settings[key])
    different = {k for k in ours.keys() | again.keys() if ours.get(k, "absent") != again.get(k, "absent")}
    check(f"{name}: keys of adapter_config.json", not different, {k: (ours.get(k), again.get(k)) for k in different})


def in_transformers(name, keys, model_path, made, batch, expected):
    """What transformers' own loader makes of an adapter."""
    model = load(model_path)
    model.load_adapter(made)
    logits, _ = reference(model.eval(), batch)
    if keys.keys() & {"use_dora", "modules_to_save", "trainable_token_indices"}:
        # A thousand times what rounding does.
        distance = float((logits - expected).abs().max())
        check(f"{name}: transformers passes over what is no LoRA matrix", distance > 1e-2, note=f"logits off by {distance:.1e}")
    else:
        close(f"{name}: our adapter in transformers", logits, expected, LOGITS * max(1.0, float(expected.abs().max())))


def bfloat16_adapter(folder):
    """Adapter weights in bfloat16, as peft keeps them over a bfloat16 base without autocast."""
    model_path, adapter, path, out = (os.path.join(folder, f"{kind}-bf16") for kind in ("model", "peft", "batch", "numbers"))
    make_model(model_path, dict(UNTIED, dtype="bfloat16"), 77)
    batches = make_batches(path, 77)
    model = get_peft_model(load(model_path), config({}))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _, parameter in sorted(trained(model).items()):
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
            parameter.data = parameter.data.bfloat16()
    model.save_pretrained(adapter)
    same("bfloat16 adapter: its file", {t.dtype for t in load_file(os.path.join(adapter, "adapter_model.safetensors")).values()},
         {torch.bfloat16})
    akshara("probe", "--model", model_path, "--adapter", adapter, "--batch", path, "--output", out)
    compare("bfloat16 adapter", model.float(), batches[0], load_file(out))


def main():
    wanted = sys.argv[1:] or list(CASES)
    with tempfile.TemporaryDirectory() as folder:
        for seed, (name, (base, keys)) in enumerate(CASES.items()):
            if name in wanted:
                from_peft(folder, name, base, keys, seed)
                to_peft(folder, name, keys, seed)
        bfloat16_adapter(folder)
    # Of each case five comparisons of peft's adapter and five of ours; three of the one in bfloat16.
    return verdict(10 * len(wanted) + 3)


if __name__ == "__main__":
    sys.exit(main())
